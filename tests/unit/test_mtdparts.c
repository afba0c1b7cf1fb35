// SPDX-License-Identifier: BSD-2-Clause
// The mtdparts= notation: what the kernel takes, and what nobody should.

#include "unit.h"

#include "monitor/mtdparts.h"

#include <inttypes.h>

static char told[4096];

static void tell(void *arg, const struct mtdpart *part)
{
    size_t n = strlen(told);

    (void)arg;
    (void)snprintf(told + n, sizeof(told) - n,
                   "%.*s:%" PRIx64 "@%" PRIx64 "(%.*s) ", (int)part->id.len,
                   part->id.text, part->size, part->offset, (int)part->name.len,
                   part->name.text);
}

static char lost[256];

static void lose(void *arg, struct span rest)
{
    size_t n = strlen(lost);

    (void)arg;
    (void)snprintf(lost + n, sizeof(lost) - n, "[%.*s]", (int)rest.len,
                   rest.text);
}

static bool parse(const char *text)
{
    told[0] = lost[0] = '\0';
    return mtdparts_parse(text, strlen(text), tell, lose, NULL);
}

static void takes_what_boards_say(void **state)
{
    static const struct {
        const char *text;
        const char *parts;
    } good[] = {
        {"nor0:64k(boot),-(rest)", "nor0:10000@0(boot) nor0:0@10000(rest) "},
        {"spi.0:0x10000@0x20000(a)ro,1M(b)lk",
         "spi.0:10000@20000(a) spi.0:100000@30000(b) "},
        {"mtdparts=f:1K(a)", "f:400@0(a) "},
        {"f:8M@0(all)", "f:800000@0(all) "},
        {"a:1k(x);b:2k(y)", "a:400@0(x) b:800@0(y) "},
        {"a:1k(x);", "a:400@0(x) "},
        {"f:4096,4096(named)", "f:1000@0() f:1000@1000(named) "},
        {"f:1G(a),1g(b)rolk", "f:40000000@0(a) f:40000000@40000000(b) "},
        {"f:4k(a b/c),4k()", "f:1000@0(a b/c) f:1000@1000() "},
        {"f:16k(0:SBL1)", "f:4000@0(0:SBL1) "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!parse(good[i].text))
            fail_msg("'%s' is refused after '%s'", good[i].text, told);
        assert_string_equal(told, good[i].parts);
    }
}

static void stops_at_what_breaks_the_rules(void **state)
{
    static const struct {
        const char *text;
        const char *parts; /* told before */
    } bad[] = {
        {"", ""},
        {"f", ""},
        {":4k(a)", ""},
        {"f:", ""},
        {"f:4k(a", ""},
        {"f:4k(a)x", "f:1000@0(a) "},
        {"f:4k(a),", "f:1000@0(a) "},
        {"f:4k(a);;", "f:1000@0(a) "},
        {"f:0(a)", ""},
        {"f:4q(a)", "f:4@0() "},
        {"f:x(a)", ""},
        {"f:4k@(a)", ""},
        {"f:4k@-1(a)", ""},
        {"f:${size}(a)", ""},
        {"f:18446744073709551616(a)", ""},
        {"f:18014398509481984k(a)", ""},
        {"f:17179869184g(a)", ""},
        {"f:18446744073709551615(a),1(b)", "f:ffffffffffffffff@0(a) "},
        {"f:2@0xffffffffffffffff(a)", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (parse(bad[i].text))
            fail_msg("'%s' is taken: '%s'", bad[i].text, told);
        assert_string_equal(told, bad[i].parts);
    }
}

/* What is wrong with one medium says nothing of the next. */
static void goes_on_behind_what_is_wrong(void **state)
{
    (void)state;
    assert_false(parse("a:4k(x),0(y),4k(z);b:4k(w)"));
    assert_string_equal(told, "a:1000@0(x) b:1000@0(w) ");
    assert_string_equal(lost, "[0(y),4k(z)]");
    assert_false(parse("a;b:4k(w);c:"));
    assert_string_equal(told, "b:1000@0(w) ");
    assert_string_equal(lost, "[a][c:]");
    assert_true(parse("a:4k(x)"));
    assert_string_equal(lost, "");
}

static void a_nul_is_no_unit(void **state)
{
    (void)state;
    told[0] = '\0';
    assert_false(mtdparts_parse("f:4k@8192\0(a)", 13, tell, lose, NULL));
    assert_string_equal(told, "f:1000@2000() ");
}

static void cut_anywhere_is_safe(void **state)
{
    static const char text[] = "mtdparts=a:0x10K@0x20(n)ro,-(m)lk;b:1M(q)";

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, text, len);
        (void)mtdparts_parse(copy, len, tell, lose, NULL);
        told[0] = '\0';
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_boards_say),
        cmocka_unit_test(stops_at_what_breaks_the_rules),
        cmocka_unit_test(goes_on_behind_what_is_wrong),
        cmocka_unit_test(a_nul_is_no_unit),
        cmocka_unit_test(cut_anywhere_is_safe),
    };

    return cmocka_run_group_tests_name("mtdparts", tests, NULL, NULL);
}
