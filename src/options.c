// SPDX-License-Identifier: BSD-2-Clause
// The command line, and what mount(8) puts behind -o.
//
// Written by hand instead of with getopt_long and fuse_opt_parse: the long
// options and the -o options are one table, numbers are strict, and every
// complaint says what to write instead.

#include "options.h"

#include "mountwords.h"
#include "operands.h"
#include "option_table.h"
#include "suggest.h"
#include "value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct err *err)
{
    return err_set(err, -ENOMEM, "out of memory");
}

/* A copy of s that lives as long as o. */
static char *keep(struct options *o, const char *s)
{
    char **kept = realloc(o->kept, (o->n_kept + 1) * sizeof(*kept));

    if (kept == NULL)
        return NULL;
    o->kept = kept;
    kept[o->n_kept] = strdup(s);
    return kept[o->n_kept] != NULL ? kept[o->n_kept++] : NULL;
}

/* lead: "--" or "-o "; word: what follows, perhaps with "=value" */
static int unknown(struct options *o, const char *lead, const char *word,
                   struct err *err)
{
    char *typed = keep(o, word);
    struct suggestion s = {.typed = typed};
    const struct option *opt;
    bool in_o = lead[1] == 'o';
    enum option_place place = in_o ? PLACE_O : PLACE_TYPED;

    if (typed == NULL)
        return out_of_memory(err);
    typed[strcspn(typed, "=")] = '\0';
    for (size_t i = 0; (opt = option_at(i)) != NULL; i++) {
        if (option_allowed(opt, place))
            suggest_offer(&s, opt->name);
    }
    if (in_o)
        mountwords_suggest(&s);
    if (s.best != NULL)
        return err_set(err, -EINVAL, "unknown option %s%s; did you mean %s%s?",
                       lead, typed, lead, s.best);
    return err_set(err, -EINVAL,
                   "unknown option %s%s; `fwfs --help` lists the options", lead,
                   typed);
}

static int add_segment(struct options *o, const char *value, struct err *err)
{
    const char **list;
    int r = value_segment(value, err);

    if (r != 0)
        return r;
    list = realloc(o->segments, (o->n_segments + 2) * sizeof(*list));
    if (list == NULL)
        return out_of_memory(err);
    list[o->n_segments++] = value;
    list[o->n_segments] = NULL;
    o->segments = list;
    return 0;
}

static int add_reference(struct options *o, const char *value, struct err *err)
{
    const char **list;
    const char *word;
    int r = value_word(&word, value, err);

    if (r != 0)
        return r;
    list = realloc(o->references, (o->n_references + 1) * sizeof(*list));
    if (list == NULL)
        return out_of_memory(err);
    list[o->n_references++] = word;
    o->references = list;
    return 0;
}

static int set_command(struct options *o, enum command command, struct err *err)
{
    if (o->command != COMMAND_MOUNT && o->command != command)
        return err_set(err, -EINVAL, "only one thing at a time; write: %s",
                       operands_usage(command));
    o->command = command;
    return 0;
}

static int apply(struct options *o, const struct option *opt, const char *value,
                 struct err *err)
{
    o->given |= 1U << opt->id;
    switch (opt->id) {
    case OPT_COMMAND:
        return set_command(o, opt->command, err);
    case OPT_BAUD:
        return value_number(&o->baud, value, 20000000, err);
    case OPT_SPEED:
        return value_speed(&o->speed, value, err);
    case OPT_DIALECT:
        return value_word(&o->dialect, value, err);
    case OPT_SEGMENT:
        return add_segment(o, value, err);
    case OPT_RAM:
        return value_ram(&o->ram, value, err);
    case OPT_CACHE_DIR:
        return value_word(&o->cache_dir, value, err);
    case OPT_NO_CACHE:
        o->no_cache = true;
        break;
    case OPT_TIMEOUT:
        return value_seconds(&o->timeout_ms, value, err);
    case OPT_ATTACH_TIMEOUT:
        return value_seconds(&o->attach_timeout_ms, value, err);
    case OPT_FOREGROUND:
        o->foreground = true;
        break;
    case OPT_VERBOSE:
        o->verbose++;
        break;
    case OPT_OPTIONS:
        break; /* give() takes it apart */
    case OPT_JSON:
        o->json = true;
        break;
    case OPT_VERIFY:
        return value_verify(&o->verify, value, err);
    case OPT_AGAINST:
        return value_word(&o->against, value, err);
    case OPT_MAP:
        return value_word(&o->map, value, err);
    case OPT_CARVE:
        o->carve = true;
        return value != NULL ? value_erase_block(&o->erase_block, value, err)
                             : 0;
    case OPT_PREFETCH:
        o->prefetch = true;
        break;
    case OPT_READAHEAD:
        return value_readahead(&o->readahead, value, err);
    case OPT_REFERENCE:
        return add_reference(o, value, err);
    case OPT_PASSWORD:
        return value_password(&o->password, value, err);
    }
    return 0;
}

/* How the user spelt an option, for messages: lead, name, what joins it to a
 * value. */
struct spelling {
    char name[48];
    const char *join;
};

static struct spelling spelling(const char *lead, const char *name,
                                const char *join)
{
    struct spelling s = {.join = join};

    (void)snprintf(s.name, sizeof(s.name), "%s%s", lead, name);
    return s;
}

/* Applies an option that has a value exactly if it takes one. */
static int give(struct options *o, const struct option *opt,
                const struct spelling *as, const char *value, struct err *err)
{
    char why[sizeof(err->text)] = "";
    int r;

    if (opt->example == NULL && value != NULL && opt->id == OPT_COMMAND &&
        option_find(opt->name, strlen(opt->name), PLACE_O) != NULL)
        return err_set(err, -EINVAL,
                       "%s takes no value; write just %s, or for a mount "
                       "-o %s=%s",
                       as->name, as->name, opt->name, value);
    if (opt->example == NULL && value != NULL)
        return err_set(err, -EINVAL, "%s takes no value; write just %s",
                       as->name, as->name);
    if (opt->example != NULL && value == NULL && !opt->optional)
        return err_set(err, -EINVAL,
                       "%s needs a value; write for example %s%s%s", as->name,
                       as->name, as->join, opt->example);
    r = apply(o, opt, value, err);
    if (r == -EINVAL && opt->example != NULL && err != NULL) {
        memcpy(why, err->text, sizeof(why));
        return err_set(err, r, "%s: %.500s; write for example %s%s%s", as->name,
                       why, as->name, as->join, opt->example);
    }
    return r;
}

static int add_fuse_option(struct options *o, const char *word, struct err *err)
{
    const char *comma = o->fuse.len == 0 ? "" : ",";

    if (!buf_printf(&o->fuse, "%s%s", comma, word))
        return out_of_memory(err);
    return 0;
}

static int add_mount_option(struct options *o, const char *word,
                            struct err *err)
{
    size_t len = strcspn(word, "=");
    const struct option *opt = option_find(word, len, PLACE_O);
    struct spelling as;

    if (opt != NULL) {
        as = spelling("-o ", opt->name, "=");
        return give(o, opt, &as, word[len] == '=' ? word + len + 1 : NULL, err);
    }
    switch (mountword(word)) {
    case MOUNTWORD_FUSE:
        return add_fuse_option(o, word, err);
    case MOUNTWORD_IGNORED:
        return 0;
    case MOUNTWORD_UNKNOWN:
        break;
    }
    return unknown(o, "-o ", word, err);
}

/* For options_hide_password: where in argv it stands. */
static int note_list(struct options *o, const char *list)
{
    const char **lists = realloc(o->lists, (o->n_lists + 1) * sizeof(*lists));

    if (lists == NULL)
        return -ENOMEM;
    lists[o->n_lists++] = list;
    o->lists = lists;
    return 0;
}

static int add_mount_options(struct options *o, const char *list,
                             struct err *err)
{
    char *rest = note_list(o, list) == 0 ? keep(o, list) : NULL;
    int r = rest != NULL ? 0 : out_of_memory(err);

    while (r == 0 && rest != NULL) {
        const char *word = mountwords_split(&rest);
        if (*word != '\0')
            r = add_mount_option(o, word, err);
    }
    return r;
}

/* The arguments, and which comes next. */
struct arguments {
    char *const *next;
    char *const *end;
};

static const char *take(struct arguments *a)
{
    return a->next < a->end ? *a->next++ : NULL;
}

static int give_argument(struct options *o, const struct option *opt,
                         const struct spelling *as, const char *value,
                         struct err *err)
{
    if (opt->id == OPT_OPTIONS && value != NULL)
        return add_mount_options(o, value, err);
    return give(o, opt, as, value, err);
}

static int parse_long(struct options *o, const char *arg, struct arguments *a,
                      struct err *err)
{
    const char *name = arg + 2;
    size_t len = strcspn(name, "=");
    const struct option *opt = option_find(name, len, PLACE_TYPED);
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    struct spelling as;

    if (opt == NULL)
        return unknown(o, "--", name, err);
    if (opt->example != NULL && value == NULL && !opt->optional)
        value = take(a);
    as = spelling("--", opt->name, opt->optional ? "=" : " ");
    return give_argument(o, opt, &as, value, err);
}

/* -f, -vv, -b9600, -b 9600 */
static int parse_letters(struct options *o, const char *arg,
                         struct arguments *a, struct err *err)
{
    for (const char *p = arg + 1; *p != '\0'; p++) {
        const char letter[2] = {*p, '\0'};
        const struct option *opt = option_of_letter(*p);
        struct spelling as = spelling("-", letter, " ");
        const char *value = NULL;
        int r;
        if (opt == NULL)
            return err_set(err, -EINVAL,
                           "unknown option -%c; `fwfs --help` lists the "
                           "options",
                           *p);
        if (opt->example != NULL)
            value = p[1] != '\0' ? p + 1 : take(a);
        r = give_argument(o, opt, &as, value, err);
        if (r != 0 || opt->example != NULL)
            return r;
    }
    return 0;
}

int options_parse(struct options *o, int argc, char *const argv[],
                  struct err *err)
{
    struct arguments a = {argv + (argc > 0), argv + argc};
    bool more_options = true;
    const char *arg;

    *o = (struct options){.baud = 115200,
                          .readahead = OPTIONS_READAHEAD_AUTO,
                          .timeout_ms = 30000,
                          .attach_timeout_ms = 60000};
    while ((arg = take(&a)) != NULL) {
        int r = 0;
        if (more_options && strcmp(arg, "--") == 0)
            more_options = false;
        else if (more_options && strncmp(arg, "--", 2) == 0)
            r = parse_long(o, arg, &a, err);
        else if (more_options && arg[0] == '-' && arg[1] != '\0')
            r = parse_letters(o, arg, &a, err);
        else
            r = operands_add(o, arg, err);
        if (r != 0)
            return r;
    }
    return operands_check(o, err);
}

/* The words of a list as mountwords_split parts them, each where it stands. */
static void hide_in_list(char *word)
{
    static const char name[] = "password=";

    for (;;) {
        size_t skip = strncmp(word, name, strlen(name)) == 0 ? strlen(name) : 0;
        char *at = word + skip;
        for (; *at != '\0' && *at != ','; at++) {
            bool pair = at[0] == '\\' && (at[1] == ',' || at[1] == '\\');
            if (skip > 0)
                memset(at, '*', pair ? 2 : 1);
            at += pair;
        }
        if (*at == '\0')
            return;
        word = at + 1;
    }
}

void options_hide_password(const struct options *o, int argc, char **argv)
{
    for (size_t n = 0; n < o->n_lists; n++)
        for (int i = 1; i < argc; i++) {
            size_t len = strlen(argv[i]);
            /* As an argument of its own, or behind -o or --options=. */
            if (o->lists[n] >= argv[i] && o->lists[n] <= argv[i] + len)
                hide_in_list(argv[i] + (o->lists[n] - argv[i]));
        }
}

void options_free(struct options *o)
{
    for (size_t i = 0; i < o->n_kept; i++)
        free(o->kept[i]);
    free(o->kept);
    free(o->segments);
    free(o->references);
    free(o->operands);
    free(o->lists);
    buf_free(&o->fuse);
    *o = (struct options){0};
}
