// SPDX-License-Identifier: BSD-2-Clause
// A device at its prompt: opening, survey, identity, counters.

#include "monitor/device_priv.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "monitor/attach.h"
#include "monitor/map_add.h"
#include "monitor/map_build.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

/* The first line that one of the dialect's banner patterns matches. */
static void find_banner(struct device *dev, const char *text, size_t len)
{
    if (dev->banner[0] != '\0' || text == NULL)
        return;
    for (size_t i = 0; i < dev->dialect->n_banners; i++) {
        const char *start;
        const char *end;
        if (!pattern_match(dev->dialect->banners[i], text, len, 0, NULL))
            continue;
        start = pattern_whole(dev->dialect->banners[i]).text;
        end = memchr(start, '\n', (size_t)(text + len - start));
        (void)text_escape(dev->banner, sizeof(dev->banner), start,
                          (size_t)((end != NULL ? end : text + len) - start));
        return;
    }
}

static int apply_rule(struct device *dev, const struct map_rule *rule,
                      struct err *err)
{
    struct buf *answer = NULL;
    int ret = device_meets(dev, &rule->needs, err);

    if (ret <= 0)
        return ret;
    if (rule->command == NULL) {
        map_apply(&dev->map, dev->dialect, rule,
                  rule->banner ? dev->boot_text.data : NULL,
                  rule->banner ? dev->boot_text.len : 0);
        return 0;
    }
    ret = device_answer(dev, rule->command, &answer, err);
    if (ret < 0)
        return ret;
    find_banner(dev, answer->data, answer->len);
    map_apply(&dev->map, dev->dialect, rule, answer->data, answer->len);
    if (rule->banner)
        map_apply(&dev->map, dev->dialect, rule, dev->boot_text.data,
                  dev->boot_text.len);
    return 0;
}

/* Chips first: segments lie on them. */
static int survey_map(struct device *dev, const char *const *user,
                      struct err *err)
{
    const struct dialect *d = dev->dialect;
    int ret = 0;

    for (int chips = 1; chips >= 0; chips--)
        for (size_t i = 0; ret == 0 && i < d->n_maps; i++)
            if ((d->maps[i].makes == MAP_MAKES_CHIP) == (chips == 1))
                ret = apply_rule(dev, &d->maps[i], err);
    for (; ret == 0 && user != NULL && *user != NULL; user++)
        ret = map_add_user(&dev->map, d, *user, err);
    return ret == 0 ? map_finish(&dev->map, err) : ret;
}

/* See device_identity.c for what it is. */
static int survey_identity(struct device *dev, struct err *err)
{
    const struct dialect *d = dev->dialect;
    struct buf *answer;

    dev->identity_ends = calloc(d->n_identities + 1, sizeof(size_t));
    if (dev->identity_ends == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    (void)buf_printf(&dev->identity, "dialect %s\n", d->name);
    dev->identity_ends[d->n_identities] = dev->identity.len;
    for (size_t i = 0; i < d->n_identities; i++) {
        int ret = device_answer(dev, d->identities[i].command, &answer, err);
        if (ret < 0)
            return ret;
        find_banner(dev, answer->data, answer->len);
        if (identity_lines(&d->identities[i], answer, &dev->identity))
            dev->unique = true;
        dev->identity_ends[i] = dev->identity.len;
    }
    return dev->identity.failed
               ? err_set(err, -EMSGSIZE, "the device's identity is endless")
               : 0;
}

static int survey(struct device *dev, const char *const *user, struct err *err)
{
    int ret = survey_map(dev, user, err);

    if (ret == 0)
        ret = survey_identity(dev, err);
    if (ret == 0)
        ret = device_look_what_it_has(dev, err);
    device_forget_answers(dev);
    return ret == 0 ? media_check(dev, err) : ret;
}

static int load_dialects(struct device *dev, const char *name, struct err *err)
{
    int ret;

    if (name == NULL)
        return dialect_load_all(&dev->dialects, err);
    dev->dialects = calloc(2, sizeof(struct dialect *));
    if (dev->dialects == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    ret = dialect_load(&dev->dialects[0], name, err);
    return ret;
}

static void tell_opening(const struct device_config *config, struct device *dev)
{
    if (config->opening != NULL)
        config->opening(config->opening_arg, dev);
}

static int attach(struct device *dev, const struct device_config *config,
                  struct err *err)
{
    struct attach_config attach = {.dialects = dev->dialects,
                                   .chosen = config->dialect != NULL,
                                   .password = dev->password,
                                   .login = &dev->login,
                                   .baud = config->baud,
                                   .timeout_ms = config->attach_timeout_ms};
    unsigned rates[DEVICE_SPEEDS_MAX];
    unsigned found = config->baud;
    struct line *line;
    int ret = line_open_tty(&line, config->port, config->baud, err);

    if (ret < 0)
        return ret;
    ret = console_init(&dev->console, line, err); /* line is its own now */
    if (ret < 0)
        return ret;
    transcript_hide(dev->console.transcript, dev->password);
    tell_opening(config, dev);
    attach.rates = rates;
    attach.n_rates = device_baud_list(dev->dialects, config->baud, rates);
    attach.found_rate = &found;
    ret = attach_prompt(&dev->console, &attach, &dev->boot_text, err);
    if (ret < 0)
        err_prefix(err, "%s", config->port);
    atomic_store(&dev->speed.now, found);
    dev->dialect = dev->console.dialect;
    dev->chosen = attach.chosen;
    dev->console.others = dev->dialects;
    return ret;
}

/* Where a speed turned out to be one too fast for the device to be heard at, it
 * has to be started anew; where it did so itself, it is stopped. */
static int raise_speed(struct device *dev, const struct device_config *config,
                       struct err *err)
{
    struct deadline until = deadline_in(config->attach_timeout_ms);
    int ret = device_speed_tend(dev, err);

    if (ret != -ETIMEDOUT)
        return ret;
    if (!dev->console.restarted)
        log_warn("%s: %s; power-cycle the device now", config->port,
                 err != NULL ? err->text : "");
    do {
        ret = device_get_in_step(dev, err);
    } while (ret == -ETIMEDOUT && !deadline_passed(until));
    return ret;
}

/* Each time whoever is there is asked first. What is still due afterwards is
 * done later on. */
static int settle_speed(struct device *dev, const struct device_config *config,
                        struct err *err)
{
    int ret = device_still_same(dev, err);

    dev->speed.again = config->speed != 0;
    for (int i = 0; ret == 0 && device_speed_is_due(dev) && i < 8; i++) {
        ret = raise_speed(dev, config, err);
        if (ret == 0)
            ret = device_still_same(dev, err);
    }
    return ret;
}

static int open_steps(struct device *dev, const struct device_config *config,
                      struct err *err)
{
    int ret = load_dialects(dev, config->dialect, err);

    if (ret == 0 && config->ram != NULL)
        ret = media_window_parse(config->ram, &dev->media.user, err);
    if (ret == 0)
        ret = attach(dev, config, err);
    if (ret < 0)
        return ret;
    assert(dev->dialect != NULL); /* attach_prompt recognised it */
    dev->in_step = true;
    dev->console.silent = false;
    find_banner(dev, dev->boot_text.data, dev->boot_text.len);
    ret = device_speed_start(dev, err);
    if (ret == 0)
        ret = survey(dev, config->segments, err);
    if (ret == 0)
        ret = settle_speed(dev, config, err);
    if (ret < 0)
        err_prefix(err, "%s", config->port);
    return ret;
}

int device_open(struct device **out, const struct device_config *config,
                struct err *err)
{
    struct device *dev = calloc(1, sizeof(*dev));
    int ret;

    if (dev == NULL)
        return err_set(err, -ENOMEM, "out of memory");
    dev->boot_text = BUF_LIMITED(BOOT_TEXT_MAX);
    dev->identity = BUF_LIMITED(65536);
    dev->method = -1;
    dev->port = strdup(config->port);
    dev->baud = config->baud;
    dev->speed.limit = config->speed;
    dev->speed.below = UINT_MAX;
    atomic_store(&dev->speed.now, config->baud);
    if (config->password != NULL)
        dev->password = strdup(config->password);
    ret = dev->port == NULL ||
                  (dev->password == NULL && config->password != NULL)
              ? err_set(err, -ENOMEM, "out of memory")
              : open_steps(dev, config, err);
    if (ret < 0) {
        tell_opening(config, NULL);
        device_close(dev);
        return ret;
    }
    *out = dev;
    return 0;
}

/* As it was found: at its speed, and with nothing typed. */
static void leave_line(struct device *dev)
{
    struct console *c = &dev->console;

    device_baud_restore(dev);
    if (dev->gone || !c->typed || c->restarted) /* nothing stands there then */
        return;
    console_leave(c);
    /* Waits until all is out: closing throws away what is not. */
    (void)console_set_baud(c, atomic_load(&dev->speed.now));
}

void device_close(struct device *dev)
{
    if (dev == NULL)
        return;
    if (dev->dialect != NULL && !dev->offline)
        leave_line(dev);
    console_free(&dev->console);
    dialect_free_all(dev->dialects);
    map_free(&dev->map);
    buf_free(&dev->boot_text);
    buf_free(&dev->identity);
    media_free(&dev->media);
    free(dev->has);
    free(dev->trials);
    free(dev->identity_ends);
    free(dev->port);
    if (dev->password != NULL)
        explicit_bzero(dev->password, strlen(dev->password));
    free(dev->password);
    free(dev);
}

const struct map *device_map(const struct device *dev)
{
    return &dev->map;
}

int device_add_segment(struct device *dev, const struct map_segment *s)
{
    return map_add(&dev->map, s);
}

const char *device_port(const struct device *dev)
{
    return dev->port;
}

const char *device_dialect(const struct device *dev)
{
    return dev->dialect->name;
}

const char *device_banner(const struct device *dev)
{
    return dev->banner;
}

const char *device_identity(const struct device *dev)
{
    return dev->identity.data;
}

bool device_is_unique(const struct device *dev)
{
    return dev->unique;
}

bool device_is_told_apart(struct device *dev)
{
    struct digest_value sum;
    uint64_t base = 0;
    int ret = -EBADMSG;

    if (dev->unique || dev->map.n_media == 0)
        return dev->unique;
    for (size_t i = dev->map.n_media; i-- > 0;)
        if (device_checksum_algorithm(dev, dev->map.media[i].base) != NULL)
            base = dev->map.media[i].base;
    if (device_checksum_algorithm(dev, base) == NULL)
        return false;
    for (int i = 0; i < 3 && ret == -EBADMSG; i++)
        ret = device_checksum(dev, base, MAP_ALIGN, &sum, NULL, NULL);
    return ret == 0;
}

void device_wake(struct device *dev)
{
    line_wake(dev->console.line);
}

void device_shutdown(struct device *dev)
{
    atomic_store(&dev->console.shutdown, true);
    line_wake(dev->console.line);
}

void device_get_stats(const struct device *dev, struct device_stats *out)
{
    *out = (struct device_stats){
        .device_bytes_read = atomic_load(&dev->bytes_read),
        .line_bytes_received = atomic_load(&dev->console.received),
        .line_bytes_sent = atomic_load(&dev->console.sent),
        .commands = atomic_load(&dev->console.commands),
        .rows_bad = atomic_load(&dev->rows_bad),
        .rows_lost = atomic_load(&dev->rows_lost),
        .speed = atomic_load(&dev->speed.now),
        .line = (enum device_line)atomic_load(&dev->line_state)};
}

void device_transcript(const struct device *dev, struct buf *out)
{
    transcript_read(dev->console.transcript, out);
}
