// SPDX-License-Identifier: BSD-2-Clause
// Each device gets its own directory, locked and private.

#include "cache_util.h"

#include <sys/file.h>
#include <sys/wait.h>

static void expect_mode(const char *name, mode_t mode)
{
    char path[200];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s/%s", work, name);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, mode);
}

static void makes_a_private_directory(void **state)
{
    struct cache *c = open_for(NULL);
    char text[100] = "";
    size_t got;
    int fd;

    (void)state;
    assert_int_equal(strncmp(cache_path(c), root, strlen(root)), 0);
    assert_string_equal(cache_path(c) + strlen(root) + 1, cache_id(c));
    assert_string_equal(cache_id(c), "cam-a0ee7cb3");
    expect_mode("a", 0700);
    expect_mode("a/b", 0700);
    expect_mode("a/b/cam-a0ee7cb3", 0700);
    expect_mode("a/b/cam-a0ee7cb3/lock", 0600);
    expect_mode("a/b/cam-a0ee7cb3/identity", 0600);
    expect_mode("a/b/cam-a0ee7cb3/flash.data", 0600);
    expect_mode("a/b/cam-a0ee7cb3/flash.state", 0600);
    expect_mode("a/b/cam-a0ee7cb3/sf0.data", 0600);
    fd = openat(work_dir, "a/b/cam-a0ee7cb3/identity", O_RDONLY);
    assert_int_equal(file_read(fd, text, sizeof(text) - 1, 0, &got), 0);
    assert_string_equal(text, "U-Boot 1.1.3\nboard 7\n");
    (void)close(fd);
    cache_close(c);
    cache_close(NULL);
}

static void keeps_what_was_put(void **state)
{
    struct device d = {.board = 1};
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    (void)fill(&d, 1, 8, 9);
    c = open_for(NULL);
    assert_true(get_right(cache_blocks(c, 0), 1, AT(3), AT(6)));
    assert_true(get_block(cache_blocks(c, 1), 1, 8));
    assert_int_equal(blocks_known(cache_blocks(c, 0), 0, SIZE, NULL), AT(6));
    put_from(cache_blocks(c, 0), 1, 100);
    assert_int_equal(cache_sync(c, NULL), 0);
    cache_close(c);
}

static void another_identity_is_another_directory(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *first = open_config(&config);
    struct cache *second;

    (void)state;
    put_from(cache_blocks(first, 0), 1, 1);
    config.identity = "U-Boot 1.1.3\nboard 8\n";
    second = open_config(&config);
    assert_string_not_equal(cache_id(first), cache_id(second));
    assert_int_equal(blocks_known(cache_blocks(second, 0), 0, SIZE, NULL), 0);
    cache_close(first);
    cache_close(second);
}

/* As if both identities had the same checksum. */
static void a_colliding_identity_gets_a_number(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = open_config(&config);
    char id[100];
    int dir;

    (void)state;
    (void)snprintf(id, sizeof(id), "%s-2", cache_id(c));
    put_from(cache_blocks(c, 0), 1, 1);
    dir = open(cache_path(c), O_RDONLY | O_DIRECTORY);
    /* Longer, but alike as far as the other one goes. */
    assert_int_equal(
        file_replace(dir, "identity", "U-Boot 1.1.3\nboard 7\nmore", 25), 0);
    (void)close(dir);
    cache_close(c);
    for (int round = 0; round < 2; round++) {
        c = open_config(&config);
        assert_string_equal(cache_id(c), id);
        assert_int_equal(blocks_known(cache_blocks(c, 0), 0, SIZE, NULL), 0);
        cache_close(c);
    }
}

static void is_opened_once_only(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = open_config(&config);
    struct cache *second = NULL;
    struct err err = {""};
    char pid[40];
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(cache_open(&second, &config, NULL) == -EBUSY ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(cache_open(&second, &config, &err), -EBUSY);
    (void)snprintf(pid, sizeof(pid), "in use by process %ld;", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    assert_non_null(strstr(err.text, cache_path(c)));
    cache_close(c);
    c = open_config(&config);
    cache_close(c);
}

/* The holder has not come to write its pid and the identity. */
static void a_directory_in_the_making_is_busy(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = NULL;
    struct err err = {""};
    int lock;

    (void)state;
    assert_int_equal(mkdirat(work_dir, "a", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b/cam-a0ee7cb3", 0700), 0);
    lock = openat(work_dir, "a/b/cam-a0ee7cb3/lock", O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(cache_open(&c, &config, &err), -EBUSY);
    assert_non_null(strstr(err.text, "another process"));
    assert_false(exists("a/b/cam-a0ee7cb3/identity"));
    (void)close(lock);
    cache_close(open_config(&config));
}

static void memory_only_touches_no_disk(void **state)
{
    struct device d = {.board = 2};
    struct cache_config config = config_for(&d);
    struct cache *c;

    (void)state;
    config.memory_only = true;
    config.root = "/dev/null/none";
    c = open_config(&config);
    assert_string_equal(cache_id(c), "memory");
    assert_string_equal(cache_path(c), "");
    put_from(cache_blocks(c, 1), 2, 4);
    assert_int_equal(cache_sync(c, NULL), 0);
    assert_true(get_block(cache_blocks(c, 1), 2, 4));
    cache_close(c);
    assert_int_equal(d.calls, 0);
    assert_false(exists("a"));
}

static void a_half_made_directory_is_finished(void **state)
{
    (void)state;
    assert_int_equal(mkdirat(work_dir, "a", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b/cam-a0ee7cb3", 0700), 0);
    close(openat(work_dir, "a/b/cam-a0ee7cb3/identity.tmp", O_WRONLY | O_CREAT,
                 0600));
    cache_close(open_for(NULL));
    assert_true(exists("a/b/cam-a0ee7cb3/identity"));
    assert_false(exists("a/b/cam-a0ee7cb3/identity.tmp"));
}

static void expect_refusal(int code, const char *hint)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = NULL;
    struct err err = {""};

    assert_int_equal(cache_open(&c, &config, &err), code);
    assert_non_null(strstr(err.text, hint));
}

static void links_and_files_in_the_way_are_refused(void **state)
{
    (void)state;
    close(openat(work_dir, "a", O_WRONLY | O_CREAT, 0600));
    expect_refusal(-ENOTDIR, "/a");
    assert_int_equal(unlinkat(work_dir, "a", 0), 0);
    cache_close(open_for(NULL));
    assert_int_equal(unlinkat(work_dir, "a/b/cam-a0ee7cb3/identity", 0), 0);
    assert_int_equal(
        symlinkat("/etc/hostname", work_dir, "a/b/cam-a0ee7cb3/identity"), 0);
    expect_refusal(-ELOOP, "identity");
    assert_int_equal(unlinkat(work_dir, "a/b/cam-a0ee7cb3/lock", 0), 0);
    assert_int_equal(symlinkat("x", work_dir, "a/b/cam-a0ee7cb3/lock"), 0);
    expect_refusal(-ELOOP, "lock");
    assert_false(exists("a/b/cam-a0ee7cb3/x"));
    assert_int_equal(
        renameat(work_dir, "a/b/cam-a0ee7cb3", work_dir, "a/b/real"), 0);
    assert_int_equal(symlinkat("real", work_dir, "a/b/cam-a0ee7cb3"), 0);
    expect_refusal(-ELOOP, "cam-a0ee7cb3");
}

static void refuse(const struct cache_config *config)
{
    struct cache *c = NULL;
    struct err err = {""};

    assert_int_equal(cache_open(&c, config, &err), -EINVAL);
    assert_true(err.text[0] != '\0');
    assert_false(exists("a"));
}

static void odd_names_are_refused(void **state)
{
    static const char *const names[] = {"", "a/b", "..", "A", "a b"};
    struct cache_config config;
    struct cache_medium odd[2] = {media[0], media[0]};
    struct cache *c = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        config = config_for(NULL);
        config.stem = names[i];
        refuse(&config);
        config = config_for(NULL);
        config.media = odd;
        odd[0].name = names[i];
        refuse(&config);
    }
    odd[0] = odd[1];
    refuse(&config);
    config = config_for(NULL);
    config.identity = "";
    refuse(&config);
    config = config_for(NULL);
    config.root = "";
    assert_int_equal(cache_open(&c, &config, NULL), -ENOENT);
}

static void expect_root(const char *xdg, const char *home, const char *want)
{
    char out[64] = "";

    (void)unsetenv("XDG_CACHE_HOME");
    (void)unsetenv("HOME");
    if (xdg != NULL)
        (void)setenv("XDG_CACHE_HOME", xdg, 1);
    if (home != NULL)
        (void)setenv("HOME", home, 1);
    if (want == NULL) {
        assert_int_equal(cache_default_root(out, sizeof(out), NULL), -ENOENT);
        return;
    }
    assert_int_equal(cache_default_root(out, sizeof(out), NULL), 0);
    assert_string_equal(out, want);
}

static void the_default_root_follows_the_user(void **state)
{
    bool root_user = geteuid() == 0;
    char small[8];

    (void)state;
    if (root_user) {
        expect_root("/x", "/home/u", "/var/cache/fwfs");
        assert_int_equal(seteuid(65534), 0);
    }
    expect_root("/x/cache", "/home/u", "/x/cache/fwfs");
    assert_int_equal(cache_default_root(small, sizeof(small), NULL),
                     -ENAMETOOLONG);
    expect_root("relative", "/home/u", "/home/u/.cache/fwfs");
    expect_root("", "/home/u", "/home/u/.cache/fwfs");
    expect_root(NULL, "/home/u", "/home/u/.cache/fwfs");
    expect_root(NULL, "", NULL);
    expect_root(NULL, NULL, NULL);
    if (root_user)
        assert_int_equal(seteuid(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(makes_a_private_directory),
        STORE_TEST(keeps_what_was_put),
        STORE_TEST(another_identity_is_another_directory),
        STORE_TEST(a_colliding_identity_gets_a_number),
        STORE_TEST(is_opened_once_only),
        STORE_TEST(a_directory_in_the_making_is_busy),
        STORE_TEST(memory_only_touches_no_disk),
        STORE_TEST(a_half_made_directory_is_finished),
        STORE_TEST(links_and_files_in_the_way_are_refused),
        STORE_TEST(odd_names_are_refused),
        STORE_TEST(the_default_root_follows_the_user),
    };

    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
