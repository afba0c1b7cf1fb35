// SPDX-License-Identifier: BSD-2-Clause
// How sure a byte must be before a reader gets it.

#ifndef FETCH_VERIFY_H
#define FETCH_VERIFY_H

enum verify_mode {
    VERIFY_AUTO, /* nothing that is not confirmed is answered */
    VERIFY_FAST, /* bytes that passed their row checks are answered and
                    confirmed later; once a row came damaged, as auto */
    VERIFY_ROWS  /* row checks only */
};

#endif
