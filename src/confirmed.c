// SPDX-License-Identifier: BSD-2-Clause
// How much of a file is confirmed, and how, out of .fwfs/status.json.

#include "confirmed.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The number behind `"key": ` before end. A quote within a JSON string has a
 * backslash before it, so that no name can look like a key. */
static bool find_number(const char *line, const char *end, const char *key,
                        uint64_t *out)
{
    const char *at = memmem(line, (size_t)(end - line), key, strlen(key));

    if (at == NULL)
        return false;
    at += strlen(key);
    return num_digits(at, strspn(at, "0123456789"), 10, out);
}

/* `{"name": "NAME",` - as the status writes it. */
static bool file_head(struct buf *out, const char *name)
{
    size_t size = strlen(name) * 6 + 1;
    CLEANUP_FREE char *text = malloc(size);

    if (text == NULL)
        return false;
    (void)text_json(text, size, name);
    return buf_printf(out, "{\"name\": \"%s\",", text);
}

bool confirmed_find(const char *json, const char *name, struct confirmed *out)
{
    CLEANUP_BUF struct buf head = {0};
    const char *line;
    const char *end;

    *out = (struct confirmed){0};
    if (!file_head(&head, name))
        return false;
    line = strstr(json, head.data);
    if (line == NULL)
        return false;
    end = line + strcspn(line, "\n");
    if (find_number(line, end, "\"confirmed_checksum\": ", &out->checksum) &&
        find_number(line, end, "\"confirmed_image\": ", &out->image) &&
        find_number(line, end, "\"confirmed_reread\": ", &out->reread))
        return true;
    *out = (struct confirmed){0};
    return false;
}

uint64_t confirmed_sum(const struct confirmed *c, uint64_t size)
{
    uint64_t sum;

    if (!num_add(c->checksum, c->image, &sum) ||
        !num_add(sum, c->reread, &sum) || sum > size)
        return size;
    return sum;
}
