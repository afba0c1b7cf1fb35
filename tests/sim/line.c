// SPDX-License-Identifier: BSD-2-Clause
// Garbles characters between ends of different speed, repeatable by its seed.
#include "line.h"

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

static int garble(struct line *l, int byte)
{
    static const uint8_t usual[] = {0x00, 0xff, 0x80};
    uint64_t r = next_random(&l->random);
    int other = byte ^ (int)(1 + (r >> 8) % 255);

    if (r % 8 < 2)
        return -1;
    if (r % 8 < 5 && usual[r % 8 - 2] != byte)
        other = usual[r % 8 - 2];
    return other;
}

int line_to_host(struct line *l, int byte)
{
    const struct line_options *o = l->o;

    byte &= 0xff;
    if (is_dead(l) || (line_is_watched(l) && !understood(l, l->host)))
        return garble(l, byte);
    if (o->max_baud > 0 && l->rate > o->max_baud &&
        next_random(&l->random) % MARGINAL == 0)
        byte ^= 1 << next_random(&l->random) % 8;
    return byte;
}

/*
 * A host that changes its rate right after it wrote, or writes right after it
 * changed it, is not caught out by a look that comes late. Line ends never
 * come of garbage: the device would take it for commands by mere chance.
 */
int line_to_device(struct line *l, int byte, struct line_mark mark)
{
    int other;

    if (!is_dead(l) && (!line_is_watched(l) || understood(l, mark.host) ||
                        understood(l, mark.before)))
        return byte;
    other = garble(l, byte);
    return other == '\r' || other == '\n' ? other | 0x80 : other;
}
