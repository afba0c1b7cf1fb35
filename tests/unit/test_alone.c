// SPDX-License-Identifier: BSD-2-Clause
// Who may listen at another speed now gets one character at a time: what
// follows it at once could make it a line end there.

#include "odd_loader.h"

#include "monitor/attach.h"

#define PROMPT "=> "

static struct odd odd;
static struct console c;
static struct dialect **all;
static struct buf text = BUF_LIMITED(16384);

static int load(void **state)
{
    struct err err = {""};

    (void)state;
    return dialect_load_all(&all, &err);
}

static int unload(void **state)
{
    (void)state;
    dialect_free_all(all);
    buf_free(&text);
    return 0;
}

static void up(struct dialect *d)
{
    odd_init(&odd, PROMPT);
    buf_clear(&text);
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
    c.dialect = d;
    console_learn_prompt(&c, (struct span){PROMPT, strlen(PROMPT)});
}

/* In step: the prompt came just now. */
static void say_prompt(void)
{
    fake_say(&odd.line, PROMPT);
    assert_true(console_fill(&c, deadline_in(10)) > 0);
    odd.line.most_at_once = odd.line.at_once = 0;
}

static void assert_alone(const struct dialect *d)
{
    size_t most = d->clear.len > 1 ? d->clear.len : 1;

    assert_true(odd.line.sent_len > 0);
    if (odd.line.most_at_once > most)
        fail_msg("%s: %zu characters at once, to nobody who was heard: %s",
                 d->name, odd.line.most_at_once, odd.line.sent);
}

/* The wires lead to another board, which makes other characters of ours, or to
 * nobody. */
static void after_an_idle_second(void **state)
{
    (void)state;
    for (size_t i = 0; all[i] != NULL; i++)
        for (unsigned deaf = 0; deaf < 2; deaf++) {
            struct err err = {""};
            if (all[i]->echo == ECHO_NONE)
                continue;
            up(all[i]);
            say_prompt();
            atomic_fetch_add(&fake_ms, 1000);
            odd.line.device_baud = 1;
            if (deaf)
                odd.line.hear = NULL;
            assert_true(
                console_begin(&c, all[i]->dumps[0].command, true, &err) < 0);
            (void)console_fill(&c, deadline_in(10));
            (void)console_resync(&c, deadline_in(3000));
            assert_alone(all[i]);
            console_free(&c);
        }
}

/* Half a command stands there, and a prompt was never seen. */
static void before_a_prompt_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; all[i] != NULL; i++) {
        struct dialect *one[] = {all[i], NULL};
        const struct attach_config config = {.dialects = one,
                                             .chosen = true,
                                             .quiet = true,
                                             .baud = 115200,
                                             .timeout_ms = 10000};
        struct err err = {""};
        if (all[i]->echo == ECHO_NONE)
            continue;
        up(NULL);
        c.prompt_len = 0;
        odd.line.device_baud = 1;
        assert_true(attach_prompt(&c, &config, &text, &err) < 0);
        assert_alone(all[i]);
        console_free(&c);
    }
}

static struct dialect *find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    fail_msg("no dialect %s", name);
    return NULL;
}

static void the_first_character(void **state)
{
    struct err err = {""};

    (void)state;
    up(find("winbond"));
    say_prompt();
    assert_int_equal(console_begin(&c, "d -s 0x7F0000", true, &err), 0);
    assert_int_equal(odd.line.most_at_once, 13);
    while (console_fill(&c, deadline_in(100)) > 0)
        ;
    assert_true(console_at_prompt(&c));
    odd.line.most_at_once = 0;
    assert_int_equal(console_begin(&c, "d -s 0x7F0100", true, &err), 0);
    assert_int_equal(odd.line.most_at_once, 13); /* one behind the other */
    while (console_fill(&c, deadline_in(100)) > 0)
        ;
    atomic_fetch_add(&fake_ms, 2000); /* nobody wants anything */
    odd.line.most_at_once = 0;
    assert_int_equal(console_begin(&c, "d -s 0x7F0200", true, &err), 0);
    assert_int_equal(odd.line.most_at_once, 12); /* behind the first one */
    assert_int_equal(odd.n_ran, 3);
    console_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_an_idle_second),
        cmocka_unit_test(before_a_prompt_is_found),
        cmocka_unit_test(the_first_character),
    };
    return cmocka_run_group_tests_name("alone", tests, load, unload);
}
