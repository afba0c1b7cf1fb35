// SPDX-License-Identifier: BSD-2-Clause
// Fuzzes a device from the prompt to the last row: whatever it says, talk with
// it ends, its rows lie where they were asked for, and nothing raw is told.

#include "hostile_board.h"
#include "map_check.h"

#include "base/text.h"
#include "monitor/device.h"

static struct board the_board;
static struct board *const board = &the_board;

/* Takes the place of the one of line/tty.c. */
int line_open_tty(struct line **out, const char *path, unsigned baud,
                  struct err *err)
{
    (void)path;
    (void)baud;
    (void)err;
    *out = line_new(&board_ops, board);
    return 0;
}

/* The range asked for, and when to have enough of it. */
struct wanted {
    uint64_t from;
    uint64_t to;
    unsigned looks;
    unsigned stop_at;
};

static void on_row(void *arg, uint64_t address, const uint8_t *bytes,
                   size_t len)
{
    const struct wanted *w = arg;

    MUST(len > 0 && len % DEVICE_ROW == 0 && address % DEVICE_ROW == 0);
    MUST(address >= w->from && address + len <= w->to);
    for (size_t i = 0; i < len && !board->lied; i++)
        MUST(bytes[i] == board_byte(address + i));
}

static bool on_stop(void *arg)
{
    struct wanted *w = arg;

    return w->stop_at != 0 && ++w->looks >= w->stop_at;
}

static void printable(const char *text)
{
    for (; *text != '\0'; text++)
        MUST((*text >= ' ' && *text <= '~') || *text == '\n');
}

static void read_some(struct device *dev, unsigned n)
{
    static const uint16_t lens[] = {0x10, 0x100, 0x200, 0x400};
    const struct map_medium *m = &device_map(dev)->media[0];
    uint64_t len = lens[n % 4] < m->size ? lens[n % 4] : 0x10;
    uint64_t at = m->base + (m->size - len) / 512 * (n % 3) / 2 * 512;
    struct wanted w = {.from = at - at % MAP_ALIGN,
                       .to = (at + len + MAP_ALIGN - 1) / MAP_ALIGN * MAP_ALIGN,
                       .stop_at = n % 5 == 4 ? 3 : 0};
    const struct device_sink sink = {NULL, on_row, on_stop, &w};
    struct err err = {""};
    int ret = device_read(dev, n % 2 == 0 ? DEVICE_FIRST : DEVICE_AGAIN, at,
                          len, &sink, &err);

    MUST(ret == 0 || ret == -EINTR || ret == -ETIMEDOUT || ret == -EILSEQ ||
         ret == -EFAULT || ret == -ENODEV);
    printable(err.text);
}

static void sum_some(struct device *dev)
{
    const struct map_medium *m = &device_map(dev)->media[0];
    struct digest_value got;
    struct digest_value right;
    uint8_t bytes[512];
    struct err err = {""};

    if (device_checksum(dev, m->base, sizeof(bytes), &got, NULL, &err) == 0 &&
        !board->lied) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = board_byte(m->base + i);
        digest_of(got.algorithm, bytes, sizeof(bytes), &right);
        MUST(digest_same(&got, &right));
    }
    printable(err.text);
}

static void tell(struct device *dev)
{
    struct buf text = {0};
    struct err err = {""};

    device_transcript(dev, &text);
    MUST(text.len <= 4 * 65536 + 100);
    if (text.len > 0)
        printable(text.data);
    buf_clear(&text);
    if (device_describe(dev, &text, &err) == 0)
        printable(text.data);
    printable(err.text);
    printable(device_banner(dev));
    buf_free(&text);
}

/* What a cache keeps of it is read again. */
static void keep(const struct device *dev)
{
    struct device *kept = NULL;
    struct buf text = {0};

    device_keep(dev, &text);
    MUST(device_open_offline(&kept, text.data, text.len, device_identity(dev),
                             NULL) == 0);
    MUST(device_map(kept)->n_segments == device_map(dev)->n_segments);
    device_close(kept);
    buf_free(&text);
}

static void talk(struct device *dev)
{
    struct device_stats stats;
    struct err err = {""};
    int same;

    check_map(device_map(dev));
    MUST(strlen(device_identity(dev)) <= 65536);
    for (unsigned n = 0; n < 6 && device_map(dev)->n_media > 0; n++) {
        read_some(dev, n);
        if (n % 2 == 0)
            sum_some(dev);
        if (device_look(dev))
            (void)device_recover(dev, NULL, &err);
    }
    same = device_is_same(dev, NULL, &err);
    MUST(same <= 1 && (same != 0 || board->odd));
    device_get_stats(dev, &stats);
    MUST(stats.line <= DEVICE_LINE_GONE);
    printable(err.text);
    tell(dev);
    if (map_check_readable(device_map(dev), NULL) == 0)
        keep(dev);
}

/* The first byte: which board, and what it is like. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct device_config config = {
        .port = "fuzz",
        .baud = 1,
        .dialect = size == 0 || (data[0] & 8) == 0 ? NULL
                   : (data[0] & 1) != 0            ? "winbond"
                                                   : "u-boot",
        .attach_timeout_ms = 5000};
    struct device *dev = NULL;
    struct err err = {""};

    if (size == 0)
        return 0;
    memset(board, 0, offsetof(struct board, out));
    board->camera = (data[0] & 1) != 0;
    board->again = (data[0] & 2) != 0;
    board->sudden = (data[0] & 4) != 0;
    board->chunk = (size_t)(data[0] / 16) * 7;
    board->at = board->start = data + 1;
    board->end = data + size;
    board->lied = board->sudden;
    clock_set_source(board_now);
    board_ms = 1000;
    if (device_open(&dev, &config, &err) == 0)
        talk(dev);
    printable(err.text);
    device_close(dev);
    return 0;
}
