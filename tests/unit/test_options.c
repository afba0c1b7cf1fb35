// SPDX-License-Identifier: BSD-2-Clause
// The command line, and what is shown in answer to it.

#include "commands.h"
#include "options.h"
#include "statusview.h"
#include "suggest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_ARGS 24

static struct options o;
static struct err err;

/* Parses the words of a line, parted by single blanks; '~' stands for a blank
 * and "''" for an empty word. */
static int parse(const char *line)
{
    static char copy[512];
    char *argv[MAX_ARGS + 2] = {(char *)"fwfs"};
    int argc = 1;
    char *rest = copy;

    options_free(&o);
    err.text[0] = '\0';
    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    while (rest != NULL && *rest != '\0' && argc <= MAX_ARGS) {
        char *word = strsep(&rest, " ");
        argv[argc++] = strcmp(word, "''") == 0 ? (char *)"" : word;
        for (char *c = word; *c != '\0'; c++) {
            if (*c == '~')
                *c = ' ';
        }
    }
    return options_parse(&o, argc, argv, &err);
}

static void accept_line(const char *line)
{
    int r = parse(line);

    if (r != 0)
        fail_msg("%s: refused: %s", line, err.text);
}

/* Refused, with a line that has each of the two words in it. */
static void refuse_line(const char *line, const char *says, const char *also)
{
    assert_int_equal(parse(line), -EINVAL);
    if (strstr(err.text, says) == NULL || strstr(err.text, also) == NULL)
        fail_msg("%s: said '%s', wanted '%s' and '%s'", line, err.text, says,
                 also);
    assert_null(strchr(err.text, '\n'));
}

static int tear_down(void **state)
{
    (void)state;
    options_free(&o);
    return 0;
}

static void defaults(void **state)
{
    (void)state;
    accept_line("/dev/ttyUSB0 /mnt/cam");
    assert_int_equal(o.command, COMMAND_MOUNT);
    assert_string_equal(o.device, "/dev/ttyUSB0");
    assert_string_equal(o.mountpoint, "/mnt/cam");
    assert_int_equal(o.baud, 115200);
    assert_int_equal(o.timeout_ms, 30000);
    assert_int_equal(o.attach_timeout_ms, 60000);
    assert_null(o.dialect);
    assert_null(o.segments);
    assert_null(o.cache_dir);
    assert_false(o.no_cache || o.foreground || o.json);
    assert_int_equal(o.verbose, 0);
    assert_int_equal(o.fuse.len, 0);
}

static void every_spelling(void **state)
{
    static const char *const lines[] = {
        "-b 9600 D M",        "-b9600 D M",
        "D M -b 9600",        "--baud 9600 D M",
        "D --baud=9600 M",    "D M -o baud=9600",
        "-vobaud=9600 D M",   "-o ro,baud=9600,noatime D M",
        "-b 300 -b 9600 D M",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        accept_line(lines[i]);
        assert_int_equal(o.baud, 9600);
        assert_string_equal(o.device, "D");
        assert_string_equal(o.mountpoint, "M");
    }
}

static void all_options(void **state)
{
    (void)state;
    accept_line("-b 300 -d u-boot -s a:0:1 --segment b:0x10:2K -c /c -t 5 "
                "--attach-timeout 7 -fvv D M");
    assert_string_equal(o.dialect, "u-boot");
    assert_string_equal(o.segments[0], "a:0:1");
    assert_string_equal(o.segments[1], "b:0x10:2K");
    assert_null(o.segments[2]);
    assert_string_equal(o.cache_dir, "/c");
    assert_int_equal(o.timeout_ms, 5000);
    assert_int_equal(o.attach_timeout_ms, 7000);
    assert_true(o.foreground);
    assert_int_equal(o.verbose, 2);
}

static void all_options_behind_o(void **state)
{
    (void)state;
    accept_line("D M -o baud=300,dialect=./x.conf,segment=a:0:1,no-cache "
                "-o cache-dir=/c,timeout=5,attach-timeout=7,verbose,foreground "
                "-o segment=b:1:1");
    assert_int_equal(o.baud, 300);
    assert_string_equal(o.dialect, "./x.conf");
    assert_string_equal(o.segments[0], "a:0:1");
    assert_string_equal(o.segments[1], "b:1:1");
    assert_true(o.no_cache && o.foreground);
    assert_string_equal(o.cache_dir, "/c");
    assert_int_equal(o.timeout_ms, 5000);
    assert_int_equal(o.attach_timeout_ms, 7000);
    assert_int_equal(o.verbose, 1);
}

static void a_value_or_none(void **state)
{
    (void)state;
    accept_line("D M");
    assert_false(o.carve);
    accept_line("--carve D M"); /* D is no value */
    assert_true(o.carve);
    assert_int_equal(o.erase_block, 0);
    assert_string_equal(o.device, "D");
    accept_line("--probe D --carve");
    assert_true(o.carve);
    accept_line("--carve=128K D M");
    assert_int_equal(o.erase_block, 0x20000);
    accept_line("-o ro,carve,nofail D M");
    assert_true(o.carve);
    accept_line("-o carve=0x1000,ro D M");
    assert_int_equal(o.erase_block, 0x1000);
    accept_line("--offline --carve ID M");
    assert_true(o.carve);
    refuse_line("--carve=1000 D M", "multiple of 4K",
                "write for example --carve=128K");
    refuse_line("--carve= D M", "multiple of 4K", "--carve=128K");
    refuse_line("-o carve=0 D M", "multiple of 4K", "-o carve=128K");
    refuse_line("-o carve=2G D M", "1G at most", "-o carve=128K");
    refuse_line("-o carv D M", "-o carv;", "mean -o carve?");
}

static void commas_and_backslashes(void **state)
{
    (void)state;
    accept_line("D M -o cache-dir=/a\\,b\\\\c\\d,,baud=300,");
    assert_string_equal(o.cache_dir, "/a,b\\c\\d");
    assert_int_equal(o.baud, 300);
    accept_line("D M -o cache-dir=/a\\");
    assert_string_equal(o.cache_dir, "/a\\");
    refuse_line("D M -o baud=300\\,ro", "'300,ro'", "baud=115200");
}

static void words_of_mount(void **state)
{
    (void)state;
    accept_line("D M -o rw,ro,nosuid,suid,nodev,dev,noexec,exec,noatime,"
                "_netdev,nofail,noauto,auto,user,users,defaults,relatime,"
                "x-systemd.automount,x-gvfs-hide,comment=hello,max_read=4096,"
                "fsname=x,subtype=y");
    assert_int_equal(o.fuse.len, 0);
    accept_line("D M -o allow_other,ro,auto_unmount -o default_permissions");
    assert_string_equal(o.fuse.data,
                        "allow_other,auto_unmount,default_permissions");
}

static void strict_numbers(void **state)
{
    static const char *const bad[] = {
        "12abc", "-1", "99999999999", "0",     "0x10",
        "1e5",   "+5", "''",          "9600~", "18446744073709551616"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char line[64];
        (void)snprintf(line, sizeof(line), "-b %s D M", bad[i]);
        refuse_line(line, "is not a whole number", "-b 115200");
        (void)snprintf(line, sizeof(line), "-t %s D M", bad[i]);
        refuse_line(line, "is not a whole number", "-t 30");
    }
    refuse_line("--attach-timeout 86401 D M", "86400", "--attach-timeout 60");
}

static void segments(void **state)
{
    (void)state;
    accept_line("-s BOOT~INFO:0x7f006000:0xd0 -s x:0xfffffffffffff000:1 D M");
    assert_string_equal(o.segments[0], "BOOT INFO:0x7f006000:0xd0");
    refuse_line("-s a D M", "NAME:BASE:SIZE", "-s rootfs:0x40000:1M");
    refuse_line("-s a:1 D M", "NAME:BASE:SIZE", "rootfs");
    refuse_line("-s :1:1 D M", "NAME", "rootfs");
    refuse_line("-s a/b:1:1 D M", "NAME", "rootfs");
    refuse_line("-s .fwfs:1:1 D M", "NAME", "dot");
    refuse_line("-s a\x1b[2J:1:1 D M", "NAME", "rootfs");
    refuse_line("-s a:x:1 D M", "BASE", "'x'");
    refuse_line("-s a:-1:1 D M", "BASE", "'-1'");
    refuse_line("-s a:1:0 D M", "SIZE", "'0'");
    refuse_line("-s a:1:1Q D M", "SIZE", "'1Q'");
    refuse_line("-s a:1:1:1 D M", "SIZE", "'1:1'");
    refuse_line("-s a:0xffffffffffffffff:2 D M", "64 bits", "rootfs");
    refuse_line("D M -o segment=a", "-o segment=rootfs", "NAME:BASE:SIZE");
}

static void near_misses(void **state)
{
    (void)state;
    refuse_line("--baudd 3 D M", "--baudd", "mean --baud?");
    refuse_line("--bau=3 D M", "--bau;", "mean --baud?");
    refuse_line("--attach 3 D M", "--attach", "mean --attach-timeout?");
    refuse_line("D M -o tiemout=3", "-o tiemout;", "mean -o timeout?");
    refuse_line("D M -o allowother", "-o allowother", "-o allow_other?");
    refuse_line("D M -o cache_dir=x", "-o cache_dir", "-o cache-dir?");
    refuse_line("D M -o xyzzy", "-o xyzzy", "--help");
    refuse_line("--xyzzy D M", "--xyzzy", "--help");
    refuse_line("-vx D M", "-x", "--help");
    refuse_line("D M -o probe", "-o probe", "unknown");
}

static void values_where_they_belong(void **state)
{
    (void)state;
    refuse_line("D M -b", "-b needs a value", "-b 115200");
    refuse_line("D M --baud", "--baud needs a value", "--baud 115200");
    refuse_line("D M -o", "-o needs a value", "write");
    refuse_line("D M -o baud", "-o baud needs a value", "-o baud=115200");
    refuse_line("D M --no-cache=1", "takes no value", "just --no-cache");
    refuse_line("D M -o no-cache=1", "takes no value", "just -o no-cache");
    refuse_line("-d '' D M", "empty", "-d");
    refuse_line("--cache-dir= D M", "empty", "--cache-dir DIR");
}

static void operands(void **state)
{
    (void)state;
    refuse_line("", "no device", "DEVICE MOUNTPOINT");
    refuse_line("D", "no mount point", "DEVICE MOUNTPOINT");
    refuse_line("D M X", "'X'", "DEVICE MOUNTPOINT");
    refuse_line("'' M", "empty", "DEVICE MOUNTPOINT");
    refuse_line("--probe", "no device", "--probe [OPTION]... DEVICE");
    refuse_line("--probe D M", "'M'", "--probe");
    refuse_line("--status", "no mount point", "--status");
    refuse_line("--list-ports D", "'D'", "--list-ports");
    accept_line("-- -D -M");
    assert_string_equal(o.device, "-D");
    assert_string_equal(o.mountpoint, "-M");
    accept_line("- M");
    assert_string_equal(o.device, "-");
}

static void commands(void **state)
{
    (void)state;
    accept_line("--probe -b 9600 D");
    assert_int_equal(o.command, COMMAND_PROBE);
    assert_string_equal(o.device, "D");
    accept_line("--status M");
    assert_int_equal(o.command, COMMAND_STATUS);
    assert_string_equal(o.mountpoint, "M");
    accept_line("--status --json M");
    assert_true(o.json);
    accept_line("--list-ports");
    assert_int_equal(o.command, COMMAND_LIST_PORTS);
    accept_line("--replay log.txt --dialect u-boot");
    assert_int_equal(o.command, COMMAND_REPLAY);
    assert_string_equal(o.device, "log.txt");
    refuse_line("--replay log.txt", "--dialect", "fwfs --replay");
    refuse_line("--replay -d u-boot", "transcript", "fwfs --replay");
    accept_line("--list-dialects");
    assert_int_equal(o.command, COMMAND_LIST_DIALECTS);
    accept_line("-V");
    assert_int_equal(o.command, COMMAND_VERSION);
    accept_line("--help");
    assert_int_equal(o.command, COMMAND_HELP);
    refuse_line("--json D M", "--json goes with", "--status [--json]");
    refuse_line("--probe --status D", "one thing", "--status");
}

static void without_a_device(void **state)
{
    (void)state;
    accept_line("--offline -c /c -t 5 -f -v -o allow_other ID M");
    assert_int_equal(o.command, COMMAND_OFFLINE);
    assert_string_equal(o.device, "ID");
    assert_string_equal(o.mountpoint, "M");
    assert_string_equal(o.cache_dir, "/c");
    assert_int_equal(o.timeout_ms, 5000);
    refuse_line("--offline", "no cache", "--offline [OPTION]... CACHE");
    refuse_line("--offline ID", "no mount point", "--offline");
    refuse_line("--offline ID M X", "'X'", "--offline");
    refuse_line("--offline -b 9600 ID M", "--baud", "for a device");
    refuse_line("-d x ID M --offline", "--dialect", "for a device");
    refuse_line("--offline -s a:0:1 ID M", "--segment", "for a device");
    refuse_line("--offline --no-cache ID M", "--no-cache", "for a device");
    refuse_line("--offline ID M -o no-cache", "--no-cache", "for a device");
    refuse_line("--offline --attach-timeout 3 ID M", "--attach-t",
                "for a device");
    accept_line("-b 9600 D M");
}

static void caches(void **state)
{
    (void)state;
    accept_line("--list-caches -c /c");
    assert_int_equal(o.command, COMMAND_LIST_CACHES);
    assert_string_equal(o.cache_dir, "/c");
    refuse_line("--list-caches x", "'x'", "--list-caches [-c DIR]");
    accept_line("one --forget -c /c two three four");
    assert_int_equal(o.command, COMMAND_FORGET);
    assert_int_equal(o.n_operands, 4);
    assert_string_equal(o.operands[0], "one");
    assert_string_equal(o.operands[3], "four");
    refuse_line("--forget", "no cache", "--forget [-c DIR] ID...");
    refuse_line("--forget one ''", "empty", "--forget");
    refuse_line("--forget --offline x", "one thing", "--offline");
}

static void ram_to_read_through(void **state)
{
    (void)state;
    accept_line("D M");
    assert_null(o.ram);
    accept_line("--ram 0x82000000:1M D M");
    assert_string_equal(o.ram, "0x82000000:1M");
    accept_line("-o ram=0x82000000:64K --probe D");
    assert_string_equal(o.ram, "0x82000000:64K");
    refuse_line("--ram 0x82000000 D M", "BASE:SIZE", "--ram 0x82000000:1M");
    refuse_line("-o ram=0x82000100:1M D M", "4K", "-o ram=0x82000000:1M");
    refuse_line("--ram 1M: D M", "SIZE ''", "--ram");
    refuse_line("--offline --ram 1M:1M ID M", "--ram", "--offline");
}

static void no_arguments_at_all(void **state)
{
    char *const none[] = {NULL};

    (void)state;
    options_free(&o);
    assert_int_equal(options_parse(&o, 0, none, &err), -EINVAL);
    assert_int_equal(options_parse(&o, 0, none, NULL), -EINVAL);
}

static void help_is_complete_and_fits(void **state)
{
    char typed[64];
    char in_o[64];
    size_t column = 0;

    (void)state;
    for (size_t i = 0; options_name(i) != NULL; i++) {
        (void)snprintf(typed, sizeof(typed), "--%s", options_name(i));
        (void)snprintf(in_o, sizeof(in_o), "-o %s", options_name(i));
        if (strstr(command_help, typed) == NULL &&
            strstr(command_help, in_o) == NULL)
            fail_msg("--help says nothing of %s", options_name(i));
    }
    for (const char *c = command_help; *c != '\0'; c++) {
        column = *c == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
}

static void passwords(void **state)
{
    (void)state;
    accept_line("-o password=open\\,sesame /dev/ttyS0 /mnt");
    assert_string_equal(o.password, "open,sesame");
    refuse_line("-o password= /dev/ttyS0 /mnt", "1 to 100 characters",
                "-o password=secret");
    refuse_line("-o password=a\rb /dev/ttyS0 /mnt", "1 to 100 characters",
                "-o password=secret");
    refuse_line("--password=x /dev/ttyS0 /mnt", "unknown option --password",
                "--help");
    refuse_line("--offline -o password=x c /mnt", "-o password is for", "");
}

/* Each form in which a list may be given; what is no password stays. */
static void passwords_are_hidden(void **state)
{
    static const struct {
        const char *args[3];
        const char *then; /* of the last of them */
    } forms[] = {
        {{"-o", "password=s"}, "password=*"},
        {{"-o", "ro,password=se\\,cr\\\\t,ro"}, "ro,password=*********,ro"},
        {{"-o", "password=one,ro,password=two"},
         "password=***,ro,password=***"},
        {{"-o", "ro,ro,,password=s"}, "ro,ro,,password=*"},
        {{"-opassword=s"}, "-opassword=*"},
        {{"-fopassword=s"}, "-fopassword=*"},
        {{"-fvo", "password=s"}, "password=*"},
        {{"--options", "password=s"}, "password=*"},
        {{"--options=password=s,ro"}, "--options=password=*,ro"},
        {{"-o", "password=s", "--options=password=t"}, "--options=password=*"},
        {{"-o", "comment=password=s"}, "comment=password=s"},
        {{"-o", "password=a\\,password=b"}, "password=*************"},
        {{"--cache-dir=x,password=s"}, "--cache-dir=x,password=s"},
        {{"-vc", "-o,password=s"}, "-o,password=s"},
        {{"-o", "password=s,baud=x"}, "password=*,baud=x"}, /* refused */
    };

    (void)state;
    options_free(&o); /* what the test before left */
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char copies[3][64];
        char *argv[6] = {(char[]){"fwfs"}};
        int argc = 1;

        for (size_t k = 0; k < 3 && forms[i].args[k] != NULL; k++) {
            (void)snprintf(copies[k], sizeof(copies[k]), "%s",
                           forms[i].args[k]);
            argv[argc++] = copies[k];
        }
        argv[argc] = (char[]){"/dev/password=x"};
        argv[argc + 1] = (char[]){"/mnt"};
        (void)options_parse(&o, argc + 2, argv, &err);
        options_hide_password(&o, argc + 2, argv);
        options_free(&o);
        assert_string_equal(argv[argc - 1], forms[i].then);
        assert_string_equal(argv[argc], "/dev/password=x");
    }
}

static const char *suggestion(const char *typed)
{
    struct suggestion s = {.typed = typed};

    suggest_offer(&s, "timeout");
    suggest_offer(&s, "ro");
    suggest_offer(&s, "attach-timeout");
    return s.best;
}

static void suggestions(void **state)
{
    (void)state;
    assert_string_equal(suggestion("timeout"), "timeout");
    assert_string_equal(suggestion("timout"), "timeout");
    assert_string_equal(suggestion("attach"), "attach-timeout");
    assert_null(suggestion(""));
    assert_null(suggestion("rx"));
    assert_null(suggestion("somethingelse"));
    assert_null(suggestion("a-word-that-is-longer-than-any-option-there-is"));
}

static const char status_sample[] =
    "device: /dev/ttyUSB0\n"
    "dialect: winbond\n"
    "banner: -\n"
    "line: busy\n"
    "retries: 0\n"
    "blocks_bad: 1\n"
    "last_error: row \\x1b[31m\n"
    "note: 'a' and 'b' differ\n"
    "file: 524288 1048576 50 512 2300 243 romfs.img\n"
    "file: 0 208 0 0 0 - BOOT INFO\n";

static void status_picture(void **state)
{
    CLEANUP_BUF struct buf out = {0};

    (void)state;
    statusview_draw(status_sample, 80, &out);
    assert_string_equal(
        out.data,
        "/dev/ttyUSB0  winbond  line busy\n"
        "romfs.img  [#########..........]  50%  512K of 1.0M  512B bad  "
        "2.2K/s  4:03 left\n"
        "BOOT INFO  [...................]   0%  0B of 208B\n"
        "blocks given up: 1\n"
        "last error: row \\x1b[31m\n"
        "note: 'a' and 'b' differ\n");
}

static void status_picture_fits(void **state)
{
    (void)state;
    for (unsigned columns = 50; columns < 200; columns++) {
        CLEANUP_BUF struct buf out = {0};
        size_t column = 0;
        statusview_draw(status_sample, columns, &out);
        for (size_t i = 0; i < out.len; i++) {
            column = out.data[i] == '\n' ? 0 : column + 1;
            assert_true(column <= columns || columns < 63);
        }
    }
}

/* Whatever the file says, only printable characters come out. */
static void status_picture_of_rubbish(void **state)
{
    static const char *const rubbish[] = {
        "",
        "\n\n\n",
        "file: ",
        "file: 1 2 3\n",
        "file: 1 2 999 0 0 - x\n",
        "file: 1 2 3 4 5 6 \n",
        "file: 1 2 99 0 0 - \x1b[2J\x07\x9b\n",
        "device: \x1b[2J\xff\nline",
        "line: \r\nfile: 99999999999999999999 1 1 1 1 1 x",
        ("file: 18446744073709551615 18446744073709551615 100 "
         "18446744073709551615 18446744073709551615 18446744073709551615 "
         "a-name-that-is-much-too-long-to-be-shown-whole"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
        CLEANUP_BUF struct buf out = {0};
        statusview_draw(rubbish[i], 80, &out);
        for (size_t j = 0; j < out.len; j++)
            assert_true(out.data[j] == '\n' ||
                        (out.data[j] >= ' ' && out.data[j] <= '~'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(every_spelling),
        cmocka_unit_test(all_options),
        cmocka_unit_test(all_options_behind_o),
        cmocka_unit_test(a_value_or_none),
        cmocka_unit_test(commas_and_backslashes),
        cmocka_unit_test(words_of_mount),
        cmocka_unit_test(strict_numbers),
        cmocka_unit_test(segments),
        cmocka_unit_test(near_misses),
        cmocka_unit_test(values_where_they_belong),
        cmocka_unit_test(operands),
        cmocka_unit_test(commands),
        cmocka_unit_test(without_a_device),
        cmocka_unit_test(caches),
        cmocka_unit_test(ram_to_read_through),
        cmocka_unit_test(no_arguments_at_all),
        cmocka_unit_test(help_is_complete_and_fits),
        cmocka_unit_test(passwords),
        cmocka_unit_test(passwords_are_hidden),
        cmocka_unit_test(suggestions),
        cmocka_unit_test(status_picture),
        cmocka_unit_test(status_picture_fits),
        cmocka_unit_test(status_picture_of_rubbish),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
