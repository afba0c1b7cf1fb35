// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes what is recognised in first bytes, and the extents that come of it.

#include "fuzz.h"

#include "base/text.h"
#include "image/extents.h"

#include <stdbool.h>

#define PLACES 16
#define STEP   64U /* between places of the little medium that the input is */

static void check(const struct signature *s, size_t len, size_t need)
{
    MUST(need == 0 || (need > len && need <= SIGNATURE_MAX));
    MUST(need == 0 || s->kind != NULL);
    MUST(s->padded >= s->length);
    MUST(memchr(s->label, '\0', sizeof(s->label)) != NULL);
    MUST(text_is_printable(s->label, strlen(s->label)));
    if (s->kind == NULL)
        MUST(s->length == 0 && s->label[0] == '\0' && !s->proved && !s->weak);
}

static size_t recognise(const uint8_t *bytes, size_t len, struct signature *s)
{
    /* Of its exact size, so that what reads beyond it is seen. */
    uint8_t *copy = malloc(len + 1);
    uint8_t *exact = realloc(copy, len > 0 ? len : 1);
    size_t need;

    MUST(exact != NULL);
    memcpy(exact, bytes, len);
    need = signature_recognise(exact, len, s);
    check(s, len, need);
    free(exact);
    return need;
}

static void check_extents(const struct image_extent *list, size_t n,
                          uint64_t medium, uint64_t bound)
{
    for (size_t i = 0; i < n; i++) {
        const struct image_extent *e = &list[i];
        const struct signature *s = &e->signature;
        MUST(e->size > 0 && e->offset < medium);
        MUST(e->size <= medium - e->offset);
        MUST(i == 0 || list[i - 1].offset < e->offset);
        MUST(e->refused == (s->length > medium - e->offset));
        if (s->length > 0 && !e->refused) {
            MUST(e->size >= s->length && e->size <= s->padded);
            continue;
        }
        MUST(i + 1 == n || e->offset + e->size <= list[i + 1].offset);
        MUST(e->offset >= bound || e->offset + e->size <= bound);
    }
}

/* The input is a medium, with something at each place. */
static void carve(const uint8_t *data, size_t size)
{
    struct image_extent list[PLACES];
    uint64_t bound = size > 0 ? (uint64_t)data[size - 1] * 8 : 0;
    size_t n = 0;
    size_t kept;

    for (size_t at = 0; at < size && n < PLACES; at += STEP) {
        size_t len = size - at < SIGNATURE_MAX ? size - at : SIGNATURE_MAX;
        list[n].offset = at;
        (void)recognise(data + at, len, &list[n].signature);
        if (list[n].signature.kind != NULL)
            n++;
    }
    kept = image_extents(list, n, size, &bound, 1);
    MUST(kept <= n && (n == 0) == (kept == 0));
    check_extents(list, kept, size, bound);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = size < SIGNATURE_MAX ? size : SIGNATURE_MAX;
    struct signature first;
    struct signature all;

    if (len >= SIGNATURE_MIN && recognise(data, SIGNATURE_MIN, &first) == 0 &&
        first.proved) {
        /* What is proved stays what it is, however much follows. */
        (void)recognise(data, len, &all);
        MUST(all.kind == first.kind && all.length == first.length);
    }
    (void)recognise(data, len, &all);
    carve(data, size);
    return 0;
}
