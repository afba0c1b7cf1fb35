// SPDX-License-Identifier: BSD-2-Clause
// What happens to the board as a whole: resets by themselves, hangs, a board
// put in place of another.
#ifndef SIM_BOARD_H
#define SIM_BOARD_H

#include "sim.h"

enum { BOARD_MAC = 18 };

/* Fit the chips; -1 after errno and the name of the file in `*what`. */
int board_set_up(struct sim *sim, const char **what);

/* Start the clock and the counters, the first time. */
void board_start(struct sim *sim);

/* After a reset or power cycle: RAM is new, another board may be there. */
void board_restart(struct sim *sim);

/* `stop_at` is reached: true when the board hangs now, else it resets. */
bool board_hangs(struct sim *sim);

/* A command has ended: does the loader forget what was typed meanwhile? */
void board_end_command(struct sim *sim);

/* The MAC address of the board that is there, BOARD_MAC bytes. */
const char *board_mac(const struct sim *sim, bool upper_case, char *buf);

#endif
