// SPDX-License-Identifier: BSD-2-Clause
// Starts of what is made for flash, each erase block with a header of its own:
// jffs2 and UBI.

#include "image/signature_kinds.h"

#include <string.h>

#include <zlib.h>

/* --- jffs2: nodes, in the byte order of the CPU: magic, type, length, CRC ---
 */

/* A node that is out of date lost this bit of its type; the CRC is of before.
 */
#define JFFS2_ACCURATE 0x2000U
#define JFFS2_NODE_MIN 12U
#define JFFS2_NODE_MAX (UINT32_C(1) << 24)

static bool jffs2_type(uint32_t type)
{
    static const uint16_t types[] = {
        0xe001, 0xe002,         /* directory entry, inode */
        0x2003, 0x2004, 0x2006, /* clean block, padding, summary */
        0xe008, 0xe009,         /* extended attributes */
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i] == type)
            return true;
    return false;
}

/* Linux' crc32(0, ...), which inverts neither before nor behind. */
static uint32_t crc_plain(const uint8_t *bytes, size_t len)
{
    return ~(uint32_t)crc32_z(UINT32_MAX, bytes, len);
}

size_t signature_jffs2(struct signature_head *h, struct signature *out)
{
    uint8_t start[8];
    uint32_t type;
    uint32_t len;

    h->big = h->bytes[0] == 0x19;
    if (signature_u16(h, 0) != 0x1985)
        return 0;
    type = signature_u16(h, 2) | JFFS2_ACCURATE;
    len = signature_u32(h, 4);
    memcpy(start, h->bytes, sizeof(start));
    start[h->big ? 2 : 3] |= JFFS2_ACCURATE >> 8;
    if (!jffs2_type(type) || len < JFFS2_NODE_MIN || len > JFFS2_NODE_MAX ||
        crc_plain(start, sizeof(start)) != signature_u32(h, 8))
        return 0;
    out->kind = "jffs2";
    out->proved = true;
    out->repeats = true;
    out->series = h->big ? 1 : 0;
    return 0;
}

/* --- UBI: 64 bytes, big endian; at 24 the number of the image, 60 the CRC ---
 */

#define UBI_CRC_AT 60U

size_t signature_ubi(struct signature_head *h, struct signature *out)
{
    h->big = true;
    if (memcmp(h->bytes, "UBI#\x01", 5) != 0 ||
        ~(uint32_t)crc32_z(0, h->bytes, UBI_CRC_AT) !=
            signature_u32(h, UBI_CRC_AT))
        return 0;
    out->kind = "ubi";
    out->proved = true;
    out->repeats = true;
    out->series = signature_u32(h, 24);
    return 0;
}
