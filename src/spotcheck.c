// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "base/proof.h"
#include "monitor/device.h"
#include "store/cache.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define FRONT 512U /* bytes that are read where a sum differs */
#define TRIES 4    /* the device turned out to have less than it said */
#define QUESTIONS                                                              \
    12 /* about one sample: its front alone, where records are                 \
          dense */

/* The cache has media that have no address begin at 0: the device's map knows
 * better. */
static uint64_t base_of(const struct device *dev, const char *medium,
                        uint64_t base)
{
    const struct map *map = device_map(dev);

    for (size_t i = 0; i < map->n_media; i++)
        if (strcmp(map->media[i].name, medium) == 0)
            return map->media[i].base;
    return base;
}

/* The first len bytes that one sum can cover; any part is enough. */
static uint32_t cut(const struct device *dev, uint64_t base, uint64_t offset,
                    uint32_t len)
{
    uint64_t border = device_border(dev, base);

    if (border == 0 || len <= border - offset % border)
        return len;
    return (uint32_t)(border - offset % border);
}

/* --- asking --- */

struct spot {
    struct device *dev;
    uint64_t base;
    struct proof_means means;
};

static int as_asked(int ret)
{
    /* Noise may spoil an answer. */
    return ret == -EINTR || ret == -ENODEV || ret == -ENOTSUP || ret >= 0
               ? ret
               : -EBADMSG;
}

static int ask_sum(void *arg, uint64_t offset, uint64_t len,
                   struct digest_value *out)
{
    const struct spot *s = arg;

    return as_asked(
        device_checksum(s->dev, s->base + offset, len, out, NULL, NULL));
}

static int ask_uniform(void *arg, uint64_t offset, uint64_t len, bool *uniform)
{
    const struct spot *s = arg;

    return as_asked(
        device_uniform(s->dev, s->base + offset, len, uniform, NULL, NULL));
}

/* So many questions that one of them at least is a sum: of all, which is not
 * proof enough but can still object, where there is no other. */
static void shorten(struct proof *proof, const struct proof_guess *g)
{
    size_t n = proof->n < QUESTIONS ? proof->n : QUESTIONS;

    proof->n = n;
    for (size_t i = 0; i < n; i++)
        if (proof->steps[i].kind == PROOF_SUM)
            return;
    proof->steps[0] = (struct proof_step){PROOF_SUM, g->offset, g->len};
    proof->n = 1;
}

static struct proof_asker asker_of(struct spot *s)
{
    return (struct proof_asker){
        .sum = ask_sum, .uniform = ask_uniform, .arg = s};
}

/* 1: as far as it can be proved with so many questions the device has it. */
static int ask(struct spot *s, const struct proof_guess *g, int *error)
{
    const struct proof_asker asker = asker_of(s);
    struct proof proof = {.steps = NULL};
    enum proof_verdict v = PROOF_SAME;

    *error = -ENOTSUP;
    if (s->means.algorithm == NULL)
        return 1;
    *error = proof_make(&proof, g, &s->means);
    if (*error == 0) {
        shorten(&proof, g);
        v = proof_ask_all(&asker, &s->means, &proof, g->bytes, g->offset, true,
                          error);
    }
    proof_free(&proof);
    return v == PROOF_SAME ? 1 : v == PROOF_DIFFERS ? 0 : *error;
}

/* --- reading, where a sum says that the device has other bytes --- */

/* Of the front of a sample. */
struct front {
    uint64_t address;
    const uint8_t *bytes; /* as the cache has them */
    uint32_t len;         /* a multiple of DEVICE_ROW */
    uint64_t same;        /* a bit a row that came */
    bool differs;
};

static void take_row(void *arg, uint64_t address, const uint8_t *bytes,
                     size_t len)
{
    struct front *f = arg;

    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        uint64_t offset = address + at - f->address;
        if (address + at < f->address || offset >= f->len)
            continue;
        if (memcmp(f->bytes + offset, bytes + at, DEVICE_ROW) != 0)
            f->differs = true;
        f->same |= UINT64_C(1) << offset / DEVICE_ROW;
    }
}

/* All of the front was read and is what the cache has. */
static bool is_read_the_same(const struct spot *s, struct front *f)
{
    const struct device_sink sink = {.row = take_row, .arg = f};
    uint32_t rows = f->len / DEVICE_ROW;

    for (unsigned i = 0; i < TRIES && !f->differs; i++) {
        uint64_t from = 0;
        while (from < rows && (f->same >> from & 1U) != 0)
            from++;
        if (from == rows)
            return true;
        (void)device_read(s->dev, DEVICE_FIRST, f->address + from * DEVICE_ROW,
                          f->len - from * DEVICE_ROW, &sink, NULL);
    }
    return false;
}

/* A checksum that is another one than of the bytes that the device prints tells
 * nothing: its command sums up something else, or is broken. */
static bool sum_lies(struct spot *s, const struct proof_guess *g)
{
    const struct proof_asker asker = asker_of(s);
    const struct proof_step step = {PROOF_SUM, g->offset,
                                    g->len < FRONT ? g->len : FRONT};
    struct front f = {.address = s->base + g->offset,
                      .bytes = g->bytes,
                      .len = (uint32_t)(step.len / DEVICE_ROW * DEVICE_ROW)};
    int error = 0;

    return f.len == step.len &&
           proof_ask(&asker, &s->means, &step, g->bytes, true, &error) ==
               PROOF_DIFFERS &&
           is_read_the_same(s, &f);
}

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    struct device *dev = arg;
    uint64_t at = base_of(dev, medium, base);
    struct spot s = {.dev = dev,
                     .base = at,
                     .means = {.algorithm = device_checksum_algorithm(dev, at),
                               .unit = device_checksum_unit(dev, at),
                               .uniform = device_has_uniform(dev, at),
                               .border = device_border(dev, at)}};
    const struct proof_guess g = {
        .bytes = bytes, .len = cut(arg, s.base, offset, len), .offset = offset};
    int error = 0;
    int ret = -EAGAIN;

    for (int i = 0; i < TRIES && ret == -EAGAIN; i++)
        ret = ask(&s, &g, &error);
    if (ret == -ENOTSUP)
        return 1;
    if (ret == 0 && sum_lies(&s, &g))
        return CACHE_PROBE_READ;
    if (ret == 0)
        log_info("%s at 0x%" PRIx64 " is not what the cache has: another "
                 "device",
                 medium, base + offset); /* as people are shown it */
    return ret == -EAGAIN || ret == -EBADMSG ? -EIO : ret;
}
