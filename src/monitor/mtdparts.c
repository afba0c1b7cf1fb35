// SPDX-License-Identifier: BSD-2-Clause
// The mtdparts= notation of the Linux kernel's command line.

#include "monitor/mtdparts.h"

#include "base/num.h"

#include <ctype.h>
#include <string.h>

struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *c, char want)
{
    if (c->at == c->end || *c->at != want)
        return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
        return false;
    c->at += len;
    return true;
}

/* A number with its unit; the units have no second letter here. */
static bool take_number(struct cursor *c, uint64_t *out)
{
    bool hex = c->end - c->at > 2 && c->at[0] == '0' &&
               (c->at[1] == 'x' || c->at[1] == 'X');
    const char *start = hex ? c->at + 2 : c->at;
    const char *p = start;
    uint64_t unit = 1;

    while (p < c->end &&
           (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)))
        p++;
    if (!num_digits(start, (size_t)(p - start), hex ? 16 : 10, out))
        return false;
    if (p < c->end && *p != '\0' && strchr("kKmMgG", *p) != NULL)
        unit = num_unit(p++, 1);
    c->at = p;
    return num_mul(*out, unit, out);
}

static bool take_name(struct cursor *c, struct span *name)
{
    const char *close;

    *name = (struct span){"", 0};
    if (!take(c, '('))
        return true; /* the name may be left out */
    close = memchr(c->at, ')', (size_t)(c->end - c->at));
    if (close == NULL)
        return false;
    *name = (struct span){c->at, (size_t)(close - c->at)};
    c->at = close + 1;
    return true;
}

/* SIZE[@OFFSET](NAME)[ro][lk]; *next is where a part without offset starts. */
static bool take_part(struct cursor *c, struct mtdpart *part, uint64_t *next)
{
    part->size = 0;
    if (!take(c, '-') && (!take_number(c, &part->size) || part->size == 0))
        return false;
    part->offset = *next;
    if (take(c, '@') && !take_number(c, &part->offset))
        return false;
    if (!take_name(c, &part->name))
        return false;
    (void)take_word(c, "ro");
    (void)take_word(c, "lk");
    return num_add(part->offset, part->size, next);
}

static bool take_id(struct cursor *c, struct span *id)
{
    const char *stop = memchr(c->at, ';', (size_t)(c->end - c->at));
    const char *end = stop != NULL ? stop : c->end;
    const char *colon = memchr(c->at, ':', (size_t)(end - c->at));

    if (colon == NULL || colon == c->at)
        return false;
    *id = (struct span){c->at, (size_t)(colon - c->at)};
    c->at = colon + 1;
    return true;
}

/* One medium and its parts. False: c stands at what is wrong. */
static bool take_medium(struct cursor *c,
                        void (*each)(void *arg, const struct mtdpart *part),
                        void *arg)
{
    struct cursor before = *c;
    struct mtdpart part = {0};
    uint64_t next = 0;

    if (!take_id(c, &part.id))
        return false;
    while (take_part(c, &part, &next)) {
        each(arg, &part);
        if (!take(c, ','))
            return c->at == c->end || *c->at == ';';
        before = *c;
    }
    *c = before;
    return false;
}

/* Up to the next ";", and tells of it. */
static void skip_medium(struct cursor *c,
                        void (*broken)(void *arg, struct span rest), void *arg)
{
    const char *stop = memchr(c->at, ';', (size_t)(c->end - c->at));
    struct span rest = {c->at,
                        (size_t)((stop != NULL ? stop : c->end) - c->at)};

    if (rest.len > 0)
        broken(arg, rest);
    c->at += rest.len;
}

bool mtdparts_parse(const char *text, size_t len,
                    void (*each)(void *arg, const struct mtdpart *part),
                    void (*broken)(void *arg, struct span rest), void *arg)
{
    struct cursor c = {text, text + len};
    bool right = true;

    (void)take_word(&c, "mtdparts="); /* some boards write it twice */
    do {
        if (take_medium(&c, each, arg))
            continue;
        skip_medium(&c, broken, arg);
        right = false;
    } while (take(&c, ';') && c.at < c.end);
    return right;
}
