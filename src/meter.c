// SPDX-License-Identifier: BSD-2-Clause
// The line on the terminal that shows how far a command is.

#include "meter.h"

#include "base/clock.h"
#include "base/cleanup.h"
#include "mount/status.h"
#include "progress.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* lock: the watching thread takes it for good before it ends all, so that
 * nothing is drawn over the shell's prompt. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool drawn; /* under lock */
static bool started;
static bool shown; /* stderr is a terminal */
static const char *what;
static uint64_t total;
static struct meter_pace pace;

void meter_pace_note(struct meter_pace *p, uint64_t now_ms, uint64_t done)
{
    p->at_ms[p->steps % METER_STEPS] = now_ms;
    p->done[p->steps % METER_STEPS] = done;
    p->steps++;
}

unsigned meter_pace_bps(const struct meter_pace *p)
{
    unsigned last = (p->steps - 1) % METER_STEPS;
    unsigned first = p->steps > METER_STEPS ? p->steps % METER_STEPS : 0;
    uint64_t ms;
    uint64_t bps;

    if (p->steps < 2 || p->at_ms[last] <= p->at_ms[first])
        return 0;
    ms = p->at_ms[last] - p->at_ms[first];
    bps = (p->done[last] - p->done[first]) * 1000 / ms;
    return bps > UINT_MAX ? UINT_MAX : (unsigned)bps;
}

static void clear_locked(void)
{
    if (drawn)
        (void)fputs("\r\033[K", stderr);
    drawn = false;
}

/* Of those that end us; not what is ignored, as SIGHUP under nohup. */
static void ending_signals(sigset_t *set)
{
    static const int all[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act;

    (void)sigemptyset(set);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (sigaction(all[i], NULL, &act) == 0 && act.sa_handler != SIG_IGN)
            (void)sigaddset(set, all[i]);
    }
}

static void *watch(void *arg)
{
    sigset_t set;
    int sig;

    (void)arg;
    ending_signals(&set);
    if (sigwait(&set, &sig) != 0)
        return NULL;
    (void)pthread_mutex_lock(&lock);
    clear_locked();
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    (void)raise(sig);
    return NULL;
}

static void start(void)
{
    sigset_t set;
    pthread_t thread;

    started = true;
    shown = isatty(STDERR_FILENO);
    if (!shown)
        return;
    ending_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, watch, NULL) != 0) {
        (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
        shown = false;
        return;
    }
    (void)pthread_detach(thread);
}

void meter_begin(const char *name, uint64_t size)
{
    if (!started)
        start();
    what = name;
    total = size;
    pace = (struct meter_pace){0};
    meter_move(0);
}

void meter_move(uint64_t done)
{
    const struct status_file file = {
        .name = what,
        .size = total,
        .known = done,
        .ahead = total - done,
        .reading = true,
        .sequential = true,
    };
    struct status status = {.files = &file, .n_files = 1};
    char line[256];
    unsigned columns;

    if (!shown)
        return;
    meter_pace_note(&pace, clock_ms(), done);
    status.fetch.rate_bps = meter_pace_bps(&pace);
    columns = terminal_columns(STDERR_FILENO);
    status_progress(&status, line,
                    columns < sizeof(line) ? columns : sizeof(line));
    LOCK_SCOPE(&lock);
    (void)fprintf(stderr, "\r%s\033[K", line);
    drawn = true;
}

void meter_clear(void *arg)
{
    (void)arg;
    LOCK_SCOPE(&lock);
    clear_locked();
}
