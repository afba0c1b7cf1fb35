// SPDX-License-Identifier: BSD-2-Clause
// What a FETCH_CONFIRM was told, until who asked says that it was passed on.

/*
 * Whoever asks may be ended at any time, by kill -9 between our answer and his
 * output. So what he is told stays here: under a number, his session, which the
 * first answer names and his next questions repeat. All others who ask are told
 * it as well, for he may be dead. When he says that he has passed it on
 * (FETCH_TOLD) it is forgotten, for all.
 *
 * One session more than there is room for takes the place of the one that has
 * been silent for longest. What that was told counts as told to nobody.
 */

#include "fetch/fetcher_priv.h"

#include <assert.h>

static void empty(struct told *t)
{
    t->session = 0;
    t->list.n = 0;
}

static struct told *find(struct fetcher *f, uint32_t session)
{
    for (size_t i = 0; session != 0 && i < TOLD_MAX; i++)
        if (f->told[i].session == session)
            return &f->told[i];
    return NULL;
}

static struct told *oldest(struct fetcher *f)
{
    struct told *t = &f->told[0];

    for (size_t i = 0; i < TOLD_MAX; i++) {
        if (f->told[i].session == 0)
            return &f->told[i];
        if (f->told[i].stamp < t->stamp)
            t = &f->told[i];
    }
    return t;
}

static struct told *take_place(struct fetcher *f)
{
    struct told *t = oldest(f);

    for (size_t i = 0; i < t->list.n; i++)
        ranges_add(&f->wrong, t->list.list[i].medium, t->list.list[i].offset,
                   t->list.list[i].len);
    empty(t);
    f->sessions++;
    f->sessions += f->sessions == 0;
    t->session = f->sessions;
    return t;
}

void told_begin(struct fetcher *f, struct fetch_request *r)
{
    struct told *t = find(f, r->session);

    if (t == NULL)
        t = take_place(f);
    r->session = t->session;
    t->stamp = ++f->told_stamp;
}

void told_keep(struct fetcher *f, const struct fetch_request *r)
{
    struct told *t = find(f, r->session);

    assert(t != NULL);
    if (r->more_findings > 0)
        ranges_add(&t->list, r->medium, r->offset, r->len);
    for (size_t i = 0; i < r->n_findings; i++)
        if (!r->findings[i].failed)
            ranges_add(&t->list, r->medium, r->findings[i].offset,
                       r->findings[i].len);
}

/* Once t is full its ranges have what lies between them, too, and that the
 * others may have been told alone. */
static void forget_in_others(struct fetcher *f, const struct told *t)
{
    for (size_t i = 0; i < TOLD_MAX; i++)
        for (size_t k = 0; k < t->list.n && t->list.n < RANGES_MAX; k++)
            if (&f->told[i] != t)
                ranges_remove(&f->told[i].list, t->list.list[k].medium,
                              t->list.list[k].offset, t->list.list[k].len);
}

void told_forget(struct fetcher *f, uint32_t session)
{
    struct told *t = find(f, session);

    if (t == NULL)
        return;
    forget_in_others(f, t);
    empty(t);
}
