// SPDX-License-Identifier: BSD-2-Clause
// The status texts, the progress line, and who counts as reading.

#include "base/cleanup.h"
#include "monitor/map_note.h"
#include "mount/activity.h"
#include "mount/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KIB UINT64_C(1024)

/* Two files, the second read from front to back at 2400 bytes a second. */
struct fixture {
    struct status_file files[2];
    struct status s;
};

static void set_up(struct fixture *x)
{
    *x = (struct fixture){
        .files = {{.name = "BOOT INFO",
                   .medium = "flash",
                   .address = 0x7f006000,
                   .size = 208,
                   .known = 208,
                   .checksum = 1,
                   .image = 2,
                   .reread = 3},
                  {.name = "romfs.img",
                   .medium = "flash",
                   .address = 0x7f010000,
                   .size = 1024 * KIB,
                   .known = 480 * KIB,
                   .bad = 512,
                   .reread = 480,
                   .ahead = 583200,
                   .reading = true,
                   .sequential = true}},
        .s = {.port = "/dev/ttyUSB0",
              .dialect = "winbond",
              .banner = "Boot \\x07",
              .cache_id = "cam-1",
              .cache_path = "/c/cam-1",
              .device = {.device_bytes_read = 1,
                         .line_bytes_received = 2,
                         .line_bytes_sent = 3,
                         .commands = 4,
                         .rows_bad = 5,
                         .rows_lost = 6,
                         .speed = 460800,
                         .line = DEVICE_LINE_BUSY},
              .fetch = {.pending = 7,
                        .rate_bps = 2400,
                        .retries = 8,
                        .blocks_bad = 9,
                        .sums = 10,
                        .blank = 13,
                        .referred = 14,
                        .stale = 15,
                        .resets = 11,
                        .answered_wrong = 12,
                        .verify = VERIFY_FAST,
                        .route = "crc32",
                        .noisy = true},
              .n_files = 2,
              .latest = 1},
    };
    x->s.files = x->files;
}

static void text_has_every_fact_once(void **state)
{
    struct fixture x;
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    set_up(&x);
    status_text(&x.s, &out);
    assert_string_equal(out.data,
                        "device: /dev/ttyUSB0\n"
                        "dialect: winbond\n"
                        "banner: Boot \\x07\n"
                        "identity: cam-1\n"
                        "cache: /c/cam-1\n"
                        "line: busy\n"
                        "verify: fast\n"
                        "route: crc32\n"
                        "noisy: yes\n"
                        "exchanged: no\n"
                        "pending: 7\n"
                        "rate_bps: 2400\n"
                        "speed: 460800\n"
                        "device_bytes_read: 1\n"
                        "line_bytes_received: 2\n"
                        "line_bytes_sent: 3\n"
                        "commands: 4\n"
                        "rows_bad: 5\n"
                        "rows_lost: 6\n"
                        "retries: 8\n"
                        "blocks_bad: 9\n"
                        "checksums: 10\n"
                        "blank: 13\n"
                        "referred: 14\n"
                        "stale: 15\n"
                        "resets: 11\n"
                        "answered_wrong: 12\n"
                        "last_error: -\n"
                        "confirmed: 1 2 3 BOOT INFO\n"
                        "confirmed: 0 0 480 romfs.img\n"
                        "file: 208 208 100 0 0 - BOOT INFO\n"
                        "file: 491520 1048576 46 512 2400 243 romfs.img\n");
}

static void text_keeps_to_its_lines(void **state)
{
    struct fixture x;
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    set_up(&x);
    x.s.port = "/dev/a\nline: gone";
    x.s.cache_path = "";
    x.s.banner = NULL;
    status_text(&x.s, &out);
    assert_non_null(strstr(out.data, "device: /dev/a\\nline: gone\n"));
    assert_non_null(strstr(out.data, "\ncache: -\n"));
    assert_non_null(strstr(out.data, "\nbanner: -\n"));
}

static void json_has_the_same_facts(void **state)
{
    struct fixture x;
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    set_up(&x);
    x.s.port = "/dev/\"q\"\n";
    strcpy(x.s.fetch.last_error, "row \\x00");
    status_json(&x.s, &out);
    assert_string_equal(
        out.data,
        "{\n"
        "  \"device\": \"/dev/\\\"q\\\"\\u000a\",\n"
        "  \"dialect\": \"winbond\",\n"
        "  \"banner\": \"Boot \\\\x07\",\n"
        "  \"identity\": \"cam-1\",\n"
        "  \"cache\": \"/c/cam-1\",\n"
        "  \"line\": \"busy\",\n"
        "  \"verify\": \"fast\",\n"
        "  \"route\": \"crc32\",\n"
        "  \"noisy\": \"yes\",\n"
        "  \"exchanged\": \"no\",\n"
        "  \"pending\": 7,\n"
        "  \"rate_bps\": 2400,\n"
        "  \"speed\": 460800,\n"
        "  \"device_bytes_read\": 1,\n"
        "  \"line_bytes_received\": 2,\n"
        "  \"line_bytes_sent\": 3,\n"
        "  \"commands\": 4,\n"
        "  \"rows_bad\": 5,\n"
        "  \"rows_lost\": 6,\n"
        "  \"retries\": 8,\n"
        "  \"blocks_bad\": 9,\n"
        "  \"checksums\": 10,\n"
        "  \"blank\": 13,\n"
        "  \"referred\": 14,\n"
        "  \"stale\": 15,\n"
        "  \"resets\": 11,\n"
        "  \"answered_wrong\": 12,\n"
        "  \"last_error\": \"row \\\\x00\",\n"
        "  \"notes\": [],\n"
        "  \"files\": [\n"
        "    {\"name\": \"BOOT INFO\", \"address\": 2130731008, "
        "\"size\": 208, \"medium\": \"flash\", \"known\": 208, \"bad\": 0, "
        "\"confirmed_checksum\": 1, \"confirmed_image\": 2, "
        "\"confirmed_reread\": 3, "
        "\"rate_bps\": 0, \"seconds_left\": null},\n"
        "    {\"name\": \"romfs.img\", \"address\": 2130771968, "
        "\"size\": 1048576, \"medium\": \"flash\", \"known\": 491520, "
        "\"bad\": 512, \"confirmed_checksum\": 0, "
        "\"confirmed_image\": 0, \"confirmed_reread\": 480, "
        "\"rate_bps\": 2400, \"seconds_left\": 243}\n"
        "  ]\n"
        "}\n");
}

/* One list for both: what the map leaves out, and why. */
static void notes_of_the_map(void **state)
{
    struct map_segment lost[] = {
        {.name = "a \"b\"", .medium = -1, .note = "no address known"},
        {.name = "kept", .medium = 0},
        {.name = "c", .medium = -1, .note = "no address known"},
        {.name = "d", .medium = -1, .note = "reaches beyond its chip"}};
    struct map map = {.segments = lost, .n_segments = 4};
    struct fixture x;
    CLEANUP_BUF struct buf text = {0};
    CLEANUP_BUF struct buf json = {0};

    (void)state;
    set_up(&x);
    map_note(&map, "'%s' contradicts '%s'", "x", "y");
    x.s.map = &map;
    status_text(&x.s, &text);
    assert_non_null(strstr(
        text.data, "last_error: -\n"
                   "note: 'x' contradicts 'y'\n"
                   "note: 'a \"b\"', 'c' cannot be read: no address known\n"
                   "note: 'd' cannot be read: reaches beyond its chip\n"
                   "confirmed: "));
    status_json(&x.s, &json);
    assert_non_null(
        strstr(json.data,
               "  \"notes\": [\n"
               "    \"'x' contradicts 'y'\",\n"
               "    \"'a \\\"b\\\"', 'c' cannot be read: no address known\",\n"
               "    \"'d' cannot be read: reaches beyond its chip\"\n"
               "  ],\n"
               "  \"files\": [\n"));
    map.segments = NULL;
    map_free(&map);
}

static void json_without_files_is_whole(void **state)
{
    struct fixture x;
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    set_up(&x);
    x.s.n_files = 0;
    status_json(&x.s, &out);
    assert_non_null(strstr(out.data, "\"files\": [\n  ]\n}\n"));
}

static void line_words(void **state)
{
    (void)state;
    assert_string_equal(status_line_word(DEVICE_LINE_IDLE), "idle");
    assert_string_equal(status_line_word(DEVICE_LINE_BUSY), "busy");
    assert_string_equal(status_line_word(DEVICE_LINE_SILENT), "silent");
    assert_string_equal(status_line_word(DEVICE_LINE_GONE), "gone");
    assert_string_equal(status_line_word(DEVICE_LINE_OFFLINE), "offline");
}

static void percent_is_100_only_for_all(void **state)
{
    (void)state;
    assert_int_equal(status_percent(0, 5), 0);
    assert_int_equal(status_percent(999999, 1000000), 99);
    assert_int_equal(status_percent(5, 5), 100);
    assert_int_equal(status_percent(UINT64_MAX - 1, UINT64_MAX), 99);
    assert_int_equal(status_percent(UINT64_MAX / 2, UINT64_MAX), 49);
}

static void time_left_is_rounded_up(void **state)
{
    struct fixture x;
    uint64_t seconds = 0;

    (void)state;
    set_up(&x);
    x.files[1].ahead = 2401;
    assert_true(status_seconds_left(&x.s, &x.files[1], &seconds));
    assert_int_equal(seconds, 2);
    x.files[1].ahead = 2400;
    assert_true(status_seconds_left(&x.s, &x.files[1], &seconds));
    assert_int_equal(seconds, 1);
    x.files[1].ahead = UINT64_MAX;
    x.s.fetch.rate_bps = 1;
    assert_true(status_seconds_left(&x.s, &x.files[1], &seconds));
    assert_true(seconds == UINT64_MAX);
}

static void each_byte_may_be_read_twice(void **state)
{
    struct fixture x;
    uint64_t seconds;

    (void)state;
    set_up(&x);
    x.s.fetch.readings = 2;
    assert_true(status_seconds_left(&x.s, &x.files[1], &seconds));
    assert_int_equal(seconds, 486);
}

static void time_left_is_told_only_when_known(void **state)
{
    struct fixture x;
    uint64_t seconds = 0;

    (void)state;
    set_up(&x);
    assert_false(status_seconds_left(&x.s, &x.files[0], &seconds));
    x.files[1].sequential = false;
    assert_false(status_seconds_left(&x.s, &x.files[1], &seconds));
    x.files[1].sequential = true;
    x.s.fetch.rate_bps = 0;
    assert_false(status_seconds_left(&x.s, &x.files[1], &seconds));
    x.files[1].ahead = 0;
    assert_true(status_seconds_left(&x.s, &x.files[1], &seconds));
    assert_int_equal(seconds, 0);
}

static void readers_share_the_rate(void **state)
{
    struct fixture x;

    (void)state;
    set_up(&x);
    x.files[0].reading = true; /* all of it is known: takes nothing */
    assert_int_equal(status_rate(&x.s, &x.files[0]), 0);
    assert_int_equal(status_rate(&x.s, &x.files[1]), 2400);
    x.files[0].ahead = 1;
    assert_int_equal(status_rate(&x.s, &x.files[0]), 1200);
    assert_int_equal(status_rate(&x.s, &x.files[1]), 1200);
}

static void assert_progress(const struct status *s, size_t size,
                            const char *want)
{
    char out[128];

    memset(out, 'X', sizeof(out));
    status_progress(s, out, size);
    assert_string_equal(out, want);
    assert_true(strlen(out) < size);
    assert_int_equal(out[size], 'X');
}

static void progress_of_a_running_copy(void **state)
{
    struct fixture x;

    (void)state;
    set_up(&x);
    assert_progress(&x.s, 100,
                    "romfs.img  46%  480K of 1.0M  2.3K/s  4:03 left");
    x.files[1].ahead = UINT64_C(2400) * (2 * 3600 + 62);
    assert_progress(&x.s, 100,
                    "romfs.img  46%  480K of 1.0M  2.3K/s  2:01:02 left");
    x.files[1].sequential = false;
    assert_progress(&x.s, 100, "romfs.img  46%  480K of 1.0M  2.3K/s");
    x.s.fetch.rate_bps = 0;
    assert_progress(&x.s, 100, "romfs.img  46%  480K of 1.0M  0B/s");
}

static void progress_of_a_line_that_fails(void **state)
{
    struct fixture x;

    (void)state;
    set_up(&x);
    x.s.device.line = DEVICE_LINE_SILENT;
    assert_progress(&x.s, 100, "romfs.img  46%  480K of 1.0M  line silent");
    x.s.device.line = DEVICE_LINE_GONE;
    assert_progress(&x.s, 100, "romfs.img  46%  480K of 1.0M  line gone");
}

static void progress_of_what_is_known(void **state)
{
    struct fixture x;

    (void)state;
    set_up(&x);
    x.s.latest = 0;
    x.files[0].reading = true;
    assert_progress(&x.s, 100, "BOOT INFO  100%  208B of 208B");
    x.files[0].size = 1024 * KIB + 1;
    x.files[0].known = 1024 * KIB - 1;
    assert_progress(&x.s, 100, "BOOT INFO  99%  1023K of 1.0M");
    x.files[0].size = 10239;
    x.files[0].known = 2047;
    assert_progress(&x.s, 100, "BOOT INFO  19%  1.9K of 9.9K");
}

static void progress_is_empty_when_nobody_reads(void **state)
{
    struct fixture x;

    (void)state;
    set_up(&x);
    x.files[1].reading = false;
    assert_progress(&x.s, 100, "");
    x.files[1].reading = true;
    x.s.latest = x.s.n_files;
    assert_progress(&x.s, 100, "");
}

static void progress_cuts_the_name_first(void **state)
{
    struct fixture x;
    static const char whole[] =
        "romfs.img  46%  480K of 1.0M  2.3K/s  4:03 left";

    (void)state;
    set_up(&x);
    assert_progress(&x.s, sizeof(whole), whole);
    assert_progress(&x.s, sizeof(whole) - 1,
                    "romfs...  46%  480K of 1.0M  2.3K/s  4:03 left");
    assert_progress(&x.s, 20, "..  46%  480K of 1.");
    assert_progress(&x.s, 1, "");
}

static void a_file_is_read_while_pending_and_a_while_after(void **state)
{
    struct activity a = {0};

    (void)state;
    assert_false(activity_reading(&a, 0));
    activity_begin(&a, 0, 512, 1000);
    assert_true(activity_reading(&a, 1000000));
    activity_end(&a, false, 9000);
    assert_true(activity_reading(&a, 9000 + ACTIVITY_LINGER_MS - 1));
    assert_false(activity_reading(&a, 9000 + ACTIVITY_LINGER_MS));
}

static void an_interrupted_reader_is_gone_at_once(void **state)
{
    struct activity a = {0};

    (void)state;
    activity_begin(&a, 0, 512, 1000);
    activity_begin(&a, 512, 512, 1000);
    activity_end(&a, true, 1001);
    assert_true(activity_reading(&a, 1001)); /* the other one */
    activity_end(&a, true, 1001);
    assert_false(activity_reading(&a, 1001));
}

static void sequential_is_from_the_start_or_behind_the_last(void **state)
{
    struct activity a = {0};

    (void)state;
    activity_begin(&a, 4096, 512, 0);
    assert_false(a.sequential);
    activity_begin(&a, 4608, 512, 0);
    assert_true(a.sequential);
    assert_int_equal(a.offset, 4608);
    activity_begin(&a, 4608, 512, 0);
    assert_false(a.sequential);
    activity_begin(&a, 0, 512, 0);
    assert_true(a.sequential);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_every_fact_once),
        cmocka_unit_test(text_keeps_to_its_lines),
        cmocka_unit_test(json_has_the_same_facts),
        cmocka_unit_test(notes_of_the_map),
        cmocka_unit_test(json_without_files_is_whole),
        cmocka_unit_test(line_words),
        cmocka_unit_test(percent_is_100_only_for_all),
        cmocka_unit_test(time_left_is_rounded_up),
        cmocka_unit_test(time_left_is_told_only_when_known),
        cmocka_unit_test(each_byte_may_be_read_twice),
        cmocka_unit_test(readers_share_the_rate),
        cmocka_unit_test(progress_of_a_running_copy),
        cmocka_unit_test(progress_of_a_line_that_fails),
        cmocka_unit_test(progress_of_what_is_known),
        cmocka_unit_test(progress_is_empty_when_nobody_reads),
        cmocka_unit_test(progress_cuts_the_name_first),
        cmocka_unit_test(a_file_is_read_while_pending_and_a_while_after),
        cmocka_unit_test(an_interrupted_reader_is_gone_at_once),
        cmocka_unit_test(sequential_is_from_the_start_or_behind_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
