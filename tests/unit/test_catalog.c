// SPDX-License-Identifier: BSD-2-Clause
// Listing caches, which changes nothing, and forgetting one, and only that.

#include "cache_util.h"

#include "base/buf.h"
#include "store/catalog.h"
#include "store/forget.h"

#include <sys/file.h>
#include <time.h>

#define ID   "cam-a0ee7cb3"
#define SLOT "a/b/" ID

#define ENTRIES 8

/* Copies of what was listed. */
static struct entry {
    char id[64];
    char identity[64];
    char device[64];
    struct catalog_entry e;
} seen[ENTRIES];
static size_t n_seen;

static void see(void *arg, const struct catalog_entry *e)
{
    struct entry *s = &seen[n_seen++];

    assert_ptr_equal(arg, seen);
    assert_true(n_seen <= ENTRIES);
    s->e = *e;
    (void)snprintf(s->id, sizeof(s->id), "%s", e->id);
    (void)snprintf(s->identity, sizeof(s->identity), "%s",
                   e->identity != NULL ? e->identity : "");
    (void)snprintf(s->device, sizeof(s->device), "%s",
                   e->device->len > 0 ? e->device->data : "");
}

static int list(struct err *err)
{
    char path[PATH_MAX];

    n_seen = 0;
    memset(seen, 0, sizeof(seen));
    return catalog_list(root, 1000, path, see, seen, err);
}

static void expect_listed(size_t n)
{
    struct err err = {""};

    if (list(&err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(n_seen, n);
}

static void an_absent_root_has_none(void **state)
{
    (void)state;
    (void)config_for(NULL);
    expect_listed(0);
    assert_false(exists("a"));
    assert_int_equal(mkdirat(work_dir, "a", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b", 0700), 0);
    expect_listed(0);
}

static void lists_what_there_is(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config;
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    (void)fill(&d, 1, 8, 9);
    c = open_for(NULL);
    put_from(cache_blocks(c, 0), 1, 200); /* the short one */
    blocks_confirm(cache_blocks(c, 0), 200, BLOCK_REREAD);
    blocks_confirm(cache_blocks(c, 0), 4, BLOCK_CHECKSUM);
    assert_int_equal(cache_keep(c, "device", "text\n", 5, NULL), 0);
    cache_close(c);
    config = config_for(NULL);
    config.stem = "a-later";
    c = open_config(&config);
    expect_listed(2);
    assert_string_equal(seen[0].id, "a-later-a0ee7cb3");
    assert_true(seen[0].e.busy);
    assert_int_equal(seen[0].e.holder, getpid());
    assert_int_equal(seen[0].e.known, 0);
    assert_string_equal(seen[0].device, "");
    assert_string_equal(seen[1].id, ID);
    assert_string_equal(seen[1].identity, "U-Boot 1.1.3\nboard 7\n");
    assert_string_equal(seen[1].device, "text\n");
    assert_false(seen[1].e.busy);
    assert_int_equal(seen[1].e.size, SIZE + AT(9));
    assert_int_equal(seen[1].e.known, AT(7) + 100);
    assert_int_equal(seen[1].e.confirmed, AT(1) + 100);
    assert_true(seen[1].e.disk >= AT(7) && seen[1].e.disk < 1000000);
    assert_true(seen[1].e.used > time(NULL) - 100);
    assert_true(seen[1].e.used <= time(NULL) + 1);
    cache_close(c);
    expect_listed(2);
    assert_false(seen[0].e.busy);
    cache_close(open_config(&config)); /* the look took no lock away */
}

/* A medium that grew, and one that was at two addresses. */
static void lists_all_that_is_kept(void **state)
{
    struct cache_medium one = {"flash", 0x1000, AT(9)};
    struct cache_config config = config_for(NULL);

    (void)state;
    config.media = &one;
    config.media_count = 1;
    for (unsigned i = 0; i < 4; i++) {
        struct cache *c = open_config(&config);
        put_from(cache_blocks(c, 0), 1, i);
        cache_close(c);
        one.size = i == 0 ? AT(30) : AT(9);
        one.base = i < 2 ? 0x1000 : 0x2000;
    }
    expect_listed(1);
    assert_int_equal(seen[0].e.size, AT(30) + AT(9));
    assert_int_equal(seen[0].e.known, AT(4));
}

static void stamp(char *out, size_t size, const char *name)
{
    struct stat st;

    assert_int_equal(fstatat(work_dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    (void)snprintf(out, size, "%llu %lld %lld.%09ld", (long long)st.st_ino,
                   (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                   st.st_mtim.tv_nsec);
}

static void looking_changes_nothing(void **state)
{
    static const char *const names[] = {
        "a/b", SLOT, SLOT "/lock", SLOT "/flash.data", SLOT "/flash.state"};
    struct device d = {.board = 1};
    char before[5][120];
    char after[120];

    (void)state;
    (void)fill(&d, 0, 3, 9);
    flip(SLOT "/flash.data", AT(4), 1);
    cut_file(SLOT "/flash.data", (off_t)AT(8));
    for (size_t i = 0; i < 5; i++)
        stamp(before[i], sizeof(before[i]), names[i]);
    expect_listed(1);
    assert_int_equal(seen[0].e.known, AT(5));
    for (size_t i = 0; i < 5; i++) {
        stamp(after, sizeof(after), names[i]);
        assert_string_equal(before[i], after);
    }
}

/* Links, strangers' and open directories, and what is no cache. */
static void leaves_out_what_is_not_ours(void **state)
{
    (void)state;
    cache_close(open_for(NULL));
    assert_int_equal(symlinkat(ID, work_dir, "a/b/link"), 0);
    assert_int_equal(mkdirat(work_dir, "a/b/plain", 0700), 0);
    assert_int_equal(mkdirat(work_dir, "a/b/.hidden", 0700), 0);
    close(openat(work_dir, "a/b/.hidden/lock", O_WRONLY | O_CREAT, 0600));
    close(openat(work_dir, "a/b/file", O_WRONLY | O_CREAT, 0600));
    assert_int_equal(mkdirat(work_dir, "a/b/open", 0700), 0);
    close(openat(work_dir, "a/b/open/lock", O_WRONLY | O_CREAT, 0600));
    expect_listed(2);
    assert_int_equal(fchmodat(work_dir, "a/b/open", 0777, 0), 0);
    expect_listed(1);
    assert_string_equal(seen[0].id, ID);
    assert_int_equal(fchmodat(work_dir, "a/b/open", 0700, 0), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(fchownat(work_dir, "a/b/open", 65534, 65534, 0), 0);
    expect_listed(1);
}

/* Planted files are not read; the rest of the cache is still told of. */
static void reads_through_no_link(void **state)
{
    struct device d = {.board = 1};

    (void)state;
    (void)fill(&d, 0, 3, 9);
    (void)fill(&d, 1, 0, 9);
    close(openat(work_dir, "secret", O_WRONLY | O_CREAT, 0600));
    cut_file("secret", 77);
    assert_int_equal(symlinkat("../../../secret", work_dir, SLOT "/device"), 0);
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.state", 0), 0);
    assert_int_equal(
        linkat(work_dir, SLOT "/flash.state", work_dir, SLOT "/sf0.state", 0),
        0);
    expect_listed(1);
    assert_string_equal(seen[0].device, "");
    assert_int_equal(seen[0].e.known, 0); /* two names: neither is believed */
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.state", 0), 0);
    expect_listed(1);
    assert_int_equal(seen[0].e.known, AT(6));
    assert_int_equal(unlinkat(work_dir, SLOT "/identity", 0), 0);
    assert_int_equal(symlinkat("../../../secret", work_dir, SLOT "/identity"),
                     0);
    expect_listed(1);
    assert_string_equal(seen[0].identity, "");
    assert_int_equal(seen[0].e.known, 0);
}

/* Sizes that no state file should have. */
static void spoilt_states_count_for_nothing(void **state)
{
    static const uint64_t sizes[] = {0, UINT64_MAX, INT64_MAX,
                                     (UINT64_C(1) << 44) + 512};
    uint8_t header[STATE_HEADER_SIZE];
    struct state_key key = {.base = 0};
    int fd;

    (void)state;
    cache_close(open_for(NULL));
    key.identity = state_identity("U-Boot 1.1.3\nboard 7\n");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        key.size = sizes[i];
        state_header_encode(header, &key);
        fd = openat(work_dir, SLOT "/flash.state", O_RDWR);
        assert_int_equal(file_write(fd, header, sizeof(header), 0), 0);
        (void)close(fd);
        expect_listed(1);
        assert_int_equal(seen[0].e.size, AT(9));
    }
    cut_file(SLOT "/flash.state", 10);
    expect_listed(1);
    assert_int_equal(seen[0].e.size, AT(9));
}

static void roots_of_others_are_refused(void **state)
{
    struct err err = {""};

    (void)state;
    cache_close(open_for(NULL));
    assert_int_equal(fchmodat(work_dir, "a/b", 0777, 0), 0);
    assert_int_equal(list(&err), -EPERM);
    assert_int_equal(n_seen, 0);
    assert_int_equal(fchmodat(work_dir, "a/b", 0700, 0), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(fchownat(work_dir, "a/b", 65534, 65534, 0), 0);
    assert_int_equal(list(&err), -EPERM);
    assert_int_equal(n_seen, 0);
    assert_null(strstr(err.text, ID));
}

/* --- forgetting ---------------------------------------------------------- */

static void expect_forgotten(const char *id, int code, const char *hint)
{
    struct err err = {""};
    uint64_t freed;

    assert_int_equal(forget_cache(root, id, &freed, &err), code);
    if (strstr(err.text, hint) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, hint);
}

static void forgets_one(void **state)
{
    struct device d = {.board = 1};
    struct cache_config config;
    uint64_t freed = 0;
    struct cache *c;

    (void)state;
    (void)fill(&d, 0, 3, 9);
    c = open_for(NULL);
    assert_int_equal(cache_keep(c, "device", "text\n", 5, NULL), 0);
    cache_close(c);
    flip(SLOT "/flash.state", 16, 1);
    cache_close(open_for(NULL)); /* leaves it, and makes flash.2.state */
    assert_true(exists(SLOT "/flash.2.data"));
    close(openat(work_dir, SLOT "/sf0.99.counts", O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, SLOT "/flash.state.old", O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, SLOT "/device.2", O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, SLOT "/device.12.tmp", O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, SLOT "/identity.tmp", O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, SLOT "/device.tmp", O_CREAT | O_WRONLY, 0600));
    config = config_for(NULL);
    config.stem = "other";
    cache_close(open_config(&config));
    assert_int_equal(forget_cache(root, ID, &freed, NULL), 0);
    assert_true(freed >= AT(6));
    assert_false(exists(SLOT));
    expect_forgotten(ID, -ENOENT, "there is no cache");
    expect_listed(1);
    expect_forgotten("other-a0ee7cb3", 0, "");
    expect_listed(0);
    assert_true(exists("a/b"));
}

static void one_in_use_stays(void **state)
{
    struct cache *c = open_for(NULL);
    char pid[40];

    (void)state;
    (void)snprintf(pid, sizeof(pid), "in use by process %ld;", (long)getpid());
    expect_forgotten(ID, -EBUSY, pid);
    cache_close(c);
    assert_true(exists(SLOT "/flash.data"));
    expect_forgotten(ID, 0, "");
}

/* Whatever else is there stays, and so does what links lead to. */
static void strange_things_stay(void **state)
{
    static const char *const strange[] = {
        SLOT "/notes.txt",      SLOT "/Flash.data",   SLOT "/flash.data.bak",
        SLOT "/.data",          SLOT "/flash.1.data", SLOT "/flash.02.data",
        SLOT "/flash.100.data", SLOT "/flash.2",      SLOT "/lock.2",
        SLOT "/device.1",       SLOT "/\x1b[2J"};

    (void)state;
    cache_close(open_for(NULL));
    for (size_t i = 0; i < 5; i++)
        close(openat(work_dir, strange[i], O_CREAT | O_WRONLY, 0600));
    close(openat(work_dir, "victim", O_CREAT | O_WRONLY, 0600));
    cut_file("victim", 12345);
    assert_int_equal(unlinkat(work_dir, SLOT "/sf0.data", 0), 0);
    assert_int_equal(symlinkat("../../../victim", work_dir, SLOT "/sf0.data"),
                     0);
    assert_int_equal(mkdirat(work_dir, SLOT "/x.state", 0700), 0);
    assert_int_equal(linkat(work_dir, "victim", work_dir, SLOT "/y.data", 0),
                     0);
    expect_forgotten(ID, -ENOTEMPTY, "are things in it");
    for (size_t i = 0; i < 5; i++)
        assert_true(exists(strange[i]));
    assert_true(exists(SLOT "/sf0.data") && exists(SLOT "/x.state"));
    assert_false(exists(SLOT "/flash.data") || exists(SLOT "/lock") ||
                 exists(SLOT "/identity") || exists(SLOT "/y.data"));
    assert_true(exists("victim"));
    expect_forgotten(ID, -ENOENT, "no lock");
}

static void only_caches_by_their_name(void **state)
{
    static const char *const ids[] = {"",    ".",       "..",
                                      "a/b", ".hidden", "../b/cam"};

    (void)state;
    cache_close(open_for(NULL));
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        expect_forgotten(ids[i], -EINVAL, "not the ID");
    assert_int_equal(symlinkat(ID, work_dir, "a/b/link"), 0);
    expect_forgotten("link", -ELOOP, "symbolic link");
    assert_int_equal(mkdirat(work_dir, "a/b/plain", 0700), 0);
    close(openat(work_dir, "a/b/plain/device", O_CREAT | O_WRONLY, 0600));
    expect_forgotten("plain", -ENOENT, "no lock");
    assert_true(exists("a/b/plain/device"));
    close(openat(work_dir, "a/b/file", O_CREAT | O_WRONLY, 0600));
    expect_forgotten("file", -ENOTDIR, "file");
    assert_int_equal(fchmodat(work_dir, SLOT, 0770, 0), 0);
    expect_forgotten(ID, -EPERM, "chmod go-w");
    assert_int_equal(fchmodat(work_dir, SLOT, 0700, 0), 0);
    assert_int_equal(unlinkat(work_dir, SLOT "/lock", 0), 0);
    assert_int_equal(symlinkat("nowhere", work_dir, SLOT "/lock"), 0);
    expect_forgotten(ID, -ELOOP, "symbolic link");
    assert_true(exists(SLOT "/flash.data"));
    assert_false(exists(SLOT "/nowhere"));
}

/* Whoever opened the lock before the cache was forgotten holds nothing. */
static void a_lock_that_is_gone_is_none(void **state)
{
    struct cache_config config = config_for(NULL);
    struct cache *c = NULL;
    int dir;

    (void)state;
    cache_close(open_for(NULL));
    dir = openat(work_dir, SLOT, O_RDONLY | O_DIRECTORY);
    expect_forgotten(ID, 0, "");
    assert_true(file_open(dir, "lock", O_RDWR | O_CREAT) < 0);
    (void)close(dir);
    assert_int_equal(cache_open(&c, &config, NULL), 0);
    cache_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_absent_root_has_none),
        STORE_TEST(lists_what_there_is),
        STORE_TEST(lists_all_that_is_kept),
        STORE_TEST(looking_changes_nothing),
        STORE_TEST(leaves_out_what_is_not_ours),
        STORE_TEST(reads_through_no_link),
        STORE_TEST(spoilt_states_count_for_nothing),
        STORE_TEST(roots_of_others_are_refused),
        STORE_TEST(forgets_one),
        STORE_TEST(one_in_use_stays),
        STORE_TEST(strange_things_stay),
        STORE_TEST(only_caches_by_their_name),
        STORE_TEST(a_lock_that_is_gone_is_none),
    };

    return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
