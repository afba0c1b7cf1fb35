// SPDX-License-Identifier: BSD-2-Clause
// Counts what went over the line, for benchmarks.
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stdbool.h>
#include <stdint.h>

struct log;

/* Times are nanoseconds by the loader's clock. */
struct stats {
    uint64_t sent;     /* characters to the host */
    uint64_t received; /* and from it, those lost included */
    uint64_t overrun;  /* that were lost */
    int64_t first;     /* when the first one to the host began */
    int64_t last;      /* when the last one ended */
    int64_t idle;      /* how long, in between, none was sent */
};

/* A character to the host was on the line between the two times. */
void stats_sent(struct stats *s, int64_t from, int64_t to);

/* Replace the file by the figures; -1 with errno. */
int stats_write(const struct stats *s, const struct log *log, const char *path);

#endif
