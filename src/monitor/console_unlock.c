// SPDX-License-Identifier: BSD-2-Clause
// What is typed at a prompt that was just won: what unlocks its commands.

#include "monitor/console_unlock.h"

#include "base/log.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <string.h>

#define TRIES      3
#define ANSWER_MAX 65536U

static int ask(struct console *c, const char *command, struct buf *answer,
               struct err *err)
{
    int ret = -EILSEQ;

    for (int i = 0; i < TRIES; i++) {
        buf_clear(answer);
        ret = console_ask(c, command, NULL, c->dialect->answer_ms, answer, err);
        if (ret != -EILSEQ && ret != -ETIMEDOUT)
            return ret;
        if (console_resync(c, deadline_in(3000)) < 0)
            return ret;
    }
    return ret;
}

static bool is_unknown(const struct console *c, const struct buf *answer)
{
    return c->dialect->unknown != NULL && answer->len > 0 &&
           pattern_match(c->dialect->unknown, answer->data, answer->len, 0,
                         NULL);
}

/* The line by which the command was refused, for people. */
static int refused(const struct console *c, const char *password,
                   const char *shown, struct err *err)
{
    struct span why = pattern_whole(c->dialect->unknown);
    char safe[120];

    (void)text_escape(safe, sizeof(safe), why.text, why.len);
    text_mask(safe, strlen(safe), password);
    return err_set(err, -EACCES,
                   "the boot loader refused '%s' with '%s': is the password "
                   "right?",
                   shown, safe);
}

/* No message of the console's is let out: the command stands in it. */
static int type_unlock(struct console *c, const char *password, struct err *err)
{
    const struct template_values values = {.password = password};
    const struct template_values masked = {.password = "***"};
    CLEANUP_BUF struct buf answer = BUF_LIMITED(ANSWER_MAX);
    char command[256];
    char shown[256];
    int ret = template_fill(c->dialect->unlock, &values, command,
                            sizeof(command), NULL);

    if (template_fill(c->dialect->unlock, &masked, shown, sizeof(shown), NULL) <
        0)
        shown[0] = '\0';
    if (ret < 0)
        return err_set(err, ret, "the password does not fit into '%s'", shown);
    c->hush = true;
    ret = ask(c, command, &answer, NULL);
    c->hush = false;
    transcript_add(c->transcript, shown, strlen(shown));
    transcript_add(c->transcript, "\r\n", 2);
    explicit_bzero(command, sizeof(command));
    if (ret == 0 && is_unknown(c, &answer))
        return refused(c, password, shown, err);
    return ret < 0 ? err_set(err, ret, "'%s': %s", shown,
                             ret == -ETIMEDOUT ? "no answer"
                             : ret == -EILSEQ  ? "the echo was not the same"
                                               : strerror(-ret))
                   : 0;
}

int console_unlock(struct console *c, const char *password, struct err *err)
{
    if (c->dialect->unlock == NULL)
        return 0;
    if (password != NULL)
        return type_unlock(c, password, err);
    log_info("this boot loader can be unlocked with -o password=");
    return 0;
}
