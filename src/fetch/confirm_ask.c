// SPDX-License-Identifier: BSD-2-Clause
// One question to the device about its own bytes.

#include "fetch/fetcher_priv.h"

#include <errno.h>

int confirm_ask(struct fetcher *f, size_t medium, uint64_t offset, uint64_t len,
                struct digest_value *out)
{
    const struct device_sink sink = {.stop = fetcher_attend, .arg = f};
    int ret = contact_ready(f);

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
    int ret = contact_ready(f);

    if (ret < 0)
        return ret;
    fetcher_count(f, &f->stats.sums, 1);
    ret = device_uniform(f->device, f->map->media[medium].base + offset, len,
                         uniform, &sink, &f->read_error);
    if (ret == 0 && device_contact(f->device) != f->contact)
        return -EBADMSG;
    return ret == -ETIMEDOUT || ret == -EILSEQ ? -EBADMSG : ret;
}
