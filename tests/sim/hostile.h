// SPDX-License-Identifier: BSD-2-Clause
// Answers of a device which is out to do harm.
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "sim.h"

/* Bring in what the answers are made from. */
void hostile_set_up(struct sim *sim);

/* True: it has answered in the command's stead. */
bool hostile_answer(struct sim *sim, const char *command);

/* Do dumps never end? Then this waits a little, once a row. */
bool hostile_endless(struct sim *sim);

/* The size of a chip as the device tells it. */
uint64_t hostile_size(const struct sim *sim, uint64_t size);

#endif
