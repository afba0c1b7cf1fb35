// SPDX-License-Identifier: BSD-2-Clause
// Reads the command line of fwfs-faultline.
#include "faultline_options.h"

#include <getopt.h>
#include <string.h>

#include "values.h"

enum {
    OPT_DEVICE = 256,
    OPT_LINK,
    OPT_LOG,
    OPT_SEED,
    OPT_BAUD,
    OPT_BOTH,
    OPT_PAUSE_ONCE,
    OPT_PROMPT,
    OPT_STALE,
    OPT_AFTER,
    OPT_UNTIL,
    OPT_QUIET_UNTIL,
    OPT_PULL_AFTER,
    OPT_BACK_AFTER,
    OPT_HELP,
    OPT_KIND, /* and what follows: enum fl_kind */
};

enum { NUMBER_MAX = 1000000000, PROMPT_MAX = 200 };

static const struct option long_options[] = {
    {"device", required_argument, NULL, OPT_DEVICE},
    {"link", required_argument, NULL, OPT_LINK},
    {"log", required_argument, NULL, OPT_LOG},
    {"seed", required_argument, NULL, OPT_SEED},
    {"baud", required_argument, NULL, OPT_BAUD},
    {"both", no_argument, NULL, OPT_BOTH},
    {"pause-once", required_argument, NULL, OPT_PAUSE_ONCE},
    {"prompt", required_argument, NULL, OPT_PROMPT},
    {"stale", required_argument, NULL, OPT_STALE},
    {"faults-after", required_argument, NULL, OPT_AFTER},
    {"faults-until", required_argument, NULL, OPT_UNTIL},
    {"quiet-until", required_argument, NULL, OPT_QUIET_UNTIL},
    {"pull-after", required_argument, NULL, OPT_PULL_AFTER},
    {"back-after", required_argument, NULL, OPT_BACK_AFTER},
    {"help", no_argument, NULL, OPT_HELP},
};

enum { OPTIONS = sizeof long_options / sizeof *long_options };

/* N:MS */
static int parse_pair(const char *text, uint64_t *n, long *ms)
{
    const char *rest;

    if (value_until(text, ':', n, &rest) < 0)
        return -1;
    if (*rest != ':')
        return complain("'%s' is not NUMBER:MILLISECONDS", text);
    return value_small(rest + 1, NUMBER_MAX, ms);
}

static int set_kind(struct fl_options *o, enum fl_kind kind, const char *arg)
{
    uint64_t n;
    int status = kind == FL_PAUSE ? parse_pair(arg, &n, &o->plan.pause_ms)
                                  : value_number(arg, &n);

    if (status == 0)
        o->plan.one_in[kind] = n;
    return status;
}

static int set_text(const char **to, const char *arg)
{
    *to = arg;
    if (!*arg)
        return complain("a text is empty");
    return strlen(arg) > PROMPT_MAX ? complain("'%s' is too long", arg) : 0;
}

static int set_milliseconds(int64_t *ns, const char *arg)
{
    long ms;

    if (value_small(arg, NUMBER_MAX, &ms) < 0)
        return -1;
    *ns = ms * INT64_C(1000000);
    return 0;
}

static int set_option(struct fl_options *o, int option, const char *arg)
{
    switch (option) {
    case OPT_DEVICE:
        o->device = arg;
        return 0;
    case OPT_LINK:
        o->link = arg;
        return 0;
    case OPT_LOG:
        o->log = arg;
        return 0;
    case OPT_SEED:
        return value_number(arg, &o->seed);
    case OPT_BAUD:
        return value_small(arg, 100000000, &o->baud);
    case OPT_BOTH:
        o->both = true;
        return 0;
    case OPT_PAUSE_ONCE:
        return parse_pair(arg, &o->plan.once_line, &o->plan.once_ms);
    case OPT_PROMPT:
        return set_text(&o->plan.prompt, arg);
    case OPT_STALE:
        return value_unescape(o->stale, sizeof o->stale, arg);
    case OPT_AFTER:
        return value_number(arg, &o->plan.after);
    case OPT_UNTIL:
        return value_number(arg, &o->plan.until);
    case OPT_QUIET_UNTIL:
        return set_text(&o->plan.quiet_until, arg);
    case OPT_PULL_AFTER:
        return value_number(arg, &o->pull_after);
    case OPT_BACK_AFTER:
        return set_milliseconds(&o->back_after, arg);
    default:
        return set_kind(o, (enum fl_kind)(option - OPT_KIND), arg);
    }
}

/* Those above and one for each kind of fault. */
static void list_options(struct option *all)
{
    memcpy(all, long_options, sizeof long_options);
    for (int i = 0; i < FL_KINDS; i++)
        all[OPTIONS + i] = (struct option){fl_names[i], required_argument, NULL,
                                           OPT_KIND + i};
    all[OPTIONS + FL_KINDS] = (struct option){NULL, 0, NULL, 0};
}

static void set_defaults(struct fl_options *o)
{
    *o = (struct fl_options){
        .seed = 1,
        .pull_after = UINT64_MAX,
        .back_after = -1,
        .plan = {.prompt = "=> ", .until = UINT64_MAX},
    };
}

static int finish(const struct fl_options *o)
{
    if (!o->device)
        return complain("--device is missing");
    return o->link ? 0 : complain("--link is missing");
}

int fl_options_parse(struct fl_options *o, int argc, char **argv)
{
    struct option all[OPTIONS + FL_KINDS + 1];
    int option;

    list_options(all);
    set_defaults(o);
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", all, NULL)) >= 0) {
        if (option == OPT_HELP)
            return 1;
        if (option == ':')
            return complain("%s needs a value", argv[optind - 1]);
        if (option == '?')
            return complain("there is no option %s", argv[optind - 1]);
        if (set_option(o, option, optarg) < 0)
            return -1;
    }
    if (optind < argc)
        return complain("'%s' does not belong here", argv[optind]);
    return finish(o);
}
