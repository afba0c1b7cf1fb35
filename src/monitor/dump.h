// SPDX-License-Identifier: BSD-2-Clause
// Runs one dump command and checks its rows as they arrive.

#ifndef MONITOR_DUMP_H
#define MONITOR_DUMP_H

#include "base/err.h"
#include "monitor/console.h"
#include "monitor/device.h"
#include "monitor/dialect.h"
#include "monitor/template.h"

#include <stdbool.h>
#include <stdint.h>

/* What became of a command that was typed ahead. */
enum dump_ahead {
    DUMP_AHEAD_NONE, /* none was typed */
    DUMP_AHEAD_RUNS, /* its echo was right: it runs, its rows come now */
    DUMP_AHEAD_LOST, /* nothing of it was heard */
    DUMP_AHEAD_WRONG /* another command runs, or stands at the prompt */
};

/*
 * values has what the place holders of the command stand for: the caller fills
 * offset, medium, ram and the geometry; {address}, {length} and {count} are
 * filled in here.
 */
struct dump_request {
    const struct dump_method *method;
    enum row_order order;
    /* order is not proved, and the ASCII column is to prove it: rows before the
     * one that does it are not believed. */
    bool prove;
    /* The first byte, as the sink is told: a multiple of method->align, of
     * method->fixed if that is set, of the page where rows count from its
     * start. */
    uint64_t address;
    uint64_t len; /* likewise; at most method->max */
    /* What is added to the address that the device knows, and prints, to get
     * the sink's: 0 for memory; where other places are asked, as RAM that
     * stands for a medium, or an offset into one, the difference. Modulo
     * 2^64. */
    uint64_t row_base;
    bool again; /* it goes on where the last request of this method ended */
    /* The command of the request that follows, to be typed while this one's
     * rows come; NULL: none. For rows with addresses and prompts that do not
     * change. */
    const char *ahead;
    bool runs; /* it was typed ahead, and its echo is the last that was taken */
    struct template_values values;
};

struct dump_result {
    unsigned rows_good;
    unsigned rows_bad;        /* damaged, or with an address that cannot be */
    unsigned rows_lost;       /* of those asked for, neither good nor bad */
    unsigned rows_unreadable; /* of them some bytes cannot be read */
    unsigned rows_unproved;   /* right, but not of a proved order */
    bool fault;    /* the device reported a bad address; or what it cannot read
                      is all that is missing */
    uint64_t page; /* a page of the device has so many bytes, and not as many as
                      it was said to have; 0: nothing is known against that */
    enum row_order order; /* as asked, or as proved */
    enum dump_ahead ahead;
};

/*
 * Needs the console in step and leaves it so when it returns 0 (the command
 * ran to its end, whatever the rows were like) or -EINTR with the console not
 * shut down (the sink stopped it). Else the console is out of step:
 * -ETIMEDOUT silence, -EILSEQ the command could not be typed, -ENODEV, -EINTR.
 * With DUMP_AHEAD_RUNS the next command must be run at once, with runs set;
 * with DUMP_AHEAD_WRONG the console is out of step, whatever is returned.
 */
int dump_run(struct console *c, const struct dump_request *request,
             const struct device_sink *sink, struct dump_result *result,
             struct err *err);

/* What request->ahead of the one before is to be, if next goes on there. */
int dump_again_command(const struct dump_request *next, char *out, size_t size,
                       struct err *err);

#endif
