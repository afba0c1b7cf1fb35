// SPDX-License-Identifier: BSD-2-Clause
// Block states on disk: loaded once, then kept up entry by entry.

#ifndef STORE_STATE_FILE_H
#define STORE_STATE_FILE_H

#include "store/state_format.h"

#include <stdint.h>

/* Writes the header for key into an empty file, durably. After an error the
 * file is empty again, if the disk allows it. */
int state_file_init(int fd, const struct state_key *key);

/* *misfit: NULL when the file has the header for key, else what is wrong. */
int state_file_inspect(int fd, const struct state_key *key,
                       const char **misfit);

/*
 * Fills a new table from a file that fits. Blocks that the file calls good but
 * that reach beyond data_size, the length of the data file, stay absent and
 * are left dirty, so that the next sync puts that right on disk.
 */
int state_file_load(int fd, const struct state_key *key, uint64_t data_size,
                    struct table *t);

/* Writes the entries of count blocks from n on. */
int state_file_write(int fd, const struct state_key *key, uint64_t n,
                     const struct table_entry *entries, size_t count);

#endif
