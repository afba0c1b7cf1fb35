// SPDX-License-Identifier: BSD-2-Clause
// What others put into the way of the cache: links, and their own files.

#include "cache_util.h"

#define ID   "cam-a0ee7cb3"
#define SLOT "a/b/" ID

static const char victim_text[] = "somebody's letters, quite long ones\n";

/* A file outside of the cache that must stay as it is. */
static void make_victim(void)
{
    int fd = openat(work_dir, "victim", O_WRONLY | O_CREAT, 0600);

    assert_int_equal(file_write(fd, victim_text, sizeof(victim_text), 0), 0);
    (void)close(fd);
}

static void expect_victim_unhurt(void)
{
    char text[sizeof(victim_text) + 1] = "";
    int fd = openat(work_dir, "victim", O_RDONLY);
    struct stat st;
    size_t got;

    assert_int_equal(file_read(fd, text, sizeof(text), 0, &got), 0);
    assert_int_equal(got, sizeof(victim_text));
    assert_memory_equal(text, victim_text, sizeof(victim_text));
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    (void)close(fd);
}

static int try_open(const char *at, struct err *err)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = NULL;
    int rc;

    if (at != NULL)
        config.root = at;
    err->text[0] = '\0';
    rc = cache_open(&c, &config, err);
    cache_close(c);
    return rc;
}

/* at: the root to use; NULL: the usual one. */
static void expect_refusal_at(const char *at, int code, const char *hint)
{
    struct err err;

    assert_int_equal(try_open(at, &err), code);
    if (strstr(err.text, hint) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, hint);
}

static void expect_refusal(int code, const char *hint)
{
    expect_refusal_at(NULL, code, hint);
}

/* Every name in a slot but those that are made anew and never written to. */
static const char *const names[] = {
    SLOT "/lock",        SLOT "/identity", SLOT "/flash.data",
    SLOT "/flash.state", SLOT "/sf0.data", SLOT "/sf0.state",
};

/* Puts something else at the place of name, tries, and puts it back. */
static void with_planted(const char *name, void (*plant)(const char *name),
                         int code, const char *hint)
{
    assert_int_equal(renameat(work_dir, name, work_dir, "aside"), 0);
    plant(name);
    expect_refusal(code, hint);
    assert_int_equal(unlinkat(work_dir, name, 0), 0);
    assert_int_equal(renameat(work_dir, "aside", work_dir, name), 0);
    expect_victim_unhurt();
}

static void plant_link(const char *name)
{
    assert_int_equal(symlinkat("../../../victim", work_dir, name), 0);
}

static void plant_hard_link(const char *name)
{
    assert_int_equal(linkat(work_dir, "victim", work_dir, name, 0), 0);
}

static void plant_open_file(const char *name)
{
    close(openat(work_dir, name, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(fchmodat(work_dir, name, 0622, 0), 0);
}

static void plant_fifo(const char *name)
{
    assert_int_equal(mkfifoat(work_dir, name, 0600), 0);
}

static void plant_strangers(const char *name)
{
    close(openat(work_dir, name, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(fchownat(work_dir, name, 65534, 65534, 0), 0);
}

static void planted_files_are_refused(void **state)
{
    (void)state;
    make_victim();
    cache_close(open_for(NULL));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        with_planted(names[i], plant_link, -ELOOP, "symbolic link");
        with_planted(names[i], plant_hard_link, -EMLINK, "hard link");
        with_planted(names[i], plant_open_file, -EPERM, "others can write");
        with_planted(names[i], plant_fifo, -EINVAL, "no plain file");
        if (geteuid() == 0)
            with_planted(names[i], plant_strangers, -EPERM, "another user");
    }
    cache_close(open_for(NULL));
}

/* identity.tmp: a link there is taken away, not written through. */
static void planted_temporaries_are_replaced(void **state)
{
    static void (*const plants[])(const char *) = {plant_link, plant_hard_link,
                                                   plant_fifo};

    (void)state;
    make_victim();
    for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++) {
        cache_close(open_for(NULL));
        assert_int_equal(unlinkat(work_dir, SLOT "/identity", 0), 0);
        plants[i](SLOT "/identity.tmp");
        cache_close(open_for(NULL));
        assert_false(exists(SLOT "/identity.tmp"));
        expect_victim_unhurt();
    }
}

/* A state file that does not fit is renamed over what stands there. */
static void a_planted_old_state_is_replaced(void **state)
{
    (void)state;
    make_victim();
    cache_close(open_for(NULL));
    flip(SLOT "/flash.state", 16, 1);
    plant_link(SLOT "/flash.state.old");
    cache_close(open_for(NULL));
    expect_victim_unhurt();
}

static void planted_directories_are_refused(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 3, 9);
    assert_int_equal(renameat(work_dir, SLOT, work_dir, "a/b/real"), 0);
    assert_int_equal(symlinkat("real", work_dir, SLOT), 0);
    expect_refusal(-ELOOP, "symbolic link");
    assert_int_equal(unlinkat(work_dir, SLOT, 0), 0);
    assert_int_equal(symlinkat("nowhere", work_dir, SLOT), 0);
    expect_refusal(-ELOOP, "symbolic link");
    assert_false(exists("a/b/nowhere"));
}

static void open_directories_are_refused(void **state)
{
    static const char *const dirs[] = {"a/b", SLOT};
    static const mode_t modes[] = {0720, 0702, 0777, 01777};

    (void)state;
    cache_close(open_for(NULL));
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof(modes) / sizeof(modes[0]); k++) {
            assert_int_equal(fchmodat(work_dir, dirs[i], modes[k], 0), 0);
            expect_refusal(-EPERM, "chmod go-w");
        }
        assert_int_equal(fchmodat(work_dir, dirs[i], 0755, 0), 0);
    }
    cache_close(open_for(NULL));
}

static void strangers_directories_are_refused(void **state)
{
    static const char *const dirs[] = {"a/b", SLOT};

    (void)state;
    if (geteuid() != 0)
        skip();
    cache_close(open_for(NULL));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(fchownat(work_dir, dirs[i], 65534, 65534, 0), 0);
        expect_refusal(-EPERM, "another user");
        assert_int_equal(fchownat(work_dir, dirs[i], 0, 0, 0), 0);
    }
}

static void a_root_may_be_ones_own_link(void **state)
{
    char at[96];

    (void)state;
    cache_close(open_for(NULL));
    assert_int_equal(symlinkat("a/b", work_dir, "mine"), 0);
    (void)snprintf(at, sizeof(at), "%s/mine", work);
    expect_refusal_at(at, 0, "");
    if (geteuid() != 0)
        return;
    assert_int_equal(
        fchownat(work_dir, "mine", 65534, 65534, AT_SYMLINK_NOFOLLOW), 0);
    expect_refusal_at(at, -ELOOP, "symbolic link");
    (void)strcat(at, "//");
    expect_refusal_at(at, -ELOOP, "symbolic link");
}

/* Root's default cannot be moved for a test: as somebody else. */
static void the_default_root_is_no_link(void **state)
{
    bool root_user = geteuid() == 0;
    struct cache_config config = config_for(NULL);
    struct cache *c = NULL;
    struct err err = {""};

    (void)state;
    assert_int_equal(fchmodat(work_dir, ".", 0755, 0), 0);
    assert_int_equal(mkdirat(work_dir, "xdg", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "real", 0700), 0);
    assert_int_equal(symlinkat("../real", work_dir, "xdg/fwfs"), 0);
    (void)snprintf(root, sizeof(root), "%s/xdg", work);
    (void)setenv("XDG_CACHE_HOME", root, 1);
    config.root = NULL;
    if (root_user) {
        assert_int_equal(fchownat(work_dir, "xdg", 65534, 65534, 0), 0);
        assert_int_equal(fchownat(work_dir, "real", 65534, 65534, 0), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    assert_int_equal(cache_open(&c, &config, &err), -ELOOP);
    if (root_user)
        assert_int_equal(seteuid(0), 0);
    assert_non_null(strstr(err.text, "symbolic link"));
    assert_false(exists("real/" ID));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(planted_files_are_refused),
        STORE_TEST(planted_temporaries_are_replaced),
        STORE_TEST(a_planted_old_state_is_replaced),
        STORE_TEST(planted_directories_are_refused),
        STORE_TEST(open_directories_are_refused),
        STORE_TEST(strangers_directories_are_refused),
        STORE_TEST(a_root_may_be_ones_own_link),
        STORE_TEST(the_default_root_is_no_link),
    };

    return cmocka_run_group_tests_name("cache_hostile", tests, NULL, NULL);
}
