// SPDX-License-Identifier: BSD-2-Clause
// A file of a mount that is not there, and what is told of it.

#ifndef UNIT_VERIFY_FAKE_H
#define UNIT_VERIFY_FAKE_H

#include "unit.h"

#include "base/clock.h"
#include "base/digest.h"
#include "report.h"
#include "target.h"

#include <errno.h>

#define FAKE_SIZE ((size_t)3 << 20)

static struct {
    uint8_t flash[FAKE_SIZE];
    /* What a verify answers for the first bytes of each of these. */
    struct fwfs_verify_range ranges[200];
    size_t n_ranges;
    uint32_t flags;     /* seen last */
    uint32_t session;   /* of all calls but the first; 0: there are none */
    uint32_t told;      /* the session that was */
    unsigned calls;     /* of any kind */
    uint64_t longest;   /* asked for at once */
    uint64_t now_ms;    /* a fake clock */
    uint64_t ms_a_call; /* what each takes */
    uint64_t ms_a_kib;
    int code;              /* of every call, 0: it goes well */
    uint64_t sum_max;      /* a sum of more is EIO; 0: of any length goes */
    uint64_t bad, bad_end; /* a read or a sum of it is EIO */
    uint64_t old, old_end; /* a read of it is of another day's cache, but for
                              bytes that a verify has gone over */
    bool asked[FAKE_SIZE];
    const char *algorithm; /* NULL: no checksum command */
    uint32_t unit;         /* of its sums */
    bool no_uniform;
    struct fwfs_place place; /* medium_size 0: the file is the medium */
    bool alive;
    uint64_t at_end; /* passed on as progress last */
    char said[8192]; /* lines */
} fake;

static struct target fake_target;
static struct report fake_report;

static uint64_t fake_clock(void)
{
    return fake.now_ms;
}

static void fake_call(uint64_t offset, uint64_t len)
{
    assert_true(len > 0 && len <= FWFS_VERIFY_MAX);
    assert_true(offset + len <= fake_target.size);
    fake.calls++;
    fake.now_ms += fake.ms_a_call + fake.ms_a_kib * (len / 1024);
    if (len > fake.longest)
        fake.longest = len;
}

static bool fake_is_bad(uint64_t offset, uint64_t len)
{
    return offset < fake.bad_end && offset + len > fake.bad;
}

static void fake_answer(struct fwfs_verify *v, struct fwfs_verify_range r)
{
    uint64_t end = r.offset + r.len;

    if (r.offset >= v->offset + v->len || end <= v->offset)
        return;
    if (v->count == FWFS_VERIFY_RANGES) {
        v->more++;
        return;
    }
    if (r.offset < v->offset)
        r.offset = v->offset;
    if (end > v->offset + v->len)
        end = v->offset + v->len;
    r.len = end - r.offset;
    v->ranges[v->count++] = r;
}

static int fake_verify(void *arg, struct fwfs_verify *v)
{
    (void)arg;
    fake_call(v->offset, v->len);
    fake.flags = v->flags;
    if (fake.code != 0)
        return fake.code;
    assert_int_equal(v->session, fake.calls > 1 ? fake.session : 0);
    v->session = fake.session;
    memset(fake.asked + v->offset, true, v->len);
    for (size_t i = 0; i < fake.n_ranges; i++)
        fake_answer(v, fake.ranges[i]);
    return 0;
}

static int fake_sum(void *arg, struct fwfs_sum *s)
{
    struct digest_value value;
    const struct digest *d;

    (void)arg;
    fake_call(s->offset, s->len);
    if (fake.code != 0)
        return fake.code;
    if (fake.algorithm == NULL)
        return -EOPNOTSUPP;
    if (fake_is_bad(s->offset, s->len) ||
        (fake.sum_max != 0 && s->len > fake.sum_max))
        return -EIO;
    if (fake.unit > 1 && ((fake.place.offset + s->offset) % fake.unit != 0 ||
                          s->len % fake.unit != 0))
        return -EOPNOTSUPP;
    s->unit = fake.unit;
    d = digest_find(fake.algorithm);
    memset(s->algorithm, 'x', sizeof(s->algorithm));
    memcpy(s->algorithm, fake.algorithm, strlen(fake.algorithm) + 1);
    if (d == NULL)
        return 0;
    digest_of(d, fake.flash + s->offset, s->len, &value);
    s->sum_len = (uint32_t)digest_size(d);
    memcpy(s->sum, value.bytes, s->sum_len);
    return 0;
}

static int fake_uniform(void *arg, struct fwfs_uniform *u)
{
    (void)arg;
    fake_call(u->offset, u->len);
    if (fake.code != 0)
        return fake.code;
    if (fake.no_uniform)
        return -ENOTTY;
    u->uniform = memcmp(fake.flash + u->offset, fake.flash + u->offset + 4,
                        u->len - 4) == 0;
    return 0;
}

static int fake_told(void *arg, struct fwfs_told *t)
{
    (void)arg;
    fake.told = t->session;
    return fake.code;
}

static int fake_where(void *arg, struct fwfs_place *p)
{
    (void)arg;
    *p = fake.place;
    if (p->medium_size == 0)
        p->medium_size = fake_target.size;
    return 0;
}

static int fake_read(void *arg, void *out, uint64_t offset, size_t len)
{
    (void)arg;
    fake_call(offset, len);
    if (fake.code != 0)
        return fake.code;
    if (fake_is_bad(offset, len))
        return -EIO;
    memcpy(out, fake.flash + offset, len);
    for (uint64_t at = fake.old; at < fake.old_end; at++)
        if (at >= offset && at < offset + len && !fake.asked[at])
            ((uint8_t *)out)[at - offset] ^= 0x11;
    return 0;
}

static void fake_line(void *arg, const char *text)
{
    size_t n = strlen(fake.said);

    (void)arg;
    assert_null(strchr(text, '\n'));
    (void)snprintf(fake.said + n, sizeof(fake.said) - n, "%s\n", text);
}

static void fake_progress(void *arg, uint64_t end)
{
    (void)arg;
    assert_true(end >= fake.at_end && end <= fake_target.size);
    fake.at_end = end;
}

static bool fake_alive(void *arg)
{
    (void)arg;
    return fake.alive;
}

/* Without a pattern: a periodic one has records that sum themselves up. */
static uint8_t fake_byte(uint64_t i)
{
    uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint8_t)(x >> 56);
}

static int fake_set_up(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    for (size_t i = 0; i < FAKE_SIZE; i++)
        fake.flash[i] = fake_byte(i);
    fake.alive = true;
    fake_target = (struct target){.verify = fake_verify,
                                  .sum = fake_sum,
                                  .uniform = fake_uniform,
                                  .told = fake_told,
                                  .place = fake_where,
                                  .read = fake_read,
                                  .name = "romfs.img",
                                  .size = 1098752,
                                  .fd = -1};
    fake_report = (struct report){
        .line = fake_line, .progress = fake_progress, .alive = fake_alive};
    clock_set_source(fake_clock);
    return 0;
}

static inline void fake_range(uint64_t offset, uint64_t len, uint32_t kind)
{
    assert_true(fake.n_ranges < COUNT(fake.ranges));
    fake.ranges[fake.n_ranges++] = (struct fwfs_verify_range){
        .offset = offset, .len = len, .kind = kind};
}

#endif
