// SPDX-License-Identifier: BSD-2-Clause
// Samples a line bit by bit, as a UART does.
#include "framing.h"

#include <string.h>

enum { BITS = 10, DATA = 8 };

static double frame_end(const struct frame *f)
{
    return f->start + BITS * f->bit;
}

/* Of bit `k` of a frame: the start bit, the data, the stop bit. */
static bool level_of(const struct frame *f, int k)
{
    if (k == 0 || k > DATA)
        return k > 0;
    return f->byte >> (k - 1) & 1;
}

/* Between frames, and behind the last, the line is at rest. */
static bool level_at(const struct framing *f, double t)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct frame *s = &f->frame[i];

        if (t >= s->start && t < frame_end(s))
            return level_of(s, (int)((t - s->start) / s->bit));
    }
    return true;
}

/* The next time that the line falls; false: it does not. */
static bool find_edge(const struct framing *f, double *at)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct frame *s = &f->frame[i];

        if (frame_end(s) <= f->from)
            continue;
        for (int k = 0; k <= DATA; k++) {
            double t = s->start + k * s->bit;

            if (t >= f->from && !level_of(s, k) &&
                (k == 0 || level_of(s, k - 1))) {
                *at = t;
                return true;
            }
        }
    }
    return false;
}

/* What was over before the receiver looks again has done its part. */
static void forget(struct framing *f)
{
    size_t done = 0;

    while (done < f->count && frame_end(&f->frame[done]) <= f->from)
        done++;
    f->count -= done;
    memmove(f->frame, f->frame + done, f->count * sizeof *f->frame);
}

void framing_send(struct framing *f, uint8_t byte, double start, double bit)
{
    struct frame s = {.start = start > f->free ? start : f->free, .bit = bit};

    s.byte = byte;
    if (f->count == FRAMES_MAX) {
        f->count--;
        memmove(f->frame, f->frame + 1, f->count * sizeof *f->frame);
    }
    f->frame[f->count++] = s;
    f->free = frame_end(&s);
}

/* The receiver sees an edge a little later than it was. */
static double seen(double edge, double bit)
{
    return edge + bit / 32;
}

/* A start bit that is over at its middle is none. */
static bool next_start(struct framing *f, double bit, double *at)
{
    while (find_edge(f, at)) {
        *at = seen(*at, bit);
        if (!level_at(f, *at + bit / 2))
            return true;
        f->from = *at + bit / 2;
    }
    return false;
}

/* Without its stop bit, too, a character counts. */
size_t framing_receive(struct framing *f, double bit, double until, uint8_t *to)
{
    size_t count = 0;
    double at;

    while (count < FRAMING_MAX && next_start(f, bit, &at) &&
           at + (BITS - 0.5) * bit <= until) {
        uint8_t byte = 0;

        for (int i = 0; i < DATA; i++)
            byte |= (uint8_t)(level_at(f, at + (i + 1.5) * bit) << i);
        to[count++] = byte;
        f->from = at + (BITS - 0.5) * bit;
    }
    forget(f);
    return count;
}

double framing_due(const struct framing *f, double bit)
{
    double at;

    return find_edge(f, &at) ? seen(at, bit) + (BITS - 0.5) * bit : -1;
}
