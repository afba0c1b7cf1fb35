// SPDX-License-Identifier: BSD-2-Clause
// Into the background, but only when all is well; and out again by signal.

#ifndef DAEMON_H
#define DAEMON_H

#include "base/err.h"
#include "monitor/device.h"

#include <stdbool.h>

/*
 * The command returns when the mount is live, or with the reason why not:
 *
 *   parent                          child
 *   waits on a pipe                 opens the port, mounts; stderr is still
 *   hands on SIGINT, TERM, HUP      the caller's; signals end it
 *   -- "ready" --                   lets go of terminal and folder
 *   exits 0                         serves
 *   -- or the pipe closes --        ended early
 *   exits as the child did
 *
 * The port is opened behind the fork because locks and threads do not survive
 * one. With foreground there is no fork and the process is its own child.
 */
struct daemon {
    bool foreground;
    int ready_fd; /* to the parent; -1: none, or told already */
};

/* Opens /dev/null on those of the descriptors 0 to 2 that are closed, lest a
 * port or a cache file become somebody's stderr. */
int daemon_fix_fds(void);

/*
 * Starts as described. 0: go on, this is the process that serves, with default
 * signal actions. 1: this is the parent, all is over; *exit_code is for main
 * to return. Negative: could not fork. No other thread may run yet.
 */
int daemon_start(struct daemon *d, bool foreground, int *exit_code,
                 struct err *err);

/* From now on SIGINT, SIGTERM and SIGHUP call stop(arg), which must be
 * async-signal-safe, in any thread; once more for each signal. SIGHUP stays
 * ignored where it was (nohup). NULL: one that comes is only remembered. */
void daemon_on_signal(void (*stop)(void *arg), void *arg);

/* From now on SIGCONT calls resumed(arg), likewise: the process had been
 * stopped, and no time it measured meanwhile means anything. NULL: nothing. */
void daemon_on_continue(void (*resumed)(void *arg), void *arg);

/* True when one of them came since the first daemon_on_signal. */
bool daemon_signalled(void);

/* From now on such a signal ends what is done with a device, and what was
 * changed of it and its port can be put back: for device_config.opening, and
 * again with NULL before the device goes. arg: not used. */
void daemon_end_device(void *arg, struct device *dev);

/* Dies of the signal that came, as a shell wants to know; returns if none did.
 */
void daemon_die_of_signal(void);

/* The mount is live: tells the parent (or $NOTIFY_SOCKET in the foreground);
 * stdin, stdout, stderr and the working directory are let go and messages go
 * to syslog (not in the foreground). */
void daemon_ready(struct daemon *d);

/* The mount is going away: tells $NOTIFY_SOCKET, in the foreground. */
void daemon_stopping(const struct daemon *d);

#endif
