// SPDX-License-Identifier: BSD-2-Clause
// One question to the device about its own bytes.

/*
 * A proof is several questions. Where the device is out of sight between two of
 * them its flash may have been written to, so the answers from before do not go
 * with those from after: -EINTR, and all is asked anew. Where a question got no
 * answer just before, it may be what made the device reset: it counts as one
 * that stays without an answer (unsummed.c), else it would be asked without
 * end.
 */

#include "fetch/fetcher_priv.h"

#include <errno.h>

/* The device is there, and has been since the step began. */
static int is_in_sight(struct fetcher *f)
{
    struct range *r = &f->unanswered;
    int ret = contact_ready(f);

    if (ret < 0 || f->contact == f->step_contact)
        return ret;
    if (r->len > 0)
        unsummed_note(f, r->medium, r->offset, r->len);
    r->len = 0;
    return -EINTR;
}

/* What became of a question about that range. */
static int note_answer(struct fetcher *f, struct range about, int ret)
{
    bool lost = device_contact(f->device) != f->contact;

    if (ret == 0)
        about.len = 0;
    f->unanswered = about;
    if (ret == 0 && lost)
        return -EBADMSG; /* whose it is, nobody knows */
    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
}

int confirm_ask(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
                struct digest_value *out)
{
    const struct device_sink sink = {.stop = fetcher_attend, .arg = f};
    int ret = is_in_sight(f);

    if (ret < 0)
        return ret;
    fetcher_count(f, &f->stats.sums, 1);
    ret = device_checksum(f->device, f->map->media[medium].base + offset, len,
                          out, &sink, &f->read_error);
    return note_answer(f, (struct range){medium, offset, len}, ret);
}

int confirm_ask_uniform(struct fetcher *f, size_t medium, uint64_t offset,
                        uint64_t len, bool *uniform)
{
    const struct device_sink sink = {.stop = fetcher_attend, .arg = f};
    int ret = is_in_sight(f);

    if (ret < 0)
        return ret;
    fetcher_count(f, &f->stats.sums, 1);
    ret = device_uniform(f->device, f->map->media[medium].base + offset, len,
                         uniform, &sink, &f->read_error);
    return note_answer(f, (struct range){medium, offset, len}, ret);
}
