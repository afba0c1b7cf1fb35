// SPDX-License-Identifier: BSD-2-Clause
// Writes the command log line by line, so that it is complete at any time.
#include "log.h"

int log_open(struct log *log, const char *path)
{
    log->file = NULL;
    if (!path)
        return 0;
    log->file = fopen(path, "ae");
    return log->file ? 0 : -1;
}

static void put_escaped(FILE *file, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\\')
            fputs("\\\\", file);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(file, "\\x%02x", c);
        else
            fputc(c, file);
    }
}

static void put_line(struct log *log, const char *before, const char *text)
{
    if (!log->file)
        return;
    fputs(before, log->file);
    put_escaped(log->file, text);
    fputc('\n', log->file);
    fflush(log->file);
}

void log_command(struct log *log, const char *line)
{
    log->commands++;
    put_line(log, "", line);
}

void log_mark(struct log *log, const char *event)
{
    put_line(log, "!", event);
}

void log_danger(struct log *log, const char *command)
{
    put_line(log, "!dangerous ", command);
}

void log_changed(struct log *log, const char *chip, uint64_t offset,
                 uint64_t len)
{
    char text[96];

    snprintf(text, sizeof text, "%s 0x%llx 0x%llx", chip,
             (unsigned long long)offset, (unsigned long long)len);
    put_line(log, "!changed ", text);
}
