// SPDX-License-Identifier: BSD-2-Clause
// Copies pieces of a medium to the device's RAM, from where they are dumped.

/*
 *   selected (media_select.c) --bad blocks asked--> ready
 *   ready --read: its answer says that all of it came--> a piece is in RAM
 *
 * Contact is part of each of these: after a reset none holds any more. What
 * stands in RAM is believed only if the answer to the very command that put it
 * there said so; before the command is typed, whatever it may overwrite is
 * forgotten.
 *
 * A chunk that the device fails to read is asked for in pieces as small as what
 * is wanted, so that one bad page costs its own bytes only.
 */

#include "monitor/device_priv.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX 65536U
#define BAD_MAX    65536U /* blocks */
#define SECTOR     512U

void media_free(struct media *media)
{
    free(media->bad.offsets);
    *media = (struct media){.user = {0, 0}};
}

/* --- bad blocks ---------------------------------------------------------- */

static int add_bad(struct media_bad *bad, uint64_t offset)
{
    uint64_t *grown;

    for (size_t i = 0; i < bad->n; i++)
        if (bad->offsets[i] == offset)
            return 0;
    if (bad->n == BAD_MAX)
        return -ENOMEM;
    grown = realloc(bad->offsets, (bad->n + 1) * sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    bad->offsets = grown;
    grown[bad->n++] = offset;
    return 0;
}

/* One match of bad-answer. */
static int take_bad(struct media_bad *bad, const struct media_route *r)
{
    const struct medium_access *a = r->access;
    struct span offset = pattern_group(a->bad_answer, "offset");
    struct span block = pattern_group(a->bad_answer, "block");
    struct span told = offset.text != NULL ? offset : block;
    uint64_t n;

    if (told.text == NULL ||
        !num_digits(told.text, told.len, a->bad_decimal ? 10 : 16, &n) ||
        (offset.text == NULL && !num_mul(n, r->erase_block, &n)))
        return 0; /* no number that a block can have */
    return add_bad(bad, n - n % r->erase_block);
}

static int ask_bad(struct device *dev, const struct media_route *r,
                   struct err *err)
{
    const struct medium_access *a = r->access;
    struct media_bad *bad = &dev->media.bad;
    CLEANUP_BUF struct buf answer = BUF_LIMITED((size_t)256 << 10);
    char command[128];
    size_t at = 0;
    int ret;

    if (a == NULL || a->bad == NULL ||
        (bad->known && bad->medium == r->index && bad->contact == dev->contact))
        return 0;
    bad->known = false;
    bad->n = 0;
    ret = media_fill(r, a->bad, command, sizeof(command), err);
    if (ret == 0) /* damage could hide one */
        ret = device_ask_in_sight(dev, command, &answer, err);
    while (ret == 0 && answer.len > 0 &&
           pattern_match(a->bad_answer, answer.data, answer.len, at, &at))
        ret = take_bad(bad, r);
    if (ret < 0)
        return ret;
    bad->known = true;
    bad->medium = r->index;
    bad->contact = dev->contact;
    return 0;
}

int media_prepare(struct device *dev, const struct media_route *r,
                  struct err *err)
{
    int ret = media_select(dev, r, err);

    return ret == 0 ? ask_bad(dev, r, err) : ret;
}

bool media_is_bad(const struct device *dev, const struct media_route *r,
                  uint64_t offset)
{
    const struct media_bad *bad = &dev->media.bad;
    uint64_t unit = media_bad_unit(r);

    for (size_t i = 0; unit != 0 && i < bad->n; i++)
        if (offset >= bad->offsets[i] && offset - bad->offsets[i] < unit)
            return true;
    return false;
}

uint64_t media_bad_unit(const struct media_route *r)
{
    return r->access != NULL && r->access->bad != NULL ? r->erase_block : 0;
}

int media_fail_bad(const struct media_route *r, uint64_t offset,
                   struct err *err)
{
    uint64_t unit = media_bad_unit(r);

    return err_set(err, -EFAULT, "%s has a bad block at 0x%" PRIx64, r->m->name,
                   unit != 0 ? offset - offset % unit : offset);
}

/* --- reading to RAM ------------------------------------------------------ */

static bool all_came(const struct media_route *r, const struct buf *answer,
                     uint64_t offset, uint64_t len)
{
    struct pattern *p = r->access->read_answer;

    /* Some say nothing when all went well. */
    return pattern_match(p, answer->len > 0 ? answer->data : "", answer->len, 0,
                         NULL) &&
           media_names_it(r, p) && media_group_is(p, "length", len) &&
           media_group_is(p, "offset", offset) &&
           media_group_is(p, "sector", offset / SECTOR) &&
           media_group_is(p, "sectors", len / SECTOR);
}

static int judge(const struct device *dev, const struct media_route *r,
                 const char *command, const struct buf *answer, uint64_t offset,
                 uint64_t len, struct err *err)
{
    const struct medium_access *a = r->access;
    struct pattern *const bad[] = {a->read_fail, dev->dialect->fault,
                                   dev->dialect->unknown};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (bad[i] != NULL && answer->len > 0 &&
            pattern_match(bad[i], answer->data, answer->len, 0, NULL))
            return media_says(-EFAULT, command, answer, bad[i], err);
    if (a->read_answer != NULL && !all_came(r, answer, offset, len))
        return media_says(-EILSEQ, command, answer, a->read_answer, err);
    return 0;
}

/* What lies in [ram, ram+len) is going to be something else. */
static void forget_ram(struct media *media, uint64_t ram, uint64_t len)
{
    for (size_t i = 0; i < 2; i++) {
        struct media_piece *p = &media->staged[i];
        if (p->ram < ram + len && ram < p->ram + p->len)
            p->valid = false;
    }
}

/* Copies what *p says. */
static int load(struct device *dev, const struct media_route *r,
                struct media_piece *p, struct err *err)
{
    const struct medium_access *a = r->access;
    CLEANUP_BUF struct buf answer = BUF_LIMITED(ANSWER_MAX);
    char command[192];
    const struct template_values values = media_values(r, p);
    int ret = media_whole(dev, a->read, &values, command, sizeof(command), err);

    if (ret < 0)
        return ret;
    forget_ram(&dev->media, p->ram, p->len);
    device_set_line(dev, DEVICE_LINE_BUSY);
    ret = device_settle(
        dev,
        console_ask_with(&dev->console, command, &a->dialogue, &values, true,
                         a->read_answer != NULL ? a->read_answer : a->read_fail,
                         dev->dialect->answer_ms + (unsigned)(p->len >> 9),
                         &answer, err));
    if (ret == 0)
        ret = judge(dev, r, command, &answer, p->offset, p->len, err);
    p->valid = ret == 0;
    return ret;
}

static struct media_piece chunk_of(const struct device *dev,
                                   const struct media_route *r, uint64_t offset)
{
    uint64_t start = offset - offset % r->chunk;
    uint64_t left = r->m->size - start;

    return (struct media_piece){.medium = r->index,
                                .offset = start,
                                .len = left < r->chunk ? left : r->chunk,
                                .contact = dev->contact};
}

/* The part of chunk that is wanted, in whole pages. */
static struct media_piece part_of(const struct media_route *r,
                                  const struct media_piece *chunk,
                                  uint64_t offset, uint64_t len)
{
    uint64_t page = r->page > SECTOR && r->page < r->chunk ? r->page : SECTOR;
    uint64_t end = chunk->offset + chunk->len;
    struct media_piece part = *chunk;

    part.offset = offset - offset % page;
    if (len < end - offset)
        end = offset + len + (page - (offset + len) % page) % page;
    if (end > chunk->offset + chunk->len)
        end = chunk->offset + chunk->len;
    part.len = end - part.offset;
    return part;
}

/* All of [offset, offset+len), as far as its chunk goes. */
static bool has(const struct device *dev, const struct media_route *r,
                const struct media_piece *p, uint64_t offset, uint64_t len)
{
    struct media_piece chunk = chunk_of(dev, r, offset);
    uint64_t left = chunk.offset + chunk.len - offset;

    return media_holds(dev, r, p) && offset >= p->offset &&
           offset - p->offset < p->len &&
           (len < left ? len : left) <= p->offset + p->len - offset;
}

int media_stage(struct device *dev, const struct media_route *r, uint32_t had,
                uint64_t offset, uint64_t len, const struct media_piece **out,
                struct err *err)
{
    struct media *media = &dev->media;
    unsigned copy = way_copy(had);
    bool own = copy > 0 && r->window.size / 2 >= r->chunk;
    struct media_piece *slot = &media->staged[copy];
    struct media_piece p;
    struct media_piece whole;
    bool torn;
    int ret;

    *out = slot;
    if (has(dev, r, slot, offset, len))
        return 0;
    ret = media_prepare(dev, r, err);
    if (ret < 0)
        return ret;
    if (media_is_bad(dev, r, offset))
        return media_fail_bad(r, offset, err);
    whole = chunk_of(dev, r, offset);
    whole.ram = r->window.base + (own ? r->chunk : 0);
    torn = has(dev, r, &media->torn, offset, len);
    p = torn ? part_of(r, &whole, offset, len) : whole;
    ret = load(dev, r, &p, err);
    if (ret == -EFAULT && !torn) {
        media->torn = whole;
        media->torn.valid = true;
        p = part_of(r, &whole, offset, len);
        if (p.len < whole.len)
            ret = load(dev, r, &p, err);
    }
    if (ret == 0)
        *slot = p;
    return ret;
}
