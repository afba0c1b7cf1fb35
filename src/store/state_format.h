// SPDX-License-Identifier: BSD-2-Clause
// The bytes of a state file: header and entries, to and from memory.

#ifndef STORE_STATE_FORMAT_H
#define STORE_STATE_FORMAT_H

#include "store/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_HEADER_SIZE 64U
#define STATE_ENTRY_SIZE  8U

/* What a state file must have been made for. */
struct state_key {
    uint64_t base;     /* address of the medium on the device */
    uint64_t size;     /* bytes of the medium when the file was made */
    uint64_t identity; /* state_identity() of the device's identity */
};

/* A checksum of another kind than the one in the directory's name, so that
 * two identities do not share both by accident. */
uint64_t state_identity(const char *text);

void state_header_encode(uint8_t out[STATE_HEADER_SIZE],
                         const struct state_key *key);

/* NULL when the first len bytes of a file are the header for key, whatever its
 * size, else what is wrong with them, in words. */
const char *state_header_misfit(const uint8_t *in, size_t len,
                                const struct state_key *key);

/* The key that the first len bytes of a file were made for; false when they are
 * no header that this version writes. */
bool state_header_decode(const uint8_t *in, size_t len, struct state_key *key);

/* Entries are bound to their block and to the header (its last four bytes, by
 * state_seed), so that one that strayed is not taken for good. */
uint32_t state_seed(const uint8_t header[STATE_HEADER_SIZE]);
void state_entry_encode(uint8_t out[STATE_ENTRY_SIZE], uint32_t seed,
                        uint64_t n, struct table_entry entry);

/* Anything but an entry written whole for this very block is absent. */
struct table_entry state_entry_decode(const uint8_t in[STATE_ENTRY_SIZE],
                                      uint32_t seed, uint64_t n);

/* The same for count of them, of the blocks from n on. */
void state_entries_decode(const uint8_t *in, uint32_t seed, uint64_t n,
                          struct table_entry *out, size_t count);

#endif
