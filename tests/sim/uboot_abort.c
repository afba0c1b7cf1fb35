// SPDX-License-Identifier: BSD-2-Clause
// What a bad address does to U-Boot, on each kind of processor.
#include "uboot.h"

void uboot_reset(struct sim *sim)
{
    uart_puts(&sim->uart, "resetting ...\n");
    uart_sleep(&sim->uart, 50000000);
    longjmp(sim->restart, UART_RESET);
}

_Noreturn static void abort_arm(struct sim *sim, uint64_t addr)
{
    uart_printf(&sim->uart,
                "data abort\n"
                "pc : [<83f9a0b4>]\t   lr : [<83f9a0a0>]\n"
                "sp : 83b49d48  ip : 0000001c\t fp : 00000000\n"
                "r10: 00000000  r9 : 83b49ee0\t r8 : 83b49f30\n"
                "r7 : 00000010  r6 : 00000004\t r5 : %08llx  r4 : 00000000\n"
                "r3 : 00000000  r2 : 00000000\t r1 : %08llx  r0 : 00000000\n"
                "Flags: nZCv  IRQs off  FIQs off  Mode SVC_32\n"
                "Resetting CPU ...\n\n",
                (unsigned long long)addr, (unsigned long long)addr);
    uboot_reset(sim);
}

_Noreturn static void abort_arm64(struct sim *sim, uint64_t addr)
{
    struct uart *u = &sim->uart;

    uart_puts(u, "\"Synchronous Abort\" handler, esr 0x96000010\n"
                 "elr: 000000000021c4f0 lr : 000000000021c46c (reloc)\n"
                 "elr: 0000000083f9c4f0 lr : 0000000083f9c46c\n");
    for (int i = 0; i < 30; i += 2)
        uart_printf(u, "x%-2d: %016llx x%-2d: %016llx\n", i,
                    i == 2 ? (unsigned long long)addr : 0ULL, i + 1, 0ULL);
    uart_puts(u, "\nCode: aa0003f5 b4000060 f9400000 14000002 (b9400262) \n"
                 "Resetting CPU ... \n\n");
    uboot_reset(sim);
}

/* Before 2017 there was no handler: it does no more. */
_Noreturn static void abort_mips(struct sim *sim, uint64_t addr)
{
    if (sim->opt.format == FORMAT_NEW)
        uart_printf(&sim->uart,
                    "\nOoops:\n$ 0   : 00000000 00000000 %08llx 00000004\n"
                    "epc   : 83fc1a40 (text 9f001a40)\n"
                    "ra    : 83fc1a18 (text 9f001a18)\n"
                    "Status: 00000006\nCause : 0000001c (ExcCode 07)\n"
                    "### ERROR ### Please RESET the board ###\n",
                    (unsigned long long)addr);
    hang(sim);
}

_Noreturn static void abort_ppc(struct sim *sim, uint64_t addr)
{
    uart_printf(&sim->uart,
                "Machine check in kernel mode.\n"
                "Caused by (from msr): regs 03f8bc90 Unknown values in msr\n"
                "NIP: 03FB3D5C XER: 20000000 LR: 03FB3D2C DAR: %08llX\n",
                (unsigned long long)addr);
    longjmp(sim->prompt, 1);
}

void uboot_abort(struct sim *sim, uint64_t addr)
{
    switch (sim->opt.cpu) {
    case CPU_ARM64:
        abort_arm64(sim, addr);
    case CPU_MIPS:
        abort_mips(sim, addr);
    case CPU_PPC:
        abort_ppc(sim, addr);
    default:
        abort_arm(sim, addr);
    }
}
