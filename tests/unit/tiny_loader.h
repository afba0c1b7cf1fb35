// SPDX-License-Identifier: BSD-2-Clause
// A boot loader of a few lines behind a fake line, with faults on demand.

#ifndef UNIT_TINY_LOADER_H
#define UNIT_TINY_LOADER_H

#include "fake_line.h"

#include <inttypes.h>

#define LOADER_RAN 512U

#define LOADER_FOREIGN "erase 1:10-20"

/*
 * Plays what the consoles of U-Boot (CR LF, Ctrl-C, md) and of the Winbond
 * loader (LF CR, backspace, d of 0x100 bytes) do; rows come one a read, so
 * that a dump can be interrupted. Its U-Boot is one without hush: an empty line
 * runs the last command again, and Ctrl-C does not make it forget that.
 * Somebody typed LOADER_FOREIGN before; a test whose program runs it again
 * fails.
 */
struct loader {
    struct fake line;
    bool winbond;
    bool big_endian;
    const char *prompt;
    uint64_t base;
    uint64_t size;
    uint8_t (*byte)(uint64_t address); /* memory */
    const char *(*answer)(struct loader *l, const char *command);
    /* Changes or adds to a row before it goes out. */
    void (*mangle)(struct loader *l, char *row, uint64_t address);
    unsigned garble_echoes; /* of so many next letters the echo is wrong */
    bool deaf;              /* nothing that is typed arrives */
    unsigned burst_max; /* what is typed at once beyond that is lost; 0: no */
    unsigned burst;
    unsigned fifo_max; /* what is typed while it prints is kept */
    const char *ahead; /* heard instead of that; NULL: it is */
    bool interruptible;
    bool mute; /* waits for something, so that no prompt follows */

    char last[100]; /* what an empty line runs again; "": nothing */
    bool escaped;   /* the next character is swallowed */
    char edit[256];
    size_t edit_len;
    char ran[LOADER_RAN][100]; /* lines run, blank ones left out */
    unsigned n_ran;
    unsigned blank_lines;
    uint64_t next; /* of a running dump */
    uint64_t end;
    unsigned width;
    bool dumping;
    bool asking;  /* saves waits for a key */
    bool records; /* rows are S-records */
    uint64_t lie; /* their bytes are those so far behind */
    char fifo[32];
    unsigned fifo_len;
    unsigned n_ahead; /* lines run that were typed while it printed */
    unsigned interrupts;
};

static inline const char *loader_eol(const struct loader *l)
{
    return l->winbond ? "\n\r" : "\r\n";
}

static inline void loader_prompt(struct loader *l)
{
    if (l->mute)
        return;
    if (l->winbond)
        fake_say(&l->line, "\n\r\r");
    fake_say(&l->line, l->prompt);
}

static inline void loader_cells(struct loader *l, char *row, size_t *at)
{
    bool words = l->width > 1;
    bool swap = words && (l->winbond ? l->big_endian : !l->big_endian);

    for (unsigned i = 0; i < 16; i++) {
        unsigned k = swap ? i - i % l->width + l->width - 1 - i % l->width : i;
        if (i % l->width == 0)
            *at += (size_t)sprintf(row + *at, "%s",
                                   l->winbond && i == 8 ? " - " : " ");
        *at += (size_t)sprintf(row + *at, l->winbond ? "%02X" : "%02x",
                               l->byte(l->next + k));
    }
}

static inline void loader_record(struct loader *l)
{
    char line[80];
    unsigned sum = 0x15;
    size_t at = (size_t)sprintf(line, "S315%08" PRIX64, l->next);

    for (unsigned i = 0; i < 4; i++)
        sum += (unsigned)(l->next >> (8 * i)) & 0xffU;
    for (unsigned i = 0; i < 16; i++) {
        uint8_t b = l->byte(l->next + i + l->lie);
        sum += b;
        at += (size_t)sprintf(line + at, "%02X", b);
    }
    (void)sprintf(line + at, "%02X\r\n", ~sum & 0xffU);
    if (l->mangle != NULL)
        l->mangle(l, line, l->next);
    fake_say(&l->line, line);
    l->next += 16;
}

static inline void loader_row(struct loader *l)
{
    char row[512];
    size_t at;
    uint8_t first = l->winbond ? 0x21 : 0x20;
    uint8_t last = l->winbond ? 0x7f : 0x7e;

    at = (size_t)sprintf(row, l->winbond ? "[%08" PRIX64 "]" : "%08" PRIx64 ":",
                         l->next);
    loader_cells(l, row, &at);
    at += (size_t)sprintf(row + at, "  ");
    for (unsigned i = 0; i < 16; i++) {
        uint8_t b = l->byte(l->next + i);
        row[at++] = (char)(b >= first && b <= last ? b : '.');
    }
    row[at] = '\0';
    strcat(row, l->winbond ? "\r\n\r" : "\r\n");
    if (l->mangle != NULL)
        l->mangle(l, row, l->next);
    fake_say(&l->line, row);
    l->next += 16;
}

static inline void loader_hear(void *arg, char byte);

/* Reads what was typed meanwhile. */
static inline void loader_catch_up(struct loader *l)
{
    unsigned before = l->n_ran;
    char typed[sizeof(l->fifo) + 1];

    (void)snprintf(typed, sizeof(typed), "%.*s", (int)l->fifo_len, l->fifo);
    if (l->fifo_len > 0 && l->ahead != NULL)
        (void)snprintf(typed, sizeof(typed), "%s", l->ahead);
    l->fifo_len = 0;
    for (const char *at = typed; *at != '\0'; at++)
        loader_hear(l, *at);
    l->n_ahead += l->n_ran - before;
}

static inline void loader_feed(void *arg)
{
    struct loader *l = arg;

    if (!l->dumping || l->asking)
        return;
    if (l->next < l->end) {
        (l->records ? loader_record : loader_row)(l);
        return;
    }
    if (l->records)
        fake_say(&l->line, "S70500000000FA\r\n## S-Record upload complete\r\n");
    l->dumping = l->records = false;
    loader_prompt(l);
    loader_catch_up(l);
}

static inline bool loader_dump(struct loader *l, const char *line)
{
    unsigned long long address;
    unsigned long long count = 0x40;
    char kind;

    if (l->winbond) {
        address = l->next;
        if (sscanf(line, "d -%c 0x%llX", &kind, &address) < 1)
            return false;
        l->width = kind == 's' ? 4 : 1;
        count = 0x100 / l->width;
    } else if (sscanf(line, "saves %llx %llx", &address, &count) == 2) {
        l->width = 1;
        l->asking = l->records = true;
        fake_say(&l->line, "## Ready for S-Record upload, press ENTER to "
                           "proceed ...\r\n");
    } else {
        if (sscanf(line, "md.%c %llx %llx", &kind, &address, &count) != 3)
            return false;
        l->width = kind == 'q' ? 8 : kind == 'l' ? 4 : 1;
    }
    l->next = address;
    l->end = address + count * l->width;
    l->dumping = true;
    return true;
}

/* What stands in the editor becomes what is to be run. False: nothing is. */
static inline bool loader_enter(struct loader *l)
{
    l->edit[l->edit_len] = '\0';
    if (strspn(l->edit, " ") == l->edit_len) {
        l->blank_lines++;
        if (l->edit_len > 0)
            l->last[0] = '\0'; /* no command, which cannot be repeated */
        strcpy(l->edit, l->last);
        if (strcmp(l->last, LOADER_FOREIGN) == 0)
            fail_msg("an empty line ran '%s' again", l->last);
    } else if (!l->winbond) {
        (void)snprintf(l->last, sizeof(l->last), "%.99s", l->edit);
    }
    l->edit_len = 0;
    return l->edit[0] != '\0';
}

static inline void loader_run(struct loader *l)
{
    const char *text = NULL;
    const char *at;

    bool blanks = l->winbond && l->edit_len > 0;

    if (!loader_enter(l)) {
        if (blanks)
            fake_say(&l->line, "ERROR: unrecognised command\n\r");
        loader_prompt(l);
        return;
    }
    assert_true(l->n_ran < LOADER_RAN);
    (void)snprintf(l->ran[l->n_ran++], sizeof(l->ran[0]), "%.99s", l->edit);
    if (loader_dump(l, l->edit)) {
        if (l->winbond)
            fake_say(&l->line, "Displaying memory at 0x0\n\r");
        return;
    }
    if (l->answer != NULL)
        text = l->answer(l, l->edit);
    if (text == NULL)
        l->last[0] = '\0';
    if (text == NULL)
        text = l->winbond ? "ERROR: unrecognised command\n"
                          : "Unknown command '?' - try 'help'\n";
    for (at = text; *at != '\0'; at++)
        if (*at == '\n')
            fake_say(&l->line, loader_eol(l));
        else
            fake_say_bytes(&l->line, at, 1);
    loader_prompt(l);
}

static inline void loader_backspace(struct loader *l)
{
    char redraw[400];

    if (l->edit_len == 0)
        return;
    l->edit_len--;
    (void)snprintf(redraw, sizeof(redraw), "\r%s%.*s \b", l->prompt,
                   (int)l->edit_len, l->edit);
    fake_say(&l->line, redraw);
}

static inline void loader_interrupt(struct loader *l)
{
    if (l->dumping && !l->interruptible)
        return;
    l->interrupts++;
    l->dumping = l->asking = l->records = false;
    l->edit_len = 0;
    fake_say(&l->line, "<INTERRUPT>\r\n");
    loader_prompt(l);
}

static inline void loader_hear(void *arg, char byte)
{
    struct loader *l = arg;
    char echo = byte;

    if (l->line.out_taken == l->line.out_len)
        l->burst = 0;
    if (l->burst_max != 0 && ++l->burst > l->burst_max)
        return;
    if (l->asking && byte == '\r') {
        l->asking = false;
        fake_say(&l->line, "S0030000FC\r\n");
        return;
    }
    if (l->dumping && l->fifo_len < l->fifo_max)
        l->fifo[l->fifo_len++] = byte;
    if (l->deaf || (l->dumping && byte != '\x03'))
        return;
    if (l->escaped) {
        l->escaped = false;
    } else if (byte == '\x1b') {
        l->escaped = l->winbond;
    } else if (byte == '\x03' && !l->winbond) {
        loader_interrupt(l);
    } else if (byte == '\b') {
        loader_backspace(l);
    } else if (byte == '\r' || byte == '\n') {
        fake_say(&l->line, loader_eol(l));
        loader_run(l);
    } else if (((unsigned char)byte >= 0x20 || l->winbond) &&
               l->edit_len < 200) {
        if (l->garble_echoes > 0) {
            l->garble_echoes--;
            echo ^= 1;
        }
        l->edit[l->edit_len++] = echo;
        fake_say_bytes(&l->line, &echo, 1);
    }
}

static inline uint8_t loader_noise_byte(uint64_t address)
{
    uint64_t x = (address + 1) * UINT64_C(0x9e3779b97f4a7c15);

    return (uint8_t)(x >> 56 ^ x >> 23);
}

static inline void loader_init(struct loader *l, bool winbond)
{
    memset(l, 0, sizeof(*l));
    l->winbond = winbond;
    l->prompt = winbond ? "bootloader > " : "=> ";
    l->base = winbond ? 0x7f000000 : 0;
    l->size = 0x400000;
    l->byte = loader_noise_byte;
    l->interruptible = !winbond;
    l->fifo_max = winbond ? 16 : 0;
    strcpy(l->last, winbond ? "" : LOADER_FOREIGN);
    l->line.hear = loader_hear;
    l->line.feed = loader_feed;
    l->line.arg = l;
}

#endif
