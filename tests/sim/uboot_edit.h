// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's two line editors.
#ifndef SIM_UBOOT_EDIT_H
#define SIM_UBOOT_EDIT_H

#include "uboot.h"

#define CTRL(letter) ((letter)-0x40)

enum { BELL = 7, BACKSPACE = 8, ESC = 27, DELETE = 127, DELETE_8BIT = 255 };

/*
 * Read a line behind `prompt`, which is on the screen already; false when
 * Ctrl-C ended it.
 */
bool uboot_edit_full(struct sim *sim, const char *prompt);

/* What a key does that comes as more than one character: the control character
 * that stands for it, 0 when it is not complete yet, -1: none, and what came
 * is in `esc`, `*len` characters. */
int uboot_edit_escape(const struct sim *sim, char *esc, int *len, int c);

/* Put a character at the cursor; the bell when the line is full. */
void uboot_edit_add(struct sim *sim, int c);

/* The tabulator: complete the name of a command. */
void uboot_edit_complete(struct sim *sim, const char *prompt);

/* An older line, or a younger one; NULL: there is none. */
const char *uboot_history_older(struct sim *sim);
const char *uboot_history_younger(struct sim *sim);

#endif
