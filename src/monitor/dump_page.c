// SPDX-License-Identifier: BSD-2-Clause
// Rows that count from the start of a page: is the page as long as it was said
// to be?

/*
 * A command that is told numbers of blocks and pages reads another place when
 * the pages have another size than fwfs believes: the device's row at 0 of page
 * 1 is then not what is asked for, and nothing in it says so. But the device
 * prints all of a page, and then its spare area. So the rows of a page are kept
 * back until the line comes behind which no rows follow: the last row before it
 * must end where the page ends. Else nothing of it is given to anybody.
 */

#include "monitor/dump_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int dump_page_start(struct dump *d)
{
    const struct dump_method *m = d->r->method;
    size_t len = (size_t)d->r->len;

    if (m->base != DUMP_PAGE || m->stop == NULL ||
        d->r->len != d->r->values.page_size || !row_has_address(&m->row))
        return 0;
    d->page.bytes = malloc(len);
    d->page.have = calloc(len / DEVICE_ROW + 1, sizeof(bool));
    return d->page.bytes != NULL && d->page.have != NULL ? 0 : -ENOMEM;
}

void dump_page_free(struct dump *d)
{
    free(d->page.bytes);
    free(d->page.have);
}

void dump_give(struct dump *d, uint64_t address, const uint8_t *bytes,
               size_t len)
{
    size_t at = (size_t)(address - d->r->address);

    if (d->page.bytes == NULL) {
        d->sink->row(d->sink->arg, address, bytes, len);
        return;
    }
    memcpy(d->page.bytes + at, bytes, len);
    memset(d->page.have + at / DEVICE_ROW, true, len / DEVICE_ROW);
}

void dump_page_note(struct dump *d, uint64_t address, size_t len)
{
    if (!d->past)
        d->page.end = address + len;
}

bool dump_page_is_another_size(const struct dump *d)
{
    uint64_t rows = (d->page.end - d->r->address) / dump_row_length(d);

    return d->page.bytes != NULL && d->past && d->page.end != d->end &&
           d->page.end > d->r->address && d->row_lines == rows;
}

void dump_page_finish(struct dump *d)
{
    struct dump_result *r = d->result;

    if (d->page.bytes == NULL)
        return;
    if (d->past && d->page.end == d->end) {
        for (size_t at = 0; at < d->r->len; at += DEVICE_ROW)
            if (d->page.have[at / DEVICE_ROW])
                d->sink->row(d->sink->arg, d->r->address + at,
                             d->page.bytes + at, DEVICE_ROW);
        return;
    }
    if (dump_page_is_another_size(d)) {
        r->fault = true;
        r->page = d->page.end - d->r->address;
    }
    r->rows_good = 0;
}
