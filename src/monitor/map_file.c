// SPDX-License-Identifier: BSD-2-Clause
// The map of a device as a text, to be kept beside what was read of it.

#include "monitor/map_file.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void map_file_end(char out[MAP_FILE_END_SIZE], const char *text, size_t len,
                  const char *identity)
{
    uLong sum = crc32_z(0, (const Bytef *)identity, strlen(identity));

    sum = crc32_z(sum, (const Bytef *)text, len);
    (void)snprintf(out, MAP_FILE_END_SIZE, "end\t%08lx\n", sum & 0xffffffffU);
}

static void add_text(struct buf *out, const char *before, const char *text)
{
    size_t size = strlen(text) * 4 + 1;
    CLEANUP_FREE char *safe = malloc(size);

    if (safe == NULL) {
        out->failed = true;
        return;
    }
    (void)text_escape(safe, size, text, strlen(text));
    (void)buf_printf(out, "%s\t%s", before, safe);
}

/* The same for words of a dialect file, which may have any bytes; they are
 * only there to be shown. */
static void add_word(struct buf *out, const char *before, const char *text)
{
    char plain[sizeof(((struct map_note *)NULL)->text)];
    size_t n = 0;

    for (; text[n] != '\0' && n + 1 < sizeof(plain); n++)
        plain[n] = text_is_printable(text + n, 1) ? text[n] : '?';
    plain[n] = '\0';
    add_text(out, before, plain);
}

static void write_medium(struct buf *out, const struct map_medium *m)
{
    (void)buf_printf(out, "medium\t%s\t0x%" PRIx64 "\t0x%" PRIx64 "\t%s",
                     m->name, m->base, m->size, m->user ? "user" : "chip");
    add_word(out, "", m->alias);
    (void)buf_printf(out, "\n");
}

static void write_segment(struct buf *out, const struct map *map,
                          const struct map_segment *s)
{
    const char *medium = s->medium < 0 ? "-" : map->media[s->medium].name;

    add_text(out, "segment", s->name);
    (void)buf_printf(out, "\t%s\t0x%" PRIx64 "\t0x%" PRIx64, medium, s->offset,
                     s->size);
    add_word(out, "", s->source);
    add_word(out, "", s->note);
    (void)buf_printf(out, "\n");
}

void map_file_write(struct buf *out, const struct map_file_head *head,
                    const struct map *map, const char *identity)
{
    char end[MAP_FILE_END_SIZE];
    size_t start = out->len;

    (void)buf_printf(out, MAP_FILE_FIRST);
    add_word(out, "dialect", head->dialect);
    add_word(out, "\nbanner", head->banner);
    add_text(out, "\nport", head->port);
    (void)buf_printf(out, "\ndropped\t0x%zx\n", map->dropped);
    for (size_t i = 0; i < map->n_notes; i++) {
        add_word(out, "note", map->notes[i].text);
        (void)buf_printf(out, "\n");
    }
    for (size_t i = 0; i < map->n_media; i++)
        write_medium(out, &map->media[i]);
    for (size_t i = 0; i < map->n_segments; i++)
        write_segment(out, map, &map->segments[i]);
    if (out->failed)
        return;
    map_file_end(end, out->data + start, out->len - start, identity);
    (void)buf_printf(out, "%s", end);
}
