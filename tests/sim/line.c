// SPDX-License-Identifier: BSD-2-Clause
// Lets characters arrive as they do between ends of different speed.
#include "line.h"

#include <math.h>
#include <stdlib.h>

#include "ram.h"
#include "rate.h"

enum { TOLERANCE = 25, MARGINAL = 40 };

void line_init(struct line *l, const struct line_options *o, int fd,
               uint64_t seed)
{
    *l = (struct line){.o = o, .fd = fd, .random = seed ^ UINT64_C(0x6c696e65)};
    l->rate = line_start_rate(o);
    l->host = rate_get(fd);
    l->before = l->host;
}

long line_start_rate(const struct line_options *o)
{
    return o->baud > 0 ? o->baud : 115200;
}

bool line_offers(const struct line_options *o, long rate)
{
    for (int i = 0; i < o->bauds; i++) {
        if (o->table[i] == rate)
            return true;
    }
    return false;
}

bool line_is_watched(const struct line *l)
{
    return l->armed || l->o->strict_baud;
}

void line_look(struct line *l)
{
    l->before = l->host;
    l->host = rate_get(l->fd);
}

struct line_mark line_mark(const struct line *l)
{
    return (struct line_mark){.host = l->host, .before = l->before};
}

/* A receiver takes a sender that is not more than 4 % off. */
static bool understood(const struct line *l, long host)
{
    return labs(host - l->rate) * TOLERANCE <= l->rate;
}

static bool is_dead(const struct line *l)
{
    return l->o->dead_baud > 0 && l->rate > l->o->dead_baud;
}

/* A line that is too fast for the cable: what arrives is not what was sent. */
static size_t garble(struct line *l, int byte, uint8_t *to)
{
    static const uint8_t usual[] = {0x00, 0xff, 0x80};
    uint64_t r = next_random(&l->random);

    if (r % 8 < 2)
        return 0;
    to[0] = (uint8_t)(byte ^ (int)(1 + (r >> 8) % 255));
    if (r % 8 < 5 && usual[r % 8 - 2] != byte)
        to[0] = usual[r % 8 - 2];
    return 1;
}

static double bit_time(long rate)
{
    return 1e9 / (double)rate;
}

/* Both ends at their own rates; a host without one neither sends nor hears. */
static size_t sample(struct framing *f, int byte, int64_t start, long sender,
                     long receiver, uint8_t *to)
{
    if (sender <= 0 || receiver <= 0)
        return 0;
    framing_send(f, (uint8_t)byte, (double)start, bit_time(sender));
    return framing_receive(f, bit_time(receiver), f->free, to);
}

size_t line_to_host(struct line *l, int byte, int64_t start, uint8_t *to)
{
    const struct line_options *o = l->o;

    byte &= 0xff;
    if (is_dead(l))
        return garble(l, byte, to);
    if (line_is_watched(l) && !understood(l, l->host))
        return sample(&l->to_host, byte, start, l->rate, l->host, to);
    l->to_host.count = 0;
    if (o->max_baud > 0 && l->rate > o->max_baud &&
        next_random(&l->random) % MARGINAL == 0)
        byte ^= 1 << next_random(&l->random) % 8;
    to[0] = (uint8_t)byte;
    return 1;
}

/*
 * A host that changes its rate right after it wrote, or writes right after it
 * changed it, is not caught out by a look that comes late.
 */
size_t line_to_device(struct line *l, int byte, struct line_mark mark,
                      int64_t start, uint8_t *to)
{
    if (is_dead(l))
        return garble(l, byte, to);
    if (line_is_watched(l) && !understood(l, mark.host) &&
        !understood(l, mark.before))
        return sample(&l->to_device, byte, start, mark.host, l->rate, to);
    l->to_device.count = 0;
    to[0] = (uint8_t)byte;
    return 1;
}

size_t line_rest_to_host(struct line *l, uint8_t *to)
{
    if (l->to_host.count == 0 || l->host <= 0)
        return 0;
    return framing_receive(&l->to_host, bit_time(l->host), INFINITY, to);
}

size_t line_rest_to_device(struct line *l, int64_t now, uint8_t *to)
{
    if (l->to_device.count == 0)
        return 0;
    return framing_receive(&l->to_device, bit_time(l->rate), (double)now, to);
}

int64_t line_due_to_device(const struct line *l)
{
    double due = framing_due(&l->to_device, bit_time(l->rate));

    return l->to_device.count > 0 && due >= 0 ? (int64_t)due + 1 : INT64_MAX;
}

void line_clear(struct line *l)
{
    l->to_host = (struct framing){0};
    l->to_device = (struct framing){0};
}
