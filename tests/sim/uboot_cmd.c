// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's command table and how a line is taken apart.
#include <ctype.h>
#include <string.h>

#include "hostile.h"
#include "uboot.h"

static uboot_function cmd_danger, cmd_echo, cmd_help, cmd_reset, cmd_version;

#define FIX FORMAT_OLD

const struct uboot_command uboot_commands[] = {
    {"?", 16, true, cmd_help, "alias for 'help'", "", FIX},
    {"base", 2, true, uboot_base, "print or set address offset", "\nbase off",
     FIX},
    {"bdinfo", 1, true, uboot_bdinfo, "print Board Info structure", "", FIX},
    {"bootm", 16, true, cmd_danger, "boot application image from memory",
     "[addr [arg ...]]", FIX},
    {"cp", 4, true, cmd_danger, "memory copy",
     "[.b, .w, .l] source target count", FIX},
    {"crc32", 5, true, uboot_crc32, "checksum calculation",
     "address count [addr]\n    - compute CRC32 checksum [save at addr]", FIX},
    {"echo", 16, true, cmd_echo, "echo args to console", "[args..]", FIX},
    {"erase", 3, false, cmd_danger, "erase FLASH memory", "start end", FIX},
    {"flinfo", 2, true, uboot_flinfo, "print FLASH memory information", "[N]",
     FIX},
    {"go", 16, true, cmd_danger, "start application at address 'addr'",
     "addr [arg ...]", FIX},
    {"help", 16, true, cmd_help, "print command description/usage",
     "[command ...]", FIX},
    {"loadb", 3, false, cmd_danger,
     "load binary file over serial line (kermit mode)", "[addr [baud]]", FIX},
    {"loady", 3, false, cmd_danger,
     "load binary file over serial line (ymodem mode)", "[addr [baud]]", FIX},
    {"md", 3, true, uboot_md, "memory display",
     "[.b, .w, .l] address [# of objects]", FIX},
    {"mm", 2, true, cmd_danger, "memory modify (auto-incrementing address)",
     "[.b, .w, .l] address", FIX},
    {"mtd", 16, true, uboot_mtd, "MTD utils", "list", FORMAT_NEW},
    {"mtdparts", 16, true, uboot_mtdparts, "define flash/nand partitions", "",
     FIX},
    {"mtest", 5, true, cmd_danger, "simple RAM read/write test",
     "[start [end [pattern [iterations]]]]", FIX},
    {"mw", 4, true, cmd_danger, "memory write (fill)",
     "[.b, .w, .l] address value [count]", FIX},
    {"nand", 16, true, cmd_danger, "NAND sub-system", "info", FIX},
    {"nm", 2, true, cmd_danger, "memory modify (constant address)",
     "[.b, .w, .l] address", FIX},
    {"printenv", 16, true, uboot_printenv, "print environment variables",
     "\n    - print values of all environment variables\n"
     "printenv name ...\n    - print value of environment variable 'name'",
     FIX},
    {"protect", 4, false, cmd_danger,
     "enable or disable FLASH write protection", "on start end", FIX},
    {"reset", 1, false, cmd_reset, "Perform RESET of the CPU", "", FIX},
    {"run", 16, true, cmd_danger, "run commands in an environment variable",
     "var [...]", FIX},
    {"saveenv", 1, false, cmd_danger,
     "save environment variables to persistent storage", "", FIX},
    {"setenv", 16, false, uboot_setenv, "set environment variables",
     "name value ...", FIX},
    {"sf", 5, true, cmd_danger, "SPI flash sub-system", "probe", FIX},
    {"version", 1, true, cmd_version, "print monitor version", "", FIX},
    {NULL, 0, false, NULL, NULL, NULL, FIX},
};

bool uboot_has(const struct sim *sim, const struct uboot_command *command)
{
    const char *p = sim->opt.without;
    size_t len = strlen(command->name);

    if (sim->opt.format < command->since)
        return false;
    while (*p) {
        size_t word = strcspn(p, ",");

        if (word == len && strncmp(p, command->name, len) == 0)
            return false;
        p += word;
        p += *p == ',';
    }
    return true;
}

const struct uboot_command *uboot_find(const struct sim *sim, const char *name)
{
    size_t len = strcspn(name, ".");

    for (const struct uboot_command *c = uboot_commands; c->name; c++) {
        if (strlen(c->name) == len && strncmp(c->name, name, len) == 0)
            return uboot_has(sim, c) ? c : NULL;
    }
    return NULL;
}

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

void uboot_usage(struct sim *sim, const struct uboot_command *c)
{
    uart_printf(&sim->uart, "%s - %s\n\nUsage:\n%s %s\n", c->name, c->title,
                c->name, c->usage);
}

static enum uboot_result cmd_help(struct sim *sim,
                                  const struct uboot_call *call)
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
static enum uboot_result cmd_danger(struct sim *sim,
                                    const struct uboot_call *call)
{
    log_danger(&sim->log, call->argv[0]);
    return UBOOT_OK;
}

static enum uboot_result cmd_echo(struct sim *sim,
                                  const struct uboot_call *call)
{
    for (int i = 1; i < call->argc; i++)
        uart_printf(&sim->uart, "%s%s", i > 1 ? " " : "", call->argv[i]);
    uart_puts(&sim->uart, "\n");
    return UBOOT_OK;
}

static enum uboot_result cmd_reset(struct sim *sim,
                                   const struct uboot_call *call)
{
    (void)call;
    uboot_reset(sim);
}

static enum uboot_result cmd_version(struct sim *sim,
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
