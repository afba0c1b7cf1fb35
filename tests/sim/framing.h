// SPDX-License-Identifier: BSD-2-Clause
// What a UART receives of characters that were sent at another rate: a start
// bit, eight bits, the lowest first, and a stop bit, sampled at its own rate.
#ifndef SIM_FRAMING_H
#define SIM_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAMES_MAX = 1024, /* on the line and not yet received */
    FRAMING_MAX = 8,   /* characters that one sent may bring */
};

/* A character on the line. Times are in ns. */
struct frame {
    double start, bit;
    uint8_t byte;
};

struct framing {
    struct frame frame[FRAMES_MAX];
    size_t count;
    double from; /* a start bit is looked for from here on */
    double free; /* the end of the last frame */
};

/* Send a character: at `start`, or as soon as the line is free. */
void framing_send(struct framing *f, uint8_t byte, double start, double bit);

/*
 * What has been received until `until`, after which nothing is known of the
 * line; `bit` is the receiver's. How many characters, FRAMING_MAX at most:
 * call again until there are none.
 */
size_t framing_receive(struct framing *f, double bit, double until,
                       uint8_t *to);

/* When the next one would be there if nothing more was sent; -1: none. */
double framing_due(const struct framing *f, double bit);

#endif
