// SPDX-License-Identifier: BSD-2-Clause
// How much of a stream is asked for at once.

/*
 * A stream counts as a whole or not at all, so one foreign word in the middle,
 * as a message of a Linux kernel, costs all of it. One that was lost is asked
 * for in halves, down to a block; each one that comes doubles the next again.
 */

#include "monitor/device_priv.h"

void device_piece_note(struct device *dev, const struct dump_request *r,
                       const struct dump_result *result)
{
    if (!dump_method_is_stream(r->method) || result->fault)
        return;
    if (result->rows_good == 0)
        dev->piece = r->len / 2;
    else if (dev->piece != 0 && r->len >= dev->piece)
        dev->piece = dev->piece < r->method->max ? dev->piece * 2 : 0;
    if (result->rows_good == 0 && dev->piece < MAP_ALIGN)
        dev->piece = MAP_ALIGN;
}

uint64_t device_piece_cut(const struct device *dev, const struct dump_method *m,
                          uint64_t max)
{
    uint64_t unit = m->align > MAP_ALIGN ? m->align : MAP_ALIGN;
    uint64_t piece = dev->piece - dev->piece % unit;

    if (dev->piece == 0 || !dump_method_is_stream(m) || m->fixed != 0 ||
        dump_needs_page(m))
        return max;
    piece = piece > unit ? piece : unit;
    return piece < max ? piece : max;
}
