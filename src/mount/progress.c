// SPDX-License-Identifier: BSD-2-Clause
// The one line that shows on a terminal how a read goes.

#include "mount/status.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What comes behind the sizes: the rate and the time, or why there is none. */
static void pace(char *out, size_t size, const struct status *s,
                 const struct status_file *f)
{
    char rate[TEXT_SIZE_MAX];
    uint64_t seconds;

    out[0] = '\0';
    if (f->ahead == 0)
        return;
    if (s->device.line == DEVICE_LINE_SILENT ||
        s->device.line == DEVICE_LINE_GONE ||
        s->device.line == DEVICE_LINE_OFFLINE) {
        (void)snprintf(out, size, "  line %s",
                       status_line_word(s->device.line));
        return;
    }
    text_size(rate, status_rate(s, f));
    if (status_seconds_left(s, f, &seconds)) {
        char left[40];
        text_time(left, seconds);
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
    text_size(known, f->known);
    text_size(total, f->size);
    pace(tempo, sizeof(tempo), s, f);
    (void)snprintf(numbers, sizeof(numbers), "  %u%%  %s of %s%s",
                   status_percent(f->known, f->size), known, total, tempo);
    room = size - 1 > strlen(numbers) ? size - 1 - strlen(numbers) : 0;
    shown = cut_name(name, room);
    (void)snprintf(out, size, "%.*s%s%s", shown, name,
                   name[shown] != '\0' ? ".." : "", numbers);
}
