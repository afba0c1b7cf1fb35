// SPDX-License-Identifier: BSD-2-Clause
// Reads a GNU ddrescue map.

#include "store/mapfile_read.h"

#include "base/num.h"
#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the reading is. */
struct cursor {
    const char *at;
    const char *end; /* of the text */
    size_t line;     /* number of the current one, from 1 */
};

struct word {
    const char *text; /* not NUL-terminated */
    size_t len;       /* 0: there is none */
};

/* pos, size, status; the status line has pos, status, pass. */
#define WORDS 3

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The next word of a line; none before its end or a comment. */
static struct word next_word(const char **at, const char *end)
{
    struct word w;

    while (*at < end && is_blank(**at))
        (*at)++;
    w = (struct word){.text = *at};
    if (*at < end && **at == '#')
        return w;
    while (*at < end && !is_blank(**at))
        (*at)++;
    w.len = (size_t)(*at - w.text);
    return w;
}

/* The next line that has words; false at the end of the text. */
static bool next_line(struct cursor *c, struct word words[WORDS])
{
    while (c->at < c->end) {
        const char *at = c->at;
        const char *end = memchr(at, '\n', (size_t)(c->end - at));
        if (end == NULL)
            end = c->end;
        c->at = end < c->end ? end + 1 : end;
        c->line++;
        for (int i = 0; i < WORDS; i++)
            words[i] = next_word(&at, end);
        if (words[0].len > 0)
            return true;
    }
    return false;
}

static bool parse_octal(const struct word *w, uint64_t *out)
{
    uint64_t n = 0;

    for (size_t i = 0; i < w->len; i++) {
        if (w->text[i] < '0' || w->text[i] > '7' || !num_mul(n, 8, &n) ||
            !num_add(n, (uint64_t)(w->text[i] - '0'), &n))
            return false;
    }
    *out = n;
    return true;
}

/* As C++ writes integer constants. */
static bool parse_number(const struct word *w, uint64_t *out)
{
    if (w->len > 2 && w->text[0] == '0' && (w->text[1] | 0x20) == 'x')
        return num_digits(w->text, w->len, 16, out);
    if (w->len > 1 && w->text[0] == '0')
        return parse_octal(w, out);
    return num_digits(w->text, w->len, 10, out);
}

static bool is_one_of(const struct word *w, const char *letters)
{
    return w->len == 1 && w->text[0] != '\0' &&
           strchr(letters, w->text[0]) != NULL;
}

static int refuse(const struct cursor *c, const struct word *w,
                  const char *wanted, struct err *err)
{
    char shown[64];

    if (w->len == 0)
        return err_set(err, -EINVAL, "line %zu: %s is missing", c->line,
                       wanted);
    (void)text_escape(shown, sizeof(shown), w->text, w->len < 24 ? w->len : 24);
    return err_set(err, -EINVAL, "line %zu: '%s%s' is not %s", c->line, shown,
                   w->len > 24 ? "..." : "", wanted);
}

static int read_status(struct cursor *c, struct err *err)
{
    struct word words[WORDS];
    uint64_t n;

    if (!next_line(c, words))
        return err_set(err, -EINVAL,
                       "there is no line with position and status: this is "
                       "no map of GNU ddrescue");
    if (!parse_number(&words[0], &n))
        return refuse(c, &words[0], "the current position", err);
    if (!is_one_of(&words[1], "?*/-FG+"))
        return refuse(c, &words[1], "a status of ddrescue", err);
    if (words[2].len > 0 &&
        (!num_digits(words[2].text, words[2].len, 10, &n) || n == 0))
        return refuse(c, &words[2], "the number of a pass", err);
    return 0;
}

static int parse_area(const struct cursor *c, const struct word words[WORDS],
                      struct mapfile_area *out, struct err *err)
{
    uint64_t end;

    if (!parse_number(&words[0], &out->offset))
        return refuse(c, &words[0], "the position of an area", err);
    if (!parse_number(&words[1], &out->len))
        return refuse(c, &words[1], "the size of an area", err);
    if (!is_one_of(&words[2], "?*/-+"))
        return refuse(c, &words[2], "the status of an area", err);
    if (!num_add(out->offset, out->len, &end))
        return err_set(err, -EINVAL, "line %zu: the area ends beyond 64 bits",
                       c->line);
    out->status = words[2].text[0];
    return 0;
}

/* room: how many there is memory for. */
static int add_area(struct mapfile *m, size_t *room,
                    const struct mapfile_area *area, struct err *err)
{
    size_t n = m->n_areas;
    struct mapfile_area *grown;

    if (area->len == 0)
        return 0;
    if (n > 0 && m->areas[n - 1].status == area->status) {
        m->areas[n - 1].len += area->len;
        return 0;
    }
    if (n == *room) {
        *room = *room * 2 + 16;
        grown = realloc(m->areas, *room * sizeof(*grown));
        if (grown == NULL)
            return err_set(err, -ENOMEM, "out of memory");
        m->areas = grown;
    }
    m->areas[m->n_areas++] = *area;
    return 0;
}

int mapfile_read(struct mapfile *m, const char *text, size_t len,
                 struct err *err)
{
    struct cursor c = {.at = text, .end = text + len};
    struct word words[WORDS];
    struct mapfile_area area;
    uint64_t expected = 0;
    bool first = true;
    size_t room = 0;
    int r;

    *m = (struct mapfile){0};
    r = read_status(&c, err);
    while (r == 0 && next_line(&c, words)) {
        r = parse_area(&c, words, &area, err);
        if (r == 0 && !first && area.offset != expected)
            r = err_set(err, -EINVAL,
                        "line %zu: the area does not begin where the one "
                        "before ends",
                        c.line);
        if (r == 0)
            r = add_area(m, &room, &area, err);
        expected = area.offset + area.len;
        first = false;
    }
    return r;
}

void mapfile_free(struct mapfile *m)
{
    free(m->areas);
    *m = (struct mapfile){0};
}
