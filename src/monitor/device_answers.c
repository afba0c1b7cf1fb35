// SPDX-License-Identifier: BSD-2-Clause
// What a boot loader answers while it is surveyed, and what it therefore has.

/*
 * An answer is asked for once, though several rules and conditions look at it.
 * They live until the device is open; what the conditions came to stays.
 */

#include "monitor/device_priv.h"

#include "base/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX (256U << 10)

int device_answer(struct device *dev, const char *command, struct buf **out,
                  struct err *err)
{
    struct device_answer *a = &dev->answers[dev->n_answers];

    for (size_t i = 0; i < dev->n_answers; i++)
        if (strcmp(dev->answers[i].command, command) == 0) {
            *out = &dev->answers[i].text;
            return 0;
        }
    if (dev->n_answers == DEVICE_ANSWERS)
        return err_set(err, -E2BIG, "dialect %s: too many commands",
                       dev->dialect->name);
    *a = (struct device_answer){command, BUF_LIMITED(ANSWER_MAX)};
    dev->n_answers++;
    *out = &a->text;
    return device_ask_twice(dev, command, &a->text, err);
}

void device_forget_answers(struct device *dev)
{
    for (size_t i = 0; i < dev->n_answers; i++)
        buf_free(&dev->answers[i].text);
    dev->n_answers = 0;
}

int device_meets(struct device *dev, const struct condition *needs,
                 struct err *err)
{
    struct buf *text = &dev->boot_text;
    int ret = 0;

    if (needs->answer == NULL)
        return 1;
    if (needs->command != NULL)
        ret = device_answer(dev, needs->command, &text, err);
    if (ret < 0)
        return ret;
    return text->len > 0 &&
           pattern_match(needs->answer, text->data, text->len, 0, NULL);
}

static const struct condition *needs_of(const struct dialect *d, size_t n)
{
    if (n < d->n_dumps)
        return &d->dumps[n].needs;
    n -= d->n_dumps;
    if (n < d->n_checksums)
        return &d->checksums[n].needs;
    n -= d->n_checksums;
    return n < d->n_uniforms ? &d->uniforms[n].needs
                             : &d->accesses[n - d->n_uniforms].needs;
}

int device_look_what_it_has(struct device *dev, struct err *err)
{
    const struct dialect *d = dev->dialect;
    size_t n = d->n_dumps + d->n_checksums + d->n_uniforms + d->n_accesses;
    bool *has = calloc(n + 1, sizeof(bool)); /* none is no error */
    struct method_trial *trials = calloc(d->n_dumps + 1, sizeof(*trials));
    int ret = 0;

    if (has == NULL || trials == NULL) {
        free(has);
        free(trials);
        return err_set(err, -ENOMEM, "out of memory");
    }
    for (size_t i = 0; ret >= 0 && i < n; i++) {
        ret = device_meets(dev, needs_of(d, i), err);
        has[i] = ret > 0;
    }
    dev->trials = trials;
    dev->has = has;
    dev->has_dump = has;
    dev->has_checksum = has + d->n_dumps;
    dev->has_uniform = dev->has_checksum + d->n_checksums;
    dev->has_access = dev->has_uniform + d->n_uniforms;
    return ret < 0 ? ret : 0;
}

bool device_names(struct pattern *names, const struct map_medium *m)
{
    return pattern_match(names, m->name, strlen(m->name), 0, NULL) ||
           (m->alias[0] != '\0' &&
            pattern_match(names, m->alias, strlen(m->alias), 0, NULL));
}

struct span device_number(struct pattern *names, const struct map_medium *m)
{
    static const struct span none = {NULL, 0};
    struct span number = none;
    uint64_t value;

    if (device_names(names, m))
        number = pattern_group(names, "index");
    return number.text != NULL &&
                   num_digits(number.text, number.len, 10, &value)
               ? number
               : none;
}

int device_method(const struct device *dev, const struct map_medium *m,
                  int from)
{
    const struct dialect *d = dev->dialect;

    for (size_t i = (size_t)from; i < d->n_dumps; i++) {
        struct pattern *medium = d->dumps[i].medium;
        if (!dev->has_dump[i])
            continue;
        if (m == NULL ? medium == NULL
                      : medium != NULL && device_names(medium, m))
            return (int)i;
    }
    return -1;
}

const struct medium_access *device_access(const struct device *dev,
                                          const struct map_medium *m)
{
    const struct dialect *d = dev->dialect;

    for (size_t i = 0; i < d->n_accesses; i++)
        if (dev->has_access[i] && device_names(d->accesses[i].names, m))
            return &d->accesses[i];
    return NULL;
}
