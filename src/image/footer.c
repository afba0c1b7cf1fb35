// SPDX-License-Identifier: BSD-2-Clause
// Images with a table behind them that has their address, length and sum.

#include "image/kinds.h"

#include "base/num.h"

#include <string.h>

#define KIND "footer"

static void sum_add(void *arg, const uint8_t *bytes, size_t len)
{
    uint64_t *sum = arg;

    /* At most 2^30 words: it cannot wrap. */
    for (size_t i = 0; i + 4 <= len; i += 4)
        *sum += image_le32(bytes + i);
}

static uint32_t sum_end(uint64_t sum)
{
    return ~((uint32_t)sum + (uint32_t)(sum >> 32));
}

/* Four bytes at `at` end before limit. */
static bool ends_before(uint32_t at, uint32_t limit)
{
    return limit >= 4 && at <= limit - 4;
}

bool image_footer_valid(const struct image_footer *f)
{
    uint32_t own = f->at_own_sum;

    return f->sum != NULL && strcmp(f->sum, "word-sum") == 0 &&
           f->size <= IMAGE_FOOTER_MAX && f->size <= f->erase_block &&
           own % 4 == 0 && ends_before(own, f->size) &&
           ends_before(f->at_signature, own) && ends_before(f->at_base, own) &&
           ends_before(f->at_length, own) && ends_before(f->at_data_sum, own);
}

/* Where the footer of an image stands. False: beyond all media. */
static bool find_place(const struct image_footer *f, uint64_t offset,
                       uint64_t len, uint64_t *place)
{
    uint64_t end;
    uint64_t left; /* in the block */

    if (!num_add(offset, len, &end))
        return false;
    left = (f->erase_block - end % f->erase_block) % f->erase_block;
    if (left < f->size && !num_add(left, f->erase_block, &left))
        return false;
    return num_add(end, left - f->size, place);
}

/* The footer is sound; is it this image's? */
static bool is_ours(const struct image_footer *f, const uint8_t *bytes,
                    uint64_t medium_base, uint64_t start, uint64_t place)
{
    uint32_t len = image_le32(bytes + f->at_length);
    uint64_t address;
    uint64_t expected;

    return num_add(medium_base, start, &address) &&
           image_le32(bytes + f->at_base) == address && len > 0 &&
           find_place(f, start, len, &expected) && expected == place;
}

static enum image_result prove_data(struct image_reader *r, uint32_t len,
                                    uint32_t expected, struct image_proof *p)
{
    uint64_t whole = ((uint64_t)len + 3) / 4 * 4;
    uint64_t sum = 0;
    int ret;

    image_claim(p, KIND, r->start, len);
    ret = image_read_all(r, r->start, whole, sum_add, &sum, p);
    if (ret != 0)
        return image_unread(ret);
    return sum_end(sum) == expected ? IMAGE_RIGHT : IMAGE_WRONG;
}

enum image_result image_footer_prove(struct image_reader *r,
                                     uint64_t medium_base,
                                     const struct image_footer *f,
                                     struct image_proof *p)
{
    uint8_t bytes[IMAGE_FOOTER_MAX];
    uint64_t place;
    uint64_t sum = 0;
    int ret;

    if (!find_place(f, r->start, r->size, &place))
        return IMAGE_NONE;
    ret = image_read(r, place, f->size, bytes, p);
    if (ret != 0)
        return image_unread(ret);
    if (image_le32(bytes + f->at_signature) != f->signature)
        return IMAGE_NONE;
    image_claim(p, KIND, place, f->size);
    sum_add(&sum, bytes, f->at_own_sum);
    if (sum_end(sum) != image_le32(bytes + f->at_own_sum))
        return IMAGE_WRONG;
    if (!is_ours(f, bytes, medium_base, r->start, place))
        return IMAGE_NONE;
    return prove_data(r, image_le32(bytes + f->at_length),
                      image_le32(bytes + f->at_data_sum), p);
}
