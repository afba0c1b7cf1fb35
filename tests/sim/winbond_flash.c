// SPDX-License-Identifier: BSD-2-Clause
// The Winbond loader's commands that change flash, or run something.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "winbond.h"

enum { CTRL_C = 3, CTRL_X = 24, LOADS = 60 };

static void erase_blocks(struct sim *sim, uint64_t offset, uint64_t end)
{
    struct chip *chip = &sim->memory.chip[0];

    if (end > chip->size)
        end = chip->size;
    if (offset >= end)
        return;
    memset(chip->data + offset, 0xff, (size_t)(end - offset));
    log_changed(&sim->log, "flash", offset, end - offset);
}

static void erase_block(struct sim *sim, uint64_t number)
{
    erase_blocks(sim, number * FOOTER_BLOCK, (number + 1) * FOOTER_BLOCK);
}

static bool find_image(struct sim *sim, uint32_t number, struct footer *image)
{
    struct footer images[FOOTER_IMAGES];
    int count = winbond_find_images(sim, images);

    for (int i = 0; i < count; i++) {
        if (images[i].number != number)
            continue;
        *image = images[i];
        return true;
    }
    return false;
}

/* All its blocks, and that of the footer when it has one of its own. */
static void delete_image(struct sim *sim, const struct footer *image)
{
    uint64_t offset = image->base - sim->memory.chip[0].base;
    uint64_t end = offset + image->length + FOOTER_SIZE;

    offset -= offset % FOOTER_BLOCK;
    erase_blocks(sim, offset,
                 (end + FOOTER_BLOCK - 1) / FOOTER_BLOCK * FOOTER_BLOCK);
}

static bool is_decimal(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

static void delete_all(struct sim *sim)
{
    struct uart *u = &sim->uart;

    uart_puts(u, "Press Ctrl-c to stop\n");
    for (uint64_t i = 2; i < sim->memory.chip[0].size / FOOTER_BLOCK; i++) {
        uart_printf(u, "Deleting ... Block %u\n", (unsigned)i);
        erase_block(sim, i);
        if (uart_tstc(u) && uart_getc(u) == CTRL_C)
            return;
    }
}

/* Without a number it is image 0. */
void winbond_delete(struct sim *sim, int argc, char **argv)
{
    static const char nothing[2] = "";
    const char *what = argc > 1 ? argv[1] : nothing;
    struct uart *u = &sim->uart;
    struct footer image;

    log_danger(&sim->log, argv[0]);
    if (strcmp(what, "-all") == 0) {
        delete_all(sim);
    } else if (tolower((unsigned char)*what) == 'b') {
        if (is_decimal(what + 1))
            erase_block(sim, strtoul(what + 1, NULL, 10));
        else
            uart_puts(u, "ERROR: Invalid block number\n");
    } else if (!is_decimal(what)) {
        uart_puts(u, "Usage: DEL [ImageNo.] [b{blockNo.}] [-all]\n"
                     "       [ImageNo.]\tDelete the image\n"
                     "       [b{blockNo.}]\tDelete the block\n"
                     "       -all\t\tDelete all blocks\n");
    } else if (!find_image(sim, (uint32_t)strtoul(what, NULL, 10), &image)) {
        uart_printf(u, "ERROR: Image %s is not existed\n", *what ? what : "0");
    } else {
        uart_printf(u, "Deleting Image %u ...\n", (unsigned)image.number);
        delete_image(sim, &image);
    }
}

/* Listens to Ctrl-X alone; nobody sends a file here. */
static void wait_for_file(struct sim *sim)
{
    struct uart *u = &sim->uart;

    uart_puts(u, "Waiting for download\nPress Ctrl-x to cancel ... \n");
    for (int i = 0; i < LOADS; i++) {
        uart_putc(u, 'C');
        uart_sleep(u, INT64_C(500000000));
        while (uart_tstc(u)) {
            if (uart_getc(u) == CTRL_X)
                i = LOADS;
        }
    }
    uart_puts(u, "\nDownload error!\n");
}

/* Takes everything up to an end of line; false: it is no address. */
static bool ask_address(struct sim *sim, uint32_t *addr)
{
    struct uart *u = &sim->uart;
    char text[11] = "";
    size_t len = 0;
    int c;

    uart_puts(u, "Please enter destination address (0x8000):");
    while ((c = uart_getc(u)) != '\n' && c != '\r') {
        if (c == '\b' && len > 0) {
            text[--len] = '\0';
            uart_puts(u, "\b \b");
        } else if (c != '\b' && len < 10) {
            text[len++] = (char)c;
            uart_putc(u, c);
        }
    }
    uart_puts(u, "\n");
    return winbond_address(text, addr);
}

void winbond_load(struct sim *sim, int argc, char **argv)
{
    uint32_t addr = 0x8000;

    if (argc > 1 && !winbond_address(argv[1], &addr)) {
        uart_printf(&sim->uart, "Invalid hex address (%s)\n", argv[1]);
        return;
    }
    log_danger(&sim->log, argv[0]);
    if (argc < 2 && !ask_address(sim, &addr))
        uart_printf(&sim->uart, "Image load address default to 0x%08x\n",
                    (unsigned)addr);
    if (tolower((unsigned char)argv[0][1]) == 'x')
        wait_for_file(sim);
    else
        uart_puts(&sim->uart, "ERROR: Network initialization failed!\n");
}

/* Asks about an image that is there: one key, and y deletes it. */
void winbond_program(struct sim *sim, int argc, char **argv)
{
    struct uart *u = &sim->uart;
    struct footer image;
    uint32_t addr;

    if (argc < 6) {
        uart_printf(u,
                    "Usage: %.2s [ImageNo.] [ImageName] [base address] "
                    "[exec address] -[a,c,x,f,z] -nofooter\n",
                    argv[0]);
        return;
    }
    log_danger(&sim->log, argv[0]);
    if (find_image(sim, (uint32_t)strtoul(argv[1], NULL, 10), &image)) {
        uart_printf(u, "Find image %u existed!\n", (unsigned)image.number);
        uart_puts(u, "Do you want to delete it?[y/N]\n");
        if (tolower(uart_getc(u)) != 'y')
            return;
        uart_printf(u, "Deleting image %u ...\n", (unsigned)image.number);
        delete_image(sim, &image);
    }
    if (!winbond_address(argv[3], &addr) || !winbond_address(argv[4], &addr))
        uart_puts(u, "ERROR: Invalid parameters!\n");
    else if (tolower((unsigned char)argv[0][1]) == 'x')
        wait_for_file(sim);
    else
        uart_puts(u, "ERROR: Network initialization failed!\n");
}

/* It goes on with whatever is there: that is the end of it. */
void winbond_go(struct sim *sim, int argc, char **argv)
{
    uint32_t addr;

    if (argc > 1 && !winbond_address(argv[1], &addr)) {
        uart_printf(&sim->uart, "Invalid hex address (%s)\n", argv[1]);
        return;
    }
    log_danger(&sim->log, argv[0]);
    hang(sim);
}

void winbond_run_image(struct sim *sim, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "0";
    struct footer image;

    log_danger(&sim->log, argv[0]);
    if (!find_image(sim, (uint32_t)strtoul(what, NULL, 10), &image))
        uart_printf(&sim->uart, "ERROR: Image %s is not existed\n", what);
    else if (strcasecmp(argv[0], "run") == 0 && image.flags & FLAG_EXECUTE)
        run_linux(sim);
}

/* The first word behind the settings makes it write all of them anew. */
void winbond_set(struct sim *sim, int argc, char **argv)
{
    struct footer image;

    log_danger(&sim->log, argv[0]);
    if (!find_image(sim, 0, &image)) {
        uart_puts(&sim->uart, "ERROR: Can't find image 0.\n");
        return;
    }
    if (argc < 3)
        return;
    log_changed(&sim->log, "flash", image.base - sim->memory.chip[0].base,
                FOOTER_BLOCK);
    uart_puts(&sim->uart,
              "Boot loader infomation updated.\n"
              "\nWARNING: The new setting will be valid after rebooting.\n");
}

/* The first argument 1 takes the console away. */
void winbond_terminal(struct sim *sim, int argc, char **argv)
{
    char where = argc > 1 ? argv[1][0] : 0;

    log_danger(&sim->log, argv[0]);
    if (where != '0' && where != '1') {
        uart_puts(&sim->uart, "ERROR: TERM 0 : serial port output, TERM 1 : "
                              "TCP/IP output\n");
        return;
    }
    uart_printf(&sim->uart, "Warning: Debug port switch to %s\n",
                where == '1' ? "network" : "serial port");
    if (where == '1')
        uart_puts(&sim->uart, "ERROR: Network initialization failed!\n");
}
