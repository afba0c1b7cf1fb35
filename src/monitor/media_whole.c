// SPDX-License-Identifier: BSD-2-Clause
// Typing a command so that no beginning of it is run.

/*
 * The beginning of a command that copies to RAM is often one that copies all of
 * a chip there, over the boot loader. Noise that makes a line end of a
 * character runs it before its echo is compared. A shell that waits for the
 * end of what was begun runs nothing then; it shows another prompt, which is
 * left as any half command is.
 */

#include "monitor/device_priv.h"

#include "base/cleanup.h"
#include "monitor/template.h"

#include <errno.h>
#include <stdio.h>

#define ANSWER_MAX 65536U

static int ask_shell(struct device *dev, struct err *err)
{
    const struct whole_form *w = &dev->dialect->whole;
    CLEANUP_BUF struct buf answer = BUF_LIMITED(ANSWER_MAX);
    bool has = w->before != NULL;
    int ret = 0;

    if (has && w->needs.command != NULL) {
        ret = device_ask_in_sight(dev, w->needs.command, &answer, err);
        has = answer.len > 0 &&
              pattern_match(w->needs.answer, answer.data, answer.len, 0, NULL);
    }
    if (ret == 0)
        dev->media.whole = has ? WHOLE_TYPED : WHOLE_NOT;
    return ret;
}

int media_whole(struct device *dev, const char *text,
                const struct template_values *values, char *out, size_t size,
                struct err *err)
{
    const struct whole_form *w = &dev->dialect->whole;
    char all[256];
    int ret = 0;

    if (dev->media.whole == WHOLE_NOT_ASKED)
        ret = ask_shell(dev, err);
    if (ret < 0)
        return ret;
    if (dev->media.whole == WHOLE_NOT)
        return template_fill(text, values, out, size, err);
    ret = snprintf(all, sizeof(all), "%s%s%s", w->before, text, w->after);
    if (ret < 0 || (size_t)ret >= sizeof(all))
        return err_set(err, -ENOSPC, "'%s' is too long", text);
    return template_fill(all, values, out, size, err);
}
