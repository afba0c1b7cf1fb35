// SPDX-License-Identifier: BSD-2-Clause
// A device whose boot loader changes its line's speed.

#ifndef UNIT_SPEED_RIG_H
#define UNIT_SPEED_RIG_H

#include "console_util.h"

#include "monitor/device_priv.h"

#include <limits.h>

#define BASE     115200U
#define NOR_BASE 0x9f000000U
#define FLASH    0x7f000000U
#define ANY      UINT_MAX /* as fast as it goes */

static struct device *dev;
static struct err err;
static unsigned device_max; /* the boot loader's table ends there */
static unsigned bad_from;   /* at this speed and above rows come damaged, ... */
static unsigned bad_after;  /* ... from that many rows at it on */
static unsigned rows_said;
static unsigned dead; /* at this speed nothing arrives as it was */
static uint8_t got[0x4000];
static unsigned rows;
static unsigned opened_at;
static unsigned keys_lost;    /* so many that confirm a speed do not arrive, */
static unsigned answers_lost; /* ... and so many prompts behind one */

/* Takes the place of the one of line/tty.c. */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *e)
{
    (void)path;
    (void)e;
    opened_at = baud;
    rig.l.line.host_baud = baud;
    *out = fake_open(&rig.l.line);
    return 0;
}

static inline void arrive(unsigned baud)
{
    /* A speed of its own, for what a dead one makes of everything. */
    rig.l.line.device_baud = baud == dead ? baud + 1 : baud;
    rows_said = 0;
}

static inline const char *change(struct loader *l, unsigned baud)
{
    static char text[100];

    if (baud > device_max) {
        (void)sprintf(text, "## Baudrate %u bps not supported\n", baud);
        return l->winbond ? "Unsupported speed.\n" : text;
    }
    if (!l->winbond) {
        (void)sprintf(
            text, "## Switch baudrate to %u bps and press ENTER ...\r\n", baud);
        fake_say(&l->line, text);
        l->mute = true;
    }
    arrive(baud);
    return "";
}

static inline void hear(void *arg, char byte)
{
    struct loader *l = arg;

    if (!l->mute) {
        loader_hear(arg, byte);
    } else if (byte == '\r' && keys_lost > 0) {
        keys_lost--;
    } else if (byte == '\r') {
        l->mute = false;
        if (answers_lost == 0)
            loader_prompt(l);
        answers_lost -= answers_lost > 0;
    }
}

static inline const char *uboot_answer(struct loader *l, const char *command)
{
    if (strncmp(command, "setenv baudrate ", 16) == 0)
        return change(l, (unsigned)strtoul(command + 16, NULL, 10));
    if (strcmp(command, "version") == 0)
        return "U-Boot 2013.07 (Jan 02 2020 - 03:04:05)\n";
    if (strcmp(command, "bdinfo") == 0)
        return "flashstart  = 0x9F000000\nflashsize   = 0x00400000\n"
               "ethaddr     = 02:00:00:12:34:56\n";
    return NULL;
}

static inline const char *winbond_answer(struct loader *l, const char *command)
{
    if (strncmp(command, "b ", 2) == 0)
        return change(l, (unsigned)strtoul(command + 2, NULL, 10));
    if (strcmp(command, "i") == 0)
        return "W90P745 Boot Loader [ Version 1.1 ] Rebuilt on May 1 2010\n"
               "Memory Size is 0x1000000 Bytes, Flash Size is 0x200000 Bytes\n"
               "        MAC Address         : 02:00:00:AA:BB:CC\n";
    return NULL;
}

static inline void mangle(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    rows_said++;
    if (bad_from != 0 && l->line.device_baud >= bad_from &&
        rows_said > bad_after && rows_said % 4 == 0)
        row[20] = '~';
}

static inline void prepare(bool winbond)
{
    loader_init(&rig.l, winbond);
    rig.l.answer = winbond ? winbond_answer : uboot_answer;
    rig.l.line.hear = hear;
    rig.l.mangle = mangle;
    rig.l.line.device_baud = BASE;
    device_max = 460800;
    bad_from = bad_after = dead = rows_said = 0;
    keys_lost = answers_lost = 0;
    dev = NULL;
    err.text[0] = '\0';
    clock_set_source(fake_now);
}

static inline int open_it(unsigned baud, unsigned limit)
{
    const struct device_config config = {.port = "/dev/ttyFAKE",
                                         .baud = baud,
                                         .attach_timeout_ms = 60000,
                                         .speed = limit};

    return device_open(&dev, &config, &err);
}

static inline unsigned speed(void)
{
    struct device_stats s;

    device_get_stats(dev, &s);
    if (dev != NULL && s.speed == rig.l.line.host_baud)
        return s.speed;
    fail_msg("status says %u, the port is at %u", s.speed,
             rig.l.line.host_baud);
    return 0;
}

static inline void up(unsigned limit)
{
    if (open_it(BASE, limit) != 0)
        fail_msg("%s", err.text);
    assert_true(dev->in_step);
}

static inline unsigned ran(const char *command)
{
    unsigned n = 0;

    for (unsigned i = 0; i < rig.l.n_ran; i++)
        n += strncmp(rig.l.ran[i], command, strlen(command)) == 0;
    return n;
}

static inline void down(void)
{
    device_close(dev);
    assert_true(rig.l.line.closed);
    assert_int_equal(rig.l.line.device_baud, BASE);
    assert_int_equal(ran("saveenv"), 0);
}

static inline void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                          size_t len)
{
    uint64_t from = *(const uint64_t *)arg;

    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], rig.l.byte(address + i));
    if (address >= from && address + len <= from + sizeof(got)) {
        rows += (unsigned)(len / 16);
        memcpy(got + (address - from), bytes, len);
    }
}

/* All of len bytes, command by command, however often one is lost. As whoever
 * reads it asks who is there, where that is not known. */
static inline void read_all(uint64_t from, uint64_t len)
{
    const struct device_sink sink = {.row = on_row, .arg = &from};
    uint64_t at = 0;

    for (unsigned tries = 0; at < len; tries++) {
        uint64_t max = device_read_max(dev, from + at);
        uint64_t piece = max < len - at ? max : len - at;
        assert_true(tries < 400);
        rows = 0;
        if (device_still_same(dev, &err) == 0 &&
            device_read(dev, DEVICE_FIRST, from + at, piece, &sink, &err) ==
                0 &&
            rows >= piece / 16)
            at += piece;
    }
}

/* Another board of the same kind. */
static inline const char *other_answer(struct loader *l, const char *command)
{
    if (strcmp(command, "bdinfo") == 0)
        return "flashstart  = 0x9F000000\nflashsize   = 0x00800000\n";
    return uboot_answer(l, command);
}

/* The loader starts anew, at the speed of the start, and stops by itself. */
static inline void reset(struct loader *l)
{
    l->dumping = l->mute = false;
    l->edit_len = 0;
    arrive(BASE);
    if (l->winbond)
        fake_say(&l->line, "W90P745 Boot Loader [ Version 1.1 ]\n\r"
                           "Memory Size is 0x1000000 Bytes\n\r");
    else
        fake_say(&l->line, "\r\nU-Boot 2013.07 (Jan 02 2020)\r\n\r\n"
                           "DRAM:  64 MiB\r\n");
    loader_prompt(l);
}

#endif
