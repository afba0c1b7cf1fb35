// SPDX-License-Identifier: BSD-2-Clause
// Who has a port open or locked, for the message "in use by".

#ifndef LINE_HOLDER_H
#define LINE_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Writes "pid 1234 (picocom)" of a process that holds a lock on fd's file. */
bool holder_of_lock(int fd, char *out, size_t size);

/* The same of another process that has the character device at path open;
 * only processes that we may look into are seen. */
bool holder_of_device(const char *path, char *out, size_t size);

#endif
