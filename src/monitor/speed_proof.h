// SPDX-License-Identifier: BSD-2-Clause
// That a line carries a dump unharmed at another speed.

#ifndef MONITOR_SPEED_PROOF_H
#define MONITOR_SPEED_PROOF_H

#include "base/err.h"
#include "monitor/device.h"

#include <stddef.h>
#include <stdint.h>

#define SPEED_PROOF_SIZE 1024U

struct speed_proof {
    uint64_t address;
    size_t len;
    uint64_t came; /* a bit a row */
    uint8_t bytes[SPEED_PROOF_SIZE];
    uint8_t want[SPEED_PROOF_SIZE];
};

/* Chooses the beginning of a medium that can be read and learns what stands
 * there, by a dump at the speed there is.
 * -EFAULT: nothing can be read; else as device_read. */
int speed_proof_learn(struct device *dev, struct speed_proof *p,
                      struct err *err);

/* Reads it again: 0, -EBADMSG when a row was damaged, missing or wrong; else as
 * device_read. */
int speed_proof_holds(struct device *dev, struct speed_proof *p,
                      struct err *err);

#endif
