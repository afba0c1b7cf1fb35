// SPDX-License-Identifier: BSD-2-Clause
// What is typed at a prompt that was just won: what unlocks its commands.

#ifndef MONITOR_CONSOLE_UNLOCK_H
#define MONITOR_CONSOLE_UNLOCK_H

#include "base/err.h"
#include "monitor/console.h"

/*
 * Types the dialect's unlock command when there is one, and a password (NULL:
 * none). Its answer is thrown away. Needs the console in step, and leaves it
 * so. -EACCES: the password was refused; else as console_ask. The password is
 * neither in the transcript nor in err.
 */
int console_unlock(struct console *c, const char *password, struct err *err);

#endif
