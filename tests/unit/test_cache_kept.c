// SPDX-License-Identifier: BSD-2-Clause
// A cache opened without its device: as it is, and left as it is.

#include "cache_util.h"

#include "base/buf.h"

#define ID       "cam-a0ee7cb3"
#define SLOT     "a/b/" ID
#define IDENTITY "U-Boot 1.1.3\nboard 7\n"

/* What stat tells of all files of the slot, to see that nothing changed. */
static void snapshot(struct buf *out)
{
    static const char *const names[] = {
        "identity",  "flash.data",      "flash.state", "sf0.data",
        "sf0.state", "flash.state.old", "device",      "identity.tmp"};
    char path[100];
    struct stat st;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), SLOT "/%s", names[i]);
        if (fstatat(work_dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
            (void)buf_printf(out, "%s %llu %lld %lld.%09ld\n", names[i],
                             (unsigned long long)st.st_ino,
                             (long long)st.st_size,
                             (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    }
}

static struct cache *open_kept(const char *id)
{
    CLEANUP_BUF struct buf identity = {0};
    struct cache *c = NULL;
    struct err err = {""};

    if (cache_open_kept(&c, root, id, &identity, &err) < 0 ||
        cache_open_media(c, media, 2, identity.data, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(identity.data, IDENTITY);
    return c;
}

static void expect_refusal(const char *id, int code, const char *hint)
{
    CLEANUP_BUF struct buf identity = {0};
    struct cache *c = NULL;
    struct err err = {""};

    assert_int_equal(cache_open_kept(&c, root, id, &identity, &err), code);
    if (strstr(err.text, hint) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, hint);
}

static void gives_what_was_put(void **state)
{
    struct device d = {.board = 1};
    CLEANUP_BUF struct buf before = {0};
    CLEANUP_BUF struct buf after = {0};
    char path[200];
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    (void)fill(&d, 1, 8, 9);
    snapshot(&before);
    (void)snprintf(path, sizeof(path), "%s/" ID, root);
    for (int round = 0; round < 2; round++) {
        c = open_kept(round == 0 ? ID : path);
        assert_string_equal(cache_id(c), ID);
        assert_string_equal(cache_path(c), path);
        assert_true(get_right(cache_blocks(c, 0), 1, AT(3), AT(6)));
        assert_false(get_block(cache_blocks(c, 0), 1, 9));
        assert_true(get_block(cache_blocks(c, 1), 1, 8));
        assert_int_equal(cache_sync(c, NULL), 0);
        cache_close(c);
    }
    snapshot(&after);
    assert_string_equal(before.data, after.data);
}

/* What does not fit or is damaged is not given, and not repaired either. */
static void damage_is_left_alone(void **state)
{
    struct device d = {.board = 1};
    CLEANUP_BUF struct buf before = {0};
    CLEANUP_BUF struct buf after = {0};
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    (void)fill(&d, 1, 0, 9);
    flip(SLOT "/flash.data", AT(4) + 7, 1);
    flip(SLOT "/sf0.state", 17, 1);
    snapshot(&before);
    c = open_kept(ID);
    assert_false(get_block(cache_blocks(c, 0), 1, 4));
    assert_true(get_block(cache_blocks(c, 0), 1, 5));
    assert_int_equal(blocks_known(cache_blocks(c, 1), 0, AT(9), NULL), 0);
    assert_int_equal(cache_sync(c, NULL), 0);
    cache_close(c);
    snapshot(&after);
    assert_string_equal(before.data, after.data);
}

static void missing_files_are_not_made(void **state)
{
    struct device d = {.board = 1};
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    assert_int_equal(unlinkat(work_dir, SLOT "/flash.data", 0), 0);
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.state", 0), 0);
    c = open_kept(ID);
    assert_int_equal(blocks_known(cache_blocks(c, 0), 0, SIZE, NULL), 0);
    cache_close(c);
    assert_false(exists(SLOT "/flash.data"));
    assert_false(exists(SLOT "/sf0.state"));
}

static void nothing_is_made_where_nothing_is(void **state)
{
    (void)state;
    (void)config_for(NULL);
    expect_refusal(ID, -ENOENT, "a/b");
    assert_false(exists("a"));
    cache_close(open_for(NULL));
    expect_refusal("cam-00000000", -ENOENT, "there is no cache");
    assert_false(exists("a/b/cam-00000000"));
    assert_int_equal(mkdirat(work_dir, "a/b/other", 0700), 0);
    expect_refusal("other", -ENOENT, "no cache of fwfs");
    assert_false(exists("a/b/other/lock"));
}

static void odd_ids_are_refused(void **state)
{
    static const char *const ids[] = {"", ".", "..", ".hidden"};
    char longest[300];

    (void)state;
    cache_close(open_for(NULL));
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        expect_refusal(ids[i], -EINVAL, "not the ID");
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    expect_refusal(longest, -EINVAL, "not the ID");
    assert_false(cache_is_id("a/b"));
    assert_true(cache_is_id(ID "-2"));
}

/* As after a try that failed: closed, and open to the next. */
static void media_that_cannot_be_opened(void **state)
{
    const struct cache_medium odd[] = {media[0], {"../x", 0, AT(1)}};
    CLEANUP_BUF struct buf identity = {0};
    struct cache *c = NULL;
    struct err err = {""};

    (void)state;
    cache_close(open_for(NULL));
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.data", 0), 0);
    assert_int_equal(symlinkat("x", work_dir, SLOT "/sf0.data"), 0);
    assert_int_equal(cache_open_kept(&c, root, ID, &identity, &err), 0);
    assert_int_equal(cache_open_media(c, odd, 2, IDENTITY, &err), -EINVAL);
    assert_int_equal(cache_open_media(c, media, 2, IDENTITY, &err), -ELOOP);
    assert_int_equal(cache_sync(c, &err), 0);
    cache_close(c);
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.data", 0), 0);
    cache_close(open_kept(ID));
}

static void one_mount_at_a_time(void **state)
{
    struct cache *c;
    char pid[40];

    (void)state;
    c = open_for(NULL);
    (void)snprintf(pid, sizeof(pid), "in use by process %ld;", (long)getpid());
    expect_refusal(ID, -EBUSY, pid);
    cache_close(c);
    c = open_kept(ID);
    expect_refusal(ID, -EBUSY, pid);
    cache_close(c);
}

static void a_spoilt_identity_is_refused(void **state)
{
    int dir;

    (void)state;
    cache_close(open_for(NULL));
    dir = openat(work_dir, SLOT, O_RDONLY | O_DIRECTORY);
    assert_int_equal(file_replace(dir, "identity", "", 0), 0);
    expect_refusal(ID, -EBADMSG, "damaged");
    assert_int_equal(file_replace(dir, "identity", "a\0b", 3), 0);
    expect_refusal(ID, -EBADMSG, "damaged");
    cut_file(SLOT "/identity", 70000);
    expect_refusal(ID, -EFBIG, "identity");
    assert_int_equal(unlinkat(dir, "identity", 0), 0);
    assert_int_equal(symlinkat("/etc/hostname", dir, "identity"), 0);
    expect_refusal(ID, -ELOOP, "symbolic link");
    (void)close(dir);
}

static void texts_are_kept(void **state)
{
    CLEANUP_BUF struct buf out = {0};
    struct cache *c = open_for(NULL);
    struct err err = {""};
    struct stat st;

    (void)state;
    assert_int_equal(cache_read_kept(c, "device", 100, &out, &err), -ENOENT);
    assert_int_equal(cache_keep(c, "device", "one\n", 4, &err), 0);
    assert_int_equal(cache_keep(c, "device", "two!\n", 5, &err), 0);
    cache_close(c);
    assert_int_equal(fstatat(work_dir, SLOT "/device", &st, 0), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_false(exists(SLOT "/device.tmp"));
    c = open_kept(ID);
    assert_int_equal(cache_read_kept(c, "device", 5, &out, &err), 0);
    assert_string_equal(out.data, "two!\n");
    assert_int_equal(cache_read_kept(c, "device", 4, &out, &err), -EFBIG);
    cache_close(c);
}

static void texts_are_not_kept_in_memory(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *c;

    (void)state;
    config.memory_only = true;
    c = open_config(&config);
    assert_int_equal(cache_keep(c, "device", "one\n", 4, NULL), 0);
    cache_close(c);
    assert_false(exists("a"));
}

static void expect_text(struct cache *c, const char *name, const char *text)
{
    CLEANUP_BUF struct buf found = {0};

    assert_int_equal(cache_read_kept(c, name, 100, &found, NULL), 0);
    assert_string_equal(found.data, text);
}

/* Each of them once, however often it comes. */
static void texts_are_kept_aside(void **state)
{
    struct cache *c = open_for(NULL);
    struct err err = {""};
    char text[16];

    (void)state;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(cache_keep_aside(c, "device", "one\n", 4, &err), 0);
        assert_int_equal(cache_keep_aside(c, "device", "two!\n", 5, &err), 0);
    }
    expect_text(c, "device.2", "one\n");
    expect_text(c, "device.3", "two!\n");
    assert_false(exists(SLOT "/device.4"));
    for (int i = 4; i <= 99; i++) {
        int len = snprintf(text, sizeof(text), "text %d\n", i);
        assert_int_equal(cache_keep_aside(c, "device", text, (size_t)len, &err),
                         0);
    }
    assert_int_equal(cache_keep_aside(c, "device", "more", 4, &err), -EEXIST);
    assert_non_null(strstr(err.text, "98 copies of device"));
    assert_int_equal(cache_keep_aside(c, "device", "one\n", 4, &err), 0);
    expect_text(c, "device.2", "one\n");
    cache_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(texts_are_kept_aside),
        STORE_TEST(gives_what_was_put),
        STORE_TEST(damage_is_left_alone),
        STORE_TEST(missing_files_are_not_made),
        STORE_TEST(nothing_is_made_where_nothing_is),
        STORE_TEST(odd_ids_are_refused),
        STORE_TEST(media_that_cannot_be_opened),
        STORE_TEST(one_mount_at_a_time),
        STORE_TEST(a_spoilt_identity_is_refused),
        STORE_TEST(texts_are_kept),
        STORE_TEST(texts_are_not_kept_in_memory),
    };

    return cmocka_run_group_tests_name("cache_kept", tests, NULL, NULL);
}
