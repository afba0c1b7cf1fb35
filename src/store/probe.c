// SPDX-License-Identifier: BSD-2-Clause
// Spot checks: are the bytes in a cache still those of the device?

#include "store/probe.h"

#include "store/blocks_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RUNS       8U
#define RUN_BLOCKS (65536U / BLOCK_SIZE)
#define BLANK_MAX  512U /* blank blocks stepped over to find a telling one */

struct asked {
    const struct cache_config *config;
    const struct cache_medium *medium;
    struct blocks *blocks;
    uint8_t *bytes; /* RUN_BLOCKS blocks */
    bool same;
    bool differs;
    bool read; /* the same, but only as far as was read */
    int error; /* the first negative answer */
    bool stop;
};

static bool is_blank(const uint8_t *bytes, size_t len)
{
    return memcmp(bytes, bytes + 1, len - 1) == 0;
}

/*
 * The first of the known blocks with rank [rank, end) whose bytes are not all
 * the same, since erased flash is alike on all boards; if there is none, the
 * first. False: no known block has that rank.
 */
static bool choose(struct asked *a, uint64_t *rank, uint64_t end, uint64_t *n)
{
    uint64_t stop = end - *rank > BLANK_MAX ? *rank + BLANK_MAX : end;

    for (uint64_t r = *rank; r < stop; r++) {
        size_t len;

        if (!blocks_nth_known(a->blocks, r, n))
            return false;
        len = blocks_length(a->blocks, *n);
        if (len < 2 ||
            blocks_get(a->blocks, *n * BLOCK_SIZE, a->bytes, len) < 0 ||
            is_blank(a->bytes, len))
            continue;
        *rank = r;
        return true;
    }
    return blocks_nth_known(a->blocks, *rank, n);
}

/* How many known blocks follow one another from n on. */
static uint64_t known_run(const struct blocks *b, uint64_t n)
{
    uint64_t end = blocks_count(b);
    uint64_t at = n;
    enum block_state state = BLOCK_GOOD;

    if (end - n > RUN_BLOCKS)
        end = n + RUN_BLOCKS;
    while (at < end) {
        uint64_t run = blocks_run(b, at, end, &state);

        if (!block_state_known(state))
            break;
        at += run;
    }
    return at - n;
}

/* Asks about the known blocks from n on; returns how many that were. */
static uint64_t ask(struct asked *a, uint64_t n)
{
    uint64_t run = known_run(a->blocks, n);
    uint64_t offset = n * BLOCK_SIZE;
    uint64_t len = run * BLOCK_SIZE;
    int answer;

    if (len > blocks_size(a->blocks) - offset)
        len = blocks_size(a->blocks) - offset;
    if (run == 0 || blocks_get(a->blocks, offset, a->bytes, (size_t)len) < 0)
        return 1;
    answer = a->config->probe(a->config->probe_arg, a->medium->name,
                              a->medium->base, offset, a->bytes, (uint32_t)len);
    if (answer < 0 && a->error == 0)
        a->error = answer;
    a->same = a->same || answer > 0;
    a->read = a->read || answer == CACHE_PROBE_READ;
    a->differs = a->differs || answer == 0;
    /* Where a difference alone is the end of it, no more needs be asked. */
    a->stop = (a->differs && !a->config->unique) || answer == -EINTR ||
              answer == -ENODEV;
    if (a->stop && answer < 0)
        a->error = answer;
    return run;
}

/* Divides the known blocks, wherever they are, into RUNS equal parts and asks
 * about one run that begins in each. */
static void ask_medium(struct asked *a)
{
    uint64_t bytes = blocks_known(a->blocks, 0, blocks_size(a->blocks), NULL);
    uint64_t known = (bytes + BLOCK_SIZE - 1) / BLOCK_SIZE;
    uint64_t rank = 0;
    uint64_t n;

    for (uint64_t i = 1; i <= RUNS && !a->stop; i++) {
        uint64_t end = (known * i + RUNS - 1) / RUNS;

        if (rank >= end || !choose(a, &rank, end, &n))
            continue;
        rank += ask(a, n);
        if (rank < end)
            rank = end;
    }
}

int probe_media(struct blocks *const *media, const struct cache_config *config,
                enum probe_verdict *verdict)
{
    struct asked a = {.config = config};

    *verdict = PROBE_UNSURE;
    if (config->probe == NULL)
        return 0;
    a.bytes = malloc((size_t)RUN_BLOCKS * BLOCK_SIZE);
    if (a.bytes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < config->media_count && !a.stop; i++) {
        a.medium = &config->media[i];
        a.blocks = media[i];
        ask_medium(&a);
    }
    free(a.bytes);
    if (a.differs)
        *verdict = a.same ? PROBE_CHANGED : PROBE_DIFFERS;
    else if (!a.stop &&
             (a.read || (a.error == -EIO && !a.same && config->unique)))
        *verdict = PROBE_MUTE;
    else if (a.error < 0 && (!a.same || a.stop))
        return a.error;
    else if (a.same)
        *verdict = PROBE_SAME;
    return 0;
}
