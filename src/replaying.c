// SPDX-License-Identifier: BSD-2-Clause
// --replay: a dialect tried on a captured console log.

#include "replaying.h"

#include "monitor/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int fill(FILE *f, const char *path, struct buf *text, struct err *err)
{
    char chunk[65536];
    size_t n;

    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        if (!buf_add(text, chunk, n))
            return err_set(err, -EFBIG, "%s: longer than %u MiB", path,
                           REPLAY_TEXT_MAX >> 20);
    if (ferror(f))
        return err_set(err, -EIO, "%s: %s", path, strerror(errno));
    return 0;
}

/* "-" is the standard input. */
static int read_log(const char *path, struct buf *text, struct err *err)
{
    FILE *f;
    int r;

    if (strcmp(path, "-") == 0)
        return fill(stdin, "standard input", text, err);
    f = fopen(path, "rbe");
    if (f == NULL)
        return err_set(err, -errno, "%s: %s", path, strerror(errno));
    r = fill(f, path, text, err);
    (void)fclose(f);
    return r;
}

static int judge(const char *path, const struct replay_counts *counts,
                 struct err *err)
{
    if (counts->understood)
        return 0;
    if (counts->missed_line == 0)
        return err_set(err, -EBADMSG, "%s: nothing was understood", path);
    return err_set(err, -EBADMSG, "%s:%zu: not understood (%zu line%s)", path,
                   counts->missed_line, counts->missed,
                   counts->missed == 1 ? "" : "s");
}

int replaying(const struct options *o, struct buf *out, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_LIMITED(REPLAY_TEXT_MAX);
    struct replay_counts counts;
    struct dialect *d = NULL;
    int r = dialect_load(&d, o->dialect, err);

    if (r == 0)
        r = read_log(o->device, &text, err);
    if (r == 0) {
        r = replay_run(d, o->segments, text.len > 0 ? text.data : "", text.len,
                       out, &counts, err);
        if (r < 0)
            err_prefix(err, "%s", o->device);
        else
            r = judge(o->device, &counts, err);
    }
    dialect_free(d);
    return r;
}
