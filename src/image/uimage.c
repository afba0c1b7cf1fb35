// SPDX-License-Identifier: BSD-2-Clause
// uImage, the legacy kind: a header of 64 bytes, big endian, then data. At 4
// the header's CRC-32 (counted with this field 0), 12 the size, 24 the data's
// CRC.

#include "image/kinds.h"

#include <string.h>

#include <zlib.h>

#define KIND        "uimage"
#define HEADER_SIZE 64U

static void crc_add(void *arg, const uint8_t *bytes, size_t len)
{
    uint32_t *crc = arg;

    *crc = (uint32_t)crc32_z(*crc, bytes, len);
}

static bool header_right(const uint8_t *header)
{
    uint8_t copy[HEADER_SIZE];

    memcpy(copy, header, sizeof(copy));
    memset(copy + 4, 0, 4);
    return crc32_z(0, copy, sizeof(copy)) == image_be32(header + 4);
}

enum image_result image_uimage_prove(struct image_reader *r,
                                     struct image_proof *p)
{
    uint8_t header[HEADER_SIZE];
    uint32_t size;
    uint32_t crc = 0;
    int ret;

    if (r->size < HEADER_SIZE)
        return IMAGE_NONE;
    image_claim(p, KIND, r->start, HEADER_SIZE);
    ret = image_read(r, r->start, HEADER_SIZE, header, p);
    if (ret != 0)
        return image_unread(ret);
    if (!header_right(header))
        return IMAGE_WRONG;
    /* Some vendors' cover two partitions with one image. */
    size = image_be32(header + 12);
    if (size > r->size - HEADER_SIZE)
        return IMAGE_NONE;
    image_claim(p, KIND, r->start, HEADER_SIZE + (uint64_t)size);
    ret = image_read_all(r, r->start + HEADER_SIZE, size, crc_add, &crc, p);
    if (ret != 0)
        return image_unread(ret);
    p->strong = crc == image_be32(header + 24);
    return p->strong ? IMAGE_RIGHT : IMAGE_WRONG;
}
