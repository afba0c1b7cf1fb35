// SPDX-License-Identifier: BSD-2-Clause
// Who goes first: when what is being read is to give way to somebody's read.

/*
 * What nobody waits for gives way to every reader. A step that serves a long
 * read gives way to a short one elsewhere, which then is the first of those
 * pending; but nobody is passed more than PASSES_MAX times by others.
 *
 * One for whom the device was silent, and brought nothing, becomes the last of
 * them: where reading makes it hang, it would for him again.
 *
 * A step serves the readers that it has begun to, and those it soon will.
 */

#include "fetch/fetcher_priv.h"

#define NEAR_BYTES 2048U
#define SHORT_MAX  4096U /* a read that may pass others */
#define PASSES_MAX 4U

/* What it serves soon. It asks in the order of its own. */
static uint64_t reaches(const struct fetcher *f)
{
    return f->current.what == PLAN_KNOWN ? f->current.offset + f->current.len
                                         : f->at + NEAR_BYTES;
}

/* It waits for nothing that this step brings, but for being confirmed. */
static bool has_its_bytes(const struct fetcher *f,
                          const struct fetch_request *r)
{
    return f->current.what == PLAN_READ &&
           blocks_have(cache_blocks(f->cache, r->medium), r->offset, r->len);
}

/* Bytes are moved for it. */
static bool is_moving(const struct fetch_request *r)
{
    return r->kind == FETCH_READ || r->kind == FETCH_CONFIRM;
}

/* Whole blocks are read for it: the step may begin behind the bytes that it
 * asked for, where a row was damaged. */
static bool is_served(const struct fetcher *f, const struct fetch_request *r)
{
    uint64_t last = (r->offset + r->len - 1) / BLOCK_SIZE;

    return is_moving(r) && r->medium == f->current.medium &&
           r->offset < reaches(f) && last >= f->current.offset / BLOCK_SIZE;
}

/* Bytes that it needs of the line, more or less. */
static uint64_t cost(const struct fetch_request *r)
{
    return is_moving(r) ? r->len : 0;
}

/* Takes *link to the front. */
static void pass(struct fetcher *f, struct fetch_request **link)
{
    struct fetch_request *r = *link;

    *link = r->next;
    r->next = f->pending;
    f->pending = r;
}

bool urgent_other(struct fetcher *f)
{
    uint64_t end = f->current.offset + f->current.len;
    uint64_t left = end > f->at ? end - f->at : 0;
    struct fetch_request *served = f->pending;

    while (served != NULL && !is_served(f, served))
        served = served->next;
    if (served == NULL)
        return f->pending != NULL; /* read ahead for one who went elsewhere */
    if ((cost(served) <= SHORT_MAX && !has_its_bytes(f, served)) ||
        served->passes >= PASSES_MAX)
        return false;
    for (struct fetch_request **link = &f->pending; *link != NULL;
         link = &(*link)->next) {
        struct fetch_request *r = *link;
        if (is_served(f, r) || cost(r) > SHORT_MAX || left <= 2 * cost(r))
            continue;
        if (r == f->pending && r->kind == FETCH_READ)
            return true; /* it has passed, and is what is done next */
        served->passes++;
        pass(f, link);
        return true;
    }
    return false;
}

struct fetch_request **urgent_cause(struct fetcher *f)
{
    const struct plan_step *s = &f->current;
    uint64_t start = s->offset / BLOCK_SIZE * BLOCK_SIZE;
    struct fetch_request **link = &f->pending;

    while (*link != NULL &&
           (!is_moving(*link) || (*link)->medium != s->medium ||
            s->offset >= (*link)->offset + (*link)->len ||
            (*link)->offset >= start + BLOCK_SIZE))
        link = &(*link)->next;
    return link;
}

void urgent_last(struct fetch_request **link)
{
    struct fetch_request *r = *link;

    if (r == NULL)
        return;
    *link = r->next;
    r->next = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    *link = r;
}
