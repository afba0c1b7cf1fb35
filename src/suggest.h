// SPDX-License-Identifier: BSD-2-Clause
// Finds the word that was meant by a misspelt one.

#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

/* Start with {.typed = word}; offer every word there is; read best: the
 * nearest one (borrowed), NULL when none is near. */
struct suggestion {
    const char *typed;
    const char *best;
    size_t distance; /* of best */
};

void suggest_offer(struct suggestion *s, const char *word);

#endif
