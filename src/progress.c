// SPDX-License-Identifier: BSD-2-Clause
// One line on a terminal, kept up to date while something is read.

#include "progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

unsigned terminal_columns(int fd)
{
    struct winsize w;

    if (ioctl(fd, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
        return 80;
    return w.ws_col;
}

bool progress_wanted(const struct daemon *d)
{
    return d->foreground && isatty(STDERR_FILENO);
}

void progress_set_fs(struct progress *p, struct fs *fs)
{
    atomic_store(&p->fs, fs);
}

void progress_clear(void *arg)
{
    struct progress *p = arg;

    if (atomic_exchange(&p->drawn, false))
        (void)fputs("\r\033[K", stderr);
}

/* One column stays free, for a full line would wrap on some terminals. */
void progress_show(void *arg, const char *line)
{
    struct progress *p = arg;

    if (line[0] == '\0') {
        progress_clear(p);
        return;
    }
    (void)fprintf(stderr, "\r%.*s\033[K",
                  (int)terminal_columns(STDERR_FILENO) - 1, line);
    atomic_store(&p->drawn, true);
}

void progress_draw(void *arg)
{
    struct progress *p = arg;
    struct fs *fs = atomic_load(&p->fs);
    unsigned columns = terminal_columns(STDERR_FILENO);
    char line[256] = "";

    if (fs == NULL)
        return;
    /* The size with the NUL: one column stays free. */
    if (columns > sizeof(line))
        columns = sizeof(line);
    fs_progress_line(fs, line, columns);
    progress_show(p, line);
}
