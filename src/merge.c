// SPDX-License-Identifier: BSD-2-Clause
// Puts together ranges that touch, so that each is told once.

#include "merge.h"

#include <assert.h>

void merge_end(struct merge *m)
{
    if (!m->is_open)
        return;
    m->is_open = false;
    m->bytes[m->open.kind] += m->open.end - m->open.from;
    m->emit(m->arg, &m->open);
}

void merge_add(struct merge *m, unsigned kind, uint64_t from, uint64_t len)
{
    uint64_t end = from + len;

    assert(kind < MERGE_KINDS && end >= from);
    if (len == 0)
        return;
    if (m->is_open && m->open.kind == kind && from >= m->open.from &&
        from <= m->open.end) {
        if (end > m->open.end)
            m->open.end = end;
        return;
    }
    merge_end(m);
    m->open = (struct merge_range){from, end, kind};
    m->is_open = true;
}
