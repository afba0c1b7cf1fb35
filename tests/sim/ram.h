// SPDX-License-Identifier: BSD-2-Clause
// Memory that loses what was written to it: noise until then.
#ifndef SIM_RAM_H
#define SIM_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ram {
    uint64_t base, size;
    uint64_t seed;    /* the noise follows from it */
    uint8_t *data;    /* NULL: nothing was written */
    uint8_t *written; /* one byte a page */
};

/* Forget what was written; other noise is there now. */
void ram_clear(struct ram *ram, uint64_t seed);

bool ram_holds(const struct ram *ram, uint64_t addr);

/* The byte at an address that it holds. */
uint8_t ram_byte(const struct ram *ram, uint64_t addr);

/* Write `len` bytes; how many of them fitted into it. */
size_t ram_write(struct ram *ram, uint64_t addr, const uint8_t *bytes,
                 size_t len);

/* The next of a repeatable series of numbers. */
uint64_t next_random(uint64_t *state);

#endif
