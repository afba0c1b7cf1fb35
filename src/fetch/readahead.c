// SPDX-License-Identifier: BSD-2-Clause
// What a reader that goes on will want next, so that the line never idles.

/*
 * A stream is a reader seen to go on where it stopped: start..next is what it
 * asked for, without a gap. When that is more than RUN_MIN, as much again as it
 * has read is wanted, up to the limit; so a reader that turns away soon has
 * cost little, and what was read for it stays known.
 */

#include "fetch/fetcher_priv.h"

#define RUN_MIN 16384U /* who reads less wants a few small things */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is wanted beyond next. */
static uint64_t window(const struct readahead *a, const struct stream *s)
{
    return smaller(a->limit, s->next - s->start);
}

/* Of what was read ahead for it the fetcher is not asked. */
static struct stream *find(struct readahead *a, const struct fetch_request *r)
{
    for (size_t i = 0; i < READAHEAD_STREAMS; i++) {
        struct stream *s = &a->streams[i];
        if (s->next > s->start && s->medium == r->medium &&
            r->offset >= s->start && r->offset <= s->next + window(a, s))
            return s;
    }
    return NULL;
}

static struct stream *oldest(struct readahead *a)
{
    struct stream *s = &a->streams[0];

    for (size_t i = 1; i < READAHEAD_STREAMS; i++)
        if (a->streams[i].stamp < s->stamp)
            s = &a->streams[i];
    return s;
}

void readahead_note(struct fetcher *f, const struct fetch_request *r)
{
    struct readahead *a = &f->ahead;
    uint64_t end = r->offset + r->len;
    struct stream *s;

    if (a->limit == 0 || r->kind != FETCH_READ || r->ahead_end <= r->offset)
        return;
    s = find(a, r);
    if (s == NULL) {
        s = oldest(a);
        *s = (struct stream){.medium = r->medium, .start = r->offset};
    }
    if (end > s->next) {
        s->goes_on = s->next > s->start;
        s->next = end;
    }
    s->end = r->ahead_end;
    s->stamp = ++a->stamp;
}

void readahead_forget(struct fetcher *f, const struct fetch_request *r)
{
    struct stream *s = find(&f->ahead, r);

    if (s != NULL)
        *s = (struct stream){.medium = 0};
}

void readahead_stop(struct fetcher *f, size_t medium, uint64_t offset)
{
    for (size_t i = 0; i < READAHEAD_STREAMS; i++) {
        struct stream *s = &f->ahead.streams[i];
        if (s->medium == medium && offset + BLOCK_SIZE > s->next &&
            offset < s->end)
            s->end = offset;
    }
}

/* What is read twice is not read twice as far ahead: whoever waits for the
 * first bytes would wait for all of it. */
static uint64_t limited(const struct fetcher *f, const struct stream *s)
{
    bool twice = answer_is_strict(f) && confirm_sum_max(f, s->medium) == 0;

    return smaller(window(&f->ahead, s),
                   twice ? f->ahead.limit / 4 : f->ahead.limit);
}

size_t readahead_wants(const struct fetcher *f, struct plan_want *wants,
                       size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < READAHEAD_STREAMS && n < room; i++) {
        const struct stream *s = &f->ahead.streams[i];
        uint64_t len = limited(f, s);
        if (!s->goes_on || s->next - s->start <= RUN_MIN || s->next >= s->end)
            continue;
        wants[n++] = (struct plan_want){.medium = s->medium,
                                        .offset = s->next,
                                        .len = smaller(len, s->end - s->next),
                                        .confirm = answer_is_strict(f),
                                        .once = true};
    }
    return n;
}
