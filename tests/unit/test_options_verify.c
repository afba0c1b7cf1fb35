// SPDX-License-Identifier: BSD-2-Clause
// The command line of verifying: two meanings of one word, many operands.

#include "unit.h"

#include "option_table.h"
#include "options.h"

#include <errno.h>

#define MAX_ARGS 64

static struct options o;
static struct err err;

/* Parses the words of a line, parted by single blanks; "''" is empty. */
static int parse(const char *line)
{
    static char copy[1024];
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
    }
    return options_parse(&o, argc, argv, &err);
}

static void accept_line(const char *line)
{
    if (parse(line) != 0)
        fail_msg("%s: refused: %s", line, err.text);
}

static void refuse_line(const char *line, const char *says, const char *also)
{
    if (parse(line) != -EINVAL)
        fail_msg("%s: not refused", line);
    assert_says(err.text, says);
    assert_says(err.text, also);
}

static int tear_down(void **state)
{
    (void)state;
    options_free(&o);
    return 0;
}

static void mode_of_a_mount(void **state)
{
    (void)state;
    accept_line("D M");
    assert_int_equal(o.verify, VERIFY_AUTO);
    accept_line("D M -o verify=fast");
    assert_int_equal(o.command, COMMAND_MOUNT);
    assert_int_equal(o.verify, VERIFY_FAST);
    accept_line("-o ro,verify=rows,noatime D M");
    assert_int_equal(o.verify, VERIFY_ROWS);
    accept_line("D M -o verify=rows,verify=auto");
    assert_int_equal(o.verify, VERIFY_AUTO);
    refuse_line("D M -o verify=slow", "'slow' is none of auto, fast and rows",
                "-o verify=fast");
    refuse_line("D M -o verify=", "-o verify", "-o verify=fast");
    refuse_line("D M -o verify=FAST", "'FAST'", "-o verify=fast");
    refuse_line("D M -o verify", "-o verify needs a value", "-o verify=fast");
    refuse_line("D M -o verfy=fast", "-o verfy", "did you mean -o verify?");
}

static void command_of_the_same_name(void **state)
{
    (void)state;
    accept_line("--verify M");
    assert_int_equal(o.command, COMMAND_VERIFY);
    assert_string_equal(o.mountpoint, "M");
    assert_null(o.device);
    assert_int_equal(o.n_files, 0);
    refuse_line("--verify=fast D M", "--verify takes no value",
                "-o verify=fast");
    refuse_line("--verfy M", "--verfy", "did you mean --verify?");
    refuse_line("D M -o retry", "unknown option -o retry", "-o");
    refuse_line("D M -o against=x", "unknown option -o against", "-o");
    refuse_line("D M -o map=x", "unknown option -o map", "-o");
    refuse_line("--verify --retry M", "one thing", "--retry");
}

static void many_files(void **state)
{
    char line[512] = "--verify M";

    (void)state;
    for (int i = 0; i < 50; i++)
        strcat(line, " file");
    accept_line(line);
    assert_int_equal(o.n_files, 50);
    assert_string_equal(o.files[49], "file");
    accept_line("--retry M a /mnt/b -- -c");
    assert_int_equal(o.command, COMMAND_RETRY);
    assert_int_equal(o.n_files, 3);
    assert_string_equal(o.files[1], "/mnt/b");
    assert_string_equal(o.files[2], "-c");
    refuse_line("--verify", "no mount point", "--verify MOUNTPOINT [FILE]");
    refuse_line("--retry", "no mount point", "--retry MOUNTPOINT [FILE]");
    refuse_line("--verify M a ''", "empty", "--verify MOUNTPOINT");
    refuse_line("--status M a b c d", "'a'", "--status");
    refuse_line("D M x y z", "'x'", "DEVICE MOUNTPOINT");
}

static void images_and_maps(void **state)
{
    (void)state;
    accept_line("--verify --against old.bin M/romfs.img");
    assert_string_equal(o.against, "old.bin");
    assert_null(o.map);
    assert_string_equal(o.mountpoint, "M/romfs.img");
    accept_line("--map=m --verify M/x --against=i");
    assert_string_equal(o.map, "m");
    assert_string_equal(o.against, "i");
    refuse_line("--against i M/x", "--against goes with --verify",
                "--verify --against IMAGE");
    refuse_line("--retry --against i M", "--against goes with --verify",
                "MOUNTPOINT/FILE");
    refuse_line("--verify --map m M/x", "--map goes with --against",
                "--map MAPFILE");
    refuse_line("--verify --against i M/x M/y", "'M/y'", "MOUNTPOINT/FILE");
    refuse_line("--verify --against i", "no file given", "MOUNTPOINT/FILE");
    refuse_line("--verify --against", "needs a value", "--against IMAGE");
    refuse_line("--verify --against '' M/x", "empty", "--against IMAGE");
    refuse_line("--verify --json M", "--json goes with", "--status");
}

/* A name may stand twice, but not twice in one place. */
static void table_is_unambiguous(void **state)
{
    static const enum option_place places[] = {PLACE_TYPED, PLACE_O};
    const struct option *opt;

    (void)state;
    for (size_t i = 0; (opt = option_at(i)) != NULL; i++) {
        bool found = false;
        for (size_t p = 0; p < COUNT(places); p++) {
            if (!option_allowed(opt, places[p]))
                continue;
            found = true;
            assert_ptr_equal(
                option_find(opt->name, strlen(opt->name), places[p]), opt);
        }
        assert_true(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mode_of_a_mount),
        cmocka_unit_test(command_of_the_same_name),
        cmocka_unit_test(many_files),
        cmocka_unit_test(images_and_maps),
        cmocka_unit_test(table_is_unambiguous),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
