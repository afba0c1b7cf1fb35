// SPDX-License-Identifier: BSD-2-Clause
// Memory that the device compares with itself.

#include "monitor/device_priv.h"

#include "base/log.h"
#include "base/num.h"
#include "monitor/template.h"

#include <errno.h>

#define COMPARE_BASE_MS 1500U
#define ODD_MAX         3U /* answers in no known form; then it is not asked */

/* The first that the device has for medium m, or for memory (m NULL); -1. */
static int uniform_for(const struct device *dev, const struct map_medium *m)
{
    const struct dialect *d = dev->dialect;

    for (size_t i = 0; i < d->n_uniforms; i++) {
        struct pattern *medium = d->uniforms[i].medium;
        if (dev->has_uniform[i] &&
            (m == NULL ? medium == NULL
                       : medium != NULL && device_names(medium, m)))
            return (int)i;
    }
    return -1;
}

bool device_has_uniform(const struct device *dev, uint64_t address)
{
    struct media_route r = {.m = NULL};

    if (dev->offline ||
        (map_is_virtual(address) && !device_sum_route(dev, address, &r)))
        return false;
    return uniform_for(dev, r.staged ? NULL : r.m) >= 0;
}

/* The words that it compared are said to be the same, and all of them. */
static int parse_uniform(const struct uniform *u, uint64_t count, bool *uniform)
{
    struct span differs = {NULL, 0};
    struct span text = {NULL, 0};
    uint64_t same = count;

    if (pattern_has(u->answer, "differs"))
        differs = pattern_group(u->answer, "differs");
    if (pattern_has(u->answer, "count"))
        text = pattern_group(u->answer, "count");
    if (text.text != NULL && !num_digits(text.text, text.len, 10, &same))
        return -EBADMSG;
    *uniform = differs.text == NULL && same == count;
    return same <= count ? 0 : -EBADMSG;
}

static bool says_unknown(const struct device *dev, const struct buf *answer)
{
    struct pattern *unknown = dev->dialect->unknown;

    return unknown != NULL && answer->len > 0 &&
           pattern_match(unknown, answer->data, answer->len, 0, NULL);
}

static int take_answer(struct device *dev, const struct uniform *u,
                       uint64_t count, const struct buf *answer, bool *uniform)
{
    if (answer->len > 0 &&
        pattern_match(u->answer, answer->data, answer->len, 0, NULL)) {
        dev->uniform_known = true;
        return parse_uniform(u, count, uniform);
    }
    if (says_unknown(dev, answer) ||
        (!dev->uniform_known && ++dev->uniform_odd >= ODD_MAX))
        return -ENOTSUP;
    return -EBADMSG;
}

static int compare(struct device *dev, const struct uniform *u,
                   const struct device_place *at, uint64_t len, bool *uniform,
                   struct err *err)
{
    const uint64_t count = len / DEVICE_WORD - 1;
    const struct template_values values = {
        .address = at->address,
        .offset = at->address,
        .step = DEVICE_WORD,
        .length = count * DEVICE_WORD,
        .count = count,
        .medium = at->m != NULL ? media_word(at->m) : NULL};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(65536);
    char command[128];
    int ret = template_fill(u->command, &values, command, sizeof(command), err);

    if (ret < 0)
        return ret;
    device_set_line(dev, DEVICE_LINE_BUSY);
    /* Each word is read twice. */
    ret = device_settle(dev, console_ask(&dev->console, command, u->answer,
                                         COMPARE_BASE_MS + (unsigned)(len >> 8),
                                         &answer, err));
    if (ret == 0)
        ret = take_answer(dev, u, count, &answer, uniform);
    return ret == -EBADMSG
               ? err_set(err, ret, "'%s': no comparison in the answer", command)
               : ret;
}

static int ask(struct device *dev, uint64_t address, uint64_t len,
               bool *uniform, struct err *err)
{
    struct device_place at;
    int ret = -ENOTSUP;

    while (ret == -ENOTSUP && device_has_uniform(dev, address)) {
        int i;
        ret = device_get_in_step(dev, err);
        if (ret < 0)
            return device_settle(dev, ret);
        ret = device_sum_place(dev, address, len, &at, err);
        if (ret < 0)
            return ret;
        if (!map_is_virtual(address)) {
            ret = edge_allows_range(dev, address, len, err);
            if (ret < 0)
                return ret;
        }
        i = uniform_for(dev, at.m);
        ret = compare(dev, &dev->dialect->uniforms[i], &at, len, uniform, err);
        if (!map_is_virtual(address))
            edge_note_range(dev, address, len, ret);
        if (ret == -ENOTSUP) {
            log_info("the boot loader does not compare memory with itself in a "
                     "way that is understood");
            dev->has_uniform[i] = false;
        }
    }
    return ret;
}

int device_uniform(struct device *dev, uint64_t address, uint64_t len,
                   bool *uniform, const struct device_sink *sink,
                   struct err *err)
{
    int ret;

    *uniform = false;
    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    ret = ask(dev, address, len, uniform, err);
    device_attend(dev, NULL);
    return ret;
}
