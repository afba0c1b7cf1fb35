// SPDX-License-Identifier: BSD-2-Clause
// Content of a reference by its sum: which windows have it, and where.

/*
 * An index belongs to one algorithm and one length of window: a list of
 * (first 4 bytes of the sum, number of the window), sorted, so that one binary
 * search finds the first window with that sum at some place or behind.
 *
 * Nothing rests on an index being right: a hit counts when the file, read once
 * more, has that sum.
 */

#include "image/reference_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASHED_MAX  ((uint64_t)64 << 20)
#define CHANGES_MAX 8
#define TRIES_MAX   16 /* windows that only seem to have a sum */

static void free_index(struct reference_index *x)
{
    if (x != NULL)
        free(x->entries);
    free(x);
}

void reference_forget(struct reference *r)
{
    reference_forget_parts(&r->parts);
    while (r->indexes != NULL) {
        struct reference_index *next = r->indexes->next;
        free_index(r->indexes);
        r->indexes = next;
    }
}

uint64_t reference_readable(const struct reference *r)
{
    uint64_t now = (uint64_t)r->size_now;

    /* 0: a block device. */
    return now > 0 && now < r->size ? now : r->size;
}

int reference_fill(const uint8_t *bytes, size_t len)
{
    return memcmp(bytes, bytes + 1, len - 1) == 0 ? bytes[0] : REFERENCE_MIXED;
}

size_t reference_walk(struct reference *r, uint64_t unit, uint64_t stride,
                      size_t n,
                      void (*visit)(void *arg, size_t i, const uint8_t *bytes),
                      void *arg)
{
    size_t together = unit == stride ? sizeof(r->buffer) / unit : 1;

    for (size_t i = 0; i < n; i += together) {
        size_t now = reference_smaller(together, n - i);
        if (reference_read(r, i * stride, r->buffer, now * unit) != 0)
            return i;
        for (size_t k = 0; k < now; k++)
            visit(arg, i + k, r->buffer + k * unit);
    }
    return n;
}

void reference_add(struct reference_index *x, uint32_t key, size_t window)
{
    x->entries[x->n++] = (uint64_t)key << 32 | window;
}

static uint32_t key_of(const struct digest_value *v)
{
    return (uint32_t)v->bytes[0] << 24 | (uint32_t)v->bytes[1] << 16 |
           (uint32_t)v->bytes[2] << 8 | v->bytes[3];
}

static void add_hashed(void *arg, size_t i, const uint8_t *bytes)
{
    struct reference_index *x = arg;
    struct digest_value v;

    if (reference_fill(bytes, x->len) != REFERENCE_MIXED)
        return;
    digest_of(x->algorithm, bytes, x->len, &v);
    reference_add(x, key_of(&v), i);
}

static bool index_hashed(struct reference *r, struct reference_index *x)
{
    size_t n = reference_readable(r) <= HASHED_MAX
                   ? reference_readable(r) / x->len
                   : 0;

    x->stride = x->len;
    x->entries = calloc(n > 0 ? n : 1, sizeof(*x->entries));
    if (x->entries == NULL)
        return false;
    (void)reference_walk(r, x->len, x->len, n, add_hashed, x);
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static struct reference_index *
build(struct reference *r, const struct digest *algorithm, uint64_t len)
{
    struct reference_index *x = calloc(1, sizeof(*x));
    uint64_t *fits;

    if (x == NULL)
        return NULL;
    x->algorithm = algorithm;
    x->len = len;
    if (!(algorithm == digest_find("crc32") ? reference_index_crc(r, x)
                                            : index_hashed(r, x))) {
        free_index(x);
        return NULL;
    }
    qsort(x->entries, x->n, sizeof(*x->entries), compare_entries);
    /* Without the room of those that were left out. */
    fits = realloc(x->entries, (x->n + 1) * sizeof(*fits));
    if (fits != NULL)
        x->entries = fits;
    x->next = r->indexes;
    r->indexes = x;
    return x;
}

static void look_for_changes(struct reference *r)
{
    struct stat st;

    if (r->changes == CHANGES_MAX || fstat(r->fd, &st) < 0 ||
        (st.st_size == r->size_now && st.st_mtim.tv_sec == r->changed.tv_sec &&
         st.st_mtim.tv_nsec == r->changed.tv_nsec))
        return;
    r->changes++;
    r->changed = st.st_mtim;
    r->size_now = st.st_size;
    reference_forget(r);
}

static const struct reference_index *
index_for(struct reference *r, const struct digest *algorithm, uint64_t len)
{
    for (const struct reference_index *x = r->indexes; x != NULL; x = x->next)
        if (x->algorithm == algorithm && x->len == len)
            return x;
    return build(r, algorithm, len);
}

/* The first entry that is not below. */
static size_t first_entry(const struct reference_index *x, uint64_t entry)
{
    size_t low = 0;
    size_t high = x->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->entries[middle] < entry)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_sum(struct reference *r, uint64_t offset, uint64_t len,
                    const struct digest_value *sum)
{
    struct digest_value found;

    return reference_sum(r, sum->algorithm, offset, len, &found) == 0 &&
           digest_same(&found, sum);
}

bool reference_find(struct reference *r, const struct digest_value *sum,
                    uint64_t len, uint64_t *at)
{
    const struct reference_index *x;
    uint32_t key = key_of(sum);
    uint64_t window;
    size_t first;

    if (len < REFERENCE_FIND_MIN || len > REFERENCE_FIND_MAX ||
        (len & (len - 1)) != 0 || *at >= r->size)
        return false;
    look_for_changes(r);
    x = index_for(r, sum->algorithm, len);
    if (x == NULL)
        return false;
    window = (*at + x->stride - 1) / x->stride; /* below 2^32: *at < size */
    first = first_entry(x, (uint64_t)key << 32 | window);
    for (size_t i = first; i < x->n && i < first + TRIES_MAX; i++) {
        uint64_t offset = (uint32_t)x->entries[i] * x->stride;
        if (x->entries[i] >> 32 != key)
            return false;
        if (has_sum(r, offset, len, sum)) {
            *at = offset;
            return true;
        }
    }
    return false;
}
