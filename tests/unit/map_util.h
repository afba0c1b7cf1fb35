// SPDX-License-Identifier: BSD-2-Clause
// A map being built by the rules of a dialect file.

#ifndef UNIT_MAP_UTIL_H
#define UNIT_MAP_UTIL_H

#include "unit.h"

#include "monitor/dialect.h"
#include "monitor/map_build.h"

#include <errno.h>

static struct map map;
static struct dialect *dialect;
static struct err err;

static inline void up(const char *name)
{
    map = (struct map){.segments = NULL};
    if (dialect_load(&dialect, name, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void down(void)
{
    map_free(&map);
    assert_int_equal(map.n_segments, 0);
    dialect_free(dialect);
}

/* Applies the rule titled so. */
static inline void apply(const char *title, const char *text)
{
    for (size_t i = 0; i < dialect->n_maps; i++)
        if (strcmp(dialect->maps[i].title, title) == 0) {
            map_apply(&map, dialect, &dialect->maps[i], text,
                      text != NULL ? strlen(text) : 0);
            return;
        }
    fail_msg("no rule '%s'", title);
}

static inline const struct map_segment *find_file(const char *name)
{
    for (size_t i = 0; i < map.n_segments; i++)
        if (strcmp(map.segments[i].name, name) == 0)
            return &map.segments[i];
    return NULL;
}

/* note: words of it, "" for none at all. */
static inline void assert_file(const char *name, int medium, uint64_t offset,
                               uint64_t size, const char *note)
{
    const struct map_segment *s = find_file(name);

    if (s == NULL) {
        fail_msg("no file '%s'", name);
        return;
    }
    assert_int_equal(s->medium, medium);
    assert_int_equal(s->offset, offset);
    assert_int_equal(s->size, size);
    if (note[0] == '\0')
        assert_string_equal(s->note, "");
    else
        assert_says(s->note, note);
}

/* What must hold of any map, whatever a device said. */
static inline void assert_sound(void)
{
    for (size_t i = 0; i < map.n_media; i++) {
        const struct map_medium *m = &map.media[i];
        assert_true(m->size != 0);
        assert_true(m->base + m->size > m->base);
        assert_int_equal(m->base % MAP_ALIGN, 0);
        assert_int_equal(m->size % MAP_ALIGN, 0);
    }
    for (size_t i = 0; i < map.n_segments; i++) {
        const struct map_segment *s = &map.segments[i];
        size_t len = strlen(s->name);
        assert_in_range(len, 1, MAP_NAME_MAX - 1);
        assert_true(s->name[0] != '.' && s->name[0] != ' ');
        for (size_t k = 0; k < len; k++)
            assert_true(s->name[k] >= ' ' && s->name[k] <= '~' &&
                        s->name[k] != '/');
        for (size_t k = 0; k < i && map.n_segments < 500; k++)
            assert_string_not_equal(s->name, map.segments[k].name);
        assert_true(s->size != 0);
        if (s->medium < 0) {
            assert_true(s->note[0] != '\0');
            continue;
        }
        assert_true((size_t)s->medium < map.n_media);
        assert_true(s->offset < map.media[s->medium].size);
        assert_true(s->size <= map.media[s->medium].size - s->offset);
    }
}

#endif
