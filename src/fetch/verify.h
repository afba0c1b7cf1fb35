// SPDX-License-Identifier: BSD-2-Clause
// How sure a byte must be before a reader gets it.

#ifndef FETCH_VERIFY_H
#define FETCH_VERIFY_H

/* What `-o verify=` says. */
enum verify_mode {
    VERIFY_AUTO, /* confirmed by a second route before it is answered */
    VERIFY_FAST, /* answered after the row checks, confirmed when idle; like
                  * auto once a row has come damaged */
    VERIFY_ROWS  /* row checks only */
};

#endif
