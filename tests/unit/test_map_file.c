// SPDX-License-Identifier: BSD-2-Clause
// The kept map of a device: what was written is read, and nothing else is.

#include "map_util.h"

#include "monitor/map_file.h"
#include "monitor/map_note.h"

#define IDENTITY "dialect u-boot\nmac: 02:00:00:00:00:07\n"
#define HEAD                                                                   \
    "fwfs-device\t1\ndialect\tu-boot\nbanner\tU-Boot 1.1.3\n"                  \
    "port\t/dev/ttyUSB0\ndropped\t0x0\n"
#define FLASH  "medium\tflash\t0x20000000\t0x100000\tchip\tnor0\n"
#define ROOTFS "segment\trootfs\tflash\t0x1000\t0x2000\tbanks\t\n"

#define TOO_LONG                                                               \
    "0123456789012345678901234567890123456789012345678901234567890123"

static struct map_file file;
static struct buf text;

static const struct map_file_head head = {
    .dialect = "u-boot",
    .banner = "U-Boot 1.1.3 \\x1b[2J",
    .port = "/dev/serial/by-id/a\tb\xc3\xa4\\",
};

static int parse_text(void)
{
    err.text[0] = '\0';
    return map_file_parse(&file, text.data, text.len, IDENTITY, &err);
}

/* body: all but the last line. */
static int parse(const char *body)
{
    char end[MAP_FILE_END_SIZE];

    map_file_end(end, body, strlen(body), IDENTITY);
    buf_clear(&text);
    (void)buf_printf(&text, "%s%s", body, end);
    return parse_text();
}

static void refuse(const char *body, const char *says)
{
    assert_int_equal(parse(body), -EBADMSG);
    assert_says(err.text, says);
    assert_null(strchr(err.text, '\n'));
    assert_null(file.map.segments);
}

static void accept(const char *body)
{
    if (parse(body) < 0)
        fail_msg("%s", err.text);
    map_file_free(&file);
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&text);
    return 0;
}

static void assert_same_map(const struct map *a, const struct map *b)
{
    assert_int_equal(a->n_media, b->n_media);
    assert_int_equal(a->n_segments, b->n_segments);
    assert_int_equal(a->dropped, b->dropped);
    for (size_t i = 0; i < a->n_media; i++) {
        assert_string_equal(a->media[i].name, b->media[i].name);
        assert_string_equal(a->media[i].alias, b->media[i].alias);
        assert_int_equal(a->media[i].base, b->media[i].base);
        assert_int_equal(a->media[i].size, b->media[i].size);
        assert_int_equal(a->media[i].user, b->media[i].user);
    }
    for (size_t i = 0; i < a->n_segments; i++) {
        const struct map_segment *s = &a->segments[i];
        const struct map_segment *t = &b->segments[i];
        assert_string_equal(s->name, t->name);
        assert_string_equal(s->source, t->source);
        assert_string_equal(s->note, t->note);
        assert_int_equal(s->medium, t->medium);
        assert_int_equal(s->offset, t->offset);
        assert_int_equal(s->size, t->size);
    }
}

/* Two chips, parts with odd names, one that cannot be read, windows of the
 * user of which one is not on any chip. */
static void build_map(void)
{
    up("u-boot");
    apply("flash", "flashstart  = 0x20000000\nflashsize   = 0x00100000\n");
    apply("environment", "mtdparts=nor0:4k(ab),4k(a\\b),4k(ab),8k@0(../x);"
                         "nand0:1m(ubi)\n");
    assert_int_equal(map_add_user(&map, NULL, "win:0x1001:0x10", &err), 0);
    assert_int_equal(map_add_user(&map, NULL, "on it:0x20000001:0x10", &err),
                     0);
    assert_int_equal(map_finish(&map, &err), 0);
    map.dropped = 3;
    map_note(&map, "'a' tells of \t1, '%s' of 2\\", "\x1b");
    map_note(&map, "another");
    assert_sound();
    assert_true(map.n_segments > 6);
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    build_map();
    map_file_write(&text, &head, &map, IDENTITY);
    assert_false(text.failed);
    if (parse_text() < 0)
        fail_msg("%s", err.text);
    assert_same_map(&map, &file.map);
    assert_int_equal(file.map.n_notes, 2);
    assert_string_equal(file.map.notes[0].text, "'a' tells of ?1, '?' of 2\\");
    assert_string_equal(file.map.notes[1].text, "another");
    assert_string_equal(file.dialect, head.dialect);
    assert_string_equal(file.banner, head.banner);
    assert_string_equal(file.port, head.port);
    map_file_free(&file);
    down();
}

/* No tab, newline or escape of a name or path gets into the text as it is. */
static void is_plain_lines(void **state)
{
    (void)state;
    build_map();
    (void)snprintf(map.media[0].alias, MAP_NAME_MAX, "n\x1b\xc3o");
    (void)snprintf(map.segments[0].source, 32, "r\tu\nle");
    map_file_write(&text, &head, &map, IDENTITY);
    for (size_t i = 0; i < text.len; i++)
        assert_true((text.data[i] >= ' ' && text.data[i] <= '~') ||
                    text.data[i] == '\n' || text.data[i] == '\t');
    assert_int_equal(parse_text(), 0);
    assert_string_equal(file.map.media[0].alias, "n??o");
    assert_string_equal(file.map.segments[0].source, "r?u?le");
    map_file_free(&file);
    down();
}

static void every_cut_is_noticed(void **state)
{
    size_t whole;

    (void)state;
    build_map();
    map_file_write(&text, &head, &map, IDENTITY);
    whole = text.len;
    for (text.len = 0; text.len < whole; text.len++) {
        assert_int_equal(parse_text(), -EBADMSG);
        assert_true(err.text[0] != '\0');
    }
    down();
}

static void every_changed_bit_is_noticed(void **state)
{
    (void)state;
    build_map();
    map_file_write(&text, &head, &map, IDENTITY);
    for (size_t i = 0; i < text.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            text.data[i] = (char)(text.data[i] ^ (1 << bit));
            assert_true(parse_text() < 0);
            text.data[i] = (char)(text.data[i] ^ (1 << bit));
        }
    assert_int_equal(parse_text(), 0);
    map_file_free(&file);
    assert_int_equal(
        map_file_parse(&file, text.data, text.len, "dialect u-boot\n", &err),
        -EBADMSG);
    assert_says(err.text, "of another cache");
    down();
}

static void versions_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(parse("fwfs-device\t2\n" FLASH), -EPROTO);
    assert_says(err.text, "another version");
    refuse("", "not a map");
    refuse("GIF89a and so on and on and on\n", "not a map");
}

static void heads_are_strict(void **state)
{
    (void)state;
    accept(HEAD FLASH);
    refuse("fwfs-device\t1\n", "line 1: dialect");
    refuse("fwfs-device\t1\nbanner\tx\ndialect\tx\n", "line 2: dialect");
    refuse("fwfs-device\t1\ndialect\t\n", "line 2: no dialect");
    refuse("fwfs-device\t1\ndialect\ta\\x1b\n", "line 2");
    refuse("fwfs-device\t1\ndialect\ta\tb\n", "line 2");
    refuse("fwfs-device\t1\ndialect\ta\nbanner\tb\x1b[2J\n", "line 3");
    refuse("fwfs-device\t1\ndialect\ta\nbanner\tb\\r\n", "line 3");
    refuse("fwfs-device\t1\ndialect\ta\nbanner\tb\nport\t\\x00\n", "line 4");
    refuse("fwfs-device\t1\ndialect\ta\nbanner\tb\nport\t\n", "line 4: no");
    refuse("fwfs-device\t1\ndialect\ta\nbanner\tb\nport\tp\ndropped\t-1\n",
           "line 5");
    refuse(HEAD, "no medium");
    refuse(HEAD "\n", "line 6: neither");
    refuse(HEAD FLASH "end\t00000000\n", "line 7: neither");
    refuse(HEAD FLASH ROOTFS FLASH, "line 8: neither");
}

static void media_that_cannot_be(void **state)
{
    static const char *const bad[] = {
        "medium\tflash\t0x0\t0x0\tchip\t\n",
        "medium\tflash\t0x0\t0xffffffffffffffff\tchip\t\n",
        "medium\tflash\t0x0\t0xfffffffffffffe00\tchip\t\n",
        "medium\tflash\t0x0\t0x10000000000000000\tchip\t\n",
        "medium\tflash\t0xfffffffffffffe00\t0x200\tchip\t\n",
        "medium\tflash\t0xfffffffffffffe00\t0x400\tuser\t\n",
        "medium\tflash\t0x0\t0x1ff\tuser\t\n",
        "medium\tflash\t0x1\t0x200\tchip\t\n",
        "medium\tflash\t0\t0x200\tchip\t\n",
        "medium\tflash\t0x\t0x200\tchip\t\n",
        "medium\tflash\t0x0\t-0x200\tchip\t\n",
        "medium\tflash\t0x0\t0x200\tcard\t\n",
        "medium\tflash\t0x0\t0x200\tchip\n",
        "medium\tflash\t0x0\t0x200\tchip\t\t\n",
        "medium\tflash\t0x0\t0x200\tchip\t\\x1b\n",
        "medium\t\t0x0\t0x200\tchip\t\n",
        "medium\t-\t0x0\t0x200\tchip\t\n",
        "medium\tFlash\t0x0\t0x200\tchip\t\n",
        "medium\t../x\t0x0\t0x200\tchip\t\n",
        "medium\ta\\nb\t0x0\t0x200\tchip\t\n",
    };
    static const char *const beside[] = {
        "medium\tflash\t0x0\t0x200\tchip\t\n",
        "medium\tflash2\t0x200ffe00\t0x400\tchip\t\n",
        "medium\tflash2\t0x1ffffe00\t0x400\tchip\t\n",
        "medium\tflash2\t0x0\t0x40000000\tchip\t\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        CLEANUP_BUF struct buf body = {0};
        (void)buf_printf(&body, "%s%s", HEAD, bad[i]);
        refuse(body.data, "line ");
    }
    for (size_t i = 0; i < COUNT(beside); i++) {
        CLEANUP_BUF struct buf body = {0};
        (void)buf_printf(&body, "%s%s", HEAD FLASH, beside[i]);
        refuse(body.data, "line 7: two ");
    }
    refuse(HEAD "medium\t" TOO_LONG "\t0x0\t0x200\tchip\t\n", "name");
    accept(HEAD FLASH "medium\tm\t0x200ffe00\t0x400\tuser\t\n");
    accept(HEAD "medium\tm\t0x0\t0xfffffffffffffe00\tuser\t\n");
}

static void segments_that_cannot_be(void **state)
{
    static const char *const bad[] = {
        "segment\ta\tflash\t0x0\t0x0\tx\t\n",
        "segment\ta\tflash\t0x100000\t0x1\tx\t\n",
        "segment\ta\tflash\t0xfffff\t0x2\tx\t\n",
        "segment\ta\tflash\t0x1\t0xffffffffffffffff\tx\t\n",
        "segment\ta\tflash\t0xffffffffffffffff\t0x2\tx\t\n",
        "segment\ta\tflash\t0x0\t0x10000000000000000\tx\t\n",
        "segment\ta\tflash\t0x0\t1\tx\t\n",
        "segment\ta\tflash2\t0x0\t0x1\tx\t\n",
        "segment\ta\t-\t0x0\t0x1\tx\t\n",
        "segment\ta\t-\t0x0\t0x0\tx\tnote\n",
        "segment\ta\t\t0x0\t0x1\tx\tnote\n",
        "segment\ta\tflash\t0x0\t0x1\tx\n",
        "segment\ta\tflash\t0x0\t0x1\tx\t\t\n",
        "segment\ta\tflash\t0x0\t0x1\tx\tn\\x1b\n",
        "segment\ta\tflash\t0x0\t0x1\tx\\t\t\n",
        "segment\ta\tflash\t0x0\t0x1\t012345678901234567890123456789012\t\n",
        "segment\t\tflash\t0x0\t0x1\tx\t\n",
        "segment\t.\tflash\t0x0\t0x1\tx\t\n",
        "segment\t..\tflash\t0x0\t0x1\tx\t\n",
        "segment\t.fwfs\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta/b\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta\\x2fb\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta\\x00b\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta\\nb\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta\x1b\tflash\t0x0\t0x1\tx\t\n",
        "segment\t a\tflash\t0x0\t0x1\tx\t\n",
        "segment\ta \tflash\t0x0\t0x1\tx\t\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        CLEANUP_BUF struct buf body = {0};
        (void)buf_printf(&body, "%s%s", HEAD FLASH, bad[i]);
        refuse(body.data, "");
        assert_true(err.text[0] != '\0');
    }
    refuse(HEAD FLASH "segment\t" TOO_LONG "\tflash\t0x0\t0x1\tx\t\n", "name");
    refuse(HEAD FLASH ROOTFS ROOTFS, "'rootfs'");
    accept(HEAD FLASH ROOTFS "segment\ta\tflash\t0xfffff\t0x1\tx\t\n"
                             "segment\tb\t-\t0xffffffffffffffff\t0x2\tx\tno\n");
}

/* Quantities: lines, media, files, and bytes in all. */
static void there_is_an_end_to_all(void **state)
{
    CLEANUP_BUF struct buf body = {0};

    (void)state;
    (void)buf_printf(&body, "%s", HEAD FLASH);
    for (int i = 0; i < 8192; i++)
        (void)buf_printf(&body, "segment\tf%d\tflash\t0x0\t0x1\tx\t\n", i);
    accept(body.data);
    (void)buf_printf(&body, "segment\tg\tflash\t0x0\t0x1\tx\t\n");
    refuse(body.data, "too many segments");
    buf_clear(&body);
    (void)buf_printf(&body, "%s", HEAD);
    for (int i = 0; i < 65; i++)
        (void)buf_printf(&body, "medium\tm%d\t0x%x\t0x200\tchip\t\n", i,
                         i * 512);
    refuse(body.data, "too many media");
    while (body.len <= MAP_FILE_MAX)
        (void)buf_printf(&body, "%4096s", "x");
    refuse(body.data, "longer than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_what_it_wrote, tear_down),
        cmocka_unit_test_teardown(is_plain_lines, tear_down),
        cmocka_unit_test_teardown(every_cut_is_noticed, tear_down),
        cmocka_unit_test_teardown(every_changed_bit_is_noticed, tear_down),
        cmocka_unit_test_teardown(versions_are_told_apart, tear_down),
        cmocka_unit_test_teardown(heads_are_strict, tear_down),
        cmocka_unit_test_teardown(media_that_cannot_be, tear_down),
        cmocka_unit_test_teardown(segments_that_cannot_be, tear_down),
        cmocka_unit_test_teardown(there_is_an_end_to_all, tear_down),
    };

    return cmocka_run_group_tests_name("map_file", tests, NULL, NULL);
}
