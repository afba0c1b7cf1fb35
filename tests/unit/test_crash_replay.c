// SPDX-License-Identifier: BSD-2-Clause
// After a crash at any moment a cache opens, and is right, durable or absent.

/*
 * A play of sessions is noted call by call (crash_calls.h). After each call,
 * and for each subset of what was not synced, the directory is made up as a
 * disk may have it then (crash_explore.h), and the real store opens it
 * (crash_check.h). CRASH_ROUNDS=n: so much more of it.
 */
#include "crash_resume.h"

#include "store/state_format.h"

static char top[80]; /* of the directory played in */

static unsigned rounds(void)
{
    const char *text = getenv("CRASH_ROUNDS");
    long n = text != NULL ? strtol(text, NULL, 10) : 1;

    return n < 1 ? 1 : (unsigned)n;
}

static void begin(void)
{
    (void)snprintf(top, sizeof(top), "%s/r", work);
    assert_int_equal(mkdir(top, 0700), 0);
    play_begin(top, false);
    under_test.states = 0;
}

static void end(void)
{
    record_compare();
    rec.on = false;
    assert_int_equal(remove_tree(top), 0);
}

static void report(void)
{
    print_message("%zu operations, at most %zu unsynced, all subsets after "
                  "%zu of them; %lu disks\n",
                  oplog.count, ex.most, ex.complete, under_test.states);
}

static void a_crash_leaves_right_durable_or_absent(void **state)
{
    const struct effort effort = {11, 60 * rounds(), 72 * rounds()};

    (void)state;
    begin();
    play_all();
    end();
    explore(effort, 1);
    report();
}

static void so_does_a_crash_after_a_crash(void **state)
{
    (void)state;
    begin();
    play_all();
    end();
    explore_resumed(top, 4 * rounds());
    report();
}

static void so_does_one_in_drawn_sessions(void **state)
{
    const struct effort effort = {7, 20 * rounds(), 16 * rounds()};

    (void)state;
    for (unsigned seed = 1; seed <= 2 + rounds(); seed++) {
        begin();
        play_drawn(seed);
        end();
        explore(effort, seed);
        report();
    }
}

static bool is_named(int node, const char *name)
{
    for (size_t i = 0; i < oplog.count; i++) {
        const struct op *op = &oplog.ops[i];
        if (op->kind == OP_MAKE && op->node == node)
            return strcmp(op->name, name) == 0;
    }
    return false;
}

/* Block n was put by an operation before cut that is not durable then. */
static bool is_hanging(const bool unsynced[OPS], size_t cut, uint64_t n)
{
    for (size_t i = 0; i < cut; i++) {
        const struct op *op = &oplog.ops[i];

        if (op->kind == OP_WRITE && op->at == AT(n) && unsynced[i] &&
            is_named(op->node, "flash.data"))
            return true;
    }
    return false;
}

/* No entry goes out before the bytes of its block are durable. */
static void entries_follow_durable_bytes(void **state)
{
    bool unsynced[OPS];
    size_t entries = 0;

    (void)state;
    begin();
    play_first_session();
    end();
    for (size_t i = 0; i < oplog.count; i++) {
        const struct op *op = &oplog.ops[i];
        uint64_t n = (op->at - STATE_HEADER_SIZE) / STATE_ENTRY_SIZE;

        if (op->kind != OP_WRITE || op->at < STATE_HEADER_SIZE ||
            !is_named(op->node, "flash.state"))
            continue;
        mark_unsynced(&oplog, i, unsynced);
        for (size_t j = 0; j < op->len / STATE_ENTRY_SIZE; j++, entries++)
            assert_false(is_hanging(unsynced, i, n + j));
    }
    assert_true(entries > 15);
}

/* Calls that change files and are not in crash_calls.h. */
static const char unknown_calls[] =
    " "
    "creat creat64 open open64 openat64 __open_2 __open64_2 openat2 "
    "write writev pwrite64 pwritev pwritev2 pwritev64 truncate "
    "truncate64 ftruncate64 fallocate fallocate64 posix_fallocate "
    "posix_fallocate64 link linkat symlink symlinkat rename renameat2 "
    "unlink rmdir remove mknod mknodat mkfifo mkfifoat mkstemp mkostemp "
    "mkdtemp tmpfile fopen fopen64 freopen fdopen fwrite fputs fputc "
    "putc dprintf vdprintf __dprintf_chk __fprintf_chk fprintf "
    "copy_file_range sendfile sendfile64 splice mmap mmap64 mremap msync "
    "sync syncfs sync_file_range chmod fchmod fchmodat chown fchown "
    "lchown fchownat utimensat futimens setxattr fsetxattr ioctl syscall "
    "system popen fork vfork posix_spawn dlsym aio_write lio_listio ";

static void expect_known(const char *line)
{
    const char *symbol = strrchr(line, ' ');
    char word[100];

    if (symbol == NULL)
        return;
    (void)snprintf(word, sizeof(word), " %.*s ",
                   (int)strcspn(symbol + 1, "@\n"), symbol + 1);
    if (strstr(unknown_calls, word) != NULL)
        fail_msg("the store calls%swhich crash_calls.h does not note", word);
}

static void the_store_makes_no_call_that_is_not_noted(void **state)
{
    const char *build = getenv("FWFS_BUILD");
    char command[400];
    char line[300];
    size_t lines = 0;
    FILE *nm;

    (void)state;
    if (build == NULL)
        skip();
    (void)snprintf(command, sizeof(command), "nm -u '%s'/obj/src/store/*.o",
                   build);
    nm = popen(command, "r"); /* NOLINT(cert-env33-c): of our own */
    assert_non_null(nm);
    for (; fgets(line, sizeof(line), nm) != NULL; lines++)
        expect_known(line);
    assert_int_equal(pclose(nm), 0);
    assert_true(lines > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_makes_no_call_that_is_not_noted),
        CRASH_TEST(a_crash_leaves_right_durable_or_absent),
        CRASH_TEST(so_does_a_crash_after_a_crash),
        CRASH_TEST(so_does_one_in_drawn_sessions),
        CRASH_TEST(entries_follow_durable_bytes),
    };

    return cmocka_run_group_tests_name("crash_replay", tests, NULL, NULL);
}
