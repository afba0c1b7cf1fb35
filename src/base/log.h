// SPDX-License-Identifier: BSD-2-Clause
// Messages for the user's terminal, or for syslog once fwfs is a daemon.

#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Shows messages up to level (default: warnings only). Call before the
 * second thread starts. */
void log_set_level(enum log_level level);

/* From here on messages go to syslog(3) instead of stderr. */
void log_to_syslog(void);

/* Calls before(arg) in front of each message to stderr, in the thread that
 * logs: to clear away a progress line. NULL: no longer. Main thread, while no
 * other logs. */
void log_set_before(void (*before)(void *arg), void *arg);

/* Any thread. One line: a newline is added, controls in the text become '?'.
 * Text from a device must be escaped first (base/text.h). */
void log_msg(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define log_warn(...)  log_msg(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
