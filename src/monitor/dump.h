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

struct dump_request {
    const struct dump_method *method;
    enum row_order order;
    uint64_t address; /* multiple of 16, of method->fixed if that is set */
    uint64_t len;     /* likewise; at most method->max */
    /* Of these the caller fills in offset, medium, erase_block and page_size.
     */
    struct template_values values;
    uint64_t row_base; /* what is added to a printed address */
    bool again;        /* goes on where the last command ended */
};

struct dump_result {
    unsigned rows_good;
    unsigned rows_bad;  /* damaged, or with an address that cannot be */
    unsigned rows_lost; /* of those asked for, neither good nor bad */
    bool fault;         /* the device reported a bad address */
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

#endif
