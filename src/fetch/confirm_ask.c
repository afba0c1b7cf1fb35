// SPDX-License-Identifier: BSD-2-Clause
// One question to the device about its own bytes.

/*
 * A proof is several questions. Where the device is out of sight between two of
 * them its flash may have been written to, so the answers from before do not go
 * with those from after: -EINTR, and all is asked anew.
 */

#include "fetch/fetcher_priv.h"

#include <errno.h>

/* The device is there, and has been since the step began. */
static int is_in_sight(struct fetcher *f)
{
    int ret = contact_ready(f);

    return ret == 0 && f->contact != f->step_contact ? -EINTR : ret;
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
    if (ret == 0 && device_contact(f->device) != f->contact)
        return -EBADMSG; /* whose it is, nobody knows */
    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
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
    if (ret == 0 && device_contact(f->device) != f->contact)
        return -EBADMSG;
    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
}
