// SPDX-License-Identifier: BSD-2-Clause
// Messages for the user's terminal, or for syslog once fwfs is a daemon.

#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>

static atomic_int level_shown = LOG_LEVEL_WARN;
static atomic_bool use_syslog;
static void (*before_message)(void *arg);
static void *before_arg;

void log_set_level(enum log_level level)
{
    atomic_store(&level_shown, (int)level);
}

void log_to_syslog(void)
{
    openlog("fwfs", LOG_PID, LOG_DAEMON);
    atomic_store(&use_syslog, true);
}

void log_set_before(void (*before)(void *arg), void *arg)
{
    before_message = before;
    before_arg = arg;
}

static int syslog_priority(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_WARN:
        return LOG_WARNING;
    case LOG_LEVEL_INFO:
        return LOG_INFO;
    case LOG_LEVEL_DEBUG:
        break;
    }
    return LOG_DEBUG;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    if ((int)level > atomic_load(&level_shown))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    text_defuse(text);
    if (atomic_load(&use_syslog)) {
        syslog(syslog_priority(level), "%s", text);
        return;
    }
    if (before_message != NULL)
        before_message(before_arg);
    (void)fprintf(stderr, "fwfs: %s\n", text);
}
