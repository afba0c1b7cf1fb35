// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's command table.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hostile.h"
#include "winbond.h"

struct command {
    const char *name;
    void (*run)(struct sim *sim, int argc, char **argv);
    const char *help;
};

static void cmd_help(struct sim *sim, int argc, char **argv);

static void cmd_info(struct sim *sim, int argc, char **argv)
{
    static const char *const names[] = {
        "AM29LV160", "AM29LV320", "MX29LV160", "MX29LV320",
        "W19B160",   "W19B320",   "W28J800",
    };

    (void)argc;
    (void)argv;
    winbond_banner(sim);
    uart_puts(&sim->uart, "Supports flash types:\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        uart_printf(&sim->uart, "%s%-16s", i > 0 && i % 4 == 0 ? "\n" : "",
                    names[i]);
    uart_puts(&sim->uart, "\n");
}

static void cmd_list(struct sim *sim, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    winbond_list(sim);
}

static void print_bauds(struct sim *sim)
{
    const struct line_options *l = &sim->opt.line;

    for (int i = 0; i < l->bauds; i++)
        uart_printf(&sim->uart, "%c%ld", i > 0 ? ',' : '[', l->table[i]);
    uart_puts(&sim->uart, "]\n");
}

/* 4800 sets 2400 on the device, too. */
static void cmd_baud(struct sim *sim, int argc, char **argv)
{
    char *end;
    long baud;

    if (argc != 2) {
        uart_puts(&sim->uart, "Invalid number of arguments\n");
        print_bauds(sim);
        return;
    }
    baud = strtol(argv[1], &end, 10);
    if (end == argv[1] || *end) {
        uart_printf(&sim->uart, "Invalid number - %s\n", argv[1]);
        return;
    }
    if (line_offers(&sim->opt.line, baud))
        uart_set_baud(&sim->uart, baud == 4800 ? 2400 : baud);
    else
        uart_puts(&sim->uart, "Unsupported speed.\n");
}

static void cmd_boot(struct sim *sim, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uart_puts(&sim->uart, "\nRebooting the system ...\n");
    uart_sleep(&sim->uart, 100000000);
    longjmp(sim->restart, UART_RESET);
}

/* Changes nothing that could be read; it is noted all the same. */
static void cmd_danger(struct sim *sim, int argc, char **argv)
{
    (void)argc;
    log_danger(&sim->log, argv[0]);
}

static void cmd_interface(struct sim *sim, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uart_puts(&sim->uart, "MAC\n");
}

static const struct command commands[] = {
    {"H", cmd_help, "Display the available commands"},
    {"B", cmd_baud, "Set Baud Rate"},
    {"D", winbond_dump, "Display memory. D -? for help"},
    {"E", winbond_edit, "Edit memory. E -? for help"},
    {"G", winbond_go, "Goto address"},
    {"I", cmd_info, "information"},
    {"MX", winbond_load, "Xmodem download"},
    {"MT", winbond_load, "TFTP/USB download"},
    {"FT", winbond_program, "Program the flash by TFTP/USB. FT -? for help"},
    {"FX", winbond_program, "Program the flash by Xmodem. FX -? for help"},
    {"CP", winbond_copy, "Memory copy"},
    {"LS", cmd_list, "List the images in the flash"},
    {"SET", winbond_set, "Setting boot loader configuration. SET -? for help"},
    {"CHK", winbond_check, "Check the flash"},
    {"RUN", winbond_run_image, "Execute image"},
    {"DEL", winbond_delete, "DEL the image or flash block"},
    {"MSET", winbond_fill, "Fill memory"},
    {"TERM", winbond_terminal, "Change the terminal output port"},
    {"BOOT", cmd_boot, "Reboot the system"},
    {"CACHE", cmd_danger, "Cache setting"},
    {"USB", cmd_danger, "USB interface setting"},
    {"UNZIP", winbond_run_image, "Unzip image"},
    {"ATTRIB", cmd_danger, "Change the image attribution"},
    {"INTF", cmd_interface,
     "Print bootloader supported interface, ether USB or MAC"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void cmd_help(struct sim *sim, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uart_puts(&sim->uart, "\nW90P745 Command Shell v1.0 Rebuilt on "
                          "May 06 2010 at 13:00:07\n");
    for (int i = 0; i < COMMANDS; i++)
        uart_printf(&sim->uart, "\n%-9s%s", commands[i].name, commands[i].help);
}

/*
 * Cut into words; quotes keep blanks together. In front of blanks that begin
 * the line there is a word without letters.
 */
static int split(char *line, char **argv)
{
    int argc = 0;

    if (*line == ' ') {
        argv[argc++] = line + strlen(line);
        line++;
    }

    while (argc < WINBOND_TOKENS) {
        char stop = ' ';

        while (*line == ' ')
            line++;
        if (!*line)
            break;
        if (*line == '"')
            stop = *line++;
        argv[argc++] = line;
        while (*line && *line != stop)
            line++;
        if (!*line)
            break;
        *line++ = '\0';
    }
    return argc;
}

static bool is_command(const char *word, const char *name)
{
    size_t len = strlen(name);

    return strncasecmp(word, name, len) == 0 &&
           (!word[len] || strcmp(word + len, "&") == 0);
}

void winbond_abort(struct sim *sim)
{
    uart_puts(&sim->uart, "\n\nERROR: Data Abort @ pc=0x00001680");
}

void winbond_execute(struct sim *sim, const char *line)
{
    char copy[WINBOND_LINE + 1];
    char *argv[WINBOND_TOKENS];
    int argc;

    strcpy(copy, line);
    argc = split(copy, argv);
    if (argc == 0)
        return;
    for (int i = 0; i < COMMANDS; i++) {
        if (is_command(argv[0], commands[i].name)) {
            if (!hostile_answer(sim, argv[0]))
                commands[i].run(sim, argc, argv);
            return;
        }
    }
    uart_puts(&sim->uart, "ERROR: unrecognised command\n");
}
