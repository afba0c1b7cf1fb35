// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's prompt: its two shells, and which command an empty line repeats.
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "uboot.h"

static const char interrupted[] = "<INTERRUPT>\n";

/* Of several media somebody worked on the last, and in its boot partition. */
static void recall_selection(struct sim *sim)
{
    struct uboot_memory *m = &sim->uboot;
    const struct media *media = &sim->media;
    int mmcs = media_count(media->mmc);
    int nands = media_count(media->nand);

    if (media_count(media->spi) > 1)
        m->spi = 1;
    if (mmcs > 0)
        m->mmc = mmcs - 1;
    if (mmcs > 0 && media->mmc_boot[mmcs - 1][0].data)
        m->mmc_part[mmcs - 1] = 1;
    if (nands > 0)
        m->nand = nands - 1;
}

/* What md, mm and nm go on with; sf works on what sf probe chose. */
static void recall_state(struct sim *sim)
{
    struct uboot_memory *m = &sim->uboot;
    const char *rest = m->last + strcspn(m->last, " ");
    int width = uboot_width(sim, m->last);

    if (strncmp(m->last, "sf ", 3) == 0 && m->spi < 0)
        m->spi = sim->media.spi[0].data ? 0 : -1;
    if (width == 0)
        return;
    m->addr = uboot_hex(rest + strspn(rest, " "));
    m->mm_addr = m->addr;
    m->width = width;
    m->mm_width = width;
}

/* Not in the same session as what was typed before: a reset forgets it. */
void uboot_recall(struct sim *sim)
{
    struct uboot_memory *m = &sim->uboot;
    const char *typed = sim->opt.last_command;

    if (!sim->opt.media.first_selected)
        recall_selection(sim);
    if (!typed)
        typed = uboot_danger_at_hand(sim);
    if (!*typed)
        return;
    snprintf(m->last, sizeof m->last, "%s", typed);
    recall_state(sim);
    uboot_history_add(sim, m->last);
    m->repeatable = true;
    m->foreign = true;
}

static void take_line(struct sim *sim)
{
    struct uboot_memory *m = &sim->uboot;

    strcpy(m->last, sim->editor.line);
    m->foreign = false;
    log_command(&sim->log, m->last);
}

/* An empty line runs `last` once more. */
static void note_repeat(struct sim *sim)
{
    char mark[sizeof sim->uboot.last + 16];

    log_command(&sim->log, "");
    if (!sim->uboot.foreign)
        return;
    snprintf(mark, sizeof mark, "foreign %s", sim->uboot.last);
    log_mark(&sim->log, mark);
}

/*
 * The simple one. What was typed last stays until a command was run that may
 * not be repeated, or that failed: Ctrl-C at the prompt does not forget it.
 */
static void serve_simple(struct sim *sim, bool fresh)
{
    struct uboot_memory *m = &sim->uboot;
    bool repeat;

    if (!uboot_read_line(sim, sim->opt.prompt, fresh)) {
        uart_puts(&sim->uart, interrupted);
        return;
    }
    repeat = sim->editor.len == 0;
    if (!repeat)
        take_line(sim);
    if (!*m->last)
        return;
    if (repeat)
        note_repeat(sim);
    if (uboot_run_line(sim, m->last, repeat) <= 0)
        m->last[0] = '\0';
    board_end_command(sim);
}

/* An open quote, or an if without its fi, makes it ask for more; false: Ctrl-C.
 * None of it is run before. */
static bool complete_line(struct sim *sim)
{
    struct uboot_memory *m = &sim->uboot;

    while (uboot_quote_open(m->last) || uboot_if_open(sim, m->last)) {
        size_t len = strlen(m->last);

        sim->editor.len = 0;
        if (!uboot_read_line(sim, "> ", true))
            return false;
        if (len + sim->editor.len + 2 >= UBOOT_LINE)
            return false;
        snprintf(m->last + len, sizeof m->last - len, "\n%s", sim->editor.line);
    }
    return true;
}

/*
 * hush. Whatever was typed last may be repeated, unless a command in it says
 * no; that it failed does not matter. Ctrl-C at the prompt forgets it.
 */
static void serve_hush(struct sim *sim, bool fresh)
{
    struct uboot_memory *m = &sim->uboot;
    bool typed = uboot_read_line(sim, sim->opt.prompt, fresh);
    bool repeat = sim->editor.len == 0;

    if (typed && !repeat) {
        take_line(sim);
        m->repeatable = true;
        typed = complete_line(sim);
    }
    if (!typed) {
        uart_puts(&sim->uart, interrupted);
        m->repeatable = false;
        return;
    }
    if (!m->repeatable)
        return;
    if (repeat)
        note_repeat(sim);
    uboot_run_line(sim, m->last, repeat);
    board_end_command(sim);
}

/* An exception that the processor survives jumps back to here. */
void uboot_shell(struct sim *sim, bool fresh)
{
    if (setjmp(sim->prompt) != 0)
        fresh = true;
    for (;; fresh = true) {
        if (fresh)
            sim->editor.len = 0;
        if (sim->opt.hush)
            serve_hush(sim, fresh);
        else
            serve_simple(sim, fresh);
    }
}
