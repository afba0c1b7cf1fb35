// SPDX-License-Identifier: BSD-2-Clause
// Starts of what a boot loader boots: uImage, flattened device tree, FIT.

#include "image/signature_kinds.h"

#include <string.h>

#include <zlib.h>

/* --- uImage: 64 bytes, big endian; at 4 the CRC-32 of them with this field 0,
 * 12 the size of the data, 32 the name --------------------------------------
 */

#define UIMAGE_HEADER 64U

size_t signature_uimage(struct signature_head *h, struct signature *out)
{
    uint8_t copy[UIMAGE_HEADER];

    h->big = true;
    if (signature_u32(h, 0) != 0x27051956)
        return 0;
    memcpy(copy, h->bytes, sizeof(copy));
    memset(copy + 4, 0, 4);
    if (crc32_z(0, copy, sizeof(copy)) != signature_u32(h, 4))
        return 0;
    out->kind = "uimage";
    out->length = UIMAGE_HEADER + (uint64_t)signature_u32(h, 12);
    out->proved = true;
    signature_label(h, 32, 32, out);
    return 0;
}

/* --- flattened device tree: 40 bytes, big endian ---------------------------
 */

enum {
    FDT_TOTAL = 4,
    FDT_STRUCT = 8, /* offsets of the three parts */
    FDT_STRINGS = 12,
    FDT_RESERVED = 16,
    FDT_VERSION = 20,
    FDT_LAST_COMPATIBLE = 24,
    FDT_STRINGS_SIZE = 32,
    FDT_STRUCT_SIZE = 36,
    FDT_HEADER = 40
};

#define FDT_NEWEST 17U /* version; there has been none since 2005 */

/* Tokens of the structure. */
enum { FDT_BEGIN = 1, FDT_PROPERTY = 3, FDT_NOP = 4 };

static bool fdt_makes_sense(const struct signature_head *h)
{
    uint64_t total = signature_u32(h, FDT_TOTAL);
    uint64_t tree = signature_u32(h, FDT_STRUCT);
    uint64_t strings = signature_u32(h, FDT_STRINGS);
    uint64_t reserved = signature_u32(h, FDT_RESERVED);
    uint32_t version = signature_u32(h, FDT_VERSION);
    uint32_t oldest = signature_u32(h, FDT_LAST_COMPATIBLE);

    if (version < 16 || oldest > FDT_NEWEST || oldest > version)
        return false;
    if (version >= FDT_NEWEST &&
        tree + signature_u32(h, FDT_STRUCT_SIZE) > total)
        return false;
    return tree >= FDT_HEADER && tree % 4 == 0 && tree < total &&
           reserved >= FDT_HEADER && reserved % 8 == 0 && reserved < total &&
           strings >= FDT_HEADER &&
           strings + signature_u32(h, FDT_STRINGS_SIZE) <= total;
}

#define FDT_NODE_ROOM 20U /* for a token, and the longer of these names */

static bool is_images(const uint8_t *name)
{
    static const char images[] = "images";
    static const char configurations[] = "configurations";

    return memcmp(name, images, sizeof(images)) == 0 ||
           memcmp(name, configurations, sizeof(configurations)) == 0;
}

/* What the first node in the root node is: 1 one that only a FIT has, 0
 * another, or none, -1 it lies behind these bytes. */
static int first_node(const struct signature_head *h)
{
    uint64_t at = (uint64_t)signature_u32(h, FDT_STRUCT) + 8;

    while (at + FDT_NODE_ROOM <= h->len) {
        uint32_t token = signature_u32(h, (size_t)at);
        if (token == FDT_BEGIN)
            return is_images(h->bytes + at + 4) ? 1 : 0;
        if (token == FDT_PROPERTY)
            at += 12 + ((uint64_t)signature_u32(h, (size_t)at + 4) + 3) / 4 * 4;
        else if (token == FDT_NOP)
            at += 4;
        else
            return 0;
    }
    return -1;
}

/* The root node has no name. */
static bool starts_with_root(const struct signature_head *h)
{
    uint64_t at = signature_u32(h, FDT_STRUCT);

    return at + 8 > h->len || (signature_u32(h, (size_t)at) == FDT_BEGIN &&
                               signature_u32(h, (size_t)at + 4) == 0);
}

size_t signature_fdt(struct signature_head *h, struct signature *out)
{
    int images;

    h->big = true;
    if (signature_u32(h, 0) != 0xd00dfeed || !fdt_makes_sense(h) ||
        !starts_with_root(h))
        return 0;
    images = first_node(h);
    out->kind = images == 1 ? "fit" : "dtb";
    out->length = signature_u32(h, FDT_TOTAL);
    return images < 0 ? SIGNATURE_MAX : 0;
}
