// SPDX-License-Identifier: BSD-2-Clause
// What starts here? Told from the first bytes at an erase-block boundary.

#include "image/signature_kinds.h"

#include <string.h>

/* The surest first: the last two have no magic number to speak of. */
static signature_judge *const judges[] = {
    signature_uimage, signature_fdt,  signature_squashfs,    signature_romfs,
    signature_jffs2,  signature_ubi,  signature_cramfs,      signature_xz,
    signature_gzip,   signature_lzma, signature_environment,
};

void signature_label(const struct signature_head *h, size_t at, size_t max,
                     struct signature *out)
{
    size_t n = 0;

    for (; n < max && n + 1 < sizeof(out->label) && at + n < h->len; n++) {
        uint8_t c = h->bytes[at + n];
        if (c < 0x20 || c > 0x7e)
            break;
        out->label[n] = (char)c;
    }
    out->label[n] = '\0';
}

size_t signature_recognise(const uint8_t *bytes, size_t len,
                           struct signature *out)
{
    struct signature_head h = {.bytes = bytes, .len = len};
    size_t need = 0;

    *out = (struct signature){.kind = NULL};
    if (len < SIGNATURE_MIN)
        return 0;
    for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++) {
        h.big = false;
        need = judges[i](&h, out);
        if (out->kind != NULL)
            break;
        *out = (struct signature){.kind = NULL};
    }
    if (out->padded < out->length)
        out->padded = out->length;
    return need > len ? need : 0;
}
