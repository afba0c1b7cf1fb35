// SPDX-License-Identifier: BSD-2-Clause
// What a reader of a map must know besides its files.

#include "monitor/map_note.h"

#include "base/log.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARNINGS_MAX 8U   /* on a terminal, at each mount */
#define NAMES_MAX    6U   /* of segments in one sentence */
#define QUOTED_MAX   100U /* bytes of an answer in one, escaped */

static bool note_is_there(const struct map *map, const char *text)
{
    for (size_t i = 0; i < map->n_notes; i++)
        if (strcmp(map->notes[i].text, text) == 0)
            return true;
    return false;
}

static void note_add(struct map *map, const struct map_note *note)
{
    struct map_note *grown;

    if (note_is_there(map, note->text))
        return;
    grown = map->n_notes < MAP_NOTES_MAX
                ? realloc(map->notes, (map->n_notes + 1) * sizeof(*grown))
                : NULL;
    if (grown == NULL) {
        map->more_notes++;
        return;
    }
    map->notes = grown;
    grown[map->n_notes++] = *note;
}

void map_note(struct map *map, const char *fmt, ...)
{
    struct map_note note = {.at = MAP_NOTE_NOWHERE};
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(note.text, sizeof(note.text), fmt, args);
    va_end(args);
    for (char *c = note.text; *c != '\0'; c++)
        if (!text_is_printable(c, 1))
            *c = '?';
    note_add(map, &note);
}

void map_note_unread(struct map *map, const char *text, struct span match,
                     const char *title, const char *why)
{
    struct map_note note = {.at = (size_t)(match.text - text)};
    const char *end = memchr(match.text, '\n', match.len);
    size_t len = end != NULL ? (size_t)(end - match.text) : match.len;
    char quoted[QUOTED_MAX];

    (void)text_escape(quoted, sizeof(quoted), match.text, len);
    (void)snprintf(note.text, sizeof(note.text), "%s: %s: '%s'%s", title, why,
                   quoted, len < match.len ? " and what follows" : "");
    for (char *c = note.text; *c != '\0'; c++)
        if (!text_is_printable(c, 1))
            *c = '?';
    note_add(map, &note);
}

/* --- telling them -------------------------------------------------------- */

static bool segment_is_lost(const struct map_segment *s, const char *reason)
{
    return s->medium < 0 && (reason == NULL || strcmp(s->note, reason) == 0);
}

/* One before it has the same reason. */
static bool segment_is_told(const struct map *map, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (segment_is_lost(&map->segments[k], map->segments[i].note))
            return true;
    return false;
}

/* "'kernel', 'rootfs' and 3 more cannot be read: REASON" */
static void segments_text(const struct map *map, const char *reason, char *out,
                          size_t size)
{
    size_t named = 0;
    size_t all = 0;
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < map->n_segments; i++) {
        const struct map_segment *s = &map->segments[i];
        if (!segment_is_lost(s, reason))
            continue;
        if (all++ >= NAMES_MAX)
            continue;
        at += (size_t)snprintf(out + at, size - at, "%s'%s'",
                               named++ > 0 ? ", " : "", s->name);
    }
    if (all > named)
        at += (size_t)snprintf(out + at, size - at, " and %zu more",
                               all - named);
    (void)snprintf(out + at, size - at, " cannot be read: %s", reason);
}

void map_each_note(const struct map *map,
                   void (*each)(void *arg, const char *text), void *arg)
{
    /* Names, a few words, a reason. */
    char text[NAMES_MAX * (MAP_NAME_MAX + 4) + 160];

    for (size_t i = 0; i < map->n_notes; i++)
        each(arg, map->notes[i].text);
    for (size_t i = 0; i < map->n_segments; i++) {
        if (!segment_is_lost(&map->segments[i], NULL) ||
            segment_is_told(map, i))
            continue;
        segments_text(map, map->segments[i].note, text, sizeof(text));
        each(arg, text);
    }
    if (map->dropped > 0) {
        (void)snprintf(text, sizeof(text),
                       "%zu more chips or segments were left out: there are "
                       "too many",
                       map->dropped);
        each(arg, text);
    }
    if (map->more_notes > 0) {
        (void)snprintf(text, sizeof(text),
                       "%zu more things are wrong with what the device says of "
                       "its flash",
                       map->more_notes);
        each(arg, text);
    }
}

static void warn_of_one(void *arg, const char *text)
{
    size_t *told = arg;

    if ((*told)++ < WARNINGS_MAX)
        log_warn("%s", text);
}

void map_warn_of_notes(const struct map *map)
{
    size_t told = 0;

    map_each_note(map, warn_of_one, &told);
    if (told > WARNINGS_MAX)
        log_warn("the map has %zu more notes: see 'note' in .fwfs/status",
                 told - WARNINGS_MAX);
}
