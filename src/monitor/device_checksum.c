// SPDX-License-Identifier: BSD-2-Clause
// Checksums that the device computes itself.

#include "monitor/device_priv.h"

#include "base/log.h"
#include "monitor/template.h"

#include <errno.h>

#define SUM_BASE_MS 1500U

/* What is not understood and comes again, to the letter, is not the line's
 * fault: this build answers in a form of its own. */
static bool is_odd_again(struct device *dev, const struct buf *answer)
{
    struct digest_value sum;
    bool again;

    if (dev->sum_known || answer->len == 0 ||
        (dev->dialect->fault != NULL &&
         pattern_match(dev->dialect->fault, answer->data, answer->len, 0,
                       NULL)))
        return false;
    digest_of(digest_find("crc32"), answer->data, answer->len, &sum);
    again = digest_same(&sum, &dev->odd_sum);
    dev->odd_sum = sum;
    return again;
}

static int parse_sum(struct device *dev, const struct checksum *c,
                     const struct buf *answer, struct digest_value *sum)
{
    const struct dialect *d = dev->dialect;
    struct span text;

    if (answer->len > 0 &&
        pattern_match(c->answer, answer->data, answer->len, 0, NULL)) {
        text = pattern_group(c->answer, "sum");
        if (text.text != NULL &&
            digest_parse(c->algorithm, text.text, text.len, sum)) {
            dev->sum_known = true;
            return 0;
        }
    }
    if (answer->len > 0 && d->unknown != NULL &&
        pattern_match(d->unknown, answer->data, answer->len, 0, NULL))
        return -ENOTSUP;
    return is_odd_again(dev, answer) ? -ENOTSUP : -EBADMSG;
}

static int ask_sum(struct device *dev, const struct checksum *c,
                   const struct device_place *at, uint64_t len,
                   struct digest_value *sum, struct err *err)
{
    struct template_values values = {.address = at->address,
                                     .length = len,
                                     .count = len,
                                     .offset = at->address};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(65536);
    char command[128];
    int ret;

    if (at->m != NULL) {
        values.medium = media_word(at->m);
        values.index = device_number(c->medium, at->m);
        media_geometry(dev, at->m, &values.erase_block, &values.page_size);
    }
    ret = template_fill(c->command, &values, command, sizeof(command), err);
    if (ret < 0)
        return ret;
    device_set_line(dev, DEVICE_LINE_BUSY);
    /* Flash without a cache in front may give as little as 1 MB/s. */
    ret = device_settle(dev, console_ask(&dev->console, command, c->answer,
                                         SUM_BASE_MS + (unsigned)(len >> 10),
                                         &answer, err));
    if (ret == 0)
        ret = parse_sum(dev, c, &answer, sum);
    return ret == -EBADMSG
               ? err_set(err, ret, "'%s': no checksum in the answer", command)
               : ret;
}

/* The first that the device has for medium m, or for memory (m NULL); -1. */
static int checksum_for(const struct device *dev, const struct map_medium *m)
{
    const struct dialect *d = dev->dialect;

    for (size_t i = 0; i < d->n_checksums; i++) {
        struct pattern *medium = d->checksums[i].medium;
        if (dev->has_checksum[i] &&
            (m == NULL ? medium == NULL
                       : medium != NULL && device_names(medium, m)))
            return (int)i;
    }
    return -1;
}

bool device_sum_route(const struct device *dev, uint64_t address,
                      struct media_route *r)
{
    int n = map_medium_at(&dev->map, address, 1);

    return n >= 0 && media_find_route(dev, (size_t)n, r, NULL);
}

const struct digest *device_checksum_algorithm(const struct device *dev,
                                               uint64_t address)
{
    struct media_route r = {.m = NULL};
    int i;

    if (dev->offline ||
        (map_is_virtual(address) && !device_sum_route(dev, address, &r)))
        return NULL;
    i = checksum_for(dev, r.staged ? NULL : r.m);
    return i >= 0 ? dev->dialect->checksums[i].algorithm : NULL;
}

uint64_t device_checksum_unit(const struct device *dev, uint64_t address)
{
    struct media_route r = {.m = NULL};
    int i;

    if (dev->offline ||
        (map_is_virtual(address) && !device_sum_route(dev, address, &r)))
        return 1;
    i = checksum_for(dev, r.staged ? NULL : r.m);
    return i >= 0 && template_has(dev->dialect->checksums[i].command, "sector")
               ? MAP_ALIGN
               : 1;
}

const struct image_footer *device_footers(const struct device *dev, size_t *n)
{
    *n = dev->dialect->n_footers;
    return dev->dialect->footers;
}

int device_sum_place(struct device *dev, uint64_t address, uint64_t len,
                     struct device_place *at, struct err *err)
{
    const struct media_piece *p;
    struct media_route r;
    uint64_t offset;
    int ret;

    *at = (struct device_place){address, NULL};
    if (!map_is_virtual(address))
        return 0;
    if (!device_sum_route(dev, address, &r))
        return -ENOTSUP;
    offset = address - r.m->base;
    if (!r.staged) {
        *at = (struct device_place){offset, r.m};
        return media_prepare(dev, &r, err);
    }
    ret = media_stage(dev, &r, DEVICE_AGAIN, offset, len, &p, err);
    if (ret == 0 && len > p->offset + p->len - offset)
        ret = err_set(err, -EBADMSG, "the range lies in two pieces");
    at->address = ret == 0 ? p->ram + (offset - p->offset) : 0;
    return ret == -EILSEQ || ret == -EFAULT ? -EBADMSG : ret;
}

static int ask_any(struct device *dev, uint64_t address, uint64_t len,
                   struct digest_value *sum, struct err *err)
{
    const struct checksum *c;
    struct device_place at;
    int ret = -ENOTSUP;

    while (ret == -ENOTSUP && device_checksum_algorithm(dev, address) != NULL) {
        uint64_t unit;
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
        unit = device_checksum_unit(dev, address);
        if (at.address % unit != 0 || len % unit != 0)
            return err_set(err, -ENOTSUP,
                           "the device sums up whole sectors alone");
        i = checksum_for(dev, at.m);
        c = &dev->dialect->checksums[i];
        ret = ask_sum(dev, c, &at, len, sum, err);
        if (!map_is_virtual(address))
            edge_note_range(dev, address, len, ret);
        if (ret == -ENOTSUP) {
            log_info("the boot loader has no %s command that is understood",
                     digest_name(c->algorithm));
            dev->has_checksum[i] = false;
        }
    }
    return ret;
}

int device_checksum(struct device *dev, uint64_t address, uint64_t len,
                    struct digest_value *sum, const struct device_sink *sink,
                    struct err *err)
{
    int ret;

    if (dev->offline)
        return device_fail_offline(err);
    device_attend(dev, sink);
    ret = ask_any(dev, address, len, sum, err);
    device_attend(dev, NULL);
    return ret;
}
