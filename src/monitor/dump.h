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
    uint64_t next;        /* behind the last row that was believed */
    char strange[96];     /* the first line that is no row, escaped; "": none */
};

/*
 * Needs the console in step and leaves it so when it returns 0 (the command
 * ran to its end, whatever the rows were like) or -EINTR with the console not
 * shut down (the sink stopped it). Else the console is out of step:
 * -ETIMEDOUT silence, -EILSEQ the command could not be typed, -ENODEV, -EINTR.
 */
int dump_run(struct console *c, const struct dump_request *request,
             const struct device_sink *sink, struct dump_result *result,
             struct err *err);

/* What it prints has no addresses: it comes as a whole, or not at all. */
bool dump_method_is_stream(const struct dump_method *m);

#endif
