// SPDX-License-Identifier: BSD-2-Clause
// That a line carries a dump unharmed at another speed.

#include "monitor/speed_proof.h"

#include "monitor/device_priv.h"

#include <errno.h>
#include <string.h>

#define LEARN_TRIES 3U

static void proof_row(void *arg, uint64_t address, const uint8_t *bytes,
                      size_t len)
{
    struct speed_proof *p = arg;

    for (size_t at = 0; at + DEVICE_ROW <= len; at += DEVICE_ROW) {
        uint64_t offset = address + at - p->address;
        if (offset + DEVICE_ROW > p->len || offset % DEVICE_ROW != 0)
            continue;
        memcpy(p->bytes + offset, bytes + at, DEVICE_ROW);
        p->came |= UINT64_C(1) << offset / DEVICE_ROW;
    }
}

/* So many bytes from the start on have come. */
static size_t got(const struct speed_proof *p)
{
    size_t at = 0;

    while (at < p->len && (p->came >> at / DEVICE_ROW & 1) != 0)
        at += DEVICE_ROW;
    return at;
}

/* One command. */
static int read_piece(struct device *dev, struct speed_proof *p,
                      struct err *err)
{
    const struct device_sink sink = {.row = proof_row, .arg = p};
    size_t at = got(p);

    if (map_is_virtual(p->address))
        return media_read(dev, DEVICE_FIRST, p->address + at, p->len - at,
                          &sink, err);
    return device_read_memory(dev, DEVICE_FIRST, p->address + at, p->len - at,
                              &sink, err);
}

/* Reads all of it; tries: commands that may bring nothing. */
static int read_all(struct device *dev, struct speed_proof *p, unsigned tries,
                    struct err *err)
{
    int ret = 0;

    p->came = 0;
    while (ret == 0 && got(p) < p->len) {
        size_t before = got(p);
        ret = read_piece(dev, p, err);
        if (ret == 0 && got(p) == before && tries-- == 0)
            ret = err_set(err, -EBADMSG, "rows are damaged or missing");
    }
    return ret;
}

/* Until it comes without a damaged row: what is damaged here may be a dump
 * command that is tried and prints another form, and that is to be settled
 * before noise at another speed can speak against it. */
static int learn(struct device *dev, struct speed_proof *p, struct err *err)
{
    uint64_t before = 0;
    int ret = 0;

    for (unsigned i = 0; ret == 0 && i <= LEARN_TRIES; i++) {
        before = dev->test_damaged;
        ret = read_all(dev, p, LEARN_TRIES, err);
        if (dev->test_damaged == before)
            break;
    }
    if (ret == 0)
        memcpy(p->want, p->bytes, p->len);
    return ret;
}

/* On the bus, if there is such a medium. */
int speed_proof_learn(struct device *dev, struct speed_proof *p,
                      struct err *err)
{
    int ret = -EFAULT;

    for (int on_bus = 1; ret == -EFAULT && on_bus >= 0; on_bus--)
        for (size_t i = 0; ret == -EFAULT && i < dev->map.n_media; i++) {
            const struct map_medium *m = &dev->map.media[i];
            uint64_t border = device_border(dev, m->base);
            if (map_is_virtual(m->base) == (on_bus == 1))
                continue;
            p->address = m->base;
            p->len = border != 0 && border < SPEED_PROOF_SIZE
                         ? border
                         : SPEED_PROOF_SIZE;
            if (p->len <= m->size)
                ret = learn(dev, p, err);
        }
    return ret == -EFAULT ? err_set(err, ret, "nothing can be read") : ret;
}

int speed_proof_holds(struct device *dev, struct speed_proof *p,
                      struct err *err)
{
    uint64_t before = dev->test_damaged;
    int ret = read_all(dev, p, 0, err);

    if (ret < 0)
        return ret;
    if (dev->test_damaged != before)
        return err_set(err, -EBADMSG, "rows are damaged");
    return memcmp(p->bytes, p->want, p->len) == 0
               ? 0
               : err_set(err, -EBADMSG, "the bytes are not the same");
}
