// SPDX-License-Identifier: BSD-2-Clause
// NAME:BASE:SIZE, as a user writes a segment; BASE may be MEDIUM@OFFSET.

#include "monitor/user_segment.h"

#include "base/num.h"
#include "monitor/map_build.h"

#include <errno.h>
#include <string.h>

/* Cuts text at its first colon; what is behind it, NULL when there is none. */
static char *cut(char *text)
{
    char *at = strchr(text, ':');

    if (at != NULL)
        *at++ = '\0';
    return at;
}

/* Moves *base behind "MEDIUM@". */
static bool take_medium(char **base, struct user_segment *out)
{
    char *at = strchr(*base, '@');

    out->medium[0] = '\0';
    if (at == NULL)
        return true;
    *at = '\0';
    if (!map_is_safe_name(*base))
        return false;
    memcpy(out->medium, *base, strlen(*base) + 1);
    *base = at + 1;
    return true;
}

int user_segment_parse(const char *text, struct user_segment *out,
                       struct err *err)
{
    char name[256];
    char *base;
    char *size;
    uint64_t end;

    if (strlen(text) >= sizeof(name))
        return err_set(err, -EINVAL, "longer than %zu bytes", sizeof(name) - 1);
    memcpy(name, text, strlen(text) + 1);
    base = cut(name);
    size = base != NULL ? cut(base) : NULL;
    if (size == NULL)
        return err_set(err, -EINVAL, "'%s' is not NAME:BASE:SIZE", text);
    /* Not changed, but refused: the user could not find the file. */
    if (!map_is_safe_name(name))
        return err_set(err, -EINVAL,
                       "'%s': NAME must be a file name of printable ASCII, "
                       "shorter than %d bytes, without a slash or a leading "
                       "dot",
                       text, MAP_NAME_MAX);
    if (!take_medium(&base, out))
        return err_set(err, -EINVAL,
                       "'%s': what stands before '@' is no name of a medium",
                       text);
    if (!num_size(base, &out->base))
        return err_set(err, -EINVAL, "'%s': BASE '%s' is not an address", text,
                       base);
    if (!num_size(size, &out->size) || out->size == 0)
        return err_set(err, -EINVAL, "'%s': SIZE '%s' is not a size", text,
                       size);
    if (!num_add(out->base, out->size, &end))
        return err_set(err, -EINVAL, "'%s' ends beyond 64 bits", text);
    memcpy(out->name, name, strlen(name) + 1);
    return 0;
}
