// SPDX-License-Identifier: BSD-2-Clause
// Those of U-Boot's `nand` commands that see pages with their spare bytes.
#ifndef SIM_UBOOT_NAND_H
#define SIM_UBOOT_NAND_H

#include "uboot.h"

/* nand read.raw ADDR OFF [PAGES]; its first words are printed already. */
enum uboot_result uboot_nand_raw(struct sim *sim,
                                 const struct uboot_call *call);

/* Is it that verb, with or without a suffix? */
bool uboot_nand_verb(const char *word, const char *verb);

/* erase, scrub, write, markbad and the like. */
enum uboot_result uboot_nand_change(struct sim *sim,
                                    const struct uboot_call *call);

/* nand dump[.oob] OFF */
enum uboot_result uboot_nand_dump(struct sim *sim,
                                  const struct uboot_call *call);

#endif
