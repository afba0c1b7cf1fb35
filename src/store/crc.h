// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 of blocks, as fast as the machine has it.

#ifndef STORE_CRC_H
#define STORE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* As zlib's crc32(0, bytes, len): of all that is read from a cache. Any
 * thread. */
uint32_t crc_of(const void *bytes, size_t len);

#endif
