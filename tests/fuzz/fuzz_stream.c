// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes what decodes without rows: S-records, and streams in any pieces.

#include "fuzz.h"

#include "monitor/srec.h"
#include "monitor/stream.h"

static void record(const char *text, size_t len)
{
    char again[8 + 2 * 255];
    struct srec r;
    enum srec_result result = srec_parse(text, len, &r);

    if (result != SREC_DATA && result != SREC_OTHER)
        return;
    MUST(r.len <= SREC_BYTES_MAX && len >= 8 + 2 * r.len);
    for (size_t i = 0; i < 2; i++) { /* any other data digit is wrong */
        memcpy(again, text, len < sizeof(again) ? len : sizeof(again));
        if (len > sizeof(again) || again[4 + i] == 'z')
            return;
        again[4 + i] = again[4 + i] == '0' ? '1' : '0';
        if (strchr("0123456789", text[4 + i]) != NULL)
            MUST(srec_parse(again, len, &r) == SREC_BAD);
    }
}

/* Lines are the pieces; the first byte tells the form, the second the length
 * that it must have. */
static void stream(const uint8_t *in, const char *text, size_t len)
{
    struct stream s;
    size_t want = in[1];
    uint8_t *out = malloc(want + 1);

    MUST(out != NULL);
    out[want] = 0xa5;
    stream_start(&s, (enum stream_form)(in[0] % 3), want);
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end != NULL ? (size_t)(end - text) - at : len - at;
        size_t before = s.chars;
        bool whole = stream_is_text(&s, text + at, n);
        MUST(stream_add(&s, text + at, n) == whole);
        MUST(s.chars == before + n || !whole || s.broken);
        at += n + 1;
    }
    MUST(s.bytes.len <= want + want / 64 + 1024);
    if (stream_finish(&s, out))
        MUST(!s.broken && stream_wanted(&s) == (in[0] % 3 == 2 ? SIZE_MAX : 0));
    MUST(out[want] == 0xa5);
    stream_free(&s);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size < 2)
        return 0;
    text = malloc(size); /* of its own, so that reading beyond it shows */
    MUST(text != NULL);
    memcpy(text, data + 2, size - 2);
    if (data[0] % 4 == 3)
        record(text, size - 2);
    else
        stream(data, text, size - 2);
    free(text);
    return 0;
}
