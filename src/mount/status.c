// SPDX-License-Identifier: BSD-2-Clause
// How it goes, from numbers to text: .fwfs/status and status.json.

#include "mount/status.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "monitor/map_note.h"

#include <inttypes.h>
#include <string.h>

const char *status_line_word(enum device_line line)
{
    switch (line) {
    case DEVICE_LINE_IDLE:
        return "idle";
    case DEVICE_LINE_BUSY:
        return "busy";
    case DEVICE_LINE_SILENT:
        return "silent";
    case DEVICE_LINE_OFFLINE:
        return "offline";
    case DEVICE_LINE_GONE:
        break;
    }
    return "gone";
}

static bool fetching(const struct status_file *f)
{
    return f->reading && f->ahead > 0;
}

uint64_t status_rate(const struct status *s, const struct status_file *f)
{
    size_t sharers = 0;

    if (!fetching(f))
        return 0;
    for (size_t i = 0; i < s->n_files; i++)
        if (fetching(&s->files[i]))
            sharers++;
    return sharers > 0 ? s->fetch.rate_bps / sharers : 0;
}

bool status_seconds_left(const struct status *s, const struct status_file *f,
                         uint64_t *seconds)
{
    uint64_t rate = status_rate(s, f);
    uint64_t ahead = f->ahead;

    if (!f->reading || !f->sequential)
        return false;
    if (f->ahead > 0 && rate == 0)
        return false;
    if (s->fetch.readings > 1 && f->ahead < UINT64_MAX / s->fetch.readings)
        ahead *= s->fetch.readings;
    *seconds = ahead > 0 ? (ahead - 1) / rate + 1 : 0;
    return true;
}

/* The facts both texts have, so that they cannot differ. */
struct text_fact {
    const char *key;
    const char *value;
    bool escaped;
};
struct number_fact {
    const char *key;
    uint64_t value;
};
#define N_TEXTS   10
#define N_NUMBERS 17

static const char *yes_or_no(bool yes)
{
    return yes ? "yes" : "no";
}

static const char *route_words(const char *route)
{
    return route != NULL && route[0] != '\0' ? route : "second reading";
}

static const char *verify_word(enum verify_mode verify)
{
    switch (verify) {
    case VERIFY_AUTO:
        return "auto";
    case VERIFY_FAST:
        return "fast";
    case VERIFY_ROWS:
        break;
    }
    return "rows";
}

static const char *text_or_empty(const char *s)
{
    return s != NULL ? s : "";
}

static void texts(const struct status *s, struct text_fact out[N_TEXTS])
{
    const struct text_fact all[N_TEXTS] = {
        {"device", text_or_empty(s->port), false},
        {"dialect", text_or_empty(s->dialect), false},
        {"banner", text_or_empty(s->banner), true},
        {"identity", text_or_empty(s->cache_id), false},
        {"cache", text_or_empty(s->cache_path), false},
        {"line", status_line_word(s->device.line), true},
        {"verify", verify_word(s->fetch.verify), true},
        {"route", route_words(s->fetch.route), true},
        {"noisy", yes_or_no(s->fetch.noisy), true},
        {"exchanged", yes_or_no(s->fetch.exchanged), true},
    };

    memcpy(out, all, sizeof(all));
}

static void numbers(const struct status *s, struct number_fact out[N_NUMBERS])
{
    const struct number_fact all[N_NUMBERS] = {
        {"pending", s->fetch.pending},
        {"rate_bps", s->fetch.rate_bps},
        {"speed", s->device.speed},
        {"device_bytes_read", s->device.device_bytes_read},
        {"line_bytes_received", s->device.line_bytes_received},
        {"line_bytes_sent", s->device.line_bytes_sent},
        {"commands", s->device.commands},
        {"rows_bad", s->device.rows_bad},
        {"rows_lost", s->device.rows_lost},
        {"retries", s->fetch.retries},
        {"blocks_bad", s->fetch.blocks_bad},
        {"checksums", s->fetch.sums},
        {"blank", s->fetch.blank},
        {"referred", s->fetch.referred},
        {"stale", s->fetch.stale},
        {"resets", s->fetch.resets},
        {"answered_wrong", s->fetch.answered_wrong},
    };

    memcpy(out, all, sizeof(all));
}

/* At most six bytes stand for one. */
static void add_escaped(struct buf *out, const char *s, bool json)
{
    size_t len = strlen(s);
    size_t size = len * 6 + 1;
    CLEANUP_FREE char *text = malloc(size);

    if (text == NULL) {
        out->failed = true;
        return;
    }
    len = json ? text_json(text, size, s) : text_escape(text, size, s, len);
    buf_add(out, text, len);
}

static void text_line(struct buf *out, const struct text_fact *f)
{
    buf_printf(out, "%s: ", f->key);
    if (f->value[0] == '\0')
        buf_add(out, "-", 1);
    else if (f->escaped)
        buf_add(out, f->value, strlen(f->value));
    else
        add_escaped(out, f->value, false);
    buf_add(out, "\n", 1);
}

unsigned status_percent(uint64_t part, uint64_t whole)
{
    if (whole == 0 || part >= whole)
        return 100;
    if (part > UINT64_MAX / 100)
        return (unsigned)(part / (whole / 100 + 1));
    return (unsigned)(part * 100 / whole);
}

static void text_file(struct buf *out, const struct status *s,
                      const struct status_file *f)
{
    uint64_t seconds;

    buf_printf(out, "file: %" PRIu64 " %" PRIu64 " %u %" PRIu64 " %" PRIu64 " ",
               f->known, f->size, status_percent(f->known, f->size), f->bad,
               status_rate(s, f));
    if (status_seconds_left(s, f, &seconds))
        buf_printf(out, "%" PRIu64 " ", seconds);
    else
        buf_add(out, "- ", 2);
    add_escaped(out, f->name, false);
    buf_add(out, "\n", 1);
}

static void text_confirmed(struct buf *out, const struct status_file *f)
{
    buf_printf(out, "confirmed: %" PRIu64 " %" PRIu64 " %" PRIu64 " ",
               f->checksum, f->image, f->reread);
    add_escaped(out, f->name, false);
    buf_add(out, "\n", 1);
}

static void text_note(void *arg, const char *text)
{
    buf_printf(arg, "note: %s\n", text);
}

void status_text(const struct status *s, struct buf *out)
{
    struct text_fact text[N_TEXTS];
    struct number_fact number[N_NUMBERS];

    texts(s, text);
    numbers(s, number);
    for (size_t i = 0; i < N_TEXTS; i++)
        text_line(out, &text[i]);
    for (size_t i = 0; i < N_NUMBERS; i++)
        buf_printf(out, "%s: %" PRIu64 "\n", number[i].key, number[i].value);
    text_line(out,
              &(struct text_fact){"last_error", s->fetch.last_error, true});
    if (s->map != NULL)
        map_each_note(s->map, text_note, out);
    for (size_t i = 0; i < s->n_files; i++)
        text_confirmed(out, &s->files[i]);
    for (size_t i = 0; i < s->n_files; i++)
        text_file(out, s, &s->files[i]);
}

static void json_string(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, "\"%s\": \"", key);
    add_escaped(out, value, true);
    buf_add(out, "\"", 1);
}

static void json_file(struct buf *out, const struct status *s,
                      const struct status_file *f)
{
    uint64_t seconds;

    buf_printf(out, "    {");
    json_string(out, "name", f->name);
    buf_printf(out, ", \"address\": %" PRIu64 ", \"size\": %" PRIu64 ", ",
               f->address, f->size);
    json_string(out, "medium", f->medium);
    buf_printf(
        out,
        ", \"known\": %" PRIu64 ", \"bad\": %" PRIu64
        ", \"confirmed_checksum\": %" PRIu64 ", \"confirmed_image\": %" PRIu64
        ", \"confirmed_reread\": %" PRIu64 ", \"rate_bps\": %" PRIu64
        ", \"seconds_left\": ",
        f->known, f->bad, f->checksum, f->image, f->reread, status_rate(s, f));
    if (status_seconds_left(s, f, &seconds))
        buf_printf(out, "%" PRIu64 "}", seconds);
    else
        buf_printf(out, "null}");
}

/* Behind another one, or first. */
static void json_note(void *arg, const char *text)
{
    struct buf *out = arg;
    bool first = out->len > 0 && out->data[out->len - 1] == '[';

    buf_printf(out, "%s\n    \"", first ? "" : ",");
    add_escaped(out, text, true);
    buf_add(out, "\"", 1);
}

static void json_notes(struct buf *out, const struct map *map)
{
    size_t before;

    buf_printf(out, ",\n  \"notes\": [");
    before = out->len;
    if (map != NULL)
        map_each_note(map, json_note, out);
    buf_printf(out, "%s]", out->len > before ? "\n  " : "");
}

void status_json(const struct status *s, struct buf *out)
{
    struct text_fact text[N_TEXTS];
    struct number_fact number[N_NUMBERS];

    texts(s, text);
    numbers(s, number);
    buf_printf(out, "{\n");
    for (size_t i = 0; i < N_TEXTS; i++) {
        buf_printf(out, "  ");
        json_string(out, text[i].key, text[i].value);
        buf_printf(out, ",\n");
    }
    for (size_t i = 0; i < N_NUMBERS; i++)
        buf_printf(out, "  \"%s\": %" PRIu64 ",\n", number[i].key,
                   number[i].value);
    buf_printf(out, "  ");
    json_string(out, "last_error", s->fetch.last_error);
    json_notes(out, s->map);
    buf_printf(out, ",\n  \"files\": [");
    for (size_t i = 0; i < s->n_files; i++) {
        buf_printf(out, i > 0 ? ",\n" : "\n");
        json_file(out, s, &s->files[i]);
    }
    buf_printf(out, "\n  ]\n}\n");
}
