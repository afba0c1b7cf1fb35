// SPDX-License-Identifier: BSD-2-Clause
// U-Boot's `bdinfo`: RAM, flash that is mapped, and where it itself lives.
#include "board.h"
#include "hostile.h"
#include "uboot.h"

static void print_number(struct sim *sim, const char *name, uint64_t value)
{
    if (sim->opt.format == FORMAT_OLD)
        uart_printf(&sim->uart, "%-12s= 0x%08llX\n", name,
                    (unsigned long long)value);
    else
        uart_printf(&sim->uart, "%-12s= 0x%0*llx\n", name,
                    sim->opt.wide ? 16 : 8, (unsigned long long)value);
}

static void print_text(struct sim *sim, const char *name, const char *value)
{
    uart_printf(&sim->uart, "%-12s= %s\n", name, value);
}

static void print_flash(struct sim *sim)
{
    const struct memory *m = &sim->memory;

    bool menu = sim->opt.autoboot == AUTOBOOT_MENU;
    uint64_t size = m->chip[0].size + m->chip[1].size;

    /* Ralink's tells the size of its serial flash, which is nowhere. */
    if (sim->opt.media.spi_style == SPI_RALINK)
        size += sim->media.spi[0].size;
    if (menu || !m->chip[0].data)
        print_number(sim, "flashstart", 0);
    else
        print_number(sim, "flashstart", m->chip[0].base);
    print_number(sim, "flashsize", hostile_size(sim, size));
    print_number(sim, "flashoffset", menu ? 0 : 0x3f92c);
}

static void print_bank(struct sim *sim)
{
    print_number(sim, "DRAM bank", 0);
    print_number(sim, "-> start", sim->memory.ram.base);
    print_number(sim, "-> size", sim->memory.ram.size);
}

/* ARM does not tell of flash. */
static void old_bdinfo(struct sim *sim)
{
    char mac[BOARD_MAC];
    const struct memory *m = &sim->memory;

    if (sim->opt.cpu == CPU_ARM) {
        print_number(sim, "arch_number", 0x1f40);
        print_number(sim, "env_t", 0);
        print_number(sim, "boot_params", m->ram.base + 0x100);
        print_bank(sim);
    } else {
        print_number(sim, "boot_params", uboot_own_address(sim) - 0x50);
        print_number(sim, "memstart", m->ram.base);
        print_number(sim, "memsize", m->ram.size);
        print_flash(sim);
    }
    print_text(sim, "ethaddr", board_mac(sim, true, mac));
    print_text(sim, "ip_addr", "192.0.2.1");
    uart_printf(&sim->uart, "%-12s= %ld bps\n", "baudrate",
                sim->uart.line.rate);
}

enum uboot_result uboot_bdinfo(struct sim *sim, const struct uboot_call *call)
{
    const struct memory *m = &sim->memory;
    uint64_t own = uboot_own_address(sim);
    char mac[BOARD_MAC];

    (void)call;
    if (sim->opt.format == FORMAT_OLD) {
        old_bdinfo(sim);
        return UBOOT_OK;
    }
    print_number(sim, "boot_params", 0);
    print_bank(sim);
    print_flash(sim);
    uart_printf(&sim->uart, "%-12s= %ld bps\n", "baudrate",
                sim->uart.line.rate);
    print_number(sim, "relocaddr", own);
    print_number(sim, "reloc off", own);
    print_text(sim, "Build", sim->opt.wide ? "64-bit" : "32-bit");
    print_text(sim, "ethaddr", board_mac(sim, false, mac));
    print_text(sim, "IP addr", "192.0.2.1");
    uart_printf(&sim->uart,
                "lmb_dump_all:\n memory.cnt  = 0x1\n"
                " memory[0]\t[0x%llx-0x%llx], 0x%08llx bytes flags: 0\n",
                (unsigned long long)m->ram.base,
                (unsigned long long)(m->ram.base + m->ram.size - 1),
                (unsigned long long)m->ram.size);
    print_number(sim, "arch_number", 0);
    print_number(sim, "irq_sp", own - 0x10000);
    print_number(sim, "sp start", own - 0x10000);
    return UBOOT_OK;
}
