// SPDX-License-Identifier: BSD-2-Clause
// A kept map read back: a strict reader of a text that may say anything.

#include "monitor/map_file.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/map_build.h"
#include "monitor/map_note.h"
#include "monitor/map_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX   7U
#define SEGMENTS_MAX ((size_t)2 * MAP_FILES_MAX)

struct reader {
    const char *at;
    const char *end;
    unsigned line;                  /* number of the one in fields, from 1 */
    struct span fields[FIELDS_MAX]; /* of the current line */
    size_t n_fields;                /* more than FIELDS_MAX: too many */
    struct err *err;
};

/* For a line that is not as it should be. */
static int wrong(const struct reader *r, const char *why)
{
    return err_set(r->err, -EBADMSG, "line %u: %s", r->line, why);
}

/* Takes the next line apart; false at the end. */
static bool next_line(struct reader *r)
{
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));

    if (stop == NULL)
        return false;
    r->line++;
    r->n_fields = 0;
    for (const char *from = r->at; from <= stop; r->n_fields++) {
        const char *tab = memchr(from, '\t', (size_t)(stop - from));
        const char *to = tab != NULL ? tab : stop;
        if (r->n_fields < FIELDS_MAX)
            r->fields[r->n_fields] = (struct span){from, (size_t)(to - from)};
        from = to + 1;
    }
    r->at = stop + 1;
    return true;
}

static bool field_is(const struct reader *r, size_t i, const char *word)
{
    return r->fields[i].len == strlen(word) &&
           memcmp(r->fields[i].text, word, r->fields[i].len) == 0;
}

/* The current line is one of these. */
static bool is_line(const struct reader *r, const char *word, size_t n_fields)
{
    return r->n_fields == n_fields && field_is(r, 0, word);
}

static bool text_field(const struct reader *r, size_t i, char *out, size_t size)
{
    return text_unescape(out, size, r->fields[i].text, r->fields[i].len);
}

/* A text that is shown. */
static bool word_field(const struct reader *r, size_t i, char *out, size_t size)
{
    return text_field(r, i, out, size) && text_is_printable(out, strlen(out));
}

static bool number_field(const struct reader *r, size_t i, uint64_t *out)
{
    const struct span *f = &r->fields[i];

    return f->len > 2 && memcmp(f->text, "0x", 2) == 0 &&
           num_digits(f->text, f->len, 16, out);
}

static int head_line(struct reader *r, const char *word, char *out, size_t size,
                     bool shown)
{
    bool ok = next_line(r) && is_line(r, word, 2) &&
              (shown ? word_field(r, 1, out, size)
                     : text_field(r, 1, out, size));

    return ok ? 0 : wrong(r, word);
}

static int read_head(struct reader *r, struct map_file *f)
{
    uint64_t dropped = 0;
    int ret;

    (void)next_line(r); /* the version, which was looked at */
    ret = head_line(r, "dialect", f->dialect, sizeof(f->dialect), true);
    if (ret == 0 && f->dialect[0] == '\0')
        ret = wrong(r, "no dialect");
    if (ret == 0)
        ret = head_line(r, "banner", f->banner, sizeof(f->banner), true);
    if (ret == 0)
        ret = head_line(r, "port", f->port, sizeof(f->port), false);
    if (ret == 0 && f->port[0] == '\0')
        ret = wrong(r, "no port");
    if (ret == 0 && (!next_line(r) || !is_line(r, "dropped", 2) ||
                     !number_field(r, 1, &dropped)))
        ret = wrong(r, "dropped");
    f->map.dropped = (size_t)dropped;
    return ret;
}

/* [a-z0-9-], as the cache wants it, and no "-" in front: that is none. */
static bool is_medium_name(const char *s)
{
    size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return len > 0 && s[len] == '\0' && s[0] != '-';
}

/* A window of the user may be anywhere; a chip is as map_place_chip has it. */
static const char *medium_fault(const struct map *map,
                                const struct map_medium *m)
{
    uint64_t end;

    if (!num_add(m->base, m->size, &end) || m->size == 0 ||
        m->base % MAP_ALIGN != 0 || m->size % MAP_ALIGN != 0 ||
        (!m->user && !map_chip_makes_sense(m->base, m->size)))
        return "a medium cannot be there";
    for (size_t i = 0; i < map->n_media; i++) {
        const struct map_medium *other = &map->media[i];
        if (strcmp(other->name, m->name) == 0)
            return "two media of one name";
        if (!m->user && !other->user && m->base < other->base + other->size &&
            other->base < end)
            return "two chips overlap";
    }
    return NULL;
}

static int read_medium(struct reader *r, struct map *map)
{
    struct map_medium m = {.user = field_is(r, 4, "user")};
    const char *fault;

    if (map->n_media == MAP_MEDIA_MAX)
        return wrong(r, "too many media");
    if (!word_field(r, 1, m.name, sizeof(m.name)) || !is_medium_name(m.name))
        return wrong(r, "a medium cannot have such a name");
    if (!number_field(r, 2, &m.base) || !number_field(r, 3, &m.size) ||
        (!m.user && !field_is(r, 4, "chip")) ||
        !word_field(r, 5, m.alias, sizeof(m.alias)))
        return wrong(r, "this is no medium");
    fault = medium_fault(map, &m);
    if (fault != NULL)
        return wrong(r, fault);
    map->media[map->n_media++] = m;
    return 0;
}

/* -1: there is none of that name. */
static int find_medium(const struct reader *r, size_t i, const struct map *map)
{
    for (size_t n = 0; n < map->n_media; n++)
        if (field_is(r, i, map->media[n].name))
            return (int)n;
    return -1;
}

static const char *segment_fault(const struct map *map,
                                 const struct map_segment *s)
{
    const struct map_medium *m;

    if (s->size == 0)
        return "a segment of no bytes";
    if (s->medium < 0)
        return s->note[0] == '\0' ? "no note why it cannot be read" : NULL;
    m = &map->media[s->medium];
    if (s->offset >= m->size || s->size > m->size - s->offset)
        return "a segment reaches beyond its medium";
    return NULL;
}

/* Makes room for one more, twice as much whenever it is full. */
static bool grow(struct map *map)
{
    size_t n = map->n_segments;
    struct map_segment *grown;

    if ((n & (n - 1)) != 0)
        return true;
    grown = realloc(map->segments, (n == 0 ? 1 : 2 * n) * sizeof(*grown));
    if (grown != NULL)
        map->segments = grown;
    return grown != NULL;
}

static int read_segment(struct reader *r, struct map *map)
{
    struct map_segment s = {.medium = find_medium(r, 2, map)};
    const char *fault;

    if (map->n_segments == SEGMENTS_MAX)
        return wrong(r, "too many segments");
    if (!word_field(r, 1, s.name, sizeof(s.name)) || !map_is_safe_name(s.name))
        return wrong(r, "a file cannot have such a name");
    if (s.medium < 0 && !field_is(r, 2, "-"))
        return wrong(r, "no such medium");
    if (!number_field(r, 3, &s.offset) || !number_field(r, 4, &s.size) ||
        !word_field(r, 5, s.source, sizeof(s.source)) ||
        !word_field(r, 6, s.note, sizeof(s.note)))
        return wrong(r, "this is no segment");
    fault = segment_fault(map, &s);
    if (fault != NULL)
        return wrong(r, fault);
    if (!grow(map))
        return err_set(r->err, -ENOMEM, "out of memory");
    map->segments[map->n_segments++] = s;
    return 0;
}

static int read_note(struct reader *r, struct map *map)
{
    char text[sizeof(map->notes->text)];

    if (!word_field(r, 1, text, sizeof(text)))
        return wrong(r, "this is no note");
    map_note(map, "%s", text);
    return 0;
}

static int read_map(struct reader *r, struct map *map)
{
    int ret = 0;

    while (ret == 0 && next_line(r)) {
        if (is_line(r, "note", 2) && map->n_media == 0)
            ret = read_note(r, map);
        else if (is_line(r, "medium", 6) && map->n_segments == 0)
            ret = read_medium(r, map);
        else if (is_line(r, "segment", 7))
            ret = read_segment(r, map);
        else
            ret = wrong(r, "neither a note, a medium nor a segment");
    }
    if (ret == 0 && map->n_media == 0)
        ret = wrong(r, "no medium");
    return ret;
}

static int by_name(const void *a, const void *b)
{
    const struct map_segment *const *x = a;
    const struct map_segment *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static int check_unique(const struct map *map, struct err *err)
{
    size_t n = map->n_segments;
    CLEANUP_FREE const struct map_segment **sorted = calloc(
        n + 1, sizeof(struct map_segment *));

    if (sorted == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        sorted[i] = &map->segments[i];
    qsort(sorted, n, sizeof(struct map_segment *), by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            return err_set(err, -EBADMSG, "two files are named '%s'",
                           sorted[i]->name);
    return 0;
}

/* *len: without the last line. */
static int check_frame(const char *text, size_t *len, const char *identity,
                       struct err *err)
{
    static const char first_line[] = MAP_FILE_FIRST;
    const size_t first = sizeof(first_line) - 1;
    const size_t last = MAP_FILE_END_SIZE - 1;
    char end[MAP_FILE_END_SIZE];

    if (*len > MAP_FILE_MAX)
        return err_set(err, -EBADMSG, "longer than %zu bytes", MAP_FILE_MAX);
    if (*len < first + last || memcmp(text, first_line, first - 2) != 0)
        return err_set(err, -EBADMSG, "not a map of a device");
    if (memcmp(text, first_line, first) != 0)
        return err_set(err, -EPROTO, "written by another version of fwfs");
    *len -= last;
    map_file_end(end, text, *len, identity);
    if (memcmp(text + *len, end, last) != 0 || text[*len - 1] != '\n')
        return err_set(err, -EBADMSG, "damaged, or of another cache");
    return 0;
}

int map_file_parse(struct map_file *out, const char *text, size_t len,
                   const char *identity, struct err *err)
{
    struct reader r = {.at = text, .err = err};
    int ret = check_frame(text, &len, identity, err);

    *out = (struct map_file){.dialect = ""};
    if (ret < 0)
        return ret;
    r.end = text + len;
    ret = read_head(&r, out);
    if (ret == 0)
        ret = read_map(&r, &out->map);
    if (ret == 0)
        ret = check_unique(&out->map, err);
    if (ret < 0)
        map_file_free(out);
    return ret;
}

void map_file_free(struct map_file *file)
{
    map_free(&file->map);
}
