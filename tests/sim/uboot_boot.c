// SPDX-License-Identifier: BSD-2-Clause
// The countdown before U-Boot starts a system, and what stops it.
#include <string.h>

#include "uboot.h"

enum { TICK = 10000000, SECOND = 1000000000, TYPED_MAX = 64 };

/* The text goes around the number of seconds; without a rest it counts. */
struct variant {
    const char *text, *rest;
    const char *stop; /* NULL: any key, or the user's word */
};

static const struct variant variants[] = {
    [AUTOBOOT_ANY] = {"Hit any key to stop autoboot: ", NULL, NULL},
    [AUTOBOOT_PRESS_ANY] = {"Press any key to interrupt autoboot: ", NULL,
                            NULL},
    [AUTOBOOT_CTRL_C] = {"Hit Ctrl+c key to stop autoboot: ", NULL, "\003"},
    [AUTOBOOT_PRESS_CTRL_C] = {"Press Ctrl+C to stop autoboot: ", NULL, "\003"},
    [AUTOBOOT_SPACE] = {"Hit SPACE in ", " seconds to stop autoboot.\n", " "},
    [AUTOBOOT_PRESS_SPACE] = {"Press SPACE to abort autoboot in ", " seconds\n",
                              " "},
    [AUTOBOOT_ESC_ESC] = {"Autobooting in ",
                          " seconds, press \"<Esc><Esc>\" to stop\n",
                          "\033\033"},
    [AUTOBOOT_S_KEY] = {"Autoboot in ", " seconds, to stop use 's' key\n", "s"},
    [AUTOBOOT_TPL] = {"Autobooting in ", " seconds\n", "tpl"},
    [AUTOBOOT_TPL_MAGIC] = {"Enter magic string to stop autoboot in ",
                            " seconds\n", "tpl"},
    [AUTOBOOT_SLP] = {"------Firmware check pass!-----\nAutobooting in ",
                      " seconds\n", "slp"},
    [AUTOBOOT_GL] = {"Hit \"gl\" key to stop autoboot: ", NULL, "gl"},
    [AUTOBOOT_PASSWORD] = {"Enter password - autoboot in ", " sec...\n", NULL},
    [AUTOBOOT_PASSWORD_ENTER] = {"Enter password - autoboot in ", " sec...\n",
                                 NULL},
    [AUTOBOOT_STOP] = {"Autobooting in ", " seconds\n", NULL},
};

/* What came since the countdown began. */
struct typed {
    char text[TYPED_MAX + 1];
    size_t len;
};

enum verdict { GO_ON, STOP, BOOT };

static bool any_key(const struct sim *sim)
{
    return sim->opt.autoboot == AUTOBOOT_ANY ||
           sim->opt.autoboot == AUTOBOOT_PRESS_ANY;
}

/* A word counts wherever it ends: only the tail is kept. */
static enum verdict hear_word(struct typed *typed, int c, const char *word)
{
    size_t len = strlen(word);

    if (typed->len == TYPED_MAX)
        memmove(typed->text, typed->text + 1, --typed->len);
    typed->text[typed->len++] = (char)c;
    if (typed->len < len ||
        memcmp(typed->text + typed->len - len, word, len) != 0)
        return GO_ON;
    return STOP;
}

/*
 * Only its checksum is known, so all that was typed must be the password;
 * with an end of line there is one chance. What is too long starts a system.
 */
static enum verdict hear_password(struct sim *sim, struct typed *typed, int c)
{
    bool enter = sim->opt.autoboot == AUTOBOOT_PASSWORD_ENTER;
    bool end = enter && (c == '\r' || c == '\n');
    bool right;

    if (typed->len == TYPED_MAX)
        return BOOT;
    if (!end)
        typed->text[typed->len++] = (char)c;
    typed->text[typed->len] = '\0';
    right = strcmp(typed->text, sim->opt.password) == 0;
    if (enter)
        return !end ? GO_ON : right ? STOP : BOOT;
    return right ? STOP : GO_ON;
}

static enum verdict hear(struct sim *sim, struct typed *typed, int c)
{
    const char *stop = variants[sim->opt.autoboot].stop;

    if (sim->opt.autoboot == AUTOBOOT_PASSWORD ||
        sim->opt.autoboot == AUTOBOOT_PASSWORD_ENTER)
        return hear_password(sim, typed, c);
    return hear_word(typed, c, stop ? stop : sim->opt.stop);
}

static enum verdict look(struct sim *sim, struct typed *typed)
{
    enum verdict verdict = GO_ON;
    struct uart *u = &sim->uart;

    if (any_key(sim) && uart_tstc(u)) {
        if (!sim->opt.keep_key)
            uart_getc(u);
        return STOP;
    }
    while (verdict == GO_ON && uart_tstc(u))
        verdict = hear(sim, typed, uart_getc(u));
    return verdict;
}

static void show_count(struct sim *sim, int left, bool first)
{
    const struct variant *v = &variants[sim->opt.autoboot];
    struct uart *u = &sim->uart;

    if (v->rest) {
        if (first)
            uart_printf(u, "%s%d%s", v->text, left, v->rest);
    } else if (sim->opt.ansi) {
        uart_printf(u, "\033[2K\r%s%2d ", v->text, left);
    } else if (first) {
        uart_printf(u, "%s%2d ", v->text, left);
    } else {
        uart_printf(u, "\b\b\b%2d ", left);
    }
}

static int seconds(int64_t left)
{
    return left > 0 ? (int)((left + SECOND - 1) / SECOND) : 0;
}

void uboot_autoboot(struct sim *sim)
{
    int64_t left = sim->opt.countdown;
    struct typed typed = {.len = 0};
    enum verdict verdict = GO_ON;
    int shown = seconds(left);

    show_count(sim, shown, true);
    for (; left > 0 && verdict == GO_ON; left -= TICK) {
        int count;

        uart_sleep(&sim->uart, TICK);
        verdict = look(sim, &typed);
        count = verdict == GO_ON ? seconds(left - TICK) : 0;
        if (count < shown)
            show_count(sim, shown = count, false);
    }
    if (!variants[sim->opt.autoboot].rest)
        uart_puts(&sim->uart, "\n");
    if (verdict == STOP)
        uboot_shell(sim, true);
    uboot_boot(sim);
}
