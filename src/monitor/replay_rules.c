// SPDX-License-Identifier: BSD-2-Clause
// What the answers of a log tell: the map, who the device is, checksums, media.

#include "monitor/replay_priv.h"

#include "base/text.h"
#include "monitor/map_build.h"

#include <errno.h>
#include <string.h>

#define ANSWERS_MAX 4U  /* to one command that are tried */
#define LISTED_MAX  40U /* matches of a rule that are told */

static bool has(struct pattern *p, const struct buf *text)
{
    return p != NULL && pattern_match(p, text->len > 0 ? text->data : "",
                                      text->len, 0, NULL);
}

/* Without an echo a log has answers to nobody knows what. */
static bool is_untold(const struct replay *r, const struct replay_command *c)
{
    return r->d->echo == ECHO_NONE && c->text.len == 0;
}

/* Answers to it may tell something of the device. */
static bool tells(const struct replay *r, const struct replay_command *c)
{
    return !c->unknown &&
           ((c->use >= REPLAY_SELECT && c->use <= REPLAY_UNLOCK) ||
            is_untold(r, c));
}

/* A section found something; of several the first is told. */
static void note_match(struct replay_command *c, enum replay_use use,
                       size_t index)
{
    c->matched = true;
    if (c->uses++ == 0) {
        c->use = use;
        c->index = index;
    }
    if (c->template != NULL && !c->by_word)
        c->template->helped = true;
}

/* --- conditions --- */

static bool same_command(const struct replay_command *c, const char *command)
{
    return replay_fit(command, c->text, 1, NULL) >= REPLAY_FIT_START;
}

/* What the log does not tell counts as met. */
static bool is_met(const struct replay *r, const struct condition *needs)
{
    CLEANUP_BUF struct buf answer = BUF_LIMITED(REPLAY_ANSWER_MAX);

    if (needs->answer == NULL)
        return true;
    if (needs->command == NULL)
        return r->boot.len == 0 || has(needs->answer, &r->boot);
    for (size_t i = 0; i < r->n_commands; i++)
        if (same_command(&r->commands[i], needs->command)) {
            if (r->commands[i].unknown)
                return false;
            replay_text(r, r->commands[i].first, r->commands[i].last, &answer);
            return has(needs->answer, &answer);
        }
    return true;
}

/* --- map and identity --- */

/* Calls use with the answers to command until one of them is good for
 * something: those to just this command first, then those to others that begin
 * with the same word, for a log is seldom made for this. */
struct looker {
    bool (*use)(struct replay *r, const void *rule, const struct buf *answer);
    const void *rule;
    enum replay_use kind;
    size_t index; /* of the rule */
};

static bool look_at(struct replay *r, const char *command,
                    const struct looker *look, enum replay_fit least,
                    enum replay_fit most)
{
    CLEANUP_BUF struct buf answer = BUF_LIMITED(REPLAY_ANSWER_MAX);
    unsigned tried = 0;
    size_t notes;

    for (size_t i = 0; i < r->n_commands && tried < ANSWERS_MAX; i++) {
        struct replay_command *c = &r->commands[i];
        enum replay_fit fit;
        if (!tells(r, c))
            continue;
        fit = is_untold(r, c) ? REPLAY_FIT_WORD
                              : replay_fit(command, c->text, 1, NULL);
        if (fit < least || fit > most)
            continue;
        tried++;
        replay_text(r, c->first, c->last, &answer);
        notes = r->map.n_notes;
        if (answer.len > 0 && look->use(r, look->rule, &answer)) {
            replay_miss_notes(r, c, notes);
            note_match(c, look->kind, look->index);
            return true;
        }
    }
    return false;
}

static bool look(struct replay *r, const char *command,
                 const struct looker *look)
{
    return look_at(r, command, look, REPLAY_FIT_START, REPLAY_FIT_WHOLE) ||
           look_at(r, command, look, REPLAY_FIT_WORD, REPLAY_FIT_WORD);
}

static bool use_map(struct replay *r, const void *arg, const struct buf *answer)
{
    const struct map_rule *rule = arg;

    if (rule->pattern != NULL && !has(rule->pattern, answer) &&
        !has(rule->unless, answer))
        return false;
    map_apply(&r->map, r->d, rule, answer->data, answer->len);
    return true;
}

static void apply_map(struct replay *r, const struct map_rule *rule)
{
    const struct looker looker = {use_map, rule, REPLAY_MAP,
                                  (size_t)(rule - r->d->maps)};
    size_t notes;

    if (!is_met(r, &rule->needs))
        return;
    if (rule->command != NULL)
        (void)look(r, rule->command, &looker);
    notes = r->map.n_notes;
    if (rule->banner)
        map_apply(&r->map, r->d, rule, r->boot.len > 0 ? r->boot.data : "",
                  r->boot.len);
    else if (rule->command == NULL)
        map_apply(&r->map, r->d, rule, NULL, 0);
    replay_miss_notes(r, NULL, notes);
}

/* As device_open does: chips first, since segments lie on them. */
static int apply_maps(struct replay *r, const char *const *user,
                      struct err *err)
{
    const struct dialect *d = r->d;
    int ret = 0;

    for (int chips = 1; chips >= 0; chips--)
        for (size_t i = 0; i < d->n_maps; i++)
            if ((d->maps[i].makes == MAP_MAKES_CHIP) == (chips == 1))
                apply_map(r, &d->maps[i]);
    for (; ret == 0 && user != NULL && *user != NULL; user++)
        ret = map_add_user(&r->map, d, *user, err);
    return ret == 0 ? map_finish(&r->map, err) : ret;
}

static bool use_identity(struct replay *r, const void *arg,
                         const struct buf *answer)
{
    const struct identity_rule *rule = arg;
    unsigned found = 0;
    size_t at = 0;

    while (found < LISTED_MAX &&
           pattern_match(rule->pattern, answer->data, answer->len, at, &at)) {
        struct span line = pattern_whole(rule->pattern);
        char safe[160];
        (void)text_escape(safe, sizeof(safe), line.text, line.len);
        (void)buf_printf(&r->identities, "  %s: %s%s\n", rule->title, safe,
                         rule->unique ? " (unique)" : "");
        found++;
    }
    r->counts.identities += found;
    return found > 0;
}

static void apply_identities(struct replay *r)
{
    for (size_t i = 0; i < r->d->n_identities; i++) {
        const struct identity_rule *rule = &r->d->identities[i];
        const struct looker looker = {use_identity, rule, REPLAY_IDENTITY, i};
        (void)look(r, rule->command, &looker);
    }
}

/* --- one command --- */

static void read_sum(struct replay *r, struct replay_command *c,
                     const struct buf *answer)
{
    char command[100];

    for (size_t i = 0; i < r->d->n_checksums; i++) {
        const struct checksum *sum = &r->d->checksums[i];
        struct digest_value value;
        struct span text;
        char printed[DIGEST_TEXT_MAX];
        if (replay_fit(sum->command, c->text, 1, NULL) < REPLAY_FIT_START ||
            !has(sum->answer, answer))
            continue;
        text = pattern_group(sum->answer, "sum");
        if (text.text == NULL ||
            !digest_parse(sum->algorithm, text.text, text.len, &value))
            continue;
        digest_print(&value, printed, sizeof(printed));
        (void)text_escape(command, sizeof(command), c->text.text, c->text.len);
        (void)buf_printf(&r->sums, "  line %zu  %s  %s  (%s)\n",
                         r->log.lines[c->line].number,
                         digest_name(sum->algorithm), printed, command);
        note_match(c, REPLAY_SUM, i);
        r->counts.sums++;
        return;
    }
}

/* It reads such media, or selects one. */
static bool is_command_of(const struct medium_access *a,
                          const struct replay_command *c)
{
    size_t n = c->use == REPLAY_READ ? a->read != NULL : a->n_select;
    char *const *list = c->use == REPLAY_READ ? &a->read : a->select;

    for (size_t i = 0; i < n; i++)
        if (replay_fit(list[i], c->text, 1, NULL) >= REPLAY_FIT_START)
            return true;
    return false;
}

/* Whatever a medium's command was answered: read, selected. */
static void read_medium(struct replay *r, struct replay_command *c,
                        const struct buf *answer)
{
    for (size_t i = 0; i < r->d->n_accesses; i++) {
        const struct medium_access *a = &r->d->accesses[i];
        struct pattern *wanted = c->use == REPLAY_READ ? a->read_answer
                                                       : a->select_answer;
        if (!is_command_of(a, c))
            continue;
        if (c->use == REPLAY_READ && has(a->read_fail, answer))
            c->faulted = true; /* it says so itself */
        if (c->faulted || wanted == NULL || has(wanted, answer)) {
            note_match(c, c->use, i);
            return;
        }
    }
}

static void note_faults(struct replay *r, struct replay_command *c)
{
    for (size_t i = c->first; i < c->last && r->d->fault != NULL; i++) {
        const struct replay_line *line = &r->log.lines[i];
        char safe[120];
        if (!pattern_match(r->d->fault, line->text, line->len, 0, NULL))
            continue;
        (void)text_escape(safe, sizeof(safe), line->text, line->len);
        (void)buf_printf(&r->faults, "  line %zu: %s\n", line->number, safe);
        c->faulted = true;
        r->counts.faults++;
        return;
    }
}

/* Nothing has to be there in its answer. */
static bool needs_nothing(enum replay_use use)
{
    return use == REPLAY_NEEDS || use == REPLAY_HISTORY ||
           use == REPLAY_UNLOCK || use == REPLAY_BAUD || use == REPLAY_BAD;
}

static void read_answer(struct replay *r, struct replay_command *c)
{
    CLEANUP_BUF struct buf answer = BUF_LIMITED(REPLAY_ANSWER_MAX);

    note_faults(r, c);
    if (c->unknown)
        return;
    replay_text(r, c->first, c->last, &answer);
    if (c->use == REPLAY_SUM)
        read_sum(r, c, &answer);
    else if (c->use == REPLAY_READ || c->use == REPLAY_SELECT)
        read_medium(r, c, &answer);
    else if (c->use == REPLAY_UNIFORM)
        c->matched = has(r->d->uniforms[c->index].answer, &answer);
    else if (c->use != REPLAY_RECOGNISE)
        c->matched = needs_nothing(c->use);
    else
        c->matched = has(r->d->recognise_answer, &answer);
}

/* --- what was of no use --- */

static const char *key_of(enum replay_use use)
{
    switch (use) {
    case REPLAY_SUM:
        return "answer, group sum";
    case REPLAY_READ:
        return "read-answer, or read-fail";
    case REPLAY_SELECT:
        return "probe-answer";
    case REPLAY_UNIFORM:
    case REPLAY_RECOGNISE:
        return "answer";
    default:
        return "pattern";
    }
}

static void miss_answer(struct replay *r, const struct replay_command *c)
{
    char section[64];

    for (size_t i = c->first; i < c->last; i++)
        if (!replay_is_blank(replay_span(&r->log.lines[i]))) {
            replay_miss(
                r, i,
                "nothing of this answer is used: %s, %s; or console, "
                "unknown",
                replay_section(r, c->use, c->index, section, sizeof(section)),
                key_of(c->use));
            return;
        }
}

/* Of a command that is none of the dialect's only what looks like memory is
 * worth a word: one may have been meant. */
static void miss_memory(struct replay *r, const struct replay_command *c)
{
    for (size_t i = c->first; i < c->last; i++) {
        const struct span line = replay_span(&r->log.lines[i]);
        if (replay_is_start(r, line))
            return; /* it was a reset */
        if (replay_is_memory(line)) {
            replay_miss(r, i,
                        "if it is a dump: no dump section has its command or "
                        "its rows");
            return;
        }
    }
}

int replay_apply_rules(struct replay *r, const char *const *user,
                       struct err *err)
{
    int ret;

    replay_gather_boot(r);
    for (size_t i = 0; i < r->n_commands; i++)
        read_answer(r, &r->commands[i]);
    ret = apply_maps(r, user, err);
    apply_identities(r);
    for (size_t i = 0; i < r->n_commands; i++) {
        const struct replay_command *c = &r->commands[i];
        if (c->unknown || c->matched || c->faulted || c->use == REPLAY_DUMP)
            continue;
        /* The first answer to a command is used, not what it says later. */
        if (c->template != NULL && c->template->helped)
            continue;
        if (c->use == REPLAY_OTHER || c->by_word)
            miss_memory(r, c);
        else
            miss_answer(r, c);
    }
    return ret;
}
