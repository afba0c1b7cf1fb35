// SPDX-License-Identifier: BSD-2-Clause
// The keys that a dialect file may have, for libconfuse.

#include "monitor/dialect_schema.h"

#include <stddef.h>

static cfg_opt_t recognise_opts[] = {
    CFG_STR_LIST("banner", NULL, CFGF_NONE),
    CFG_STR_LIST("hint", NULL, CFGF_NONE),
    CFG_STR("command", NULL, CFGF_NONE),
    CFG_STR("answer", NULL, CFGF_NONE),
    CFG_STR("history", NULL, CFGF_NONE),
    CFG_STR("without-history", NULL, CFGF_NONE),
    CFG_END()};

static cfg_opt_t console_opts[] = {
    CFG_STR("prompt", NULL, CFGF_NONE),
    CFG_STR("line-end", "\r", CFGF_NONE),
    CFG_BOOL("empty-line-repeats", cfg_true, CFGF_NONE),
    CFG_STR("wake", NULL, CFGF_NONE),
    CFG_STR("leave", NULL, CFGF_NONE),
    CFG_STR("clear", NULL, CFGF_NONE),
    CFG_INT("clear-times", 1, CFGF_NONE),
    CFG_STR("interrupt", NULL, CFGF_NONE),
    CFG_STR("echo", "plain", CFGF_NONE),
    CFG_BOOL("prompt-changes", cfg_false, CFGF_NONE),
    CFG_STR("done", NULL, CFGF_NONE),
    CFG_STR_LIST("pager", NULL, CFGF_NONE),
    CFG_STR("unlock", NULL, CFGF_NONE),
    CFG_STR_LIST("never", NULL, CFGF_NONE),
    CFG_INT("type-chunk", 8, CFGF_NONE),
    CFG_INT("answer-time", 5, CFGF_NONE),
    CFG_STR("unknown", NULL, CFGF_NONE),
    CFG_STR("fault", NULL, CFGF_NONE),
    CFG_END()};

static cfg_opt_t break_in_opts[] = {CFG_STR("when", NULL, CFGF_NONE),
                                    CFG_STR("send", NULL, CFGF_NONE),
                                    CFG_INT("every", 100, CFGF_NONE),
                                    CFG_BOOL("fresh", cfg_false, CFGF_NONE),
                                    CFG_BOOL("question", cfg_false, CFGF_NONE),
                                    CFG_END()};

static cfg_opt_t row_opts[] = {CFG_STR("address-prefix", "", CFGF_NONE),
                               CFG_INT("address-digits", 8, CFGF_NONE),
                               CFG_INT("address-radix", 16, CFGF_NONE),
                               CFG_INT("address-digits-max", 0, CFGF_NONE),
                               CFG_STR("address-suffix", ": ", CFGF_NONE),
                               CFG_INT("cell-bytes", 1, CFGF_NONE),
                               CFG_STR("cell-prefix", "", CFGF_NONE),
                               CFG_INT("cells", 16, CFGF_NONE),
                               CFG_STR("separators", " ", CFGF_NONE),
                               CFG_BOOL("pairs", cfg_false, CFGF_NONE),
                               CFG_STR("unreadable", "", CFGF_NONE),
                               CFG_STR("tail", "", CFGF_NONE),
                               CFG_BOOL("rest", cfg_false, CFGF_NONE),
                               CFG_BOOL("ascii", cfg_false, CFGF_NONE),
                               CFG_BOOL("ascii-one-way", cfg_false, CFGF_NONE),
                               CFG_INT("ascii-gap", 1, CFGF_NONE),
                               CFG_STR("ascii-open", "", CFGF_NONE),
                               CFG_STR("ascii-close", "", CFGF_NONE),
                               CFG_INT("ascii-first", 0x20, CFGF_NONE),
                               CFG_INT("ascii-last", 0x7e, CFGF_NONE),
                               CFG_STR("ascii-other", ".", CFGF_NONE),
                               CFG_END()};

static cfg_opt_t dump_opts[] = {CFG_STR("needs", NULL, CFGF_NONE),
                                CFG_STR("needs-answer", NULL, CFGF_NONE),
                                CFG_STR("medium", NULL, CFGF_NONE),
                                CFG_STR("again", NULL, CFGF_NONE),
                                CFG_BOOL("enter", cfg_true, CFGF_NONE),
                                CFG_STR_LIST("dialogue", NULL, CFGF_NONE),
                                CFG_STR("output", "rows", CFGF_NONE),
                                CFG_STR("base", "absolute", CFGF_NONE),
                                CFG_STR("align", NULL, CFGF_NONE),
                                CFG_STR("skip", NULL, CFGF_NONE),
                                CFG_STR("stop", NULL, CFGF_NONE),
                                CFG_STR("command", NULL, CFGF_NONE),
                                CFG_STR("order", "memory", CFGF_NONE),
                                CFG_INT("unit", 1, CFGF_NONE),
                                CFG_STR("fixed", NULL, CFGF_NONE),
                                CFG_STR("max", NULL, CFGF_NONE),
                                CFG_SEC("row", row_opts, CFGF_NONE),
                                CFG_END()};

static cfg_opt_t checksum_opts[] = {CFG_STR("algorithm", NULL, CFGF_NONE),
                                    CFG_STR("needs", NULL, CFGF_NONE),
                                    CFG_STR("needs-answer", NULL, CFGF_NONE),
                                    CFG_STR("medium", NULL, CFGF_NONE),
                                    CFG_STR("command", NULL, CFGF_NONE),
                                    CFG_STR("answer", NULL, CFGF_NONE),
                                    CFG_END()};

static cfg_opt_t uniform_opts[] = {CFG_STR("needs", NULL, CFGF_NONE),
                                   CFG_STR("needs-answer", NULL, CFGF_NONE),
                                   CFG_STR("medium", NULL, CFGF_NONE),
                                   CFG_STR("command", NULL, CFGF_NONE),
                                   CFG_STR("answer", NULL, CFGF_NONE),
                                   CFG_END()};

static cfg_opt_t footer_opts[] = {CFG_STR("erase-block", NULL, CFGF_NONE),
                                  CFG_INT("size", 0, CFGF_NONE),
                                  CFG_STR("signature", NULL, CFGF_NONE),
                                  CFG_INT("signature-at", 0, CFGF_NONE),
                                  CFG_INT("base-at", 0, CFGF_NONE),
                                  CFG_INT("length-at", 0, CFGF_NONE),
                                  CFG_INT("sum-at", 0, CFGF_NONE),
                                  CFG_INT("own-sum-at", 0, CFGF_NONE),
                                  CFG_STR("sum", "word-sum", CFGF_NONE),
                                  CFG_END()};

static cfg_opt_t map_opts[] = {CFG_STR("command", NULL, CFGF_NONE),
                               CFG_BOOL("banner", cfg_false, CFGF_NONE),
                               CFG_STR("makes", "segment", CFGF_NONE),
                               CFG_STR("format", "text", CFGF_NONE),
                               CFG_STR("section", NULL, CFGF_NONE),
                               CFG_STR("pattern", NULL, CFGF_NONE),
                               CFG_STR("unless", NULL, CFGF_NONE),
                               CFG_STR("name", NULL, CFGF_NONE),
                               CFG_STR("medium", NULL, CFGF_NONE),
                               CFG_STR("alias", NULL, CFGF_NONE),
                               CFG_STR("base", NULL, CFGF_NONE),
                               CFG_STR("size", NULL, CFGF_NONE),
                               CFG_BOOL("if-free", cfg_false, CFGF_NONE),
                               CFG_INT("radix", 16, CFGF_NONE),
                               CFG_STR("scale", NULL, CFGF_NONE),
                               CFG_STR("rounded", "no", CFGF_NONE),
                               CFG_STR("needs", NULL, CFGF_NONE),
                               CFG_STR("needs-answer", NULL, CFGF_NONE),
                               CFG_END()};

static cfg_opt_t medium_opts[] = {CFG_STR("needs", NULL, CFGF_NONE),
                                  CFG_STR("needs-answer", NULL, CFGF_NONE),
                                  CFG_STR("names", NULL, CFGF_NONE),
                                  CFG_STR("ids", NULL, CFGF_NONE),
                                  CFG_STR_LIST("select", NULL, CFGF_NONE),
                                  CFG_STR("select-answer", NULL, CFGF_NONE),
                                  CFG_STR("read", NULL, CFGF_NONE),
                                  CFG_STR("read-answer", NULL, CFGF_NONE),
                                  CFG_STR("read-fail", NULL, CFGF_NONE),
                                  CFG_STR_LIST("dialogue", NULL, CFGF_NONE),
                                  CFG_STR("chunk", NULL, CFGF_NONE),
                                  CFG_STR("bad", NULL, CFGF_NONE),
                                  CFG_STR("bad-answer", NULL, CFGF_NONE),
                                  CFG_BOOL("bad-decimal", cfg_false, CFGF_NONE),
                                  CFG_STR("erase-block", NULL, CFGF_NONE),
                                  CFG_STR("page", NULL, CFGF_NONE),
                                  CFG_END()};

static cfg_opt_t whole_opts[] = {CFG_STR("needs", NULL, CFGF_NONE),
                                 CFG_STR("needs-answer", NULL, CFGF_NONE),
                                 CFG_STR("before", NULL, CFGF_NONE),
                                 CFG_STR("after", NULL, CFGF_NONE), CFG_END()};

static cfg_opt_t baud_opts[] = {
    CFG_STR("command", NULL, CFGF_NONE), CFG_STR("ready", NULL, CFGF_NONE),
    CFG_STR("confirm", NULL, CFGF_NONE), CFG_INT_LIST("rates", NULL, CFGF_NONE),
    CFG_END()};

static cfg_opt_t identity_opts[] = {
    CFG_STR("command", NULL, CFGF_NONE), CFG_STR("pattern", NULL, CFGF_NONE),
    CFG_BOOL("unique", cfg_false, CFGF_NONE), CFG_END()};

#define TITLED (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

cfg_opt_t dialect_schema[] = {CFG_STR("description", "", CFGF_NONE),
                              CFG_INT("order", 50, CFGF_NONE),
                              CFG_INT("speed", 0, CFGF_NONE),
                              CFG_STR("unmapped", NULL, CFGF_NONE),
                              CFG_SEC("recognise", recognise_opts, CFGF_NONE),
                              CFG_SEC("console", console_opts, CFGF_NONE),
                              CFG_SEC("break-in", break_in_opts, TITLED),
                              CFG_SEC("dump", dump_opts, TITLED),
                              CFG_SEC("checksum", checksum_opts, TITLED),
                              CFG_SEC("uniform", uniform_opts, TITLED),
                              CFG_SEC("footer", footer_opts, TITLED),
                              CFG_SEC("map", map_opts, TITLED),
                              CFG_SEC("medium", medium_opts, TITLED),
                              CFG_SEC("whole", whole_opts, CFGF_NONE),
                              CFG_SEC("baud", baud_opts, CFGF_NONE),
                              CFG_SEC("identity", identity_opts, TITLED),
                              CFG_INT(DIALECT_SENTINEL, 0, CFGF_NONE),
                              CFG_END()};

static void watch(cfg_opt_t *opts, int (*note)(cfg_t *sec, cfg_opt_t *opt))
{
    for (; opts->name != NULL; opts++) {
        if (opts->type == CFGT_SEC)
            watch(opts->subopts, note);
        else
            opts->validcb = note;
    }
}

void dialect_schema_watch(int (*note)(cfg_t *sec, cfg_opt_t *opt))
{
    watch(dialect_schema, note);
}
