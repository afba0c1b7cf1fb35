// SPDX-License-Identifier: BSD-2-Clause
// Rows as they arrive: lost, doubled, damaged; never a wrong byte.

#include "console_util.h"

#include "monitor/dump.h"

#define FIRST 0x1000U
#define LEN   0x100U
#define ROWS  (LEN / 16)

/* What reached the reader. Every byte is compared with the memory at once. */
struct got {
    unsigned rows[ROWS]; /* how often each came */
    unsigned stop_after; /* rows; 0: never */
    unsigned n;
    uint64_t base;
};

static struct got got;
static struct dump_result result;
static unsigned victim; /* row that mangle is about */
static size_t at_char;  /* and character of it */
static int bit;

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    struct got *g = arg;

    assert_int_equal(len, 16);
    assert_true(address >= g->base && address < g->base + LEN);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], rig.l.byte(address + i));
    g->rows[(address - g->base) / 16]++;
    g->n++;
}

static bool on_stop(void *arg)
{
    const struct got *g = arg;

    return g->stop_after != 0 && g->n >= g->stop_after;
}

/* Of the two that both dialects have: words, bytes. */
static const struct dump_method *method_at(unsigned n)
{
    const char *name = n == 0 ? "words" : "bytes";

    for (size_t i = 0; i < rig.d->n_dumps; i++)
        if (strcmp(rig.d->dumps[i].name, name) == 0)
            return &rig.d->dumps[i];
    fail_msg("no dump %s", name);
    return NULL;
}

static int run_at(uint64_t base, unsigned method)
{
    const struct dump_method *m = method_at(method);
    const struct dump_request r = {
        .method = m,
        .order = m->cpu_order && !rig.l.winbond ? ROW_REVERSED : ROW_MEMORY,
        .address = base,
        .len = LEN};
    const struct device_sink sink = {NULL, on_row, on_stop, &got};

    got.n = 0;
    got.base = base;
    memset(got.rows, 0, sizeof(got.rows));
    return dump_run(&rig.c, &r, &sink, &result, NULL);
}

static int run(void)
{
    return run_at(FIRST, 1);
}

static bool is_victim(uint64_t address)
{
    return address == got.base + 16 * (uint64_t)victim;
}

static void up(void)
{
    rig_up(false);
    memset(&got, 0, sizeof(got));
    victim = 3;
}

static void expect(unsigned good, unsigned bad, unsigned lost)
{
    assert_int_equal(result.rows_good, good);
    assert_int_equal(result.rows_bad, bad);
    assert_int_equal(result.rows_lost, lost);
    assert_int_equal(got.n, good);
    assert_true(console_at_prompt(&rig.c));
}

static void a_clean_dump(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++)
        for (unsigned method = 0; method < 2; method++)
            for (size_t chunk = 0; chunk < 4; chunk++) {
                rig_up(winbond);
                rig.l.line.chunk = chunk;
                got.stop_after = 0;
                assert_int_equal(run_at(FIRST, method), 0);
                expect(ROWS, 0, 0);
                assert_false(result.fault);
                assert_int_equal(rig.l.n_ran, 1);
                rig_down();
            }
}

static void lose(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address))
        row[0] = '\0';
}

static void a_lost_row(void **state)
{
    (void)state;
    for (victim = 0; victim < ROWS; victim++) {
        unsigned which = victim;
        up();
        victim = which;
        rig.l.mangle = lose;
        assert_int_equal(run(), 0);
        /* Neither the row before it, which nothing confirms, nor the row
         * behind it, until another one follows, is believed. */
        if (which > 0 && which < ROWS - 1)
            expect(ROWS - 3, 2, 1);
        else
            expect(ROWS - 2, 1, 1);
        assert_int_equal(got.rows[which], 0);
        rig_down();
    }
}

static void lose_its_end(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address))
        row[strlen(row) - 2] = '\0';
}

static void two_rows_on_one_line(void **state)
{
    (void)state;
    up();
    rig.l.mangle = lose_its_end;
    assert_int_equal(run(), 0);
    assert_int_equal(got.rows[victim], 0);
    assert_int_equal(got.rows[victim + 1], 0);
    expect(ROWS - 3, 2, 1);
    rig_down();
}

static void twice(struct loader *l, char *row, uint64_t address)
{
    char copy[200];

    (void)l;
    if (!is_victim(address))
        return;
    strcpy(copy, row);
    strcat(row, copy);
}

static void a_doubled_row(void **state)
{
    (void)state;
    up();
    rig.l.mangle = twice;
    assert_int_equal(run(), 0);
    expect(ROWS, 0, 0);
    rig_down();
}

static void flip_cell(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address))
        row[10 + 3 * 5] ^= 1;
}

static uint8_t visible_byte(uint64_t address)
{
    return (uint8_t)(0x21 + (address * 7 + address / 16) % 94);
}

static void a_damaged_digit(void **state)
{
    (void)state;
    up();
    rig.l.byte = visible_byte;
    rig.l.mangle = flip_cell;
    assert_int_equal(run(), 0);
    expect(ROWS - 1, 1, 0);
    assert_int_equal(got.rows[victim], 0);
    rig_down();
}

static char address_digits[9];

static void change_address(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address))
        memcpy(row, address_digits, 8);
}

static void a_damaged_address(void **state)
{
    static const char *const wrong[] = {
        "00001090", "00001000", "00001010", "00001040", "000010f0", "00001100",
        "00000ff0", "10001030", "00000000", "00001031", "0000103g", "fffffff0"};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        up();
        strcpy(address_digits, wrong[i]);
        rig.l.mangle = change_address;
        assert_int_equal(run(), 0);
        assert_int_equal(got.rows[victim], 0);
        assert_true(got.n >= ROWS - 3);
        assert_true(console_at_prompt(&rig.c));
        rig_down();
    }
}

/* Where the dump begins at 0 a damaged address may read 0 as well. */
static void an_address_damaged_to_zero(void **state)
{
    (void)state;
    up();
    strcpy(address_digits, "00000000");
    rig.l.mangle = change_address;
    assert_int_equal(run_at(0, 1), 0);
    assert_int_equal(got.rows[0], 1);
    assert_int_equal(got.rows[victim], 0);
    rig_down();
}

static void flip_one(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address) && at_char < strlen(row))
        row[at_char] = (char)(row[at_char] ^ 1 << bit);
}

static void drop_one(struct loader *l, char *row, uint64_t address)
{
    (void)l;
    if (is_victim(address) && at_char < strlen(row))
        memmove(row + at_char, row + at_char + 1, strlen(row + at_char));
}

/* Each bit of each character of a row in turn; each character left out. What
 * arrives is right (on_row looks), and the rest of the dump is not lost. */
static void no_single_damage_gives_a_wrong_byte(void **state)
{
    (void)state;
    up();
    rig.l.byte = visible_byte;
    for (unsigned base = 0; base <= FIRST; base += FIRST)
        for (unsigned method = 0; method < 2; method++)
            for (at_char = 0; at_char < 80; at_char++)
                for (bit = 0; bit < 9; bit++) {
                    rig.l.mangle = bit < 8 ? flip_one : drop_one;
                    rig.l.n_ran = 0;
                    rig.l.line.sent_len = 0;
                    assert_int_equal(run_at(base, method), 0);
                    assert_in_range(got.n, ROWS - 4, ROWS);
                    assert_true(console_at_prompt(&rig.c));
                }
    rig_down();
}

static void interject(struct loader *l, char *row, uint64_t address)
{
    if (address % 64 == 0)
        fake_say(&l->line, "eth0: link up\r\n=> \r\n=> md.b\r\n00001\r\n");
    if (is_victim(address))
        fake_say(&l->line, "=> ");
    (void)row;
}

static void foreign_lines_between_rows(void **state)
{
    (void)state;
    up();
    rig.l.mangle = interject;
    assert_int_equal(run(), 0);
    /* The victim stands behind prompt text on one line: it is refused. */
    assert_int_equal(got.rows[victim], 0);
    assert_true(got.n >= ROWS - 3);
    assert_true(console_at_prompt(&rig.c));
    rig_down();
}

static uint8_t prompt_byte(uint64_t address)
{
    return (uint8_t) "=> bootloader > "[address % 16];
}

static void memory_full_of_prompts(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++)
        for (size_t chunk = 0; chunk < 4; chunk++) {
            rig_up(winbond);
            rig.l.byte = prompt_byte;
            rig.l.line.chunk = chunk;
            got.stop_after = 0;
            assert_int_equal(run(), 0);
            expect(ROWS, 0, 0);
            rig_down();
        }
}

static void the_sink_stops_it(void **state)
{
    (void)state;
    up();
    got.stop_after = 3;
    assert_int_equal(run(), -EINTR);
    assert_int_equal(rig.l.interrupts, 1);
    assert_in_range(got.n, 3, 5);
    assert_true(console_at_prompt(&rig.c));
    rig_down();
    /* One that has no ears: its rows still count. */
    rig_up(true);
    got.stop_after = 3;
    assert_int_equal(run(), -EINTR);
    assert_int_equal(got.n, ROWS);
    assert_true(console_at_prompt(&rig.c));
    rig_down();
}

static void fall_silent(struct loader *l, char *row, uint64_t address)
{
    if (!is_victim(address))
        return;
    row[20] = '\0';
    l->dumping = false;
    l->deaf = true;
}

static void silence(void **state)
{
    uint64_t from = 0;

    (void)state;
    up();
    rig.l.mangle = fall_silent;
    from = fake_now();
    assert_int_equal(run(), -ETIMEDOUT);
    assert_int_equal(got.n, victim);
    assert_in_range(fake_now() - from, 1000, 4000);
    rig_down();
}

static void say_again(struct loader *l, char *row, uint64_t address)
{
    (void)row;
    atomic_fetch_add(&fake_ms, 10);
    if (is_victim(address))
        l->next -= 16; /* it goes on from here */
}

static void prompt_again(struct loader *l, char *row, uint64_t address)
{
    atomic_fetch_add(&fake_ms, 10);
    if (!is_victim(address))
        return;
    strcpy(row, "\r\n=> ");
    l->next -= 16;
}

/* A device that means harm, for noise makes no such thing. */
static void talk_without_end_ends(void **state)
{
    uint64_t from;

    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        rig_up(winbond);
        victim = 3;
        got.stop_after = 0;
        rig.l.mangle = say_again;
        from = fake_now();
        assert_int_equal(run(), -ETIMEDOUT);
        assert_in_range(fake_now() - from, 1000, 10000);
        rig_down();
    }
    up();
    rig.l.mangle = prompt_again;
    from = fake_now();
    assert_int_equal(run(), 0);
    assert_in_range(fake_now() - from, 1000, 10000);
    assert_true(got.n <= victim);
    rig_down();
}

static void lose_the_port(struct loader *l, char *row, uint64_t address)
{
    (void)row;
    if (is_victim(address))
        l->line.gone = true;
}

static void shut_down(struct loader *l, char *row, uint64_t address)
{
    (void)row;
    if (!is_victim(address))
        return;
    atomic_store(&rig.c.shutdown, true);
    l->line.woken = true;
}

static void a_gone_port_and_a_shutdown(void **state)
{
    (void)state;
    up();
    rig.l.mangle = lose_the_port;
    assert_int_equal(run(), -ENODEV);
    rig_down();
    up();
    rig.l.mangle = shut_down;
    assert_int_equal(run(), -EINTR);
    assert_int_equal(rig.l.line.sent[rig.l.line.sent_len - 1], '\x03');
    rig_down();
}

static void abort_here(struct loader *l, char *row, uint64_t address)
{
    if (!is_victim(address))
        return;
    strcpy(row, l->winbond ? "\n\rERROR: Data Abort @ pc=0x00001680\n\r"
                           : "data abort\r\npc : [<9ff7>]\r\n");
    l->next = l->end;
}

static void the_device_reports_a_fault(void **state)
{
    (void)state;
    for (int winbond = 0; winbond < 2; winbond++) {
        rig_up(winbond);
        victim = 3;
        got.stop_after = 0;
        rig.l.mangle = abort_here;
        assert_int_equal(run(), 0);
        assert_true(result.fault);
        expect(3, 0, ROWS - 3);
        rig_down();
    }
}

static void an_early_prompt_ends_it(void **state)
{
    uint64_t from;

    (void)state;
    up();
    victim = ROWS - 1;
    rig.l.mangle = lose;
    from = fake_now();
    assert_int_equal(run(), 0);
    expect(ROWS - 2, 1, 1);
    assert_true(fake_now() - from < 500);
    rig_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_dump),
        cmocka_unit_test(a_lost_row),
        cmocka_unit_test(a_doubled_row),
        cmocka_unit_test(two_rows_on_one_line),
        cmocka_unit_test(a_damaged_digit),
        cmocka_unit_test(a_damaged_address),
        cmocka_unit_test(an_address_damaged_to_zero),
        cmocka_unit_test(no_single_damage_gives_a_wrong_byte),
        cmocka_unit_test(foreign_lines_between_rows),
        cmocka_unit_test(memory_full_of_prompts),
        cmocka_unit_test(the_sink_stops_it),
        cmocka_unit_test(silence),
        cmocka_unit_test(talk_without_end_ends),
        cmocka_unit_test(a_gone_port_and_a_shutdown),
        cmocka_unit_test(the_device_reports_a_fault),
        cmocka_unit_test(an_early_prompt_ends_it),
    };

    return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
