// SPDX-License-Identifier: BSD-2-Clause
// Finds the word that was meant by a misspelt one.

#include "suggest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* Letters to insert, delete or replace to come from a to b (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    size_t row[32];
    size_t n = strlen(b);

    if (n >= sizeof(row) / sizeof(row[0]))
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1,
                          corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[n];
}

void suggest_offer(struct suggestion *s, const char *word)
{
    size_t len = strlen(s->typed);
    bool begins = len >= 3 && strncmp(s->typed, word, len) == 0;
    size_t d = begins ? 1 : distance(s->typed, word);

    /* More than a third wrong is another word. */
    if (d > len / 3 || (s->best != NULL && d >= s->distance))
        return;
    s->best = word;
    s->distance = d;
}
