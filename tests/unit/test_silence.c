// SPDX-License-Identifier: BSD-2-Clause
// A silence in which the plug may have been changed: the device is out of sight
// then, whatever was typed or awaited meanwhile, and whatever ended it.

#include "device_rig.h"

#define STEP_MS  100U
#define MOST_MS  9000U
#define PLACE    (NOR_BASE + 0x1000U)
#define PATIENCE 12 /* calls until bytes must have come */

static uint64_t silent_from; /* 0: not yet */
static uint64_t silent_until;
static unsigned contact_of_row;
static unsigned wrong; /* bytes of the other board, as the first one's */
static unsigned before;

static uint8_t other_byte(uint64_t address)
{
    return (uint8_t)~loader_noise_byte(address);
}

/* Nothing is at the end of the cable, then another board, at its prompt. */
static void change_plugs(struct loader *l)
{
    if (l->deaf && fake_now() >= silent_until) {
        l->deaf = l->mute = false;
        l->byte = other_byte;
    }
    if (silent_from == 0 || fake_now() < silent_from)
        return;
    silent_from = 0;
    l->deaf = l->mute = true;
    l->dumping = false;
    l->edit_len = 0;
    strcpy(l->last, LOADER_FOREIGN);
}

static void feed(void *arg)
{
    change_plugs(arg);
    loader_feed(arg);
}

static void row(void *arg, uint64_t address, const uint8_t *bytes, size_t len)
{
    (void)arg;
    contact_of_row = device_contact(dev);
    for (size_t i = 0; i < len; i++)
        wrong += bytes[i] != loader_noise_byte(address + i);
}

/* From now on for ms: no byte more comes from the first board. */
static void take_off(unsigned ms)
{
    silent_from = fake_now();
    silent_until = fake_now() + ms;
    rig.l.line.feed = feed;
    change_plugs(&rig.l);
}

/* As the fetcher does it: the device is recovered before each read, and where
 * its contact is another one nothing is read. True: it is another one. */
static bool noticed(void)
{
    const struct device_sink sink = {.row = row};

    wrong = 0;
    for (int i = 0; i < PATIENCE && wrong == 0; i++) {
        if (device_recover(dev, NULL, &err) != 0)
            continue;
        if (device_contact(dev) != before)
            return true;
        (void)device_read(dev, DEVICE_FIRST, PLACE, 0x100, &sink, &err);
    }
    return wrong == 0 || contact_of_row != before;
}

static void begin(void)
{
    up(false, false);
    assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    before = device_contact(dev);
}

static void while_nothing_was_typed(void **state)
{
    (void)state;
    for (unsigned ms = 2 * STEP_MS + CONSOLE_SILENT_MS; ms < MOST_MS;
         ms += STEP_MS) {
        begin();
        take_off(ms);
        if (!noticed())
            fail_msg("%u ms before a command is typed, and %u bytes of another "
                     "board are taken for the first one's",
                     ms, wrong);
        down();
    }
}

/* The first board goes in the middle of its answer. */
static void cut(struct loader *l, char *text, uint64_t address)
{
    if (address < PLACE + 0x40)
        return;
    text[0] = '\0';
    l->mangle = NULL;
    take_off((unsigned)silent_until);
}

static void in_the_middle_of_an_answer(void **state)
{
    (void)state;
    for (unsigned ms = 2 * STEP_MS + CONSOLE_SILENT_MS; ms < MOST_MS;
         ms += STEP_MS) {
        begin();
        silent_until = ms;
        rig.l.mangle = cut;
        if (!noticed())
            fail_msg("%u ms in the middle of a dump, and %u bytes of another "
                     "board are taken for the first one's",
                     ms, wrong);
        assert_true(rig.l.byte == other_byte);
        down();
    }
}

/* The first board takes the line end of the question with it: no answer comes,
 * and no prompt. */
static const char *gone_with_it(struct loader *l, const char *command)
{
    if (strncmp(command, "crc32 ", 6) != 0)
        return uboot_answer(l, command);
    l->answer = uboot_answer;
    take_off((unsigned)silent_until);
    return "";
}

static void before_an_answer(void **state)
{
    struct digest_value sum;

    (void)state;
    for (unsigned ms = 2 * STEP_MS + CONSOLE_SILENT_MS; ms < MOST_MS;
         ms += STEP_MS) {
        begin();
        silent_until = ms;
        rig.l.answer = gone_with_it;
        assert_true(device_checksum(dev, NOR_BASE, 0x200, &sum, NULL, &err) <
                    0);
        if (!noticed())
            fail_msg("%u ms behind a question, and %u bytes of another board "
                     "are taken for the first one's",
                     ms, wrong);
        down();
    }
}

/* --- what is none --- */

static void a_short_one_costs_nothing(void **state)
{
    (void)state;
    for (unsigned ms = STEP_MS; ms < CONSOLE_SILENT_MS - 700; ms += STEP_MS) {
        begin();
        take_off(ms);
        assert_false(noticed());
        assert_int_equal(device_contact(dev), before);
        down();
    }
}

/* Nobody waits while nobody reads. */
static void idle_time_is_none(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 3; i++) {
        atomic_fetch_add(&fake_ms, 600000);
        assert_false(device_look(dev));
        rig.l.garble_echoes = i; /* nor where the next command fails */
        assert_int_equal(read_at(NOR_BASE, 0x100), 0);
    }
    assert_int_equal(device_contact(dev), before);
    down();
}

static uint64_t works_until;

static void work(void *arg)
{
    struct loader *l = arg;

    if (l->mute && fake_now() >= works_until) {
        l->mute = false;
        fake_say(&l->line, "crc32 for 9f000000 ... 9f3fffff ==> 29058c73\r\n");
        loader_prompt(l);
    }
    loader_feed(arg);
}

static const char *slow_answer(struct loader *l, const char *command)
{
    if (strncmp(command, "crc32 ", 6) != 0)
        return uboot_answer(l, command);
    l->mute = true;
    works_until = fake_now() + 4000;
    return "";
}

/* Who answers heard the question. */
static void a_command_may_take_long(void **state)
{
    struct digest_value sum;

    (void)state;
    begin();
    rig.l.answer = slow_answer;
    rig.l.line.feed = work;
    assert_int_equal(device_checksum(dev, NOR_BASE, 0x400000, &sum, NULL, &err),
                     0);
    assert_int_equal(device_recover(dev, NULL, &err), 0);
    assert_int_equal(device_contact(dev), before);
    down();
}

/* --- its end --- */

#define MOST_SILENT_MS 30000U
#define WON_BACK_MS    6000U

/* From end, that of a silence, till bytes come; MOST_SILENT_MS: none do.
 */
static uint64_t won_back_after(uint64_t end, uint64_t address)
{
    while (device_recover(dev, NULL, &err) != 0 || read_at(address, 0x100) != 0)
        if (fake_now() > end + MOST_SILENT_MS)
            return MOST_SILENT_MS;
    return fake_now() > end ? fake_now() - end : 0;
}

static void assert_won_back(bool winbond, bool held)
{
    uint64_t base = winbond ? WINBOND_BASE : NOR_BASE;
    uint64_t end;
    uint64_t took;

    for (unsigned ms = CONSOLE_SILENT_MS; ms < MOST_SILENT_MS; ms += 700) {
        up(winbond, false);
        assert_int_equal(read_at(base, 0x100), 0);
        end = fake_now() + ms;
        if (held) {
            rig.l.line.held_until = end;
            assert_true(read_at(base + 0x100, 0x100) < 0);
        } else {
            take_off(ms);
        }
        took = won_back_after(end, base + 0x200);
        if (took > WON_BACK_MS)
            fail_msg("%s: after %u ms in which %s, the prompt was there "
                     "%" PRIu64 " ms and not won back",
                     rig.l.prompt, ms,
                     held ? "nothing came" : "nothing was heard", took);
        down();
    }
}

static void the_prompt_is_won_back(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_won_back(i % 2 != 0, i / 2 != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_nothing_was_typed),
        cmocka_unit_test(in_the_middle_of_an_answer),
        cmocka_unit_test(before_an_answer),
        cmocka_unit_test(a_short_one_costs_nothing),
        cmocka_unit_test(idle_time_is_none),
        cmocka_unit_test(a_command_may_take_long),
        cmocka_unit_test(the_prompt_is_won_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
