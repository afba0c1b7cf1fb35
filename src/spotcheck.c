// SPDX-License-Identifier: BSD-2-Clause
// Asks the device whether bytes in the cache are still the ones it has.

#include "spotcheck.h"

#include "base/log.h"
#include "base/proof.h"
#include "monitor/device.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TRIES 4 /* the device turned out to have less than it said */
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

/* 1: as far as it can be proved with so many questions the device has it. */
static int ask(struct spot *s, const struct proof_guess *g, int *error)
{
    const struct proof_asker asker = {
        .sum = ask_sum, .uniform = ask_uniform, .arg = s};
    const struct proof_means means = {
        .algorithm = device_checksum_algorithm(s->dev, s->base),
        .unit = device_checksum_unit(s->dev, s->base),
        .uniform = device_has_uniform(s->dev, s->base),
        .border = device_border(s->dev, s->base)};
    struct proof proof = {.steps = NULL};
    enum proof_verdict v = PROOF_SAME;

    *error = -ENOTSUP;
    if (means.algorithm == NULL)
        return 1;
    *error = proof_make(&proof, g, &means);
    if (*error == 0) {
        shorten(&proof, g);
        v = proof_ask_all(&asker, &means, &proof, g->bytes, g->offset, true,
                          error);
    }
    proof_free(&proof);
    return v == PROOF_SAME ? 1 : v == PROOF_DIFFERS ? 0 : *error;
}

int spotcheck(void *arg, const char *medium, uint64_t base, uint64_t offset,
              const void *bytes, uint32_t len)
{
    struct spot s = {arg, base_of(arg, medium, base)};
    const struct proof_guess g = {
        .bytes = bytes, .len = cut(arg, s.base, offset, len), .offset = offset};
    int error = 0;
    int ret = -EAGAIN;

    for (int i = 0; i < TRIES && ret == -EAGAIN; i++)
        ret = ask(&s, &g, &error);
    if (ret == -ENOTSUP)
        return 1;
    if (ret == 0)
        log_info("%s at 0x%" PRIx64 " is not what the cache has: another "
                 "device",
                 medium, base + offset); /* as people are shown it */
    return ret == -EAGAIN || ret == -EBADMSG ? -EIO : ret;
}
