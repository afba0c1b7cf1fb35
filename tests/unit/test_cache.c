// SPDX-License-Identifier: BSD-2-Clause
// Each device gets its own directory, locked, and never another device's.

#include "store_util.h"

#include "base/buf.h"
#include "store/cache.h"

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

#define CALLS 64U

/* What stands in for the device: board's bytes, or an error. */
struct device {
    unsigned board;
    int answer; /* if negative: instead of comparing */
    unsigned calls;
    uint64_t offset[CALLS];
    uint32_t len[CALLS];
};

static const struct cache_medium media[] = {
    {.name = "flash", .base = 0xbf000000, .size = SIZE},
    {.name = "sf0", .base = 0, .size = AT(9)},
};

static char root[64];

static int probe(void *arg, const char *medium, uint64_t base, uint64_t offset,
                 const void *bytes, uint32_t len)
{
    struct device *d = arg;
    const uint8_t *got = bytes;

    assert_true(len > 0 && len <= 65536);
    assert_true(d->calls < CALLS);
    assert_int_equal(base, strcmp(medium, "sf0") == 0 ? 0 : 0xbf000000);
    d->offset[d->calls] = offset;
    d->len[d->calls] = len;
    d->calls++;
    for (uint32_t i = 0; i < len && d->answer == 0; i++) {
        if (got[i] != 0xff && got[i] != device_byte(d->board, offset + i))
            return 0;
    }
    return d->answer < 0 ? d->answer : 1;
}

static struct cache_config config_for(struct device *d)
{
    (void)snprintf(root, sizeof(root), "%s/a/b", work);
    return (struct cache_config){
        .root = root,
        .stem = "cam",
        .identity = "U-Boot 1.1.3\nboard 7\n",
        .media = media,
        .media_count = 2,
        .probe = d != NULL ? probe : NULL,
        .probe_arg = d,
    };
}

static struct cache *open_config(const struct cache_config *config)
{
    struct err err = {""};
    struct cache *c = NULL;

    if (cache_open(&c, config, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static struct cache *open_for(struct device *d)
{
    struct cache_config config = config_for(d);

    return open_config(&config);
}

/* Opens, puts blocks [first, end) of the medium, closes; returns the ID. */
static const char *fill(struct device *d, size_t medium, uint64_t first,
                        uint64_t end)
{
    static char id[100];
    struct cache *c = open_for(d);

    for (uint64_t n = first; n < end; n++)
        put_from(cache_blocks(c, medium), d->board, n);
    (void)snprintf(id, sizeof(id), "%s", cache_id(c));
    cache_close(c);
    return id;
}

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

/* All names, sizes and bytes below the directory ID, as one text. */
static void picture(const char *id, struct buf *out)
{
    struct dirent **list;
    char path[500];
    int count;

    buf_clear(out);
    (void)snprintf(path, sizeof(path), "%s/%s", root, id);
    count = scandir(path, &list, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        static char bytes[SIZE + 1];
        size_t got = 0;
        int fd;

        (void)snprintf(path, sizeof(path), "%s/%s/%s", root, id,
                       list[i]->d_name);
        fd = open(path, O_RDONLY);
        if (list[i]->d_name[0] != '.' && strcmp(list[i]->d_name, "lock") != 0)
            assert_int_equal(file_read(fd, bytes, sizeof(bytes), 0, &got), 0);
        (void)close(fd);
        assert_true(buf_printf(out, "%s %zu\n", list[i]->d_name, got));
        assert_true(buf_add(out, bytes, got));
        free(list[i]);
    }
    free(list);
}

static void another_board_leaves_the_cache_alone(void **state)
{
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct device three = {.board = 3};
    struct buf before = {0};
    struct buf after = {0};
    struct cache_config config = config_for(&two);
    struct cache *c;

    (void)state;
    assert_string_equal(fill(&one, 0, 0, 50), "cam-a0ee7cb3");
    picture("cam-a0ee7cb3", &before);
    assert_string_equal(fill(&two, 0, 0, 50), "cam-a0ee7cb3-2");
    assert_string_equal(fill(&three, 1, 0, 1), "cam-a0ee7cb3-3");
    picture("cam-a0ee7cb3", &after);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, after.len);
    assert_string_equal(fill(&two, 0, 0, 0), "cam-a0ee7cb3-2");
    assert_string_equal(fill(&three, 0, 0, 0), "cam-a0ee7cb3-3");
    assert_string_equal(fill(&one, 0, 0, 0), "cam-a0ee7cb3");
    c = open_config(&config);
    assert_true(get_right(cache_blocks(c, 0), 2, 0, AT(50)));
    cache_close(c);
    buf_free(&before);
    buf_free(&after);
}

static void asks_at_most_8_runs_that_are_spread(void **state)
{
    static const struct cache_medium large = {
        .name = "flash", .base = 0xbf000000, .size = 8 << 20};
    struct device d = {.board = 1};
    struct cache_config config = config_for(&d);
    struct cache *c;

    (void)state;
    config.media = &large;
    config.media_count = 1;
    c = open_config(&config);
    for (uint64_t n = 0; n < blocks_count(cache_blocks(c, 0)); n++)
        put_from(cache_blocks(c, 0), 1, n);
    cache_close(c);
    assert_int_equal(d.calls, 0);
    cache_close(open_config(&config));
    assert_int_equal(d.calls, 8);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(d.offset[i], i << 20);
        assert_int_equal(d.len[i], 65536);
    }
}

static void asks_about_each_known_place(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 200, 201); /* the short block */
    (void)fill(&d, 0, 20, 21);
    (void)fill(&d, 0, 70, 73);
    (void)fill(&d, 1, 0, 9);
    d.calls = 0;
    (void)fill(&d, 0, 0, 0);
    assert_int_equal(d.calls, 4);
    assert_int_equal(d.offset[0], AT(20));
    assert_int_equal(d.len[0], BLOCK_SIZE);
    assert_int_equal(d.offset[1], AT(70));
    assert_int_equal(d.len[1], AT(3));
    assert_int_equal(d.len[2], 100);
    assert_int_equal(d.len[3], AT(9));
}

static void would_rather_not_ask_about_blank_flash(void **state)
{
    uint8_t blank[BLOCK_SIZE];
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct cache *c = open_for(NULL);

    (void)state;
    memset(blank, 0xff, sizeof(blank));
    for (uint64_t n = 0; n < 200; n++)
        assert_int_equal(blocks_put(cache_blocks(c, 0), n, blank, NULL), 0);
    cache_close(c);
    /* Nothing but blank: asked about all the same. */
    assert_string_equal(fill(&one, 0, 0, 0), "cam-a0ee7cb3");
    assert_true(one.calls > 0);
    c = open_for(NULL);
    put_from(cache_blocks(c, 0), 1, 77);
    cache_close(c);
    assert_string_equal(fill(&two, 0, 0, 0), "cam-a0ee7cb3-2");
}

static void damaged_blocks_are_not_asked_about(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 0, 4);
    flip("a/b/cam-a0ee7cb3/flash.data", 0, 1);
    assert_string_equal(fill(&d, 0, 0, 0), "cam-a0ee7cb3");
    assert_true(d.calls > 0);
    assert_int_equal(d.offset[0], BLOCK_SIZE);
}

static void an_answer_that_cannot_be_had_is_an_error(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config = config_for(&d);
    struct cache *c = NULL;
    struct err err = {""};

    (void)state;
    for (uint64_t n = 0; n < 30; n += 2) {
        (void)fill(&d, 0, n, n + 1);
        d.calls = 0;
    }
    d = (struct device){.board = 1, .answer = -ETIMEDOUT};
    assert_int_equal(cache_open(&c, &config, &err), -ETIMEDOUT);
    assert_int_equal(d.calls, 8);
    assert_non_null(strstr(err.text, "cam-a0ee7cb3"));
    d = (struct device){.board = 1, .answer = -ENODEV};
    assert_int_equal(cache_open(&c, &config, &err), -ENODEV);
    assert_int_equal(d.calls, 1);
    d = (struct device){.board = 1, .answer = -EINTR};
    assert_int_equal(cache_open(&c, &config, &err), -EINTR);
    d = (struct device){.board = 1};
    assert_string_equal(fill(&d, 0, 0, 0), "cam-a0ee7cb3");
}

static void equal_boards_can_be_open_side_by_side(void **state)
{
    struct device one = {.board = 1};
    struct device two = {.board = 2};
    struct cache_config config = config_for(&two);
    struct cache *first;
    struct cache *second = NULL;

    (void)state;
    first = open_for(&one);
    /* Nothing known yet: it may be the same device. */
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    put_from(cache_blocks(first, 0), 1, 5);
    assert_int_equal(cache_sync(first, NULL), 0);
    second = open_config(&config);
    assert_string_equal(cache_id(second), "cam-a0ee7cb3-2");
    cache_close(second);
    config.probe_arg = &one;
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    one.answer = -EIO;
    assert_int_equal(cache_open(&second, &config, NULL), -EBUSY);
    cache_close(first);
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
    expect_refusal(-ENOTDIR, "cam-a0ee7cb3");
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
        STORE_TEST(another_board_leaves_the_cache_alone),
        STORE_TEST(asks_at_most_8_runs_that_are_spread),
        STORE_TEST(asks_about_each_known_place),
        STORE_TEST(would_rather_not_ask_about_blank_flash),
        STORE_TEST(damaged_blocks_are_not_asked_about),
        STORE_TEST(an_answer_that_cannot_be_had_is_an_error),
        STORE_TEST(equal_boards_can_be_open_side_by_side),
        STORE_TEST(memory_only_touches_no_disk),
        STORE_TEST(a_half_made_directory_is_finished),
        STORE_TEST(links_and_files_in_the_way_are_refused),
        STORE_TEST(odd_names_are_refused),
        STORE_TEST(the_default_root_follows_the_user),
    };

    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
