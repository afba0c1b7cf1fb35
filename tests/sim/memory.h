// SPDX-License-Identifier: BSD-2-Clause
// What the device's processor sees: flash chips, RAM and nothing else.
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ram.h"

/* A flash chip, repeated all over its window when it is smaller. */
struct chip {
    uint8_t *data; /* a copy of the file; NULL: not fitted */
    uint64_t base;
    uint64_t size;
    uint64_t window;
};

struct memory {
    struct chip chip[2];
    uint8_t
        *locked[2]; /* U-Boot's, of each chip: one a sector; NULL: none is */
    struct ram ram;
    uint64_t abort_at; /* flash from here on faults */
    bool big_endian;
};

/*
 * Map the file at `path` as a chip; -1 with errno on failure. What is written
 * to the chip stays in it, over resets too, and never gets into the file.
 */
int chip_open(struct chip *chip, const char *path, uint64_t base);

/* A chip of `size` zeros; -1 with errno. */
int chip_blank(struct chip *chip, uint64_t size);

/* The chip that stands at `addr`, or repeats there; NULL: none does. */
struct chip *memory_chip(struct memory *m, uint64_t addr);

/* Read one byte; false when nothing answers at `addr`. */
bool memory_byte(const struct memory *m, uint64_t addr, uint8_t *byte);

/* Copy `len` bytes; returns how many could be read before a fault. */
size_t memory_read(const struct memory *m, uint64_t addr, uint8_t *buf,
                   size_t len);

/* The bytes that the processor stores for a number. */
void memory_bytes(const struct memory *m, uint64_t value, uint8_t *bytes,
                  int width);

/* The number that `width` bytes at `bytes` are to the processor. */
uint64_t memory_value(const struct memory *m, const uint8_t *bytes, int width);

#endif
