// SPDX-License-Identifier: BSD-2-Clause
// romfs (Linux, Documentation/filesystems/romfs): at 8 the size of it all, big
// endian; the words of its first 512 bytes add up to 0.

#include "image/kinds.h"

#define KIND    "romfs"
#define SUM_MAX 512U

static uint32_t add_words(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < len; i += 4)
        sum += image_be32(bytes + i);
    return sum;
}

enum image_result image_romfs_prove(struct image_reader *r,
                                    struct image_proof *p)
{
    uint8_t bytes[SUM_MAX];
    uint32_t size;
    int ret;

    image_claim(p, KIND, r->start, IMAGE_HEADER_MIN);
    ret = image_read(r, r->start, IMAGE_HEADER_MIN, bytes, p);
    if (ret != 0)
        return image_unread(ret);
    size = image_be32(bytes + 8);
    if (size < IMAGE_HEADER_MIN) /* not even its header, so not its sum */
        return IMAGE_WRONG;
    size = size < SUM_MAX ? size / 4 * 4 : SUM_MAX;
    if (size > r->size)
        return IMAGE_NONE;
    image_claim(p, KIND, r->start, size);
    ret = image_read(r, r->start, size, bytes, p);
    if (ret != 0)
        return image_unread(ret);
    return add_words(bytes, size) == 0 ? IMAGE_RIGHT : IMAGE_WRONG;
}
