// SPDX-License-Identifier: BSD-2-Clause
// Writes the figures under another name first: a reader gets all or none.
#include "stats.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"

void stats_sent(struct stats *s, int64_t from, int64_t to)
{
    if (s->sent++ == 0)
        s->first = from;
    else if (from > s->last)
        s->idle += from - s->last;
    s->last = to;
}

static void print(const struct stats *s, const struct log *log, FILE *file)
{
    fprintf(file,
            "sent %" PRIu64 "\nreceived %" PRIu64 "\noverrun %" PRIu64
            "\ncommands %" PRIu64 "\nspan_us %" PRId64 "\nidle_us %" PRId64
            "\n",
            s->sent, s->received, s->overrun, log->commands,
            (s->last - s->first) / 1000, s->idle / 1000);
}

int stats_write(const struct stats *s, const struct log *log, const char *path)
{
    char temp[PATH_MAX];
    int len = snprintf(temp, sizeof temp, "%s.%ld", path, (long)getpid());
    FILE *file;

    if (len < 0 || (size_t)len >= sizeof temp)
        return -1;
    file = fopen(temp, "we");
    if (!file)
        return -1;
    print(s, log, file);
    if (fclose(file) == 0 && rename(temp, path) == 0)
        return 0;
    unlink(temp);
    return -1;
}
