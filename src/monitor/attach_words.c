// SPDX-License-Identifier: BSD-2-Clause
// What the user is told while the prompt is looked for.

#include "monitor/attach_priv.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void attach_ask_for_power(struct attach *a)
{
    struct deadline quiet = {a->c->last_byte_ms + QUIET_DEVICE_MS};

    if (a->asked || a->config->quiet || !deadline_passed(quiet) ||
        !deadline_passed(a->ask_at))
        return;
    log_warn("no prompt yet: power-cycle the device now");
    a->asked = true;
}

static bool mostly_garbage(const char *escaped)
{
    size_t bad = 0;
    size_t len = strlen(escaped);

    for (const char *p = escaped; (p = strstr(p, "\\x")) != NULL; p += 2)
        bad += 4;
    return len > 0 && bad * 2 > len;
}

/* " -b 9600, -b 38400": what the dialects in question are used at; "" when
 * that is what the port has. */
static void other_speeds(const struct attach *a, char *out, size_t size)
{
    const struct dialect *known = a->recognise.first;
    char one[24];
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; a->config->dialects[i] != NULL; i++) {
        const struct dialect *d = a->config->dialects[i];
        if (d->speed == 0 || d->speed == a->config->baud ||
            (known != NULL && d != known))
            continue;
        (void)snprintf(one, sizeof(one), "%s -b %u", len > 0 ? "," : "",
                       d->speed);
        if (strstr(out, one + (len > 0)) == NULL && len + sizeof(one) < size)
            len += (size_t)snprintf(out + len, size - len, "%s", one);
    }
}

static int nothing_came(const struct attach *a, const char *sent,
                        struct err *err)
{
    char speeds[120] = "";

    if (a->recognise.first != NULL)
        other_speeds(a, speeds, sizeof(speeds));
    return err_set(err, -ETIMEDOUT,
                   "sent '%s' for %u s, nothing came back; check that TX "
                   "and RX are crossed, GND is connected and the device "
                   "has power%s%s",
                   sent, a->config->timeout_ms / 1000,
                   speeds[0] != '\0' ? "; its usual speed is" : "", speeds);
}

static int no_prompt(const struct attach *a, const char *sent, const char *came,
                     struct err *err)
{
    char speeds[120] = "";
    bool garbage = mostly_garbage(came);

    if (garbage)
        other_speeds(a, speeds, sizeof(speeds));
    return err_set(err, -ETIMEDOUT,
                   "no prompt within %u s; sent '%s', last came '%s'%s%s%s%s%s",
                   a->config->timeout_ms / 1000, sent, came,
                   garbage ? "; that looks like a wrong baud rate: try another "
                             "-b"
                           : "",
                   speeds[0] != '\0' ? ", perhaps" : "", speeds,
                   garbage && a->config->n_rates > 0
                       ? "; a power cycle ends what an earlier --speed set"
                       : "",
                   a->password_asked ? "; the boot loader wants a password: "
                                       "give it with -o password="
                                     : "");
}

int attach_refused(struct attach *a, struct err *err)
{
    char keys[ATTACH_KEYS_MAX];
    char sent[200];
    char came[400];

    attach_keys(a, keys);
    (void)text_escape(sent, sizeof(sent), keys, strlen(keys));
    transcript_tail(a->c->transcript, 100, came, sizeof(came));
    return err_set(err, -EACCES,
                   "answered '%s' %u times, and it is asked for again%s; last "
                   "came: '%s'",
                   sent, ATTACH_ANSWERS_MAX,
                   a->login->passwords > 0 ? ": is the password right?" : "",
                   came);
}

int attach_keeps(const struct attach *a, struct err *err)
{
    return err_set(err, -EPERM,
                   "the device keeps what is typed in '%s', also behind what "
                   "should end that; start a shell there that has no history",
                   a->recognise.kept);
}

int attach_timed_out(struct attach *a, struct err *err)
{
    char keys[ATTACH_KEYS_MAX];
    char sent[200];
    char came[400];

    attach_keys(a, keys);
    (void)text_escape(sent, sizeof(sent), keys, strlen(keys));
    transcript_tail(a->c->transcript, 100, came, sizeof(came));
    if (came[0] == '\0')
        return nothing_came(a, sent, err);
    if (a->recognise.refused[0] != '\0')
        return err_set(err, -ETIMEDOUT,
                       "a prompt '%s' answers, but no dialect knows it; name "
                       "one with -d (see --list-dialects) or write one, "
                       "fwfs-dialect(5). Last came: '%s'",
                       a->recognise.refused, came);
    return no_prompt(a, sent, came, err);
}
