// SPDX-License-Identifier: BSD-2-Clause
// A set of blocks of media.

/*
 * A bit a block, in pages that are made once a block of theirs is added: all
 * of a medium of 1 GiB takes 256 KiB, wherever its blocks lie. To take one out
 * needs no memory.
 */

#include "fetch/blockset.h"

#include <stdlib.h>
#include <string.h>

#define WORDS 512U
#define BITS  64U
#define PAGE  ((uint64_t)WORDS * BITS) /* blocks */

struct blockset_page {
    size_t medium;
    uint64_t first; /* a multiple of PAGE */
    uint64_t words[WORDS];
};

void blockset_free(struct blockset *s)
{
    for (size_t i = 0; i < s->n_pages; i++)
        free(s->pages[i]);
    free(s->pages);
    *s = (struct blockset){.pages = NULL};
}

/* The first page that is not before the one of block. */
static size_t place_of(const struct blockset *s, size_t medium, uint64_t block)
{
    uint64_t first = block - block % PAGE;
    size_t low = 0;
    size_t high = s->n_pages;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct blockset_page *p = s->pages[middle];
        if (p->medium < medium || (p->medium == medium && p->first < first))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct blockset_page *find(const struct blockset *s, size_t medium,
                                  uint64_t block)
{
    size_t at = place_of(s, medium, block);

    if (at == s->n_pages || s->pages[at]->medium != medium ||
        s->pages[at]->first > block)
        return NULL;
    return s->pages[at];
}

static bool grow(struct blockset *s)
{
    size_t room = s->room == 0 ? 16 : s->room * 2;
    struct blockset_page **pages = realloc(s->pages, room * sizeof(void *));

    if (pages == NULL)
        return false;
    s->pages = pages;
    s->room = room;
    return true;
}

static struct blockset_page *make(struct blockset *s, size_t medium,
                                  uint64_t block)
{
    size_t at = place_of(s, medium, block);
    struct blockset_page *p;

    if (s->n_pages == s->room && !grow(s))
        return NULL;
    p = calloc(1, sizeof(*p));
    if (p == NULL)
        return NULL;
    p->medium = medium;
    p->first = block - block % PAGE;
    memmove(s->pages + at + 1, s->pages + at,
            (s->n_pages - at) * sizeof(void *));
    s->pages[at] = p;
    s->n_pages++;
    return p;
}

static uint64_t *word_of(struct blockset_page *p, uint64_t block)
{
    return &p->words[block % PAGE / BITS];
}

static uint64_t bit_of(uint64_t block)
{
    return UINT64_C(1) << block % BITS;
}

bool blockset_add(struct blockset *s, size_t medium, uint64_t block)
{
    struct blockset_page *p = find(s, medium, block);

    if (p == NULL)
        p = make(s, medium, block);
    if (p == NULL)
        return false;
    s->n += (*word_of(p, block) & bit_of(block)) == 0;
    *word_of(p, block) |= bit_of(block);
    return true;
}

void blockset_remove(struct blockset *s, size_t medium, uint64_t block)
{
    struct blockset_page *p = find(s, medium, block);

    if (p == NULL)
        return;
    s->n -= (*word_of(p, block) & bit_of(block)) != 0;
    *word_of(p, block) &= ~bit_of(block);
}

/* The first block of the page from block on; its end: there is none. */
static uint64_t first_in(const struct blockset_page *p, uint64_t block)
{
    uint64_t end = p->first + PAGE;

    while (block < end) {
        uint64_t word = p->words[block % PAGE / BITS] >> block % BITS;
        if (word != 0)
            return block + (uint64_t)__builtin_ctzll(word);
        block += BITS - block % BITS;
    }
    return end;
}

bool blockset_meets(const struct blockset *s, size_t medium, uint64_t block,
                    uint64_t end, uint64_t *first)
{
    for (size_t i = place_of(s, medium, block); s->n > 0 && i < s->n_pages;
         i++) {
        const struct blockset_page *p = s->pages[i];
        uint64_t at = block > p->first ? block : p->first;
        if (p->medium != medium || p->first >= end)
            return false;
        at = first_in(p, at);
        if (at >= end)
            return false;
        if (at == p->first + PAGE)
            continue;
        if (first != NULL)
            *first = at;
        return true;
    }
    return false;
}
