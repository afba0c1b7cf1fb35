// SPDX-License-Identifier: BSD-2-Clause
// Regular expressions of dialect files: PCRE2 with named groups and limits.

#define PCRE2_CODE_UNIT_WIDTH 8

#include "monitor/pattern.h"

#include "base/log.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>

/* Far above what an honest match of a few KiB takes, some 10 ms of work. */
#define MATCH_STEPS 200000U

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    const char *subject;
};

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
                            PCRE2_MULTILINE | PCRE2_NEVER_UTF, &code, &at,
                            NULL);
    if (p->code == NULL) {
        (void)pcre2_get_error_message(code, why, sizeof(why));
        free(p);
        return err_set(err, -EINVAL, "%s%spattern '%s', character %zu: %s",
                       where, where[0] != '\0' ? ": " : "", text, at + 1,
                       (const char *)why);
    }
    p->data = pcre2_match_data_create_from_pattern(p->code, NULL);
    p->limits = pcre2_match_context_create(NULL);
    if (p->data == NULL || p->limits == NULL) {
        pattern_free(p);
        return err_set(err, -ENOMEM, "out of memory");
    }
    (void)pcre2_set_match_limit(p->limits, MATCH_STEPS);
    (void)pcre2_set_heap_limit(p->limits, 4096); /* KiB */
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
    free(p);
}

bool pattern_match(struct pattern *p, const char *text, size_t len, size_t from,
                   size_t *end)
{
    const PCRE2_SIZE *at;
    int ret;

    if (text == NULL || from > len)
        return false;
    p->subject = text;
    ret = pcre2_match(p->code, (PCRE2_SPTR)text, len, from, 0, p->data,
                      p->limits);
    if (ret == PCRE2_ERROR_MATCHLIMIT || ret == PCRE2_ERROR_HEAPLIMIT)
        log_warn("a pattern of the dialect takes too many steps and was given "
                 "up; what it should have found is missing");
    if (ret < 0)
        return false;
    at = pcre2_get_ovector_pointer(p->data);
    if (end != NULL)
        *end = at[1] > from ? at[1] : from + 1;
    return true;
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
