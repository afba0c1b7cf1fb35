// SPDX-License-Identifier: BSD-2-Clause
// How much of a file is confirmed, and how, out of .fwfs/status.json.

#ifndef CONFIRMED_H
#define CONFIRMED_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of one file, by the route that confirmed them. */
struct confirmed {
    uint64_t checksum; /* the device's own */
    uint64_t image;    /* of an image that lies there */
    uint64_t reread;   /* a second read */
};

/*
 * json is text as mount/status.h documents it: the object of a file stands on
 * a line of its own and begins with its name. Trusted no further than any
 * text. False when the file or one of the keys is not there; *out is 0 then.
 */
bool confirmed_find(const char *json, const char *name, struct confirmed *out);

/* All of it; at most what is there, so that a lie does not wrap. */
uint64_t confirmed_sum(const struct confirmed *c, uint64_t size);

#endif
