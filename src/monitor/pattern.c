// SPDX-License-Identifier: BSD-2-Clause
// Regular expressions of dialect files: PCRE2 with named groups and limits.

#define PCRE2_CODE_UNIT_WIDTH 8

#include "monitor/pattern.h"

#include "base/log.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/*
 * Far above what an honest match takes: some 10 ms of work. PCRE2 begins to
 * count anew for each place of the text that it tries, of which a hostile
 * answer has many, each with just less than that; and a repeated item counts
 * once, however much it takes. So a callout before each item counts as well,
 * steps and distance, through a whole walk from match to match.
 */
#define MATCH_STEPS  200000U
#define STEPS_A_BYTE 8U
#define STEP_BYTES   16U /* moved over in the time of a step */

struct pattern {
    char *text;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    const char *subject;
    uint64_t steps; /* through subject so far */
    size_t at;      /* in subject, at the last of them */
    uint64_t steps_max;
    bool told; /* that these were too many */
};

static int count_step(pcre2_callout_block *block, void *arg)
{
    struct pattern *p = arg;

    p->steps += 1 + (block->current_position > p->at
                         ? block->current_position - p->at
                         : p->at - block->current_position) /
                        STEP_BYTES;
    p->at = block->current_position;
    return p->steps > p->steps_max ? PCRE2_ERROR_MATCHLIMIT : 0;
}

int pattern_compile(struct pattern **out, const char *text, const char *where,
                    struct err *err)
{
    PCRE2_UCHAR why[128];
    PCRE2_SIZE at = 0;
    int code = 0;
    struct pattern *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                            PCRE2_MULTILINE | PCRE2_NEVER_UTF |
                                PCRE2_AUTO_CALLOUT,
                            &code, &at, NULL);
    if (p->code == NULL) {
        (void)pcre2_get_error_message(code, why, sizeof(why));
        free(p);
        return err_set(
            err, -EINVAL, "%s%spattern '%.120s%s', character %zu: %s", where,
            where[0] != '\0' ? ": " : "", text, strlen(text) > 120 ? "..." : "",
            at + 1, (const char *)why);
    }
    p->text = strdup(text);
    p->data = pcre2_match_data_create_from_pattern(p->code, NULL);
    p->limits = pcre2_match_context_create(NULL);
    if (p->text == NULL || p->data == NULL || p->limits == NULL) {
        pattern_free(p);
        return err_set(err, -ENOMEM, "out of memory");
    }
    (void)pcre2_set_match_limit(p->limits, MATCH_STEPS);
    (void)pcre2_set_heap_limit(p->limits, 4096); /* KiB */
    (void)pcre2_set_callout(p->limits, count_step, p);
    *out = p;
    return 0;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_match_context_free(p->limits);
    pcre2_match_data_free(p->data);
    pcre2_code_free(p->code);
    free(p->text);
    free(p);
}

bool pattern_match(struct pattern *p, const char *text, size_t len, size_t from,
                   size_t *end)
{
    const PCRE2_SIZE *at;
    int ret;

    if (text == NULL || from > len)
        return false;
    if (from == 0 || p->subject != text)
        p->steps = 0;
    p->subject = text;
    p->at = from;
    p->steps_max = MATCH_STEPS + STEPS_A_BYTE * (uint64_t)len;
    ret = pcre2_match(p->code, (PCRE2_SPTR)text, len, from, 0, p->data,
                      p->limits);
    if ((ret == PCRE2_ERROR_MATCHLIMIT || ret == PCRE2_ERROR_HEAPLIMIT) &&
        !p->told) {
        p->told = true;
        log_warn("a pattern of the dialect takes too many steps and was given "
                 "up; what it should have found is missing");
    }
    if (ret < 0)
        return false;
    at = pcre2_get_ovector_pointer(p->data);
    if (end != NULL)
        *end = at[1] > from ? at[1] : from + 1;
    return true;
}

const char *pattern_text(const struct pattern *p)
{
    return p->text;
}

static struct span group_at(const struct pattern *p, uint32_t n)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->data);

    if (n >= pcre2_get_ovector_count(p->data) ||
        at[2 * (size_t)n] == PCRE2_UNSET ||
        at[2 * (size_t)n] > at[2 * (size_t)n + 1])
        return (struct span){NULL, 0};
    return (struct span){p->subject + at[2 * (size_t)n],
                         at[2 * (size_t)n + 1] - at[2 * (size_t)n]};
}

bool pattern_forbids(struct pattern *const *list, size_t n, const char *command,
                     size_t len)
{
    for (size_t i = 0; i < n; i++)
        for (size_t part = 1; list[i] != NULL && part <= len; part++)
            if (pattern_match(list[i], command, part, 0, NULL))
                return true;
    return false;
}

struct span pattern_whole(const struct pattern *p)
{
    return group_at(p, 0);
}

struct span pattern_group(const struct pattern *p, const char *name)
{
    int n = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);

    return n < 0 ? (struct span){NULL, 0} : group_at(p, (uint32_t)n);
}

bool pattern_has(const struct pattern *p, const char *name)
{
    return pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name) > 0;
}

static bool is_in(const char *name, const char *const *known)
{
    for (; *known != NULL; known++)
        if (strcmp(name, *known) == 0)
            return true;
    return false;
}

const char *pattern_other_group(const struct pattern *p,
                                const char *const *known)
{
    uint32_t count = 0;
    uint32_t each = 0;
    PCRE2_SPTR table = NULL;

    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &each);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += each)
        if (!is_in((const char *)table + 2, known)) /* behind its number */
            return (const char *)table + 2;
    return NULL;
}
