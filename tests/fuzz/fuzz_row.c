// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes row_parse: any text under shapes that dialect files can declare.

#include "fuzz.h"

#include "monitor/row.h"

/* The first four bytes choose the shape and the number of bytes wanted. */
static void shape_from(struct row_shape *s, const uint8_t *in)
{
    static const char *const separators[] = {" ", " -", "", ", "};
    static const unsigned sizes[] = {1, 2, 4, 8};

    *s = (struct row_shape){.address_digits_min = 1U + in[0] % 8,
                            .address_digits_max = 8U + in[0] / 16 % 9,
                            .address_radix = 16,
                            .address_suffix = ": ",
                            .cell_bytes = sizes[in[1] % 4],
                            .ascii = (in[1] & 4U) != 0,
                            .ascii_gap = in[1] / 8 % 4,
                            .ascii_first = 0x20,
                            .ascii_last = 0x7e,
                            .ascii_other = '.'};
    s->cells = 16 * (1U + in[1] / 32 % 4) / s->cell_bytes;
    (void)snprintf(s->separators, sizeof(s->separators), "%s",
                   separators[in[2] % 4]);
    if ((in[2] & 4U) != 0) {
        (void)snprintf(s->address_prefix, sizeof(s->address_prefix), "[");
        (void)snprintf(s->address_suffix, sizeof(s->address_suffix), "] ");
    }
    if ((in[2] & 8U) != 0)
        (void)snprintf(s->cell_prefix, sizeof(s->cell_prefix), "0x");
    s->unreadable = (in[2] & 32U) != 0 ? 'x' : '\0';
    s->pairs = (in[2] & 64U) != 0;
    if (s->pairs)
        (void)snprintf(s->tail, sizeof(s->tail), " ok");
    if ((in[2] & 128U) != 0) /* no address, or one in octal */
        s->address_radix = 8;
    if (s->address_radix == 8 && in[0] % 8 == 7)
        s->address_digits_min = s->address_digits_max = 0;
    s->ascii_one_way = (in[1] & 128U) != 0;
    s->ascii_last = s->ascii_one_way ? 0xff : 0x7e;
    if ((in[2] & 16U) != 0) {
        (void)snprintf(s->ascii_open, sizeof(s->ascii_open), "|");
        (void)snprintf(s->ascii_close, sizeof(s->ascii_close), "|");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct row_shape shape;
    enum row_result result;
    enum row_order order;
    struct row row;
    char *text;

    if (size < 4)
        return 0;
    shape_from(&shape, data);
    order = (enum row_order)(data[3] % 3);
    text = malloc(size); /* of its own, so that reading beyond it shows */
    MUST(text != NULL);
    memcpy(text, data + 4, size - 4);
    memset(&row, 0xa5, sizeof(row));
    result = row_parse(&shape, order, text, size - 4, data[3] / 3, &row);
    MUST(result <= ROW_UNREADABLE);
    MUST(result != ROW_UNREADABLE || (row.missing != 0 && shape.unreadable));
    if (result == ROW_OK) {
        MUST(row.missing == 0);
        MUST(row.suits_memory || order == ROW_UNPROVED);
        MUST(row.suits_memory || row.suits_reversed);
        MUST(row.len == data[3] / 3U && row.len <= ROW_BYTES_MAX);
        MUST(row.len <= row_full_length(&shape));
        MUST(size - 4 >= 2 * row.len + shape.address_digits_min);
    }
    free(text);
    return 0;
}
