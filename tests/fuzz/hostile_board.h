// SPDX-License-Identifier: BSD-2-Clause
// A board behind a fake line that is honest until its script says otherwise.

#ifndef FUZZ_HOSTILE_BOARD_H
#define FUZZ_HOSTILE_BOARD_H

#include "fuzz.h"

#include "base/clock.h"
#include "line/line.h"
#include "monitor/dialect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <zlib.h>

/*
 * The script gives one byte for each command that is run; behind its end all
 * is honest, or it starts again. Low four bits:
 *
 *   0..5    the honest answer
 *   6       without a prompt behind it
 *   7       a bit in it is changed: two bytes say where and which
 *   8, 9    instead of it a byte n and n bytes, with a prompt and without
 *   10      unknown command
 *   11      reset: banner, countdown, prompt
 *   12      silence
 *   13      the port goes away
 *   14      n bytes again and again, for ever
 *   15      the echo of what follows is wrong for n letters
 */
#define BOARD_OUT  (1U << 18)
#define BOARD_BASE 0x9f000000U
#define CAMERA     0x7f000000U

struct board {
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *start;
    bool camera;
    bool again;   /* the script starts again */
    bool sudden;  /* silence takes from the script, too */
    size_t chunk; /* a read gives so many bytes at most */
    bool odd;     /* it has not been honest */
    bool lied;    /* bytes of rows may be wrong from now on */
    bool gone;
    unsigned away;  /* so many times more reopening fails */
    unsigned wrong; /* letters whose echo is wrong */
    const uint8_t *endless;
    size_t endless_len;
    char edit[256];
    size_t edit_len;
    unsigned long long next; /* where a camera's d goes on */
    size_t out_len;
    size_t out_taken;
    uint64_t reads;
    uint64_t said;       /* since something was typed */
    char out[BOARD_OUT]; /* the last: the rest is set to 0 each time */
};

static uint64_t board_ms;

static uint64_t board_now(void)
{
    return board_ms;
}

static uint8_t board_next(struct board *b)
{
    if (b->at == b->end && b->again)
        b->at = b->start;
    return b->at < b->end ? *b->at++ : 0;
}

static uint8_t board_byte(uint64_t address)
{
    uint64_t x = (address + 1) * UINT64_C(0x9e3779b97f4a7c15);

    return (uint8_t)(x >> 56 ^ x >> 23);
}

static void board_bytes(struct board *b, const void *bytes, size_t len)
{
    if (b->out_taken == b->out_len)
        b->out_taken = b->out_len = 0;
    if (len > sizeof(b->out) - b->out_len)
        return; /* nobody listens */
    memcpy(b->out + b->out_len, bytes, len);
    b->out_len += len;
}

__attribute__((format(printf, 2, 3))) static void
board_say(struct board *b, const char *format, ...)
{
    char text[1024];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    board_bytes(b, text, (size_t)n);
}

static void board_prompt(struct board *b)
{
    board_say(b, "%s", b->camera ? "\n\r\rbootloader > " : "=> ");
}

static void board_row(struct board *b, uint64_t at, unsigned width)
{
    bool swap = width > 1 && !b->camera; /* a little-endian CPU */
    char row[200];
    size_t n = (size_t)sprintf(
        row, b->camera ? "[%08" PRIX64 "]" : "%08" PRIx64 ":", at);

    for (unsigned i = 0; i < 16; i++) {
        unsigned k = swap ? i - i % width + width - 1 - i % width : i;
        if (i % width == 0)
            n += (size_t)sprintf(row + n, "%s",
                                 b->camera && i == 8 ? " - " : " ");
        n += (size_t)sprintf(row + n, b->camera ? "%02X" : "%02x",
                             board_byte(at + k));
    }
    n += (size_t)sprintf(row + n, "%s", b->camera ? "  " : "    ");
    for (unsigned i = 0; i < 16; i++) {
        uint8_t c = board_byte(at + i);
        bool shown = c >= (b->camera ? 0x21 : 0x20) &&
                     c <= (b->camera ? 0x7f : 0x7e);
        row[n++] = (char)(shown ? c : '.');
    }
    board_bytes(b, row, n);
    board_say(b, "%s", b->camera ? "\r\n\r" : "\r\n");
}

static bool board_dump(struct board *b, const char *line)
{
    unsigned long long at;
    unsigned long long count;
    unsigned width;
    char kind;

    if (b->camera) {
        at = b->next;
        if (sscanf(line, "d -%c 0x%llX", &kind, &at) < 1 ||
            (strlen(line) > 4 && line[4] != ' '))
            return false;
        width = kind == 's' ? 4 : 1;
        count = 0x100 / width;
        b->next = at + 0x100;
        board_say(b, "Displaying memory at 0x%llX\n\r", at);
    } else {
        if (sscanf(line, "md.%c %llx %llx", &kind, &at, &count) != 3)
            return false;
        width = kind == 'l' ? 4 : 1;
    }
    MUST(count * width <= 0x1000);
    for (uint64_t n = 0; n < count * width; n += 16)
        board_row(b, at + n, width);
    return true;
}

static bool board_sum(struct board *b, const char *line)
{
    unsigned long at;
    unsigned long len;
    uint32_t sum = 0;

    if (b->camera || sscanf(line, "crc32 %lx %lx", &at, &len) != 2)
        return false;
    MUST(len <= 0x1000);
    for (unsigned long i = 0; i < len; i++) {
        uint8_t c = board_byte(at + i);
        sum = (uint32_t)crc32(sum, &c, 1);
    }
    board_say(b, "CRC32 for %08lx ... %08lx ==> %08x\r\n", at, at + len - 1,
              sum);
    return true;
}

/* Command and answer, in pairs. */
static const char *const board_texts[] = {
    "version",
    "U-Boot 2013.07 (Jan 02 2020 - 03:04:05)\r\n",
    "bdinfo",
    "memstart    = 0x80000000\r\nmemsize     = 0x04000000\r\n"
    "flashstart  = 0x9F000000\r\nflashsize   = 0x00010000\r\n"
    "ethaddr     = 02:00:00:12:34:56\r\n",
    "printenv",
    "ethaddr=02:00:00:12:34:56\r\n"
    "bootargs=console=ttyS0 mtdparts=spi0.0:16k(u-boot),-(rest)\r\n",
    "flinfo",
    "",
    "mtd list",
    "",
    "mtdparts",
    ""};
static const char *const camera_texts[] = {
    "i",
    "W90P745 Boot Loader [ Version 1.1 ] Rebuilt on May 1 2010\n\r"
    "Memory Size is 0x1000000 Bytes, Flash Size is 0x200000 Bytes\n\r"
    "        MAC Address         : 02:00:00:AA:BB:CC\n\r",
    "ls",
    "Image: 0 name:BOOT INFO base:0x7F010000 size:0x00000038 "
    "exec:0x7F010000 -af\n\r"
    "Image: 7 name:linux.bin base:0x7F020000 size:0x00012345 "
    "exec:0x00008000 -acxz\n\r"};

static bool board_answer(struct board *b, const char *line)
{
    const char *const *texts = b->camera ? camera_texts : board_texts;
    size_t n = b->camera ? sizeof(camera_texts) / sizeof(*camera_texts)
                         : sizeof(board_texts) / sizeof(*board_texts);

    for (size_t i = 0; i < n; i += 2)
        if (strcmp(line, texts[i]) == 0) {
            board_say(b, "%s", texts[i + 1]);
            return true;
        }
    return board_dump(b, line) || board_sum(b, line);
}

static void board_unknown(struct board *b)
{
    board_say(b, "%s",
              b->camera ? "ERROR: unrecognised command\n\r"
                        : "Unknown command '?' - try 'help'\r\n");
}

/* What may be in front of it: keys that were to stop a countdown. */
static const char *board_without_keys(const char *line)
{
    static const char *const keys[] = {"tplslp", "gl",   "4", " ",
                                       "\x1b",   "\x03", NULL};

    for (int i = 0; keys[i] != NULL; i++)
        if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
            line += strlen(keys[i]);
            i = -1;
        }
    return line;
}

static bool board_is(const char *command, const char *line)
{
    return command != NULL && strcmp(command, line) == 0;
}

/* One that selects a medium, whatever its number. */
static bool board_selects(const struct medium_access *a, const char *line)
{
    for (size_t i = 0; i < a->n_select; i++) {
        const char *hole = strstr(a->select[i], "{index}");
        size_t before = hole != NULL ? (size_t)(hole - a->select[i]) : 0;
        if (board_is(a->select[i], line) ||
            (hole != NULL && strncmp(a->select[i], line, before) == 0 &&
             strcmp(hole + strlen("{index}"),
                    line + before + strspn(line + before, "0123456789")) == 0))
            return true;
    }
    return false;
}

/* A command without numbers that one of the dialects lists. */
static bool board_is_listed(const char *line)
{
    static struct dialect **all; /* for all inputs */
    bool listed = false;

    MUST(all != NULL || dialect_load_all(&all, NULL) == 0);
    for (size_t n = 0; all[n] != NULL; n++) {
        const struct dialect *d = all[n];
        listed = listed || board_is(d->recognise_command, line);
        for (size_t i = 0; i < d->n_maps; i++)
            listed = listed || board_is(d->maps[i].command, line) ||
                     board_is(d->maps[i].needs.command, line);
        for (size_t i = 0; i < d->n_dumps; i++)
            listed = listed || board_is(d->dumps[i].needs.command, line);
        for (size_t i = 0; i < d->n_checksums; i++)
            listed = listed || board_is(d->checksums[i].needs.command, line);
        for (size_t i = 0; i < d->n_identities; i++)
            listed = listed || board_is(d->identities[i].command, line);
        for (size_t i = 0; i < d->n_accesses; i++)
            listed = listed || board_is(d->accesses[i].needs.command, line) ||
                     board_selects(&d->accesses[i], line) ||
                     board_is(d->accesses[i].bad, line);
    }
    return listed;
}

/* line is text, where a # stands for hexadecimal digits. */
static bool board_is_like(const char *line, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '#' && *line != *text)
            return false;
        line += *text == '#' ? strspn(line, "0123456789abcdef") : 1;
    }
    return *line == '\0';
}

/* With numbers, what this board lacks. */
static bool board_may_lack(const char *line)
{
    static const char *const lacks[] = {"saves # #",
                                        "spi read # #",
                                        "sf read # # #",
                                        "nand read # # #",
                                        "mmc read # # #",
                                        "nand device",
                                        "mtd read nand# # # #",
                                        "mtd bad nand#"};

    for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
        if (board_is_like(line, lacks[i]))
            return true;
    return false;
}

/* A command of a dialect or nothing: never half of one, never two. Whoever
 * shows a prompt of the others is asked as they are. */
static void board_must_be_whole(struct board *b, const char *line)
{
    size_t before = b->out_len;
    size_t taken = b->out_taken;
    unsigned long long next = b->next;

    line = board_without_keys(line);
    if (*line == '\0' || board_is_listed(line) ||
        (!b->camera && board_may_lack(line)) || board_answer(b, line)) {
        b->out_len = before;
        b->out_taken = taken;
        b->next = next;
        return;
    }
    (void)fprintf(stderr, "ran '%s'\n", line);
    abort();
}

static void board_literal(struct board *b)
{
    for (unsigned n = board_next(b); n > 0; n--) {
        uint8_t c = board_next(b);
        board_bytes(b, &c, 1);
    }
    b->lied = true;
}

static void board_reset(struct board *b)
{
    board_say(b, "%s",
              b->camera ? "W90P745 Boot Loader [ Version 1.1 ]\n\r"
                          "Press ESC to enter debug mode ......\n\r"
                        : "\r\nU-Boot 2013.07\r\n"
                          "Hit any key to stop autoboot:  0 \r\n");
    b->edit_len = 0;
    board_prompt(b);
}

static void board_honest(struct board *b, const char *line, bool prompt)
{
    if (*line != '\0' && !board_answer(b, line))
        board_unknown(b);
    if (prompt)
        board_prompt(b);
}

static void board_change_bit(struct board *b, const char *line)
{
    size_t from;
    size_t at;

    board_bytes(b, "", 0);
    from = b->out_len;
    board_honest(b, line, true);
    at = from + (size_t)board_next(b) * 16;
    b->lied = true;
    if (at < b->out_len)
        b->out[at] ^= (char)board_next(b);
}

static void board_loop(struct board *b)
{
    b->endless_len = board_next(b);
    if (b->endless_len > (size_t)(b->end - b->at))
        b->endless_len = (size_t)(b->end - b->at);
    b->endless = b->at;
    b->at += b->endless_len;
    b->lied = true;
}

static void board_run(struct board *b)
{
    uint8_t op = board_next(b) & 15;
    const char *line;

    b->edit[b->edit_len] = '\0';
    line = board_without_keys(b->edit);
    b->edit_len = 0;
    board_must_be_whole(b, line);
    b->odd = b->odd || b->sudden || op > 5;
    switch (op) {
    case 7:
        board_change_bit(b, line);
        return;
    case 8:
    case 9:
        board_literal(b);
        if (op == 8)
            board_prompt(b);
        return;
    case 10:
        board_unknown(b);
        board_prompt(b);
        return;
    case 11:
        board_reset(b);
        return;
    case 12:
        return;
    case 13:
        b->gone = true;
        b->away = board_next(b) % 4;
        return;
    case 14:
        board_loop(b);
        return;
    case 15:
        b->wrong = board_next(b);
        b->lied = true;
        board_prompt(b);
        return;
    default:
        board_honest(b, line, op != 6);
        return;
    }
}

static void board_hear(struct board *b, char c)
{
    char echo = c;

    if (c == '\x03' && !b->camera) {
        b->edit_len = 0;
        b->endless = NULL;
        board_say(b, "<INTERRUPT>\r\n");
        board_prompt(b);
    } else if (c == '\b') {
        b->edit_len -= b->edit_len > 0;
        board_say(b, "\rbootloader > %.*s \b", (int)b->edit_len, b->edit);
    } else if (c == '\r') {
        b->endless = b->camera ? b->endless : NULL;
        board_say(b, "%s", b->camera ? "\n\r" : "\r\n");
        board_run(b);
    } else if (b->edit_len < sizeof(b->edit) - 1) {
        b->edit[b->edit_len++] = c;
        if (b->wrong > 0) {
            b->wrong--;
            echo ^= 1;
        }
        board_bytes(b, &echo, 1);
    }
}

/* Nothing is on its way. -EINTR, -ENODEV, or 0. */
static int board_idle(struct board *b)
{
    if (b->endless != NULL && b->endless_len > 0)
        for (size_t n = 0; n < 4096; n += b->endless_len)
            board_bytes(b, b->endless, b->endless_len);
    else if (b->sudden)
        switch (board_next(b)) {
        case 255:
            return -EINTR;
        case 254:
            b->gone = true;
            return -ENODEV;
        case 253:
            board_reset(b);
            return 0;
        case 252:
            board_literal(b);
            return 0;
        case 251:
            board_loop(b);
            return 0;
        default:
            return 0;
        }
    return 0;
}

static ssize_t board_read(void *ctx, void *buf, size_t size,
                          struct deadline until)
{
    struct board *b = ctx;
    int ret = 0;
    size_t n;

    /* Who talks for ever has less and less time. */
    board_ms += 1 + b->said / 4096;
    MUST(++b->reads < 200000);
    if (b->gone)
        return -ENODEV;
    if (b->out_taken == b->out_len)
        ret = board_idle(b);
    if (ret < 0)
        return ret;
    n = b->out_len - b->out_taken;
    if (n == 0) {
        board_ms = board_ms < until.at_ms ? until.at_ms : board_ms;
        return 0;
    }
    n = n < size ? n : size;
    n = b->chunk != 0 && n > b->chunk ? b->chunk : n;
    memcpy(buf, b->out + b->out_taken, n);
    b->out_taken += n;
    b->said += n;
    return (ssize_t)n;
}

static int board_write(void *ctx, const void *bytes, size_t len,
                       struct deadline until)
{
    struct board *b = ctx;

    (void)until;
    b->said = 0;
    if (b->gone)
        return -ENODEV;
    for (size_t i = 0; i < len; i++)
        board_hear(b, ((const char *)bytes)[i]);
    return 0;
}

static int board_reopen(void *ctx, struct err *err)
{
    struct board *b = ctx;

    if (b->away > 0) {
        b->away--;
        return err_set(err, -ENODEV, "away");
    }
    b->gone = false;
    b->out_len = b->out_taken = 0;
    b->edit_len = 0;
    b->endless = NULL;
    return 0;
}

static void board_nothing(void *ctx)
{
    (void)ctx;
}

static const struct line_ops board_ops = {.read = board_read,
                                          .write = board_write,
                                          .reopen = board_reopen,
                                          .wake = board_nothing,
                                          .close = board_nothing};

#endif
