// SPDX-License-Identifier: BSD-2-Clause
// Motorola S-records: lines of a type, a length, an address, bytes, a checksum.

#ifndef MONITOR_SREC_H
#define MONITOR_SREC_H

#include <stddef.h>
#include <stdint.h>

#define SREC_BYTES_MAX 252U /* 255, less an address and the checksum */

enum srec_result {
    SREC_DATA,  /* S1, S2, S3 */
    SREC_OTHER, /* S0, S5 to S9: header, counts, end */
    SREC_NONE,  /* does not start like a record: other text */
    SREC_BAD    /* length or checksum are wrong, or a character is no digit */
};

struct srec {
    char type; /* '0' to '9' */
    uint64_t address;
    size_t len; /* of bytes */
    uint8_t bytes[SREC_BYTES_MAX];
};

/* Parses text[0..len), a line without its end; blanks may stand behind the
 * record. Pure. out is whole for SREC_DATA and SREC_OTHER only. The sum does
 * not cover the type: a damaged one gives another address and more or less
 * bytes. */
enum srec_result srec_parse(const char *text, size_t len, struct srec *out);

#endif
