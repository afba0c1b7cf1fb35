// SPDX-License-Identifier: BSD-2-Clause
// Starts of file systems that tell their size: squashfs, romfs, cramfs.

#include "image/signature_kinds.h"

#include <string.h>

static uint64_t round_up(uint64_t n, uint64_t unit)
{
    uint64_t rest = n % unit;

    return rest == 0 || n > UINT64_MAX - unit ? n : n + (unit - rest);
}

/* --- squashfs --------------------------------------------------------------
 */

#define SQUASHFS_PAD 4096U /* so that a loop device holds all of it */

enum {
    SQUASHFS_MAJOR = 28,
    SQUASHFS_2_USED = 8,   /* 32 bits; version 2 */
    SQUASHFS_3_LOG = 34,   /* 16 bits; versions 2 and 3 */
    SQUASHFS_3_BLOCK = 51, /* 32 bits; likewise */
    SQUASHFS_3_USED = 63,  /* 64 bits; version 3 */
    SQUASHFS_2_SIZE = 63,  /* of the header */
    SQUASHFS_3_SIZE = 119,
    SQUASHFS_4_BLOCK = 12,
    SQUASHFS_4_PACKER = 20,
    SQUASHFS_4_LOG = 22,
    SQUASHFS_4_ROOT = 32, /* 64 bits, a place above 16 bits of offset */
    SQUASHFS_4_USED = 40,
    SQUASHFS_4_IDS = 48,
    SQUASHFS_4_SIZE = 96
};

/* The second pair is of makers who packed with LZMA before that had a number
 * of its own. */
static bool squashfs_magic(struct signature_head *h)
{
    if (memcmp(h->bytes, "hsqs", 4) == 0 || memcmp(h->bytes, "shsq", 4) == 0)
        return true;
    h->big = true;
    return memcmp(h->bytes, "sqsh", 4) == 0 || memcmp(h->bytes, "qshs", 4) == 0;
}

/* A block has 4 KiB to 1 MiB. */
static bool block_makes_sense(uint32_t log, uint32_t size)
{
    return log >= 12 && log <= 20 && size == UINT32_C(1) << log;
}

static bool squashfs_4(const struct signature_head *h, uint64_t *used)
{
    uint32_t packer = signature_u16(h, SQUASHFS_4_PACKER);

    *used = signature_number(h, SQUASHFS_4_USED, 8);
    return block_makes_sense(signature_u16(h, SQUASHFS_4_LOG),
                             signature_u32(h, SQUASHFS_4_BLOCK)) &&
           packer >= 1 && packer <= 6 && *used >= SQUASHFS_4_SIZE &&
           signature_number(h, SQUASHFS_4_ROOT, 8) >> 16 < *used &&
           signature_number(h, SQUASHFS_4_IDS, 8) < *used;
}

/* Version 3's size stands beyond what a first look has. */
static bool squashfs_3(const struct signature_head *h, uint64_t *used)
{
    if (!block_makes_sense(signature_u16(h, SQUASHFS_3_LOG),
                           signature_u32(h, SQUASHFS_3_BLOCK)))
        return false;
    if (signature_u16(h, SQUASHFS_MAJOR) == 2) {
        *used = signature_u32(h, SQUASHFS_2_USED);
        return *used >= SQUASHFS_2_SIZE;
    }
    *used = 0;
    if (h->len < SQUASHFS_3_USED + 8)
        return true;
    *used = signature_number(h, SQUASHFS_3_USED, 8);
    return *used >= SQUASHFS_3_SIZE;
}

size_t signature_squashfs(struct signature_head *h, struct signature *out)
{
    uint64_t used = 0;
    uint32_t major;

    if (!squashfs_magic(h) || signature_u32(h, 4) == 0) /* inodes */
        return 0;
    major = signature_u16(h, SQUASHFS_MAJOR);
    if ((major != 4 || !squashfs_4(h, &used)) &&
        ((major != 2 && major != 3) || !squashfs_3(h, &used)))
        return 0;
    out->kind = "squashfs";
    out->length = used;
    out->padded = round_up(used, SQUASHFS_PAD);
    return used == 0 ? SIGNATURE_MAX : 0;
}

/* --- romfs: big endian; at 8 the size, 16 the name -------------------------
 */

#define ROMFS_PAD 1024U

size_t signature_romfs(struct signature_head *h, struct signature *out)
{
    h->big = true;
    if (memcmp(h->bytes, "-rom1fs-", 8) != 0 || signature_u32(h, 8) < 32)
        return 0;
    out->kind = "romfs";
    out->length = signature_u32(h, 8);
    out->padded = round_up(out->length, ROMFS_PAD);
    signature_label(h, 16, 32, out);
    return 0;
}

/* --- cramfs: at 4 the size, which counts only with flag 1; 48 the name ------
 */

size_t signature_cramfs(struct signature_head *h, struct signature *out)
{
    h->big = h->bytes[0] == 0x28;
    if (signature_u32(h, 0) != 0x28cd3d45 ||
        memcmp(h->bytes + 16, "Compressed ROMFS", 16) != 0)
        return 0;
    out->kind = "cramfs";
    if ((signature_u32(h, 8) & 1U) != 0)
        out->length = signature_u32(h, 4);
    signature_label(h, 48, 16, out);
    return 0;
}
