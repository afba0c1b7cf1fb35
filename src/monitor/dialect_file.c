// SPDX-License-Identifier: BSD-2-Clause
// The text form of a dialect, parsed by libconfuse.

/*
 * libconfuse checks keys, types and quotes and counts lines; what a key's
 * value means is checked here. Two things it lets pass are caught: a section
 * whose closing brace is missing at the end of the file (a key that only the
 * top level has is put behind the text) and values that are no numbers (sizes
 * and addresses are strings to it, for its integers are as short as long).
 */

#include "monitor/dialect_file.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/template.h"

#include <confuse.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SENTINEL "_end_of_file"

static cfg_opt_t recognise_opts[] = {CFG_STR_LIST("banner", NULL, CFGF_NONE),
                                     CFG_STR("command", NULL, CFGF_NONE),
                                     CFG_STR("answer", NULL, CFGF_NONE),
                                     CFG_END()};

static cfg_opt_t console_opts[] = {CFG_STR("prompt", NULL, CFGF_NONE),
                                   CFG_STR("line-end", "\r", CFGF_NONE),
                                   CFG_STR("wake", "\r", CFGF_NONE),
                                   CFG_STR("clear", NULL, CFGF_NONE),
                                   CFG_INT("clear-times", 1, CFGF_NONE),
                                   CFG_STR("interrupt", NULL, CFGF_NONE),
                                   CFG_BOOL("echo", cfg_true, CFGF_NONE),
                                   CFG_INT("type-chunk", 8, CFGF_NONE),
                                   CFG_STR("unknown", NULL, CFGF_NONE),
                                   CFG_STR("fault", NULL, CFGF_NONE),
                                   CFG_END()};

static cfg_opt_t break_in_opts[] = {CFG_STR("when", NULL, CFGF_NONE),
                                    CFG_STR("send", NULL, CFGF_NONE),
                                    CFG_INT("every", 100, CFGF_NONE),
                                    CFG_END()};

static cfg_opt_t row_opts[] = {CFG_STR("address-prefix", "", CFGF_NONE),
                               CFG_INT("address-digits", 8, CFGF_NONE),
                               CFG_INT("address-digits-max", 0, CFGF_NONE),
                               CFG_STR("address-suffix", ": ", CFGF_NONE),
                               CFG_INT("cell-bytes", 1, CFGF_NONE),
                               CFG_STR("cell-prefix", "", CFGF_NONE),
                               CFG_INT("cells", 16, CFGF_NONE),
                               CFG_STR("separators", " ", CFGF_NONE),
                               CFG_BOOL("ascii", cfg_false, CFGF_NONE),
                               CFG_INT("ascii-gap", 1, CFGF_NONE),
                               CFG_STR("ascii-open", "", CFGF_NONE),
                               CFG_STR("ascii-close", "", CFGF_NONE),
                               CFG_INT("ascii-first", 0x20, CFGF_NONE),
                               CFG_INT("ascii-last", 0x7e, CFGF_NONE),
                               CFG_STR("ascii-other", ".", CFGF_NONE),
                               CFG_END()};

static cfg_opt_t dump_opts[] = {CFG_STR("command", NULL, CFGF_NONE),
                                CFG_STR("order", "memory", CFGF_NONE),
                                CFG_INT("unit", 1, CFGF_NONE),
                                CFG_STR("fixed", NULL, CFGF_NONE),
                                CFG_STR("max", NULL, CFGF_NONE),
                                CFG_SEC("row", row_opts, CFGF_NONE),
                                CFG_END()};

static cfg_opt_t checksum_opts[] = {CFG_STR("command", NULL, CFGF_NONE),
                                    CFG_STR("answer", NULL, CFGF_NONE),
                                    CFG_END()};

static cfg_opt_t map_opts[] = {CFG_STR("command", NULL, CFGF_NONE),
                               CFG_BOOL("banner", cfg_false, CFGF_NONE),
                               CFG_STR("makes", "segment", CFGF_NONE),
                               CFG_STR("format", "text", CFGF_NONE),
                               CFG_STR("section", NULL, CFGF_NONE),
                               CFG_STR("pattern", NULL, CFGF_NONE),
                               CFG_STR("unless", NULL, CFGF_NONE),
                               CFG_STR("name", NULL, CFGF_NONE),
                               CFG_STR("medium", NULL, CFGF_NONE),
                               CFG_STR("alias", NULL, CFGF_NONE),
                               CFG_STR("base", NULL, CFGF_NONE),
                               CFG_STR("size", NULL, CFGF_NONE),
                               CFG_BOOL("if-free", cfg_false, CFGF_NONE),
                               CFG_END()};

static cfg_opt_t identity_opts[] = {CFG_STR("command", NULL, CFGF_NONE),
                                    CFG_STR("pattern", NULL, CFGF_NONE),
                                    CFG_END()};

#define TITLED (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

static cfg_opt_t top_opts[] = {
    CFG_STR("description", "", CFGF_NONE),
    CFG_INT("order", 50, CFGF_NONE),
    CFG_STR("unmapped", NULL, CFGF_NONE),
    CFG_SEC("recognise", recognise_opts, CFGF_NONE),
    CFG_SEC("console", console_opts, CFGF_NONE),
    CFG_SEC("break-in", break_in_opts, TITLED),
    CFG_SEC("dump", dump_opts, TITLED),
    CFG_SEC("checksum", checksum_opts, TITLED),
    CFG_SEC("map", map_opts, TITLED),
    CFG_SEC("identity", identity_opts, TITLED),
    CFG_INT(SENTINEL, 0, CFGF_NONE),
    CFG_END()};

/* One file being read. libconfuse's error function gets no pointer of ours, so
 * the reader is found through this one; parsing is done by one thread. */
struct reader {
    const char *path;
    struct err *err;
    bool failed;
};
static struct reader *reading;

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
    char what[256];

    if (reading->failed)
        return;
    reading->failed = true;
    (void)vsnprintf(what, sizeof(what), fmt, ap);
    if (strstr(what, SENTINEL) != NULL)
        (void)err_set(reading->err, -EINVAL,
                      "%s: the closing '}' of section '%s' is missing",
                      reading->path, cfg_name(cfg));
    else
        (void)err_set(reading->err, -EINVAL, "%s:%d: %s%s", reading->path,
                      cfg->line, what,
                      strstr(what, "unterminated string") != NULL
                          ? "; the quote may have been opened further up"
                          : "");
}

/* As on_error, for a value of a section that has been parsed. */
static bool fail(struct reader *r, cfg_t *sec, const char *key,
                 const char *what)
{
    const char *title = cfg_title(sec);

    if (!r->failed)
        (void)err_set(r->err, -EINVAL, "%s:%d: section %s%s%s: %s: %s",
                      r->path, sec->line, cfg_name(sec),
                      title != NULL ? " " : "", title != NULL ? title : "",
                      key, what);
    r->failed = true;
    return false;
}

static char *get_string(struct reader *r, cfg_t *sec, const char *key)
{
    const char *text = cfg_getstr(sec, key);
    char *copy;

    if (text == NULL)
        return NULL;
    copy = strdup(text);
    if (copy == NULL)
        (void)fail(r, sec, key, "out of memory");
    return copy;
}

static void get_fixed(struct reader *r, cfg_t *sec, const char *key, char *out,
                      size_t size)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL)
        text = "";
    if (strlen(text) >= size)
        (void)fail(r, sec, key, "too long");
    else
        memcpy(out, text, strlen(text) + 1);
}

static struct keys get_keys(struct reader *r, cfg_t *sec, const char *key)
{
    struct keys keys = {.len = 0};

    get_fixed(r, sec, key, keys.bytes, sizeof(keys.bytes));
    keys.len = strlen(keys.bytes);
    return keys;
}

static unsigned get_uint(struct reader *r, cfg_t *sec, const char *key,
                         unsigned low, unsigned high)
{
    long value = cfg_getint(sec, key);
    char what[64];

    if (value >= (long)low && value <= (long)high)
        return (unsigned)value;
    (void)snprintf(what, sizeof(what), "%ld is not within %u to %u", value,
                   low, high);
    (void)fail(r, sec, key, what);
    return low;
}

/* True when the key is there and a number. */
static bool get_size(struct reader *r, cfg_t *sec, const char *key,
                     uint64_t *out)
{
    const char *text = cfg_getstr(sec, key);

    if (text == NULL)
        return false;
    if (!num_size(text, out))
        return fail(r, sec, key,
                    "not a number; write 0x10000, 65536 or 64K");
    return true;
}

static struct pattern *compile(struct reader *r, cfg_t *sec, const char *key,
                               const char *text)
{
    struct pattern *p = NULL;
    struct err why = {""};

    if (text == NULL || r->failed)
        return NULL;
    if (pattern_compile(&p, text, key, &why) < 0)
        (void)fail(r, sec, key, why.text);
    return p;
}

static struct pattern *get_pattern(struct reader *r, cfg_t *sec,
                                   const char *key)
{
    return compile(r, sec, key, cfg_getstr(sec, key));
}

/* A command template; checked with sample numbers. */
static char *get_command(struct reader *r, cfg_t *sec, bool wanted)
{
    const struct template_values sample = {0x12345678, 0x100, 0x100};
    const char *text = cfg_getstr(sec, "command");
    char filled[256];
    struct err why = {""};

    if (text == NULL || text[0] == '\0') {
        if (wanted)
            (void)fail(r, sec, "command", "missing");
        return NULL;
    }
    if (template_fill(text, &sample, filled, sizeof(filled), &why) < 0)
        (void)fail(r, sec, "command", why.text);
    return get_string(r, sec, "command");
}

static void *get_array(struct reader *r, cfg_t *top, const char *key,
                       size_t each, size_t *n)
{
    void *array;

    *n = 0;
    if (r->failed || cfg_size(top, key) == 0)
        return NULL;
    array = calloc(cfg_size(top, key), each);
    if (array == NULL)
        (void)fail(r, top, key, "out of memory");
    else
        *n = cfg_size(top, key);
    return array;
}

static void read_recognise(struct reader *r, struct dialect *d, cfg_t *top)
{
    cfg_t *sec = cfg_getsec(top, "recognise");

    d->banners = get_array(r, sec, "banner", sizeof(*d->banners),
                           &d->n_banners);
    for (size_t i = 0; i < d->n_banners; i++)
        d->banners[i] = compile(r, sec, "banner",
                                cfg_getnstr(sec, "banner", (unsigned)i));
    d->recognise_command = get_command(r, sec, false);
    d->recognise_answer = get_pattern(r, sec, "answer");
    if ((d->recognise_command == NULL) != (d->recognise_answer == NULL))
        (void)fail(r, sec, "answer", "command and answer go together");
}

static void read_console(struct reader *r, struct dialect *d, cfg_t *top)
{
    cfg_t *sec = cfg_getsec(top, "console");

    d->prompt = get_pattern(r, sec, "prompt");
    if (d->prompt == NULL)
        (void)fail(r, sec, "prompt", "missing");
    d->line_end = get_keys(r, sec, "line-end");
    d->wake = get_keys(r, sec, "wake");
    d->clear = get_keys(r, sec, "clear");
    d->clear_times = get_uint(r, sec, "clear-times", 1, 4096);
    d->interrupt = get_keys(r, sec, "interrupt");
    d->echo = cfg_getbool(sec, "echo") == cfg_true;
    d->type_chunk = get_uint(r, sec, "type-chunk", 1, 1024);
    d->unknown = get_pattern(r, sec, "unknown");
    d->fault = get_pattern(r, sec, "fault");
    if (d->line_end.len == 0 || d->wake.len == 0)
        (void)fail(r, sec, "line-end", "line-end and wake must not be empty");
}

static void read_break_ins(struct reader *r, struct dialect *d, cfg_t *top)
{
    d->break_ins = get_array(r, top, "break-in", sizeof(*d->break_ins),
                             &d->n_break_ins);
    for (size_t i = 0; i < d->n_break_ins; i++) {
        cfg_t *sec = cfg_getnsec(top, "break-in", (unsigned)i);
        d->break_ins[i].when = get_pattern(r, sec, "when");
        d->break_ins[i].send = get_keys(r, sec, "send");
        d->break_ins[i].every_ms = get_uint(r, sec, "every", 10, 60000);
        if (d->break_ins[i].send.len == 0)
            (void)fail(r, sec, "send", "missing");
    }
}

static void read_row(struct reader *r, struct row_shape *s, cfg_t *sec)
{
    unsigned most;

    get_fixed(r, sec, "address-prefix", s->address_prefix,
              sizeof(s->address_prefix));
    get_fixed(r, sec, "address-suffix", s->address_suffix,
              sizeof(s->address_suffix));
    s->address_digits_min = get_uint(r, sec, "address-digits", 1, 16);
    most = get_uint(r, sec, "address-digits-max", 0, 16);
    s->address_digits_max =
        most > s->address_digits_min ? most : s->address_digits_min;
    s->cell_bytes = get_uint(r, sec, "cell-bytes", 1, 8);
    s->cells = get_uint(r, sec, "cells", 1, ROW_BYTES_MAX);
    get_fixed(r, sec, "cell-prefix", s->cell_prefix, sizeof(s->cell_prefix));
    get_fixed(r, sec, "separators", s->separators, sizeof(s->separators));
    if ((s->cell_bytes & (s->cell_bytes - 1)) != 0)
        (void)fail(r, sec, "cell-bytes", "must be 1, 2, 4 or 8");
    if (row_full_length(s) > ROW_BYTES_MAX || row_full_length(s) % 16 != 0)
        (void)fail(r, sec, "cells", "a row must hold 16, 32, 48 or 64 bytes");
}

static void read_row_ascii(struct reader *r, struct row_shape *s, cfg_t *sec)
{
    char other[2] = "";

    s->ascii = cfg_getbool(sec, "ascii") == cfg_true;
    s->ascii_gap = get_uint(r, sec, "ascii-gap", 0, 64);
    get_fixed(r, sec, "ascii-open", s->ascii_open, sizeof(s->ascii_open));
    get_fixed(r, sec, "ascii-close", s->ascii_close, sizeof(s->ascii_close));
    s->ascii_first = (uint8_t)get_uint(r, sec, "ascii-first", 0, 255);
    s->ascii_last = (uint8_t)get_uint(r, sec, "ascii-last", 0, 255);
    get_fixed(r, sec, "ascii-other", other, sizeof(other));
    s->ascii_other = other[0];
}

static void read_dump(struct reader *r, struct dump_method *m, cfg_t *sec)
{
    cfg_t *row = cfg_getsec(sec, "row");
    const char *order = cfg_getstr(sec, "order");

    (void)text_escape(m->name, sizeof(m->name), cfg_title(sec),
                      strlen(cfg_title(sec)));
    m->command = get_command(r, sec, true);
    if (m->command != NULL && strstr(m->command, "{address") == NULL)
        (void)fail(r, sec, "command", "has no {address}");
    m->cpu_order = strcmp(order, "cpu") == 0;
    if (!m->cpu_order && strcmp(order, "memory") != 0)
        (void)fail(r, sec, "order", "must be memory or cpu");
    m->unit = get_uint(r, sec, "unit", 1, ROW_BYTES_MAX);
    (void)get_size(r, sec, "fixed", &m->fixed);
    m->max = 4096;
    (void)get_size(r, sec, "max", &m->max);
    if (m->fixed != 0)
        m->max = m->fixed;
    read_row(r, &m->row, row);
    read_row_ascii(r, &m->row, row);
    /* 512: so that a request never straddles what the cache rounds to. */
    if (m->fixed > 512 || (m->fixed & (m->fixed - 1)) != 0 ||
        (m->fixed != 0 && m->fixed < 16))
        (void)fail(r, sec, "fixed", "must be a power of two, 16 to 512");
    if (m->max % 16 != 0 || m->max == 0 || m->max > (1U << 20))
        (void)fail(r, sec, "max", "must be a multiple of 16, at most 1M");
}

static void read_dumps(struct reader *r, struct dialect *d, cfg_t *top)
{
    bool bytes = false;

    d->dumps = get_array(r, top, "dump", sizeof(*d->dumps), &d->n_dumps);
    for (size_t i = 0; i < d->n_dumps; i++) {
        read_dump(r, &d->dumps[i], cfg_getnsec(top, "dump", (unsigned)i));
        bytes = bytes || !d->dumps[i].cpu_order;
    }
    if (!r->failed && !bytes)
        (void)err_set(r->err, -EINVAL,
                      "%s: no dump section with order = memory; the order of "
                      "words is proved against it",
                      r->path);
    r->failed = r->failed || !bytes;
}

static void read_checksum(struct reader *r, struct dialect *d, cfg_t *top)
{
    for (unsigned i = 0; i < cfg_size(top, "checksum"); i++) {
        cfg_t *sec = cfg_getnsec(top, "checksum", i);
        if (strcmp(cfg_title(sec), "crc32") != 0) {
            (void)fail(r, sec, "title", "the only algorithm known is crc32");
            return;
        }
        d->crc32.command = get_command(r, sec, true);
        d->crc32.answer = get_pattern(r, sec, "answer");
        if (d->crc32.answer == NULL || !pattern_has(d->crc32.answer, "sum"))
            (void)fail(r, sec, "answer", "needs a group (?<sum>...)");
    }
}

static void check_rule(struct reader *r, const struct map_rule *m, cfg_t *sec)
{
    bool list = m->pattern != NULL && pattern_has(m->pattern, "list");

    if (m->format == MAP_FORMAT_MTDPARTS && !list)
        (void)fail(r, sec, "pattern", "needs a group (?<list>...)");
    if (m->format == MAP_FORMAT_TEXT && !m->has_size &&
        (m->pattern == NULL || (!pattern_has(m->pattern, "size") &&
                                !pattern_has(m->pattern, "end"))))
        (void)fail(r, sec, "size", "neither the pattern nor size tells one");
    if (m->command == NULL && !m->banner && m->pattern != NULL)
        (void)fail(r, sec, "command", "missing: what should match pattern?");
}

static void read_map(struct reader *r, struct map_rule *m, cfg_t *sec)
{
    const char *makes = cfg_getstr(sec, "makes");
    const char *format = cfg_getstr(sec, "format");

    (void)text_escape(m->title, sizeof(m->title), cfg_title(sec),
                      strlen(cfg_title(sec)));
    m->command = get_command(r, sec, false);
    m->banner = cfg_getbool(sec, "banner") == cfg_true;
    m->makes = strcmp(makes, "chip") == 0 ? MAP_MAKES_CHIP : MAP_MAKES_SEGMENT;
    if (m->makes == MAP_MAKES_SEGMENT && strcmp(makes, "segment") != 0)
        (void)fail(r, sec, "makes", "must be chip or segment");
    m->format = strcmp(format, "mtdparts") == 0 ? MAP_FORMAT_MTDPARTS
                                                : MAP_FORMAT_TEXT;
    if (m->format == MAP_FORMAT_TEXT && strcmp(format, "text") != 0)
        (void)fail(r, sec, "format", "must be text or mtdparts");
    m->section = get_pattern(r, sec, "section");
    m->pattern = get_pattern(r, sec, "pattern");
    m->unless = get_pattern(r, sec, "unless");
    m->name = get_string(r, sec, "name");
    m->medium = get_string(r, sec, "medium");
    m->alias = get_string(r, sec, "alias");
    m->has_base = get_size(r, sec, "base", &m->base);
    m->has_size = get_size(r, sec, "size", &m->size);
    m->if_free = cfg_getbool(sec, "if-free") == cfg_true;
    check_rule(r, m, sec);
}

static void read_maps(struct reader *r, struct dialect *d, cfg_t *top)
{
    d->unmapped = get_pattern(r, top, "unmapped");
    d->maps = get_array(r, top, "map", sizeof(*d->maps), &d->n_maps);
    for (size_t i = 0; i < d->n_maps; i++)
        read_map(r, &d->maps[i], cfg_getnsec(top, "map", (unsigned)i));
}

static void read_identities(struct reader *r, struct dialect *d, cfg_t *top)
{
    d->identities = get_array(r, top, "identity", sizeof(*d->identities),
                              &d->n_identities);
    for (size_t i = 0; i < d->n_identities; i++) {
        cfg_t *sec = cfg_getnsec(top, "identity", (unsigned)i);
        struct identity_rule *rule = &d->identities[i];
        (void)text_escape(rule->title, sizeof(rule->title), cfg_title(sec),
                          strlen(cfg_title(sec)));
        rule->command = get_command(r, sec, true);
        rule->pattern = get_pattern(r, sec, "pattern");
        if (rule->pattern == NULL)
            (void)fail(r, sec, "pattern", "missing");
    }
}

static void read_all(struct reader *r, struct dialect *d, cfg_t *top)
{
    d->description = get_string(r, top, "description");
    d->order = get_uint(r, top, "order", 0, 1000);
    read_recognise(r, d, top);
    read_console(r, d, top);
    read_break_ins(r, d, top);
    read_dumps(r, d, top);
    read_checksum(r, d, top);
    read_maps(r, d, top);
    read_identities(r, d, top);
}

/* The text with the sentinel behind it; a NUL in it would hide the rest. */
static int add_sentinel(struct buf *out, const char *text, size_t len,
                        const char *path, struct err *err)
{
    if (memchr(text, '\0', len) != NULL)
        return err_set(err, -EINVAL, "%s: not a text file", path);
    if (!buf_add(out, text, len) || !buf_printf(out, "\n%s = 1\n", SENTINEL))
        return err_set(err, -ENOMEM, "out of memory");
    return 0;
}

int dialect_parse(struct dialect **out, const char *text, size_t len,
                  const char *path, struct err *err)
{
    struct reader r = {.path = path, .err = err};
    struct buf whole = {0};
    struct dialect *d = NULL;
    cfg_t *top = NULL;
    int ret = add_sentinel(&whole, text, len, path, err);

    if (ret == 0) {
        ret = -ENOMEM;
        d = calloc(1, sizeof(*d));
        top = cfg_init(top_opts, CFGF_NONE);
    }
    if (d != NULL && top != NULL) {
        reading = &r;
        (void)cfg_set_error_function(top, on_error);
        if (cfg_parse_buf(top, whole.data) != CFG_SUCCESS && !r.failed)
            (void)fail(&r, top, "file", "not understood");
        if (!r.failed)
            read_all(&r, d, top);
        reading = NULL;
        ret = r.failed ? -EINVAL : 0;
    }
    if (top != NULL)
        (void)cfg_free(top);
    buf_free(&whole);
    if (ret == 0)
        *out = d;
    else
        dialect_free(d);
    return ret;
}
