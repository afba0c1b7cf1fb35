// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes mapfile_read: what is taken is in order, and is taken again.

#include "fuzz.h"

#include "base/buf.h"
#include "store/mapfile_read.h"

#include <inttypes.h>

static void in_order(const struct mapfile *m)
{
    for (size_t i = 0; i < m->n_areas; i++) {
        const struct mapfile_area *a = &m->areas[i];
        MUST(a->len > 0);
        MUST(a->offset + a->len > a->offset);
        MUST(strchr("?*/-+", a->status) != NULL && a->status != '\0');
        MUST(i == 0 || (a[-1].offset + a[-1].len == a->offset &&
                        a[-1].status != a->status));
    }
}

static void same_again(const struct mapfile *m)
{
    CLEANUP_BUF struct buf text = {0};
    struct mapfile again;

    (void)buf_printf(&text, "0 ? 1\n");
    for (size_t i = 0; i < m->n_areas; i++)
        (void)buf_printf(&text, "0x%08" PRIX64 "  0x%08" PRIX64 "  %c\n",
                         m->areas[i].offset, m->areas[i].len,
                         m->areas[i].status);
    MUST(mapfile_read(&again, text.data, text.len, NULL) == 0);
    MUST(again.n_areas == m->n_areas);
    for (size_t i = 0; i < m->n_areas; i++) {
        MUST(again.areas[i].offset == m->areas[i].offset);
        MUST(again.areas[i].len == m->areas[i].len);
        MUST(again.areas[i].status == m->areas[i].status);
    }
    mapfile_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mapfile m;
    struct err err = {.text = ""};
    int r = mapfile_read(&m, (const char *)data, size, &err);

    MUST((r == 0) == (err.text[0] == '\0'));
    in_order(&m);
    if (r == 0)
        same_again(&m);
    mapfile_free(&m);
    return 0;
}
