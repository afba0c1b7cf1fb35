// SPDX-License-Identifier: BSD-2-Clause
// Block states on disk: read in parts, kept up entry by entry.

#ifndef STORE_STATE_FILE_H
#define STORE_STATE_FILE_H

#include "store/state_format.h"

#include <stdint.h>

/* Writes the header for key into an empty file, durably. After an error the
 * file is empty again, if the disk allows it. */
int state_file_init(int fd, const struct state_key *key);

/* *misfit: NULL when the file has the header for key, whose size is that of the
 * header then; else what is wrong. */
int state_file_inspect(int fd, struct state_key *key, const char **misfit);

/* Tells a new table which states the blocks below end have in a file that
 * fits. */
int state_file_survey(int fd, const struct state_key *key, uint64_t end,
                      struct table *t);

/* Reads the entries of count blocks from n on, all below end; what is not there
 * is absent. */
int state_file_read(int fd, const struct state_key *key, uint64_t n,
                    struct table_entry *out, size_t count);

/* Makes the blocks from end on absent, durably. */
int state_file_cut(int fd, uint64_t end);

/* Writes the entries of count blocks from n on. */
int state_file_write(int fd, const struct state_key *key, uint64_t n,
                     const struct table_entry *entries, size_t count);

#endif
