// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes the kept map of a device: whatever the text, a sound map or none; and
// one that was read is written and read again the same.

#include "map_check.h"

#include "monitor/map_file.h"

static const char identity[] = "dialect u-boot\n";

static void check_again(const struct map_file *f)
{
    const struct map_file_head head = {f->dialect, f->banner, f->port};
    struct buf text = {0};
    struct buf again = {0};
    struct map_file *back = malloc(sizeof(*back));

    MUST(back != NULL);
    map_file_write(&text, &head, &f->map, identity);
    MUST(map_file_parse(back, text.data, text.len, identity, NULL) == 0);
    map_file_write(&again, &head, &back->map, identity);
    MUST(text.len == again.len);
    MUST(memcmp(text.data, again.data, text.len) == 0);
    map_file_free(back);
    free(back);
    buf_free(&text);
    buf_free(&again);
}

static void check_shown(const char *text)
{
    for (; *text != '\0'; text++)
        MUST(*text >= ' ' && *text <= '~');
}

/* Without the last line, which no fuzzer would ever find: it is put there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char end[MAP_FILE_END_SIZE];
    struct map_file *f = malloc(sizeof(*f));
    struct buf text = {0};

    MUST(f != NULL);
    map_file_end(end, (const char *)data, size, identity);
    (void)buf_add(&text, data, size);
    if (map_file_parse(f, text.data, text.len, identity, NULL) == 0)
        map_file_free(f);
    (void)buf_printf(&text, "%s", end);
    if (map_file_parse(f, text.data, text.len, identity, NULL) == 0) {
        check_map(&f->map);
        check_shown(f->dialect);
        check_shown(f->banner);
        for (size_t i = 0; i < f->map.n_segments; i++) {
            check_shown(f->map.segments[i].source);
            check_shown(f->map.segments[i].note);
        }
        check_again(f);
        map_file_free(f);
    }
    free(f);
    buf_free(&text);
    return 0;
}
