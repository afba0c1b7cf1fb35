// SPDX-License-Identifier: BSD-2-Clause
// Getting to prompts that change or are none, with many dialects to choose
// from, past menus, passwords and keys that were too many.

#include "odd_loader.h"

#include "monitor/attach.h"

static struct odd odd;
static struct console c;
static struct dialect *dialects[8];
static struct buf text = BUF_LIMITED(16384);
static struct err err;
static const char *password;
static unsigned baud;
static unsigned timeout_ms;
static uint64_t starts_ms; /* a board that is switched on then; 0: it was */

static void add(const char *name, const char *lines)
{
    size_t n = 0;

    while (dialects[n] != NULL)
        n++;
    assert_true(n + 1 < COUNT(dialects));
    dialects[n] = odd_dialect(name, lines);
}

static void up(const char *prompt)
{
    odd_init(&odd, prompt);
    err.text[0] = '\0';
    buf_clear(&text);
    password = NULL;
    baud = 115200;
    timeout_ms = 20000;
    assert_int_equal(console_init(&c, fake_open(&odd.line), NULL), 0);
}

static void down(void)
{
    console_free(&c);
    for (size_t i = 0; dialects[i] != NULL; i++) {
        dialect_free(dialects[i]);
        dialects[i] = NULL;
    }
    buf_free(&text);
    text = BUF_LIMITED(16384);
}

static int attach(bool chosen)
{
    const struct attach_config config = {.dialects = dialects,
                                         .chosen = chosen,
                                         .password = password,
                                         .baud = baud,
                                         .timeout_ms = timeout_ms};

    return attach_prompt(&c, &config, &text, &err);
}

static void assert_attached(bool chosen, const char *name)
{
    int ret = attach(chosen);

    if (ret != 0)
        fail_msg("%d: %s", ret, err.text);
    assert_string_equal(c.dialect->name, name);
    assert_true(console_at_prompt(&c));
}

static unsigned sent(char key)
{
    unsigned n = 0;

    for (size_t i = 0; i < odd.line.sent_len; i++)
        n += odd.line.sent[i] == key;
    return n;
}

/* --- who is it --- */

#define SAME(command, answer)                                                  \
    "recognise { command = \"" command "\"\n answer = '" answer "' }\n"        \
    "console { prompt = '^CFE> $'\n clear = \"\\x03\"\n"                       \
    " unknown = '^Invalid' }\n"

static const char *one_answer[2];

static const char *answers_one(struct odd *o, const char *command)
{
    (void)o;
    return strcmp(command, one_answer[0]) == 0 ? one_answer[1]
                                               : "Invalid command\n";
}

static void add_same(void)
{
    add("other", "console { prompt = '^other> $' }\n");
    add("first", SAME("show", "^flash0"));
    add("second", SAME("help", "^dm "));
    add("third", SAME("ATHE", "^ATDU"));
}

static void prompts_alike_are_told_apart(void **state)
{
    static const char *const boards[][3] = {{"show", "flash0.boot\n", "first"},
                                            {"help", "dm  dump\n", "second"},
                                            {"ATHE", "ATDUx,y\n", "third"}};

    (void)state;
    for (size_t i = 0; i < COUNT(boards); i++) {
        add_same();
        up("CFE> ");
        odd.answer = answers_one;
        one_answer[0] = boards[i][0];
        one_answer[1] = boards[i][1];
        assert_attached(false, boards[i][2]);
        assert_int_equal(odd.n_ran, i + 1);
        assert_says(text.data, boards[i][1]);
        down();
    }
}

static void the_users_word_is_believed(void **state)
{
    (void)state;
    add("third", SAME("ATHE", "^ATDU"));
    up("CFE> ");
    odd.answer = answers_one;
    one_answer[0] = "none";
    assert_attached(true, "third");
    assert_int_equal(odd.n_ran, 0);
    down();
}

static void say_late(void *arg)
{
    struct odd *o = arg;

    atomic_fetch_add(&fake_ms, 10);
    if (o->depth > 0 && --o->depth == 0)
        fake_say(&o->line, "\r\nCFE> ");
}

static const char *slow_answer(struct odd *o, const char *command)
{
    if (strcmp(command, "show") != 0)
        return answers_one(o, command);
    o->depth = 180;
    o->line.feed = say_late;
    o->waiting = NULL;
    return "";
}

static void say_nothing_when_slow(struct odd *o)
{
    if (o->depth == 0)
        fake_say(&o->line, o->prompt);
}

/* The first one's question is answered for ever so long: the second's is typed
 * at the prompt, not into it. */
static void a_wrong_question_is_waited_for(void **state)
{
    (void)state;
    add_same();
    up("CFE> ");
    odd.answer = slow_answer;
    odd.end = say_nothing_when_slow;
    one_answer[0] = "help";
    one_answer[1] = "dm  dump\n";
    assert_attached(false, "second");
    down();
}

static unsigned counted;

static void say_count(struct odd *o)
{
    char line[32];

    (void)snprintf(line, sizeof(line), "rommon %u >", ++counted);
    fake_say(&o->line, line);
}

static void a_prompt_that_counts(void **state)
{
    (void)state;
    add("u", "console { prompt = '^[a-z0-9 ]+>$' }\n"); /* learns literally */
    add("counts", "console { prompt = '^rommon \\d+ >$'\n"
                  " prompt-changes = true }\n");
    up("");
    odd.end = say_count;
    assert_attached(false, "counts");
    assert_int_equal(odd.n_ran, 0);
    down();
}

/* --- no prompt --- */

#define MODEM                                                                  \
    "recognise { banner = {'^Bootbase'}\n command = \"ATHE\"\n"                \
    " answer = '^ATDU' }\n"                                                    \
    "console { done = '^(?:OK|ERROR)$'\n wake = \"AT\\r\"\n"                   \
    " clear = \"\\x03\" }\n"                                                   \
    "break-in any { send = \" \"\n every = 200 }\n"

static const char *modem(struct odd *o, const char *command)
{
    (void)o;
    if (strstr(command, "AT") == NULL)
        return "ERROR\n";
    return strcmp(command, "ATHE") == 0 ? "ATDUx,y\nOK\n" : "OK\n";
}

static void say_nothing(struct odd *o)
{
    if (o->n_ran == 0)
        fake_say(&o->line, "ERROR\r\n");
}

static void without_a_prompt(void **state)
{
    (void)state;
    for (int chosen = 0; chosen < 2; chosen++) {
        if (!chosen)
            add("other", "console { prompt = '^other> $' }\n");
        add("modem", MODEM);
        up("");
        odd.answer = modem;
        odd.end = say_nothing;
        assert_attached(chosen, "modem");
        assert_string_equal(odd.ran[0], "AT");
        assert_int_equal(odd.n_ran, 2);
        down();
    }
}

/* A system that is starting says OK, too, and is not asked anything. */
static void chat(void *arg)
{
    (void)arg;
    if (fake_now() < starts_ms)
        return;
    starts_ms = fake_now() + 2500;
    fake_say(&odd.line, "clocks\r\nbuses\r\nmemory\r\nflash\r\nOK\r\n");
}

static void a_word_of_others_is_no_answer(void **state)
{
    (void)state;
    add("other", "console { prompt = '^other> $' }\n");
    add("modem", MODEM);
    up("");
    odd.line.hear = NULL;
    starts_ms = 0;
    odd.line.feed = chat;
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_int_equal(sent('A'), 0);
    down();
}

/* --- boards that start --- */

struct stage {
    const char *text; /* said once the stage begins */
    const char *keys; /* end it, typed in this order; NULL: the prompt */
};

static const struct stage *stage;
static const char *missing; /* keys of the stage that did not come yet */

static void begin_stage(const struct stage *s)
{
    stage = s;
    missing = s->keys;
    fake_say(&odd.line, s->text);
}

static void start_later(void *arg)
{
    (void)arg;
    if (starts_ms != 0 && fake_now() >= starts_ms) {
        starts_ms = 0;
        begin_stage(stage);
    }
}

static void hear_stage(void *arg, char byte)
{
    if (starts_ms != 0)
        return;
    if (stage->keys == NULL) {
        odd_hear(arg, byte);
        return;
    }
    missing = byte == *missing ? missing + 1 : stage->keys;
    if (*missing == '\0')
        begin_stage(stage + 1);
}

static void starting(const struct stage *s)
{
    stage = s;
    starts_ms = fake_now() + 3000;
    odd.line.feed = start_later;
    odd.line.hear = hear_stage;
}

static void breaks_in_without_a_prompt(void **state)
{
    static const struct stage modem_stages[] = {
        {"Bootbase Version: V1.0\r\nPress any key\r\n", " "},
        {"Enter Debug Mode\r\n", NULL}};

    (void)state;
    add("other", "console { prompt = '^other> $' }\n");
    add("modem", MODEM);
    up("");
    odd.answer = modem;
    odd.end = say_nothing;
    starting(modem_stages);
    assert_attached(false, "modem");
    down();
}

#define VARIANTS                                                               \
    "recognise { banner = {'^Mon \\d'} }\n"                                    \
    "console { prompt = '^mon> $'\n clear = \"\\x15\" }\n"                     \
    "break-in any { send = \"x\"\n every = 100 }\n"                            \
    "break-in menu { when = '^ 3: shell'\n send = \"3\"\n every = 300 }\n"     \
    "break-in password { when = 'assword: ?$'\n"                               \
    " send = \"{password}\\r\"\n every = 500 }\n"

static void variants_follow_what_is_seen(void **state)
{
    static const struct stage stages[] = {
        {"Mon 4\r\n", "x"},
        {" 1: erase\r\n 3: shell\r\n", "3"},
        {"Password: ", "a longer password than keys are, of 40 bytes\r"},
        {"\r\nmon> ", NULL}};

    (void)state;
    add("other", "console { prompt = '^other> $' }\n");
    add("mon", VARIANTS);
    up("mon> ");
    starting(stages);
    password = "a longer password than keys are, of 40 bytes";
    assert_attached(false, "mon");
    assert_int_equal(sent('1'), 0);
    /* What of it came too late is taken back before a line end is sent. */
    assert_true(sent(0x15) > 0);
    down();
}

static void a_password_is_asked_of_the_user(void **state)
{
    static const struct stage stages[] = {{"Mon 4\r\nPassword: ", "secret\r"},
                                          {"\r\nmon> ", NULL}};

    (void)state;
    for (int given = 0; given < 2; given++) {
        add("mon", VARIANTS);
        up("mon> ");
        starting(stages);
        password = given ? "wrong one" : NULL;
        assert_int_equal(attach(false), -ETIMEDOUT);
        assert_null(strstr(err.text, "wrong one"));
        if (given)
            assert_says(err.text, "sent '***\\r'");
        else
            assert_says(err.text, "wants a password: give it with -o passw");
        assert_int_equal(sent('x') > 0, false);
        down();
    }
}

/* --- logging in --- */

/*
 * A getty: a name, which it shows, and a password, which it does not. Its
 * first `refused` passwords are wrong, whatever they are.
 */
static struct {
    char line[64];
    size_t len;
    bool wants_password;
    unsigned names;
    unsigned passwords;
    unsigned refused;
    char seen[16][64]; /* as names */
} getty;

static void getty_line(const char *answer)
{
    if (answer[0] == '\0') {
        fake_say(&odd.line, getty.wants_password ? "Login incorrect\r\n" : "");
        getty.wants_password = false;
        fake_say(&odd.line, "cam login: ");
    } else if (!getty.wants_password) {
        assert_true(getty.names < COUNT(getty.seen));
        memcpy(getty.seen[getty.names++], answer, strlen(answer) + 1);
        getty.wants_password = true;
        fake_say(&odd.line, "Password: ");
    } else if (getty.passwords++ < getty.refused ||
               strcmp(answer, "geheim") != 0) {
        getty.wants_password = false;
        fake_say(&odd.line, "Login incorrect\r\ncam login: ");
    } else {
        odd.line.hear = odd_hear;
        fake_say(&odd.line, "# ");
    }
}

static void hear_getty(void *arg, char byte)
{
    (void)arg;
    if (byte == '\x03')
        getty.len = 0;
    if (byte == '\r') {
        getty.line[getty.len] = '\0';
        getty.len = 0;
        fake_say(&odd.line, "\r\n");
        getty_line(getty.line);
    } else if (byte >= ' ' && byte < 0x7f) {
        assert_true(getty.len < sizeof(getty.line) - 1);
        getty.line[getty.len++] = byte;
        if (!getty.wants_password)
            fake_say_bytes(&odd.line, &byte, 1);
    }
}

static const char *keeps_nothing(struct odd *o, const char *command)
{
    (void)o;
    return strstr(command, "HISTFILE") != NULL ? "fwfs-42[]\n" : NULL;
}

static void up_getty(unsigned refused, const char *given)
{
    struct err why = {""};

    if (dialect_load(&dialects[0], "linux-shell", &why) < 0)
        fail_msg("%s", why.text);
    up("# ");
    memset(&getty, 0, sizeof(getty));
    getty.refused = refused;
    odd.line.hear = hear_getty;
    odd.answer = keeps_nothing;
    password = given;
    fake_say(&odd.line, "\r\ncam login: ");
}

static void assert_names_are_root(void)
{
    for (unsigned i = 0; i < getty.names; i++)
        assert_string_equal(getty.seen[i], "root");
}

/* Noise may have hit the password: it is tried again, at its own question. */
static void a_password_that_was_refused_once(void **state)
{
    (void)state;
    up_getty(1, "geheim");
    assert_attached(true, "linux-shell");
    assert_names_are_root();
    assert_int_equal(getty.names, 2);
    assert_int_equal(getty.passwords, 2);
    down();
}

static void a_password_that_is_wrong(void **state)
{
    (void)state;
    up_getty(0, "falsch");
    timeout_ms = 60000;
    assert_int_equal(attach(true), -EACCES);
    assert_names_are_root();
    assert_int_equal(getty.passwords, 3);
    assert_says(err.text, "is the password right?");
    assert_null(strstr(err.text, "falsch"));
    down();
}

/* What comes behind a question is not for the answer to it: a device that
 * checks for longer than `every`, or says something else then. */
static void a_question_is_answered_once(void **state)
{
    static const struct stage stages[] = {
        {"Mon 4\r\nPassword: ", "geheim\r"}, {"\r\n", "never"}, /* it thinks */
    };

    (void)state;
    add("mon", VARIANTS);
    up("mon> ");
    starting(stages);
    password = "geheim";
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_non_null(strstr(odd.line.sent, "geheim\r"));
    assert_null(strstr(strstr(odd.line.sent, "geheim\r") + 1, "geheim"));
    down();
}

/* The system runs, and asks for a name: what U-Boot wanted is not for it. */
static void no_password_behind_the_countdown(void **state)
{
    static const struct stage stages[] = {
        {"Mon 4\r\nPassword: ", "not this one"},
    };

    (void)state;
    add("mon", VARIANTS);
    up("mon> ");
    starting(stages);
    password = "geheim";
    fake_say(&odd.line,
             "Mon 4\r\nPassword: \r\nLinux version 3\r\ncam login: ");
    stage = NULL;
    odd.line.feed = NULL;
    odd.line.hear = NULL;
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_null(strstr(odd.line.sent, "geheim"));
    down();
}

static void short_window(void *arg)
{
    start_later(arg);
    if (odd.depth != 0 && fake_now() > odd.depth && stage->keys != NULL)
        odd.line.hear = NULL;
}

/* A window of 300 ms that opens while it is listened whether anything comes. */
static void a_start_while_listening(void **state)
{
    static const struct stage stages[] = {{"Mon 4\r\n", "x"},
                                          {"\r\nmon> ", NULL}};

    (void)state;
    for (int chosen = 0; chosen < 2; chosen++) {
        add("mon", VARIANTS);
        up("mon> ");
        starting(stages);
        starts_ms = fake_now() + 100;
        odd.depth = (unsigned)fake_now() + 400;
        odd.line.feed = short_window;
        assert_attached(chosen, "mon");
        down();
    }
}

#define ESCAPED                                                                \
    "recognise { banner = {'^---Real'} }\n"                                    \
    "console { prompt = '^<Real>$'\n unknown = '^Unknown command !' }\n"       \
    "break-in esc { send = \"\\x1b\"\n every = 10 }\n"

static void queue_escapes(void *arg, char byte)
{
    struct odd *o = arg;

    if (o->prompt[0] == '\0') {
        o->depth += byte == '\x1b';
        if (o->depth == 3) { /* five more are on their way */
            o->prompt = "<Real>";
            o->edit_len = 5;
            memset(o->edit, '\x1b', o->edit_len);
            fake_say(&o->line, "---Escape booting by user\r\n<Real>");
        }
        return;
    }
    if (byte == '\x1b')
        o->edit[o->edit_len++] = byte;
    else
        odd_hear(arg, byte);
}

static const char *no_such(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "Unknown command !\n";
}

/* Those still on their way stand at the prompt, and nothing takes them back:
 * one empty line does, and is answered by a complaint. */
static void break_in_keys_that_are_too_many(void **state)
{
    static const struct stage stages[] = {{"---Real(1)\r\n", NULL}};

    (void)state;
    add("other", "console { prompt = '^other> $' }\n");
    add("escaped", ESCAPED);
    up("");
    odd.answer = no_such;
    starting(stages);
    odd.line.hear = queue_escapes;
    assert_attached(false, "escaped");
    assert_true(odd.n_ran > 0);
    for (unsigned i = 0; i < odd.n_ran; i++)
        assert_int_equal(odd.ran[i][0], '\x1b');
    assert_int_equal(odd.edit_len, 0);
    down();
}

/* --- keys for everybody --- */

static void add_keys(void)
{
    add("a", "console { prompt = '^a> $'\n clear = \"\\x08\" }\n");
    add("b", "console { prompt = '^b> $'\n clear = \"\\x03\" }\n");
    add("c", "console { prompt = '^c> $'\n clear = \"\\x1b\" }\n");
    add("d", "console { prompt = '^d> $'\n clear = \"\\x08\"\n"
             " clear-times = 40 }\n");
    add("e", "console { prompt = '^e> $'\n clear = \"\\x03\" }\n");
    add("f", "console { prompt = '^f> $'\n clear = \"q\" }\n");
}

/* Who shows a prompt to the key that drops a line gets no other one: once to
 * find the prompt, once to see that it repeats itself. */
static void a_prompt_that_answers_gets_no_other_key(void **state)
{
    (void)state;
    add_keys();
    up("b> ");
    assert_attached(false, "b");
    assert_string_equal(odd.line.sent, "\x03\x03");
    down();
}

/* CFE: Ctrl-C shows the prompt and keeps what was typed. */
static void hear_cfe(void *arg, char byte)
{
    struct odd *o = arg;

    if (byte == '\x03')
        fake_say(&o->line, "^C\r\nCFE> ");
    else
        odd_hear(arg, byte);
}

static const char *helpful(struct odd *o, const char *command)
{
    (void)o;
    return strcmp(command, "help") == 0 ? "dm  dump\n" : NULL;
}

static void a_line_that_ctrl_c_keeps_is_not_run(void **state)
{
    (void)state;
    add("cfe", "recognise { command = \"help\"\n answer = '^dm' }\n"
               "console { prompt = '^CFE> $'\n clear = \"\\x15\" }\n");
    add("other", "console { prompt = '^=> $'\n clear = \"\\x03\" }\n");
    up("CFE> ");
    odd.answer = helpful;
    odd.line.hear = hear_cfe;
    strcpy(odd.edit, "reset;");
    odd.edit_len = 6;
    assert_attached(false, "cfe");
    assert_int_equal(odd.n_ran, 1);
    assert_string_equal(odd.ran[0], "help");
    down();
}

/* Hears no key that drops a line. */
static void hear_lines(void *arg, char byte)
{
    struct odd *o = arg;

    if (byte == '\b' && o->edit_len > 0) {
        o->edit_len--;
        fake_say(&o->line, "\b \b");
    } else if ((unsigned char)byte >= 0x20 || byte == '\r') {
        odd_hear(arg, byte);
    }
}

/* What stands typed there is taken back by the keys that do no harm anywhere,
 * and only those; the line end that runs goes behind a blank that was echoed.
 */
static void each_harmless_key_is_tried(void **state)
{
    (void)state;
    add_keys();
    up("a> ");
    odd.line.hear = hear_lines;
    strcpy(odd.edit, "erase");
    odd.edit_len = 5;
    assert_attached(false, "a");
    assert_int_equal(odd.n_ran, 0);
    assert_in_range(sent('\x03'), 2, 10);
    assert_in_range(sent('\x08'), 40, 100);
    assert_int_equal(sent('\x1b'), 0);
    assert_int_equal(sent('q'), 0);
    for (size_t i = 0; i < odd.line.sent_len; i++)
        if (odd.line.sent[i] == '\r')
            assert_true(i > 0 && odd.line.sent[i - 1] == ' ');
    down();
}

/* Nobody echoes: it may be busy, and what is typed may wait in its FIFO. */
static void a_busy_device_gets_no_line_end(void **state)
{
    (void)state;
    add_keys();
    up("a> ");
    odd.line.hear = NULL;
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_int_equal(sent('\r'), 0);
    for (size_t i = 1; i < odd.line.sent_len; i++) /* never two in a row */
        assert_true(odd.line.sent[i] != '\b' || odd.line.sent[i - 1] != '\b');
    down();
}

static void one_that_is_known_gets_its_own(void **state)
{
    (void)state;
    add("c", "console { prompt = '^c> $'\n clear = \"\\x1b\" }\n");
    up("c> ");
    assert_attached(true, "c");
    assert_true(sent('\x1b') > 0);
    assert_int_equal(strspn(odd.line.sent, "\x1b \r"), odd.line.sent_len);
    down();
    add("menu", "console { prompt = '^\\[X Boot\\]:$' }\n");
    up("[X Boot]:");
    assert_attached(true, "menu");
    assert_string_equal(odd.line.sent, " \r \r"); /* nothing takes back */
    down();
}

/* They were on their way when the countdown had been stopped already. */
static void keys_behind_the_prompt_are_rubbed_out(void **state)
{
    (void)state;
    add("c", "console { prompt = '^c> $'\n clear = \"\\x15\" }\n"
             "break-in t { send = \"t\"\n every = 50 }\n");
    up("c> ");
    memcpy(odd.edit, "tt", 2);
    odd.edit_len = 2;
    fake_say(&odd.line, "\r\nc> tt");
    assert_attached(true, "c");
    assert_int_equal(odd.n_ran, 0);
    assert_in_range(sent('t'), 1, 8);
    down();
    /* It takes longer than from key to key. */
    add("c", "console { prompt = '^c> $'\n clear = \"\\x15\"\n"
             " clear-times = 80 }\n"
             "break-in t { send = \"t\"\n every = 50 }\n");
    up("c> ");
    fake_say(&odd.line, "\r\nc> t");
    odd.edit_len = 1;
    assert_attached(true, "c");
    assert_int_equal(odd.n_ran, 0);
    down();
}

static void nobodys_prompt_is_asked_nothing(void **state)
{
    (void)state;
    add_same();
    up("login: ");
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_int_equal(odd.n_ran, 0);
    down();
}

/* It goes on with what it knew before. */
static void a_failure_changes_nothing(void **state)
{
    (void)state;
    add_same();
    up("CFE> ");
    odd.answer = answers_one;
    one_answer[0] = "none";
    c.dialect = dialects[1];
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_says(err.text, "a prompt 'CFE> ' answers, but no dialect");
    assert_ptr_equal(c.dialect, dialects[1]);
    assert_int_equal(console_resync(&c, deadline_in(500)), -ETIMEDOUT);
    down();
}

/* --- afterwards --- */

static const char *yes(struct odd *o, const char *command)
{
    (void)o;
    (void)command;
    return "yes\n";
}

static void unlocks_each_time(void **state)
{
    (void)state;
    add("a", "console { prompt = '^a> $'\n unlock = \"AT {password}\" }\n");
    up("a> ");
    odd.answer = yes;
    password = "7";
    for (unsigned i = 1; i <= 2; i++) {
        assert_attached(true, "a");
        assert_int_equal(odd.n_ran, i);
        assert_string_equal(odd.ran[i - 1], "AT 7");
    }
    down();
}

static void babble(void *arg)
{
    (void)arg;
    atomic_fetch_add(&fake_ms, 5);
    fake_say(&odd.line, "\xe0\x80\xf8\x1c\xfe\xff\x9c");
}

static void the_usual_speed(void **state)
{
    (void)state;
    add("a", "speed = 38400\nconsole { prompt = '^a> $' }\n");
    add("b", "speed = 9600\nconsole { prompt = '^b> $' }\n");
    add("c", "speed = 38400\nconsole { prompt = '^c> $' }\n");
    add("d", "speed = 115200\nconsole { prompt = '^d> $' }\n");
    up("");
    odd.line.hear = NULL;
    odd.line.feed = babble;
    assert_int_equal(attach(false), -ETIMEDOUT);
    assert_says(err.text, "try another -b, perhaps -b 38400, -b 9600");
    assert_null(strstr(err.text, "115200"));
    down();
    add("a", "speed = 38400\nconsole { prompt = '^a> $' }\n");
    up("");
    odd.line.hear = NULL;
    assert_int_equal(attach(true), -ETIMEDOUT);
    assert_says(err.text, "its usual speed is -b 38400");
    baud = 38400;
    assert_int_equal(attach(true), -ETIMEDOUT);
    assert_null(strstr(err.text, "speed"));
    down();
}

/* A menu of Broadcom's cable modems: its prompt could be U-Boot's, and each key
 * is a command. */
static char acted[64];
static size_t n_acted;

static void hear_menu(void *arg, char byte)
{
    (void)arg;
    if ((unsigned char)byte > ' ' && (unsigned char)byte < 0x7f) {
        assert_true(n_acted < sizeof(acted) - 1);
        acted[n_acted++] = byte;
        fake_say_bytes(&odd.line, &byte, 1);
        fake_say(&odd.line, "\r\nDone.\r\n\r\n> ");
        return;
    }
    fake_say(&odd.line, "\r\nMain Menu:\r\n e) Erase flash sector\r\n"
                        " s) Store bootloader parameters to flash\r\n\r\n> ");
}

static void a_menu_of_keys_gets_no_command(void **state)
{
    struct dialect **all;
    struct err why = {""};

    (void)state;
    assert_int_equal(dialect_load_all(&all, &why), 0);
    struct attach_config config = {
        .dialects = all, .baud = 115200, .timeout_ms = 10000};
    up("> ");
    odd.line.hear = hear_menu;
    memset(acted, 0, sizeof(acted));
    n_acted = 0;
    assert_int_equal(attach_prompt(&c, &config, &text, &why), -ETIMEDOUT);
    assert_string_equal(acted, "");
    down();
    dialect_free_all(all);
}

/* The blank that is tried first came back as another character. */
static void one_more_blank_is_tried(void **state)
{
    (void)state;
    add_same();
    up("CFE> ");
    odd.answer = answers_one;
    one_answer[0] = "help";
    one_answer[1] = "dm  dump\n";
    odd.garbled = 1;
    assert_attached(false, "second");
    assert_int_equal(odd.garbled, 0);
    down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompts_alike_are_told_apart),
        cmocka_unit_test(the_users_word_is_believed),
        cmocka_unit_test(a_wrong_question_is_waited_for),
        cmocka_unit_test(a_prompt_that_counts),
        cmocka_unit_test(without_a_prompt),
        cmocka_unit_test(a_word_of_others_is_no_answer),
        cmocka_unit_test(breaks_in_without_a_prompt),
        cmocka_unit_test(variants_follow_what_is_seen),
        cmocka_unit_test(a_password_is_asked_of_the_user),
        cmocka_unit_test(a_start_while_listening),
        cmocka_unit_test(a_password_that_was_refused_once),
        cmocka_unit_test(a_password_that_is_wrong),
        cmocka_unit_test(a_question_is_answered_once),
        cmocka_unit_test(no_password_behind_the_countdown),
        cmocka_unit_test(break_in_keys_that_are_too_many),
        cmocka_unit_test(a_prompt_that_answers_gets_no_other_key),
        cmocka_unit_test(a_line_that_ctrl_c_keeps_is_not_run),
        cmocka_unit_test(each_harmless_key_is_tried),
        cmocka_unit_test(a_busy_device_gets_no_line_end),
        cmocka_unit_test(one_that_is_known_gets_its_own),
        cmocka_unit_test(keys_behind_the_prompt_are_rubbed_out),
        cmocka_unit_test(nobodys_prompt_is_asked_nothing),
        cmocka_unit_test(a_menu_of_keys_gets_no_command),
        cmocka_unit_test(one_more_blank_is_tried),
        cmocka_unit_test(a_failure_changes_nothing),
        cmocka_unit_test(unlocks_each_time),
        cmocka_unit_test(the_usual_speed),
    };

    return cmocka_run_group_tests_name("attach_odd", tests, NULL, NULL);
}
