// SPDX-License-Identifier: BSD-2-Clause
// Sections of a dialect file about what a device answers: sums, map, identity.

#ifndef MONITOR_DIALECT_RULES_H
#define MONITOR_DIALECT_RULES_H

#include "monitor/dialect_value.h"

/* Each fills its part of d from the top level of a parsed file; complaints go
 * to r. */
void dialect_read_checksums(struct dialect_reader *r, struct dialect *d,
                            cfg_t *top);
void dialect_read_uniforms(struct dialect_reader *r, struct dialect *d,
                           cfg_t *top);
void dialect_read_footers(struct dialect_reader *r, struct dialect *d,
                          cfg_t *top);
void dialect_read_maps(struct dialect_reader *r, struct dialect *d, cfg_t *top);
void dialect_read_dumps(struct dialect_reader *r, struct dialect *d,
                        cfg_t *top);
void dialect_read_media(struct dialect_reader *r, struct dialect *d,
                        cfg_t *top);
void dialect_read_identities(struct dialect_reader *r, struct dialect *d,
                             cfg_t *top);

#endif
