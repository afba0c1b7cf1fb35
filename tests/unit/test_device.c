// SPDX-License-Identifier: BSD-2-Clause
// A whole device: survey, identity, byte order, reading, getting back in step.

#include "device_rig.h"

static void assert_segment(size_t n, const char *name, uint64_t offset,
                           uint64_t size)
{
    const struct map *map = device_map(dev);

    assert_true(n < map->n_segments);
    assert_string_equal(map->segments[n].name, name);
    assert_true(map->segments[n].offset == offset);
    assert_true(map->segments[n].size == size);
}

static void surveys_a_board(void **state)
{
    (void)state;
    up(false, false);
    assert_string_equal(device_dialect(dev), "u-boot");
    assert_string_equal(device_port(dev), "/dev/ttyFAKE");
    assert_says(device_banner(dev), "U-Boot 2013.07");
    assert_int_equal(device_map(dev)->n_media, 1);
    assert_true(device_map(dev)->media[0].base == NOR_BASE);
    assert_int_equal(device_map(dev)->n_segments, 3);
    assert_segment(0, "flash.bin", 0, 0x400000);
    assert_segment(1, "u-boot", 0, 0x40000);
    assert_segment(2, "rest", 0x40000, 0x3c0000);
    assert_says(device_identity(dev), "dialect u-boot\n");
    assert_says(device_identity(dev), "ethaddr=02:00:00:12:34:56");
    down();
}

/* What is told is asked twice; that there is nothing, once. */
static void asks_no_more_than_it_must(void **state)
{
    (void)state;
    loader_init(&rig.l, false);
    rig.l.answer = uboot_answer;
    assert_int_equal(open_device(NULL), 0);
    assert_int_equal(ran("bdinfo"), 2);
    assert_int_equal(ran("flinfo"), 1);
    assert_int_equal(ran("mmc dev 0"), 1);
    assert_int_equal(ran("mmc part"), 0); /* there is none */
    down();
}

static void surveys_a_camera(void **state)
{
    (void)state;
    up(true, false);
    assert_string_equal(device_dialect(dev), "winbond");
    assert_says(device_banner(dev), "W90P745 Boot Loader");
    assert_int_equal(device_map(dev)->n_segments, 4);
    assert_segment(0, "flash.bin", 0, 0x200000);
    assert_segment(1, "bootloader.bin", 0, 0x10000);
    assert_segment(2, "BOOT INFO", 0x10000, 0x38);
    assert_segment(3, "linux.bin", 0x20000, 0x12345);
    assert_says(device_identity(dev), "02:00:00:AA:BB:CC");
    assert_says(device_identity(dev), "name:linux.bin");
    down();
}

/* The first read proves the order, those after it use words; bytes are right
 * all the time (on_row looks). */
static void proves(bool winbond, bool big_endian)
{
    uint64_t base = winbond ? WINBOND_BASE : NOR_BASE;
    const char *words = winbond ? "d -s" : "md.l";
    const char *bytes = winbond ? "d -b" : "md.b";
    CLEANUP_BUF struct buf told = {0};

    up(winbond, big_endian);
    assert_int_equal(read_at(base + 0x1000, 0x100), 0);
    /* The words that proved it are a second reading. */
    assert_int_equal(rows, 32);
    assert_int_equal(readings, 2);
    assert_int_equal(ran(bytes), 1);
    assert_int_equal(ran(words), 1);
    assert_int_equal(read_at(base + 0x2000, 0x100), 0);
    assert_int_equal(rows, 16);
    assert_int_equal(ran(bytes), 1);
    assert_int_equal(ran(words), 2);
    assert_int_equal(device_describe(dev, &told, &err), 0);
    /* What is special about d -s: it swaps, so little endian comes plain. */
    assert_says(told.data, winbond == big_endian
                               ? "proved, words are printed reversed"
                               : "proved, words are printed in memory order");
    down();
}

static void proves_the_byte_order_both_ways(void **state)
{
    (void)state;
    proves(false, false);
    proves(false, true);
    proves(true, false);
    proves(true, true);
}

/* Nothing but that tells the order is in the first rows. */
static uint8_t text_later_byte(uint64_t address)
{
    if (address % 0x1000 < 0x40)
        return (uint8_t)(address % 16 + 1);
    return (uint8_t)("words of our own"[address % 16]);
}

/* A boot loader that prints words alone: their text proves their order. */
static void text_proves_it_where_no_bytes_are_printed(void **state)
{
    CLEANUP_BUF struct buf told = {0};

    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        up(false, big_endian != 0);
        for (size_t i = 0; i < dev->dialect->n_dumps; i++)
            dev->has_dump[i] = dev->has_dump[i] &&
                               dev->dialect->dumps[i].cpu_order;
        rig.l.byte = text_later_byte;
        /* on_row compares what comes */
        assert_int_equal(read_at(NOR_BASE, 0x40), 0);
        assert_int_equal(rows, 0);
        assert_int_equal(read_at(NOR_BASE, 0x100), 0);
        assert_int_equal(rows, 12);
        assert_int_equal(read_at(NOR_BASE, 0x100), 0);
        assert_int_equal(rows, 16);
        assert_int_equal(ran("md.l"), 3);
        assert_int_equal(ran("md.b"), 0);
        buf_clear(&told);
        assert_int_equal(device_describe(dev, &told, &err), 0);
        assert_says(told.data, big_endian
                                   ? "proved, words are printed in memory order"
                                   : "proved, words are printed reversed");
        down();
    }
}

static uint8_t blank_byte(uint64_t address)
{
    (void)address;
    return 0xff;
}

static uint8_t mirrored_byte(uint64_t address)
{
    return (uint8_t)("\x12\x34\x34\x12"[address % 4]);
}

static void what_reads_the_same_both_ways_proves_nothing(void **state)
{
    CLEANUP_BUF struct buf told = {0};

    (void)state;
    up(false, false);
    for (int i = 0; i < 6; i++) {
        rig.l.byte = i % 2 == 0 ? blank_byte : mirrored_byte;
        assert_int_equal(read_at(NOR_BASE, 0x200), 0);
        assert_int_equal(rows, 32);
    }
    assert_int_equal(ran("md.l"), 0);
    rig.l.byte = loader_noise_byte;
    assert_int_equal(read_at(NOR_BASE, 0x200), 0);
    assert_int_equal(ran("md.l"), 1);
    down();
    up(false, false);
    rig.l.byte = blank_byte;
    assert_int_equal(device_describe(dev, &told, &err), 0);
    assert_says(told.data, "not proved yet");
    down();
}

static void spoil_words(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (l->width == 4)
        row[10] = row[10] == '0' ? '1' : '0';
}

static void words_that_never_agree_are_given_up(void **state)
{
    (void)state;
    up(false, false);
    rig.l.mangle = spoil_words;
    for (int i = 0; i < 12; i++) {
        assert_int_equal(read_at(NOR_BASE, 0x40), 0);
        assert_int_equal(rows, 4);
        rig.l.line.sent_len = 0;
    }
    assert_int_equal(ran("md.b"), 12);
    assert_int_equal(ran("md.l"), 8);
    down();
}

static void cuts_what_is_too_long(void **state)
{
    struct device_stats stats;

    (void)state;
    up(false, false);
    assert_int_equal(device_read_max(dev, NOR_BASE), 0x40000);
    assert_int_equal(read_at(NOR_BASE, 0x100000), 0);
    assert_int_equal(rows, 0x4000 + 2 * 64);
    device_get_stats(dev, &stats);
    assert_true(stats.device_bytes_read >= 0x40000);
    assert_true(stats.line_bytes_received > 4 * UINT64_C(0x40000));
    assert_int_equal(stats.rows_bad + stats.rows_lost, 0);
    assert_int_equal(stats.line, DEVICE_LINE_IDLE);
    down();
    /* A fixed-length command brings its surroundings. */
    up(true, false);
    assert_int_equal(device_read_max(dev, WINBOND_BASE), 0x100);
    assert_int_equal(read_at(WINBOND_BASE + 0x1030, 16), 0);
    assert_int_equal(rows, 32);
    assert_int_equal(ran("d -b 0x7F001000"), 1);
    down();
}

static void reads_again_by_another_command(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        uint64_t base = winbond ? WINBOND_BASE : NOR_BASE;
        up(winbond, false);
        assert_int_equal(read_at(base, 0x100), 0);
        reading = DEVICE_AGAIN;
        assert_int_equal(read_at(base + 0x100, 0x100), 0);
        reading = DEVICE_FIRST;
        assert_int_equal(rows, 16);
        assert_int_equal(ran(winbond ? "d -b" : "md.b"), 2);
        assert_int_equal(ran(winbond ? "d -s" : "md.l"), 1);
        down();
    }
}

/* This build prints bytes in another form. */
static void other_bytes(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    if (strncmp(l->edit, "md.b", 4) == 0 || strlen(row) > 70)
        memset(row, '-', 12);
}

static void another_command_that_is_not_understood(void **state)
{
    (void)state;
    up(false, false);
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    rig.l.mangle = other_bytes;
    reading = DEVICE_AGAIN;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_at(NOR_BASE, 0x100), 0);
        assert_int_equal(rows, 0);
    }
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    assert_int_equal(rows, 16);
    reading = DEVICE_FIRST;
    down();
}

static void hang_once(struct loader *l, char *row, uint64_t address)
{
    if (address % 0x100 != 0x30)
        return;
    row[9] = '\0';
    l->dumping = false;
    l->mangle = NULL;
}

static void comes_back_after_silence(void **state)
{
    struct device_stats stats;

    (void)state;
    up(false, false);
    rig.l.mangle = hang_once;
    assert_int_equal(read_at(NOR_BASE, 0x100), -ETIMEDOUT);
    assert_int_equal(rows, 3);
    device_get_stats(dev, &stats);
    assert_int_equal(stats.line, DEVICE_LINE_SILENT);
    strcpy(rig.l.edit, "erase al"); /* noise, or a person at the console */
    rig.l.edit_len = 8;
    assert_int_equal(device_contact(dev), 0);
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    assert_int_equal(rows, 32);
    assert_int_equal(ran("erase"), 0);
    assert_int_equal(device_contact(dev), 1); /* it may be another one */
    down();
}

static void reset_once(struct loader *l, char *row, uint64_t address)
{
    if (address % 0x100 != 0x30)
        return;
    strcpy(row, "\r\n\r\nU-Boot 1.1.4 (Jan 1 2009)\r\n\r\n=> ");
    l->dumping = false;
    l->mangle = NULL;
}

static void a_reset_is_noticed(void **state)
{
    (void)state;
    up(false, false);
    rig.l.mangle = reset_once;
    assert_int_equal(read_at(NOR_BASE, 0x100), -ETIMEDOUT);
    assert_int_equal(rows, 3);
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(device_is_same(dev, NULL, &err), 1);
    assert_false(device_look(dev));
    fake_say(&rig.l.line, "U-Boot 1.1.4 (Jan 1 2009)\r\n\r\n=> ");
    assert_true(device_look(dev));
    assert_false(device_look(dev)); /* once is enough */
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_contact(dev), 2);
    down();
}

static const char *other_board(struct loader *l, const char *command)
{
    (void)l;
    if (strcmp(command, "printenv") == 0)
        return "bootdelay=1\nethaddr=02:00:00:99:99:99\n";
    return uboot_answer(l, command);
}

static void another_device_is_told(void **state)
{
    (void)state;
    up(false, false);
    assert_int_equal(device_is_same(dev, NULL, &err), 1);
    rig.l.answer = other_board;
    assert_int_equal(device_is_same(dev, NULL, &err), 0);
    down();
}

static void reset_now(void)
{
    fake_say(&rig.l.line, "U-Boot 1.1.4 (Jan 1 2009)\r\n\r\n=> ");
    assert_true(device_look(dev));
}

/* Whoever was out of sight is asked once who it is. */
static void is_asked_whether_it_is_still_the_same(void **state)
{
    unsigned asked;

    (void)state;
    up(false, false);
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(rig.l.n_ran, 0);
    reset_now();
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_identity_contact(dev), 0);
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(device_identity_contact(dev), 1);
    assert_true(ran("printenv") > 0);
    asked = rig.l.n_ran;
    assert_int_equal(device_still_same(dev, &err), 0);
    assert_int_equal(rig.l.n_ran, asked);
    reset_now();
    rig.l.answer = other_board;
    assert_int_equal(device_still_same(dev, &err), -ESTALE);
    assert_says(err.text, "another device answers at /dev/ttyFAKE");
    assert_int_equal(device_contact(dev), 2);
    assert_int_equal(device_identity_contact(dev), 1);
    down();
}

static void stops_shuts_down_and_loses_the_port(void **state)
{
    struct device_stats stats;

    (void)state;
    up(false, false);
    stop_now = true;
    assert_int_equal(read_at(NOR_BASE, 0x1000), -EINTR);
    assert_true(rows < 10);
    stop_now = false;
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    device_shutdown(dev);
    assert_int_equal(read_at(NOR_BASE, 0x100), -EINTR);
    down();
    up(false, false);
    rig.l.line.gone = true;
    assert_int_equal(read_at(NOR_BASE, 0x100), -ENODEV);
    device_get_stats(dev, &stats);
    assert_int_equal(stats.line, DEVICE_LINE_GONE);
    down();
}

static size_t typed_until;

static void hear_and_shut_down(void *arg, char byte)
{
    loader_hear(arg, byte);
    if (rig.l.edit_len == typed_until)
        device_shutdown(dev);
}

/* The next one's line end would run it. */
static void leaves_no_half_typed_command(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++)
        for (int idle = 0; idle < 2; idle++)
            for (typed_until = 1; typed_until < 12; typed_until++) {
                uint64_t base = winbond ? WINBOND_BASE : NOR_BASE;
                up(winbond, false);
                if (idle)
                    atomic_fetch_add(&fake_ms, 5000);
                rig.l.line.hear = hear_and_shut_down;
                assert_int_equal(read_at(base, 0x100), -EINTR);
                rig.l.line.hear = loader_hear;
                assert_int_equal(rig.l.n_ran, 0);
                down();
                if (rig.l.edit_len > 0)
                    fail_msg("%zu characters are left: %.*s", rig.l.edit_len,
                             (int)rig.l.edit_len, rig.l.edit);
                assert_int_equal(rig.l.n_ran, 0);
            }
}

static void takes_a_port_back(void **state)
{
    (void)state;
    up(false, false);
    rig.l.line.gone = true;
    assert_true(device_look(dev));
    assert_int_equal(read_at(NOR_BASE, 0x100), -ENODEV);
    assert_says(err.text, "the port is gone (no such port)");
    assert_int_equal(device_recover(dev, NULL, &err), -ENODEV);
    assert_int_equal(device_is_same(dev, NULL, &err), -ENODEV);
    rig.l.line.back = true;
    strcpy(rig.l.edit, "erase al"); /* from before */
    rig.l.edit_len = 8;
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    assert_int_equal(rows, 32);
    assert_int_equal(ran("erase"), 0);
    assert_int_equal(device_contact(dev), 1);
    assert_int_equal(device_is_same(dev, NULL, &err), 1);
    assert_false(device_look(dev));
    down();
}

static const char *sum_text;

static const char *sum_answer(struct loader *l, const char *command)
{
    return strncmp(command, "crc32 ", 6) == 0 ? sum_text
                                              : uboot_answer(l, command);
}

static int sum_told(const char *text, struct digest_value *sum)
{
    sum_text = text;
    return device_checksum(dev, NOR_BASE, 0x200, sum, NULL, &err);
}

static void checksums_in_other_forms_are_none(void **state)
{
    static const char *const none[] = {
        "",
        "\n",
        "crc32 for 9f000000 ... 9f0001ff ==> 29058c7\n",
        "crc32 for 9f000000 ... 9f0001ff ==> 29058c731\n",
        "crc32 for 9f000000 ... 9f0001ff ==> 0x29058c73\n",
        "crc32 for 9f000000 ... 9f0001ff ==> -9058c73\n",
        "crc32 for 9f000000 ... 9f0001ff ==> 29058c7g\n",
        "crc32 for 9f000000 ... 9f0001ff ==>\n29058c73\n",
        "crc32 for 9f000000 ... 9f0001ff ==> 29058c73 29058c73\n",
        "29058c73\n",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n"};
    struct digest_value sum;
    char shown[DIGEST_TEXT_MAX];

    (void)state;
    up(false, false);
    rig.l.answer = sum_answer;
    for (size_t i = 0; i < COUNT(none); i++)
        if (sum_told(none[i], &sum) != -EBADMSG)
            fail_msg("'%s' is a checksum", none[i]);
    assert_int_equal(
        sum_told("CRC32 for 9f000000 ... 9f0001ff ==> 29058C73\n", &sum), 0);
    digest_print(&sum, shown, sizeof(shown));
    assert_string_equal(shown, "29058c73");
    assert_string_equal(digest_name(device_checksum_algorithm(dev, NOR_BASE)),
                        "crc32");
    /* A reset while it was computed. */
    assert_int_equal(sum_told("\nU-Boot 1.1.4 (Jan 1 2009)\n\n", &sum),
                     -ETIMEDOUT);
    assert_int_equal(device_contact(dev), 0);
    assert_int_equal(read_at(NOR_BASE, 0x10), 0);
    assert_int_equal(device_contact(dev), 1);
    /* No such command: it is not asked for again. */
    assert_int_equal(sum_told(NULL, &sum), -ENOTSUP);
    assert_null(device_checksum_algorithm(dev, NOR_BASE));
    rig.l.n_ran = 0;
    assert_int_equal(sum_told("", &sum), -ENOTSUP);
    assert_int_equal(rig.l.n_ran, 0);
    down();
}

static void the_same_odd_checksum_twice_is_the_last(void **state)
{
    static const char odd[] = "crc32 of 512 bytes: 0x29058c73\n";
    struct digest_value sum;

    (void)state;
    up(false, false);
    rig.l.answer = sum_answer;
    assert_int_equal(sum_told(odd, &sum), -EBADMSG);
    assert_int_equal(sum_told("crc32 of 512 byt$: 0x29058c73\n", &sum),
                     -EBADMSG);
    assert_int_equal(sum_told(odd, &sum), -EBADMSG);
    assert_int_equal(sum_told(odd, &sum), -ENOTSUP);
    assert_null(device_checksum_algorithm(dev, NOR_BASE));
    down();
    /* What was understood once is only disturbed. */
    up(false, false);
    rig.l.answer = sum_answer;
    assert_int_equal(
        sum_told("crc32 for 9f000000 ... 9f0001ff ==> 29058c73\n", &sum), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sum_told(odd, &sum), -EBADMSG);
    down();
}

static void abort_dump(struct loader *l, char *row, uint64_t address)
{
    (void)address;
    strcpy(row, "ERROR: Data Abort @ pc=0x00001680\n\r");
    l->next = l->end;
}

static void a_bad_address_is_told(void **state)
{
    struct device_stats stats;

    (void)state;
    up(true, false);
    rig.l.mangle = abort_dump;
    assert_int_equal(read_at(WINBOND_BASE, 0x100), -EFAULT);
    assert_says(err.text, "bad address at or behind 0x7f000000");
    device_get_stats(dev, &stats);
    assert_int_equal(stats.rows_lost, 0); /* they are not there */
    rig.l.mangle = NULL;
    assert_int_equal(read_at(WINBOND_BASE, 0x100), 0);
    down();
}

static int sum_of(uint64_t address, struct digest_value *sum)
{
    return device_checksum(dev, address, 0x100, sum, NULL, &err);
}

static void asks_for_checksums(void **state)
{
    struct digest_value sum;

    (void)state;
    up(false, false);
    assert_string_equal(digest_name(device_checksum_algorithm(dev, NOR_BASE)),
                        "crc32");
    assert_int_equal(sum_of(NOR_BASE, &sum), 0);
    assert_memory_equal(sum.bytes, "\x29\x05\x8c\x73", 4);
    assert_int_equal(ran("crc32 9f000000 100"), 1);
    rig.l.answer = NULL; /* "Unknown command" */
    assert_int_equal(sum_of(NOR_BASE, &sum), -ENOTSUP);
    assert_null(device_checksum_algorithm(dev, NOR_BASE));
    down();
    up(true, false);
    assert_null(device_checksum_algorithm(dev, NOR_BASE));
    assert_int_equal(sum_of(WINBOND_BASE, &sum), -ENOTSUP);
    down();
}

static void refuses_to_open(void **state)
{
    static const char *const bad[] = {"x", NULL};
    static const char *const good[] = {"ram.bin:0x80000000:64K", NULL};
    CLEANUP_BUF struct buf told = {0};

    (void)state;
    loader_init(&rig.l, false);
    rig.l.answer = uboot_answer;
    assert_int_equal(open_device(bad), -EINVAL);
    assert_says(err.text, "NAME:BASE:SIZE");
    assert_true(rig.l.line.closed);
    loader_init(&rig.l, false);
    rig.l.deaf = true;
    assert_int_equal(open_device(NULL), -ETIMEDOUT);
    assert_true(rig.l.line.closed);
    loader_init(&rig.l, false);
    rig.l.answer = uboot_answer;
    assert_int_equal(open_device(good), 0);
    assert_int_equal(device_map(dev)->n_media, 2);
    device_transcript(dev, &told);
    assert_says(told.data, "=> bdinfo\n");
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surveys_a_board),
        cmocka_unit_test(asks_no_more_than_it_must),
        cmocka_unit_test(surveys_a_camera),
        cmocka_unit_test(proves_the_byte_order_both_ways),
        cmocka_unit_test(text_proves_it_where_no_bytes_are_printed),
        cmocka_unit_test(what_reads_the_same_both_ways_proves_nothing),
        cmocka_unit_test(words_that_never_agree_are_given_up),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(comes_back_after_silence),
        cmocka_unit_test(reads_again_by_another_command),
        cmocka_unit_test(another_command_that_is_not_understood),
        cmocka_unit_test(a_reset_is_noticed),
        cmocka_unit_test(another_device_is_told),
        cmocka_unit_test(is_asked_whether_it_is_still_the_same),
        cmocka_unit_test(stops_shuts_down_and_loses_the_port),
        cmocka_unit_test(leaves_no_half_typed_command),
        cmocka_unit_test(takes_a_port_back),
        cmocka_unit_test(checksums_in_other_forms_are_none),
        cmocka_unit_test(the_same_odd_checksum_twice_is_the_last),
        cmocka_unit_test(a_bad_address_is_told),
        cmocka_unit_test(asks_for_checksums),
        cmocka_unit_test(refuses_to_open),
    };

    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
