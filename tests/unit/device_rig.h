// SPDX-License-Identifier: BSD-2-Clause
// A device at the prompt of the tiny boot loader.

#ifndef UNIT_DEVICE_RIG_H
#define UNIT_DEVICE_RIG_H

#include "console_util.h"

#include "monitor/device_priv.h"

#define NOR_BASE     0x9f000000U
#define WINBOND_BASE 0x7f000000U

static struct device *dev;
static struct err err;
static unsigned rows;
static unsigned readings;
static uint32_t reading; /* the ways had */
static uint32_t ways;    /* of the last device_read */
static bool stop_now;

/* Takes the place of the one of line/tty.c. */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *e)
{
    (void)e;
    assert_string_equal(path, "/dev/ttyFAKE");
    assert_int_equal(baud, 57600);
    *out = fake_open(&rig.l.line);
    return 0;
}

static inline const char *uboot_answer(struct loader *l, const char *command)
{
    static char sum[80];
    unsigned long at;
    unsigned long len;
    char *end;

    (void)l;
    if (strcmp(command, "version") == 0)
        return "U-Boot 2013.07 (Jan 02 2020 - 03:04:05)\n";
    if (strcmp(command, "bdinfo") == 0)
        return "memstart    = 0x80000000\nmemsize     = 0x04000000\n"
               "flashstart  = 0x9F000000\nflashsize   = 0x00400000\n"
               "ethaddr     = 02:00:00:12:34:56\n";
    if (strcmp(command, "printenv") == 0)
        return "ethaddr=02:00:00:12:34:56\n"
               "bootargs=console=ttyS0 mtdparts=spi0.0:256k(u-boot),-(rest)\n";
    if (strncmp(command, "crc32 ", 6) == 0) {
        at = strtoul(command + 6, &end, 16);
        len = strtoul(end, &end, 16);
        (void)sprintf(sum, "crc32 for %08lx ... %08lx ==> 29058c73\n", at,
                      at + len - 1);
        return sum;
    }
    return NULL;
}

static inline const char *winbond_answer(struct loader *l, const char *command)
{
    (void)l;
    if (strcmp(command, "i") == 0)
        return "W90P745 Boot Loader [ Version 1.1 ] Rebuilt on May 1 2010\n"
               "Memory Size is 0x1000000 Bytes, Flash Size is 0x200000 Bytes\n"
               "        MAC Address         : 02:00:00:AA:BB:CC\n"
               "        Serial Number       : 0x00000007\n";
    if (strcmp(command, "ls") == 0)
        return "Image: 0 name:BOOT INFO base:0x7F010000 size:0x00000038 "
               "exec:0x7F010000 -af\n"
               "Image: 7 name:linux.bin base:0x7F020000 size:0x00012345 "
               "exec:0x00008000 -acxz\n";
    return NULL;
}

static inline int open_device(const char *const *segments)
{
    const struct device_config config = {.port = "/dev/ttyFAKE",
                                         .baud = 57600,
                                         .attach_timeout_ms = 5000,
                                         .segments = segments};

    err.text[0] = '\0';
    stop_now = false;
    return device_open(&dev, &config, &err);
}

static inline void up(bool winbond, bool big_endian)
{
    loader_init(&rig.l, winbond);
    rig.l.big_endian = big_endian;
    rig.l.answer = winbond ? winbond_answer : uboot_answer;
    clock_set_source(fake_now);
    if (open_device(NULL) != 0)
        fail_msg("%s", err.text);
    rig.l.n_ran = 0;
}

static inline void down(void)
{
    device_close(dev);
    assert_true(rig.l.line.closed);
}

static inline void on_begin(void *arg, unsigned way)
{
    (void)arg;
    readings++;
    ways |= way_set(way);
}

static inline void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                          size_t len)
{
    (void)arg;
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], rig.l.byte(address + i));
    rows += (unsigned)(len / 16);
}

static inline bool on_stop(void *arg)
{
    (void)arg;
    return stop_now;
}

static inline int read_at(uint64_t address, uint64_t len)
{
    const struct device_sink sink = {on_begin, on_row, on_stop, NULL};

    rows = 0;
    readings = 0;
    ways = 0;
    return device_read(dev, reading, address, len, &sink, &err);
}

static inline unsigned ran(const char *command)
{
    unsigned n = 0;

    for (unsigned i = 0; i < rig.l.n_ran; i++)
        n += strncmp(rig.l.ran[i], command, strlen(command)) == 0;
    return n;
}

#endif
