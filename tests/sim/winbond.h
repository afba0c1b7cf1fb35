// SPDX-License-Identifier: BSD-2-Clause
// Parts of the Winbond loader.
#ifndef SIM_WINBOND_H
#define SIM_WINBOND_H

#include "footer.h"
#include "sim.h"

enum { WINBOND_TOKENS = 20 };

extern const char winbond_prompt[];

/* The banner; with `hint` also the line about `h`. */
void winbond_banner(struct sim *sim);

/* Read a line into the editor and log it; false when it is empty. */
bool winbond_read_line(struct sim *sim);

/* Carry out one command line. */
void winbond_execute(struct sim *sim, const char *line);

/* 0x and one to eight digits; of anything else false, and `addr` stays. */
bool winbond_address(const char *text, uint32_t *addr);

/* Commands: d; e, cp, mset; mx and mt; fx and ft; the others by their names. */
void winbond_dump(struct sim *sim, int argc, char **argv);
void winbond_edit(struct sim *sim, int argc, char **argv);
void winbond_copy(struct sim *sim, int argc, char **argv);
void winbond_fill(struct sim *sim, int argc, char **argv);
void winbond_load(struct sim *sim, int argc, char **argv);
void winbond_program(struct sim *sim, int argc, char **argv);
void winbond_delete(struct sim *sim, int argc, char **argv);
void winbond_go(struct sim *sim, int argc, char **argv);
void winbond_run_image(struct sim *sim, int argc, char **argv);
void winbond_set(struct sim *sim, int argc, char **argv);
void winbond_terminal(struct sim *sim, int argc, char **argv);

/* The images in flash, in the order of their addresses. */
int winbond_find_images(struct sim *sim, struct footer *images);

/* `ls` and `chk` */
void winbond_list(struct sim *sim);
void winbond_check(struct sim *sim, int argc, char **argv);

/* What the processor says to a bad address. */
void winbond_abort(struct sim *sim);

#endif
