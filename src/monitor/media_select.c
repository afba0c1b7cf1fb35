// SPDX-License-Identifier: BSD-2-Clause
// Makes the device read from the medium that is meant, and from no other.

/*
 * One command may serve several chips: which, the device keeps as its current
 * one. That is a state of the device, so it is set anew after each reset
 * (contact), and whenever another medium was selected since. Without an answer
 * that names the medium nothing is read.
 */

#include "monitor/device_priv.h"

#include "base/cleanup.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/template.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MAX 65536U

const char *media_word(const struct map_medium *m)
{
    return m->alias[0] != '\0' ? m->alias : m->name;
}

struct template_values media_values(const struct media_route *r,
                                    const struct media_piece *p)
{
    return (struct template_values){
        .address = p->ram,
        .length = p->len,
        .count = p->len,
        .offset = p->offset,
        .ram = p->ram,
        .erase_block = r->erase_block,
        .page_size = r->page,
        .medium = media_word(r->m),
        .index = r->number,
    };
}

int media_fill(const struct media_route *r, const char *text, char *out,
               size_t size, struct err *err)
{
    const struct media_piece whole = {.len = r->m->size, .ram = r->window.base};
    const struct template_values values = media_values(r, &whole);

    return template_fill(text, &values, out, size, err);
}

int media_says(int ret, const char *command, const struct buf *answer,
               struct pattern *p, struct err *err)
{
    const char *text = answer->len > 0 ? answer->data : "";
    const char *from = text;
    char words[160];

    if (p != NULL && answer->len > 0 &&
        pattern_match(p, answer->data, answer->len, 0, NULL))
        from = pattern_whole(p).text;
    while (from > text && from[-1] != '\n')
        from--;
    (void)text_escape(words, sizeof(words), from, strcspn(from, "\n"));
    return err_set(err, ret, "'%s': the device says '%s'", command, words);
}

bool media_group_is(struct pattern *p, const char *name, uint64_t want)
{
    struct span text = pattern_group(p, name);
    bool hex = text.len > 2 && text.text[0] == '0' && text.text[1] == 'x';
    uint64_t n;

    return text.text == NULL ||
           (num_digits(text.text, text.len, hex ? 16 : 10, &n) && n == want);
}

bool media_names_it(const struct media_route *r, struct pattern *p)
{
    uint64_t number;

    return r->number.text == NULL ||
           (num_digits(r->number.text, r->number.len, 10, &number) &&
            media_group_is(p, "index", number));
}

bool media_holds(const struct device *dev, const struct media_route *r,
                 const struct media_piece *p)
{
    return p->valid && p->medium == r->index && p->contact == dev->contact;
}

/* 1: the answer to this command names the medium; 0: not, err tells what it
 * says. */
static int try_command(struct device *dev, const struct media_route *r,
                       const char *text, struct err *err)
{
    struct pattern *wanted = r->access->select_answer;
    CLEANUP_BUF struct buf answer = BUF_LIMITED(ANSWER_MAX);
    char command[128];
    int ret = media_fill(r, text, command, sizeof(command), err);

    if (ret == 0)
        ret = device_settle(dev,
                            console_ask(&dev->console, command, wanted,
                                        dev->dialect->answer_ms, &answer, err));
    if (ret < 0)
        return ret;
    if (wanted == NULL ||
        (answer.len > 0 &&
         pattern_match(wanted, answer.data, answer.len, 0, NULL) &&
         media_names_it(r, wanted)))
        return 1;
    (void)media_says(0, command, &answer, wanted, err);
    return 0;
}

int media_select(struct device *dev, const struct media_route *r,
                 struct err *err)
{
    const struct medium_access *a = r->access;
    int ret = 0;

    if (a == NULL || a->n_select == 0 ||
        media_holds(dev, r, &dev->media.selected))
        return 0;
    dev->media.selected.valid = false;
    for (size_t i = 0; ret == 0 && i < a->n_select; i++)
        ret = try_command(dev, r, a->select[i], err);
    if (ret < 0)
        return ret;
    if (ret == 0) {
        err_prefix(err, "%s is not selected", r->m->name);
        return -EILSEQ;
    }
    dev->media.selected = (struct media_piece){
        .valid = true, .medium = r->index, .contact = dev->contact};
    return 0;
}
