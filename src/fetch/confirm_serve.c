// SPDX-License-Identifier: BSD-2-Clause
// Requests for checksums: FETCH_CONFIRM's comparing, and FETCH_SUM.

#include "fetch/fetcher_priv.h"

#include <errno.h>

#define ANSWERS_MAX 4 /* that cannot be understood */

struct piece {
    uint64_t offset;
    uint64_t len;
};

/* The known blocks from *n on, below end and not across a multiple of border
 * (0: any); false: there are none. */
static bool next_known(const struct blocks *b, uint64_t *n, uint64_t end,
                       uint64_t border, struct piece *out)
{
    uint64_t first;

    while (*n < end && !block_state_known(blocks_state(b, *n)))
        (*n)++;
    for (first = *n; *n < end && block_state_known(blocks_state(b, *n));) {
        (*n)++;
        if (border != 0 && *n * BLOCK_SIZE % border == 0)
            break;
    }
    if (*n == first)
        return false;
    *out = (struct piece){first * BLOCK_SIZE, (*n - first - 1) * BLOCK_SIZE +
                                                  blocks_length(b, *n - 1)};
    return true;
}

/* False: it has been answered meanwhile, and is no longer there. */
static bool still_served(const struct fetcher *f)
{
    return f->serving != NULL;
}

/* Compares what has not been yet, as far as it goes; all of it is compared
 * when there is nothing to compare with. r may be answered meanwhile. */
static void compare_request(struct fetcher *f, struct fetch_request *r)
{
    struct blocks *b = cache_blocks(f->cache, r->medium);
    uint64_t n = (r->offset + r->compared) / BLOCK_SIZE;
    uint64_t end = (r->offset + r->len - 1) / BLOCK_SIZE + 1;
    uint64_t border = device_border(f->device, f->map->media[r->medium].base);
    struct piece p;

    while (confirm_sum_max(f, r->medium) > 0 &&
           next_known(b, &n, end, border, &p)) {
        bool all = confirm_known(f, r->medium, p.offset, p.len);
        if (!still_served(f) || (!all && !f->sum_broken))
            return;
        r->compared = p.offset + p.len - r->offset;
    }
    if (f->sum_broken)
        r->n_findings = 0; /* nothing that it said counts */
    r->compared = r->len;
}

void confirm_request(struct fetcher *f, struct fetch_request *r)
{
    f->is_serving = true;
    f->serving = r;
    compare_request(f, r);
    f->is_serving = false;
    f->serving = NULL;
}

/* One sum cannot cover it. */
static bool crosses_border(const struct fetcher *f,
                           const struct fetch_request *r)
{
    uint64_t border = device_border(f->device, f->map->media[r->medium].base);

    return border != 0 &&
           r->offset / border != (r->offset + r->len - 1) / border;
}

/* FETCH_SUM. */
static int ask_sum(struct fetcher *f, struct fetch_request *r)
{
    struct digest_value sum = {.algorithm = NULL};
    int ret = -EBADMSG;

    for (int i = 0; ret == -EBADMSG && i < ANSWERS_MAX; i++)
        ret = confirm_sum_max(f, r->medium) == 0 || crosses_border(f, r)
                  ? -EOPNOTSUPP
                  : confirm_ask(f, r->medium, r->offset, r->len, &sum);
    if (ret == -ENOTSUP)
        ret = -EOPNOTSUPP;
    if (ret == 0 && still_served(f))
        r->sum = sum;
    return ret;
}

void confirm_serve_sum(struct fetcher *f, struct fetch_request *r)
{
    int ret;

    f->is_serving = true;
    f->serving = r;
    ret = ask_sum(f, r);
    /* A device that does not answer now is asked again until the time-out. */
    if (still_served(f) &&
        (ret == 0 || ret == -EOPNOTSUPP || ret == -EBADMSG || ret == -ESTALE))
        answer_first(f, ret == 0 || ret == -EOPNOTSUPP ? ret : -EIO);
    f->is_serving = false;
    f->serving = NULL;
}
