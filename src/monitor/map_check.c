// SPDX-License-Identifier: BSD-2-Clause
// Lines of an answer that look as if they told of flash, and that no rule took.

#include "monitor/map_place.h"

#include "monitor/map_note.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool reads_the_same(const struct map_rule *a, const struct map_rule *b)
{
    return (a->command != NULL && b->command != NULL &&
            strcmp(a->command, b->command) == 0) ||
           (a->banner && b->banner);
}

/* Marks what rule matches. */
static void mark(uint8_t *taken, const struct map_rule *rule, const char *text,
                 size_t len)
{
    size_t at = 0;

    while (at < len && pattern_match(rule->pattern, text, len, at, &at)) {
        struct span match = pattern_whole(rule->pattern);
        memset(taken + (match.text - text), 1, match.len);
    }
}

static bool is_taken(const uint8_t *taken, const char *text, struct span match)
{
    return match.len > 0 &&
           memchr(taken + (match.text - text), 1, match.len) != NULL;
}

static void note_line(struct map *map, const struct map_rule *rule,
                      const char *text, size_t len, struct span match)
{
    size_t left = (size_t)(text + len - match.text);
    const char *end = memchr(match.text, '\n', left);

    match.len = end != NULL ? (size_t)(end - match.text) : left;
    map_note_unread(map, text, match, rule->title, "not understood");
}

void map_check_lines(struct map *map, const struct dialect *d,
                     const struct map_rule *rule, const char *text, size_t len)
{
    uint8_t *taken = calloc(len + 1, 1);
    size_t at = 0;

    if (taken == NULL) {
        map_note(map, "%s: out of memory", rule->title);
        return;
    }
    for (size_t i = 0; i < d->n_maps; i++) {
        const struct map_rule *other = &d->maps[i];
        if (other->makes != MAP_MAKES_CHECK && other->makes != MAP_MAKES_ID &&
            other->pattern != NULL && reads_the_same(other, rule))
            mark(taken, other, text, len);
    }
    while (at < len && pattern_match(rule->pattern, text, len, at, &at)) {
        struct span match = pattern_whole(rule->pattern);
        if (!is_taken(taken, text, match))
            note_line(map, rule, text, len, match);
    }
    free(taken);
}
