// SPDX-License-Identifier: BSD-2-Clause
// The one line that shows on a terminal how a read goes.

#include "mount/status.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 512B, 9.5K, 480K, 1.0M: rounded down, as "1.0M of 1.0M" must mean all. */
static void human(char out[16], uint64_t n)
{
    static const char units[] = "BKMGTPE";
    size_t u = 0;
    uint64_t tenths = 0;

    while (n >= 1024) {
        tenths = n % 1024 * 10 / 1024;
        n /= 1024;
        u++;
    }
    if (u > 0 && n < 10)
        (void)snprintf(out, 16, "%" PRIu64 ".%" PRIu64 "%c", n, tenths,
                       units[u]);
    else
        (void)snprintf(out, 16, "%" PRIu64 "%c", n, units[u]);
}

/* 0:07, 4:03, 8:01:00. */
static void clock_text(char out[40], uint64_t seconds)
{
    uint64_t minutes = seconds / 60;

    if (minutes < 60)
        (void)snprintf(out, 40, "%" PRIu64 ":%02" PRIu64, minutes,
                       seconds % 60);
    else
        (void)snprintf(out, 40, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
                       minutes / 60, minutes % 60, seconds % 60);
}

/* What comes behind the sizes: the rate and the time, or why there is none. */
static void pace(char *out, size_t size, const struct status *s,
                 const struct status_file *f)
{
    char rate[16];
    uint64_t seconds;

    out[0] = '\0';
    if (f->ahead == 0)
        return;
    if (s->device.line == DEVICE_LINE_SILENT ||
        s->device.line == DEVICE_LINE_GONE) {
        (void)snprintf(out, size, "  line %s",
                       status_line_word(s->device.line));
        return;
    }
    human(rate, status_rate(s, f));
    if (status_seconds_left(s, f, &seconds)) {
        char left[40];
        clock_text(left, seconds);
        (void)snprintf(out, size, "  %s/s  %s left", rate, left);
    } else {
        (void)snprintf(out, size, "  %s/s", rate);
    }
}

/* Whole where it fits in columns, else cut and ending in "..". */
static int cut_name(const char *name, size_t columns)
{
    size_t len = strlen(name);

    if (len <= columns)
        return (int)len;
    return columns > 2 ? (int)columns - 2 : 0;
}

void status_progress(const struct status *s, char *out, size_t size)
{
    const struct status_file *f;
    char name[MAP_NAME_MAX * 4 + 1];
    char known[16];
    char total[16];
    char tempo[80];
    char numbers[160];
    size_t room;
    int shown;

    if (size == 0)
        return;
    out[0] = '\0';
    if (s->latest >= s->n_files || !s->files[s->latest].reading)
        return;
    f = &s->files[s->latest];
    (void)text_escape(name, sizeof(name), f->name, strlen(f->name));
    human(known, f->known);
    human(total, f->size);
    pace(tempo, sizeof(tempo), s, f);
    (void)snprintf(numbers, sizeof(numbers), "  %u%%  %s of %s%s",
                   status_percent(f->known, f->size), known, total, tempo);
    room = size - 1 > strlen(numbers) ? size - 1 - strlen(numbers) : 0;
    shown = cut_name(name, room);
    (void)snprintf(out, size, "%.*s%s%s", shown, name,
                   name[shown] != '\0' ? ".." : "", numbers);
}
