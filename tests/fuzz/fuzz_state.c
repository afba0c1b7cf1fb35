// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the state file's bytes: a header misfits or is the one for the key,
// an entry is absent or was written for its block.

#include "fuzz.h"

#include "store/state_format.h"

#include <zlib.h>

/* With a right checksum, which no fuzzer would ever find. */
static void check_header(const uint8_t *data, size_t size)
{
    struct state_key key;
    uint8_t in[STATE_HEADER_SIZE];
    uint8_t out[STATE_HEADER_SIZE];
    uint32_t crc;

    MUST(!state_header_decode(data, size, &key) || size >= STATE_HEADER_SIZE);
    if (size < STATE_HEADER_SIZE)
        return;
    memcpy(in, data, sizeof(in));
    crc = (uint32_t)crc32(0, in, 60);
    for (int i = 0; i < 4; i++)
        in[60 + i] = (uint8_t)(crc >> 8 * i);
    if (!state_header_decode(in, sizeof(in), &key))
        return;
    state_header_encode(out, &key);
    MUST(memcmp(in, out, 40) == 0);
    key.base ^= 512;
    MUST(state_header_misfit(in, sizeof(in), &key) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct state_key key = {0x9f000000, 0x400000, 7};
    uint8_t header[STATE_HEADER_SIZE];
    uint8_t entry[STATE_ENTRY_SIZE];
    uint32_t seed;

    check_header(data, size);
    state_header_encode(header, &key);
    seed = state_seed(header);
    if (state_header_misfit(data, size, &key) == NULL) {
        MUST(size >= STATE_HEADER_SIZE);
        MUST(memcmp(data, header, 40) == 0); /* what the key says */
    }
    for (size_t n = 0; (n + 1) * STATE_ENTRY_SIZE <= size; n++) {
        const uint8_t *in = data + n * STATE_ENTRY_SIZE;
        struct table_entry e = state_entry_decode(in, seed, n);
        if (e.state == BLOCK_ABSENT)
            continue;
        state_entry_encode(entry, seed, n, e);
        MUST(memcmp(entry, in, STATE_ENTRY_SIZE) == 0);
    }
    return 0;
}
