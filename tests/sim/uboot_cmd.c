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

static void unknown(struct sim *sim, const char *name)
{
    uart_printf(&sim->uart, "Unknown command '%s' - try 'help'\n", name);
}

/* What a command came to. */
struct outcome {
    enum uboot_result result;
    bool again; /* an empty line may repeat it */
    bool given_up;
};

static struct outcome run_command(struct sim *sim,
                                  const struct uboot_call *call)
{
    const struct uboot_command *c = uboot_find(sim, call->argv[0]);
    struct outcome o = {UBOOT_USAGE, true, true};

    if (!c) {
        unknown(sim, call->argv[0]);
        o.result = UBOOT_FAILED;
        return o;
    }
    if (call->argc <= c->max_args) {
        o.given_up = false;
        o.result = hostile_answer(sim, c->name) ? UBOOT_OK : c->run(sim, call);
        o.again = uboot_repeats(sim, c);
    }
    if (o.result == UBOOT_USAGE)
        uboot_usage(sim, c);
    return o;
}

/* No words: the first version here looks up a command without a name. */
static void run_nothing(struct sim *sim)
{
    uint8_t byte;

    if (sim->opt.hush || uboot_year(sim) > 2005)
        return;
    if (!memory_byte(&sim->memory, 0, &byte))
        uboot_abort(sim, 0);
    unknown(sim, "");
}

/* Until 2011 hush gave up on a command that is none, or has too many words. */
static void judge(struct sim *sim, const struct outcome *o)
{
    if (!o->again || (o->given_up && uboot_year(sim) < 2011))
        sim->uboot.repeatable = false;
}

/* Where hush is in its ifs: how many are open, and in which of them nothing is
 * run (0: all is). */
struct branch {
    int depth;
    int skip;
};

static int run_words(struct sim *sim, const struct uboot_call *call,
                     bool *again)
{
    struct outcome o = run_command(sim, call);

    judge(sim, &o);
    *again = *again && o.again;
    return o.result == UBOOT_OK ? 0 : -1;
}

/* hush: the words if, then and fi before a command; it gets the one behind
 * them. True: it is not run. */
static bool pass_reserved(struct branch *b, struct uboot_call *call, int rc)
{
    while (call->argc > 0 && uboot_is_reserved(call->argv[0])) {
        char kind = call->argv[0][0];

        b->depth += kind == 'i' ? 1 : kind == 'f' ? -1 : 0;
        if (kind == 't' && rc != 0 && b->skip == 0)
            b->skip = b->depth;
        if (b->depth < b->skip)
            b->skip = 0;
        call->argv++;
        call->argc--;
    }
    return b->skip > 0 || call->argc == 0;
}

int uboot_run_line(struct sim *sim, const char *line, bool repeat)
{
    char copy[sizeof sim->uboot.last];
    char *argv[UBOOT_ARGS + 1];
    char *rest = copy;
    bool again = true;
    struct branch branch = {0, 0};
    int last = 0;
    int rc = 0;

    sim->uboot.had_ctrlc = false;
    if (strlen(line) >= UBOOT_LINE && !sim->opt.hush) {
        uart_puts(&sim->uart, "## Command too long!\n");
        return -1;
    }
    strcpy(copy, line);
    while (*rest) {
        struct uboot_call call = {.argv = argv, .repeat = repeat};

        call.argc = uboot_split(sim, &rest, argv);
        if (call.argc > UBOOT_ARGS && !sim->opt.hush) {
            uart_printf(&sim->uart, "** Too many args (max. %d) **\n",
                        UBOOT_ARGS);
            call.argc = UBOOT_ARGS;
        }
        if (sim->opt.hush && call.argc > 0 &&
            pass_reserved(&branch, &call, last))
            continue;
        if (call.argc == 0)
            run_nothing(sim);
        last = call.argc == 0 ? -1 : run_words(sim, &call, &again);
        if (last < 0)
            rc = -1;
        if (sim->uboot.had_ctrlc) {
            sim->uboot.repeatable = false;
            if (!sim->opt.hush)
                return -1;
        }
    }
    return rc ? rc : again;
}
