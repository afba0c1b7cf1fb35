// SPDX-License-Identifier: BSD-2-Clause
// Sections of a dialect file about what a device answers: sums, map, identity.

#include "monitor/dialect_rules.h"

#include "monitor/template.h"

#include <string.h>

void dialect_read_checksums(struct dialect_reader *r, struct dialect *d,
                            cfg_t *top)
{
    d->checksums = value_array(r, top, "checksum", sizeof(*d->checksums),
                               &d->n_checksums);
    for (size_t i = 0; i < d->n_checksums; i++) {
        cfg_t *sec = cfg_getnsec(top, "checksum", (unsigned)i);
        struct checksum *c = &d->checksums[i];
        const char *name = cfg_getstr(sec, "algorithm");
        c->algorithm = digest_find(name != NULL ? name : cfg_title(sec));
        c->needs = value_condition(r, sec);
        c->medium = value_pattern(r, sec, "medium");
        if (c->algorithm == NULL)
            (void)value_fail(r, sec, "title",
                             "must be crc32, cksum, md5, sha1, sha256 or "
                             "sha512");
        c->command = value_command(r, sec, "command", VALUE_TEMPLATE);
        if (c->command != NULL && !template_has(c->command, "address") &&
            !template_has(c->command, "offset") &&
            !template_has(c->command, "sector"))
            (void)value_fail(r, sec, "command", "has no {address}");
        c->answer = value_pattern(r, sec, "answer");
        if (c->answer == NULL || !pattern_has(c->answer, "sum"))
            (void)value_fail(r, sec, "answer", "needs a group (?<sum>...)");
    }
}

static void read_footer(struct dialect_reader *r, struct image_footer *f,
                        cfg_t *sec)
{
    uint64_t signature = 0;

    (void)value_size(r, sec, "erase-block", &f->erase_block);
    (void)value_size(r, sec, "signature", &signature);
    f->signature = (uint32_t)signature;
    f->size = value_uint(r, sec, "size", 1, IMAGE_FOOTER_MAX);
    f->at_signature = value_uint(r, sec, "signature-at", 0, IMAGE_FOOTER_MAX);
    f->at_base = value_uint(r, sec, "base-at", 0, IMAGE_FOOTER_MAX);
    f->at_length = value_uint(r, sec, "length-at", 0, IMAGE_FOOTER_MAX);
    f->at_data_sum = value_uint(r, sec, "sum-at", 0, IMAGE_FOOTER_MAX);
    f->at_own_sum = value_uint(r, sec, "own-sum-at", 0, IMAGE_FOOTER_MAX);
    f->sum = "word-sum";
    if (strcmp(cfg_getstr(sec, "sum"), f->sum) != 0)
        (void)value_fail(r, sec, "sum", "the only one known is word-sum");
    if (signature > UINT32_MAX || !image_footer_valid(f))
        (void)value_fail(r, sec, "size",
                         "size, erase-block, signature and places do not fit "
                         "together");
}

void dialect_read_footers(struct dialect_reader *r, struct dialect *d,
                          cfg_t *top)
{
    d->footers = value_array(r, top, "footer", sizeof(*d->footers),
                             &d->n_footers);
    for (size_t i = 0; i < d->n_footers; i++)
        read_footer(r, &d->footers[i], cfg_getnsec(top, "footer", (unsigned)i));
}

static bool tells(const struct map_rule *m, const char *group)
{
    return m->pattern != NULL && pattern_has(m->pattern, group);
}

static void check_rule(struct dialect_reader *r, const struct map_rule *m,
                       cfg_t *sec)
{
    bool sized = m->has_size || tells(m, "size") || tells(m, "end") ||
                 tells(m, "last") || (tells(m, "blocks") && tells(m, "erase"));
    bool based = m->has_base || tells(m, "base");
    bool medium = m->medium != NULL || tells(m, "medium") ||
                  (m->section != NULL && pattern_has(m->section, "medium"));
    /* Another rule may tell the size of a chip that has a name. */
    bool named = m->makes == MAP_MAKES_CHIP && medium;

    if (m->format == MAP_FORMAT_MTDPARTS && !tells(m, "list"))
        (void)value_fail(r, sec, "pattern", "needs a group (?<list>...)");
    if (m->format == MAP_FORMAT_TEXT && !sized && !named &&
        m->makes <= MAP_MAKES_RAM)
        (void)value_fail(r, sec, "size",
                         "neither the pattern nor size tells one");
    if (m->makes == MAP_MAKES_CHIP && !based && !medium)
        (void)value_fail(r, sec, "base",
                         "neither the pattern nor base tells the address, and "
                         "no medium is named that is read without one");
    if (m->makes >= MAP_MAKES_RAM && m->makes <= MAP_MAKES_RAM_AT && !based)
        (void)value_fail(r, sec, "base",
                         "neither the pattern nor base tells the address");
    if (m->makes == MAP_MAKES_GEOMETRY &&
        (!medium || (!tells(m, "erase") && !tells(m, "page"))))
        (void)value_fail(r, sec, "pattern",
                         "needs a medium, and a group erase or page");
    if (m->makes == MAP_MAKES_ID && (!medium || !tells(m, "id")))
        (void)value_fail(r, sec, "pattern", "needs a medium, and a group id");
    if (m->makes == MAP_MAKES_CHECK && m->pattern == NULL)
        (void)value_fail(r, sec, "pattern", "missing: what should be taken?");
    if (m->command == NULL && !m->banner && m->pattern != NULL)
        (void)value_fail(r, sec, "command",
                         "missing: what should match pattern?");
}

static void read_map(struct dialect_reader *r, struct map_rule *m, cfg_t *sec)
{
    static const char *const makes[] = {"chip",    "segment", "window",   "ram",
                                        "ram-top", "ram-at",  "geometry", "id",
                                        "check",   NULL};
    static const char *const formats[] = {"text", "mtdparts", NULL};
    static const char *const rounded[] = {"no", "tenth", "up", "least", NULL};

    value_title(sec, m->title, sizeof(m->title));
    m->command = value_command(r, sec, "command", VALUE_OPTIONAL);
    m->banner = cfg_getbool(sec, "banner") == cfg_true;
    m->makes = (enum map_makes)value_choice(r, sec, "makes", makes);
    m->format = (enum map_format)value_choice(r, sec, "format", formats);
    m->rounded = (enum map_rounded)value_choice(r, sec, "rounded", rounded);
    m->needs = value_condition(r, sec);
    m->section = value_pattern(r, sec, "section");
    m->pattern = value_pattern(r, sec, "pattern");
    m->unless = value_pattern(r, sec, "unless");
    m->name = value_string(r, sec, "name");
    m->medium = value_string(r, sec, "medium");
    m->alias = value_string(r, sec, "alias");
    m->has_base = value_size(r, sec, "base", &m->base);
    m->has_size = value_size(r, sec, "size", &m->size);
    m->if_free = cfg_getbool(sec, "if-free") == cfg_true;
    m->radix = (int)value_uint(r, sec, "radix", 10, 16);
    if (m->radix != 10 && m->radix != 16)
        (void)value_fail(r, sec, "radix", "must be 16 or 10");
    m->scale = 1;
    (void)value_size(r, sec, "scale", &m->scale);
    if (m->scale == 0 || m->scale > (1U << 30))
        (void)value_fail(r, sec, "scale", "must be 1 to 1G");
    check_rule(r, m, sec);
}

void dialect_read_maps(struct dialect_reader *r, struct dialect *d, cfg_t *top)
{
    d->unmapped = value_pattern(r, top, "unmapped");
    d->maps = value_array(r, top, "map", sizeof(*d->maps), &d->n_maps);
    for (size_t i = 0; i < d->n_maps; i++)
        read_map(r, &d->maps[i], cfg_getnsec(top, "map", (unsigned)i));
}

void dialect_read_identities(struct dialect_reader *r, struct dialect *d,
                             cfg_t *top)
{
    d->identities = value_array(r, top, "identity", sizeof(*d->identities),
                                &d->n_identities);
    for (size_t i = 0; i < d->n_identities; i++) {
        cfg_t *sec = cfg_getnsec(top, "identity", (unsigned)i);
        struct identity_rule *rule = &d->identities[i];
        value_title(sec, rule->title, sizeof(rule->title));
        rule->command = value_command(r, sec, "command", VALUE_WANTED);
        rule->pattern = value_pattern(r, sec, "pattern");
        rule->unique = cfg_getbool(sec, "unique") == cfg_true;
        if (rule->pattern == NULL)
            (void)value_fail(r, sec, "pattern", "missing");
    }
}
