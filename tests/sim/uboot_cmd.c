// SPDX-License-Identifier: BSD-2-Clause
// How U-Boot takes a line apart, and its plainest commands.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

static const char hex_digits[] = "0123456789abcdefABCDEF";

uint64_t uboot_hex(const char *text)
{
    uint64_t value = 0;

    if (text[0] == '0' && (text[1] | 0x20) == 'x')
        text += 2;
    for (; isxdigit((unsigned char)*text); text++) {
        int c = tolower((unsigned char)*text);

        value = value << 4 | (uint64_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

enum uboot_result uboot_cmd_help(struct sim *sim, const struct uboot_call *call)
{
    const struct uboot_command *c;

    if (call->argc > 1) {
        c = uboot_find(sim, call->argv[1]);
        if (c)
            uboot_usage(sim, c);
        else
            uart_printf(&sim->uart,
                        "Unknown command '%s' - try 'help' "
                        "without arguments for list of all known commands\n"
                        "\n",
                        call->argv[1]);
        return c ? UBOOT_OK : UBOOT_FAILED;
    }
    for (c = uboot_commands; c->name; c++) {
        if (uboot_has(sim, c))
            uart_printf(&sim->uart, "%-8s- %s\n", c->name, c->title);
    }
    return UBOOT_OK;
}

/* Such a command is only noted, never done. */
enum uboot_result uboot_cmd_danger(struct sim *sim,
                                   const struct uboot_call *call)
{
    log_danger(&sim->log, call->argv[0]);
    return UBOOT_OK;
}

enum uboot_result uboot_refuse(struct sim *sim, const struct uboot_call *call)
{
    char words[64];

    snprintf(words, sizeof words, "%s %s", call->argv[0], call->argv[1]);
    log_danger(&sim->log, words);
    return UBOOT_OK;
}

bool uboot_number(const char *text, uint64_t *value)
{
    size_t from = text[0] == '0' && (text[1] | 0x20) == 'x' ? 2 : 0;

    *value = uboot_hex(text);
    return text[from] && text[from + strspn(text + from, hex_digits)] == '\0';
}

enum uboot_result uboot_cmd_echo(struct sim *sim, const struct uboot_call *call)
{
    for (int i = 1; i < call->argc; i++)
        uart_printf(&sim->uart, "%s%s", i > 1 ? " " : "", call->argv[i]);
    uart_puts(&sim->uart, "\n");
    return UBOOT_OK;
}

enum uboot_result uboot_cmd_reset(struct sim *sim,
                                  const struct uboot_call *call)
{
    (void)call;
    uboot_reset(sim);
}

enum uboot_result uboot_cmd_version(struct sim *sim,
                                    const struct uboot_call *call)
{
    (void)call;
    if (sim->opt.format < FORMAT_NEW)
        uart_printf(&sim->uart, "\n%s\n", uboot_version(sim));
    else
        uart_printf(&sim->uart,
                    "%s\n\ngcc (GCC) 12.2.0\n"
                    "GNU ld (GNU Binutils) 2.40\n",
                    uboot_version(sim));
    return UBOOT_OK;
}

/*
 * Cut the next command off `*line` into words, in place. Quotes keep blanks
 * and semicolons together. The count may exceed UBOOT_ARGS; such words are
 * not stored.
 */
static int split(char **line, char **argv)
{
    char *in = *line;
    char *out = *line;
    int argc = 0;

    while (*in && *in != ';') {
        char quote = '\0';

        if (*in == ' ' || *in == '\t') {
            in++;
            continue;
        }
        if (argc < UBOOT_ARGS)
            argv[argc] = out;
        argc++;
        for (; *in && (quote || !strchr(" \t;", *in)); in++) {
            if (quote ? *in == quote : *in == '"' || *in == '\'')
                quote = quote ? '\0' : *in;
            else if (*in == '\\' && in[1])
                *out++ = *++in;
            else
                *out++ = *in;
        }
        if (*in && *in != ';')
            in++;
        else if (*in == ';') {
            *line = in + 1;
            *out = '\0';
            return argc;
        }
        *out++ = '\0';
    }
    *line = in + (*in == ';');
    return argc;
}

static enum uboot_result
run_command(struct sim *sim, const struct uboot_call *call, bool *repeatable)
{
    const struct uboot_command *c = uboot_find(sim, call->argv[0]);
    enum uboot_result result = UBOOT_USAGE;

    if (!c) {
        uart_printf(&sim->uart, "Unknown command '%s' - try 'help'\n",
                    call->argv[0]);
        return UBOOT_FAILED;
    }
    if (hostile_answer(sim, call->argv[0]))
        result = UBOOT_OK;
    else if (call->argc <= c->max_args)
        result = c->run(sim, call);
    if (result == UBOOT_USAGE)
        uboot_usage(sim, c);
    if (!c->repeatable || result == UBOOT_INTERRUPTED)
        *repeatable = false;
    return result;
}

bool uboot_run_line(struct sim *sim, const char *line, bool repeat)
{
    char copy[sizeof sim->editor.line];
    char *argv[UBOOT_ARGS + 1];
    char *rest = copy;
    bool repeatable = true;

    strcpy(copy, line);
    while (*rest) {
        struct uboot_call call = {.argv = argv, .repeat = repeat};

        call.argc = split(&rest, argv);
        if (call.argc == 0)
            continue;
        if (call.argc > UBOOT_ARGS) {
            uart_puts(&sim->uart, "** Too many args (max. 16) **\n");
            continue;
        }
        if (run_command(sim, &call, &repeatable) == UBOOT_INTERRUPTED)
            break;
    }
    return repeatable;
}
