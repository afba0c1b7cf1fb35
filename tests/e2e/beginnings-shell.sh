#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One character of a command to a Linux shell arrives as a line end, so that its
# beginning runs: no beginning makes a file, and what is read is right.
# timeout: 120

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"

make_flash 1024
for regex in ' 2.' ' 2>.' ' 2>..' ' 2>...' '\|.'; do
    rm -rf "$T/cache"
    start_persona linux-shell --set tools=base64,md5sum --set getty=0
    torn "dd if=/dev/mtd2 .*?$regex"
    mount_fwfs
    copied kernel $((0x10000)) 2048
    # This prompt could be U-Boot's, which is asked first.
    sed -i '/^DANGER version$/d' "$T/sim.log"
    ran
    end_session
done
