// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the small parsers: numbers, checksums, texts made safe to show.

#include "fuzz.h"

#include "base/digest.h"
#include "base/num.h"
#include "base/text.h"

static void numbers(const char *text, size_t len)
{
    char again[40];
    uint64_t value;

    if (num_digits(text, len, 10, &value)) {
        (void)snprintf(again, sizeof(again), "%llu", (unsigned long long)value);
        MUST(len >= strlen(again) &&
             memcmp(text + len - strlen(again), again, strlen(again)) == 0);
    }
    if (num_digits(text, len, 16, &value))
        MUST(strspn(text, "0123456789abcdefABCDEFxX") >= len);
    if (num_size(text, &value))
        MUST(text[0] >= '0' && text[0] <= '9');
    MUST(num_unit(text, len) <= 1U << 30);
}

static void digests(const char *text, size_t len)
{
    static const char *const names[] = {"crc32", "cksum",  "md5",
                                        "sha1",  "sha256", "sha512"};
    char again[DIGEST_TEXT_MAX];
    struct digest_value value;
    struct digest_value back;

    (void)digest_find(text);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!digest_parse(digest_find(names[i]), text, len, &value))
            continue;
        digest_print(&value, again, sizeof(again));
        MUST(strlen(again) == len);
        MUST(digest_parse(value.algorithm, again, len, &back));
        MUST(digest_same(&value, &back));
    }
}

static void shown(const char *text, size_t len)
{
    size_t room = 6 * len + 1;
    char *out = malloc(room);
    char *back = malloc(len + 1);
    size_t n;

    MUST(out != NULL && back != NULL);
    n = text_escape(out, room, text, len);
    MUST(n < room && text_is_printable(out, n));
    if (memchr(text, '\0', len) == NULL) {
        MUST(text_unescape(back, len + 1, out, n));
        MUST(memcmp(back, text, len) == 0 && back[len] == '\0');
    }
    n = text_escape(out, len / 2 + 1, text, len); /* cut */
    MUST(n <= len / 2 && text_is_printable(out, n));
    n = text_escape_lines(out, room, text, len);
    for (size_t i = 0; i < n; i++)
        MUST((out[i] >= ' ' && out[i] <= '~') || out[i] == '\n');
    n = text_json(out, room, text);
    MUST(n < room && text_is_printable(out, n));
    memcpy(back, text, len + 1);
    text_defuse(back);
    MUST(strlen(back) == strlen(text));
    for (n = 0; back[n] != '\0'; n++)
        MUST((unsigned char)back[n] >= ' ' && back[n] != 0x7f);
    if (text_unescape(back, len + 1, text, len))
        MUST(strlen(back) <= len);
    free(back);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    MUST(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    numbers(text, size);
    digests(text, size);
    shown(text, size);
    free(text);
    return 0;
}
