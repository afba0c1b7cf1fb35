// SPDX-License-Identifier: BSD-2-Clause
// What `fwfs --verify` asks of the mount: ioctl(2) on an open file of it.

#ifndef MOUNT_VERIFY_IOCTL_H
#define MOUNT_VERIFY_IOCTL_H

#include <linux/ioctl.h>
#include <stdint.h>

/*
 * All are done on an open segment file. A file in .fwfs, or one of another
 * file system, answers ENOTTY; a mount whose fwfs has died, ENOTCONN. All
 * numbers are in the machine's own byte order; the layouts are the same for
 * programs of 32 and of 64 bits. reserved is 0 and not looked at.
 */

#define FWFS_VERIFY_MAX    (1U << 20) /* bytes of one call at most */
#define FWFS_VERIFY_RANGES 64U

/* In flags: only blocks given up before (bad) are tried again; the others of
 * the range are left as they are. ranges has what failed alone, as by the
 * next. */
#define FWFS_VERIFY_RETRY 1U
/* In flags: ranges has what failed alone. What differed is told to the next
 * call without this. Neither has a session. */
#define FWFS_VERIFY_UNTOLD 2U

enum fwfs_range_kind {
    FWFS_RANGE_DIFFERED = 1, /* what was cached was not what the device has;
                              * it was fetched anew and is confirmed now */
    FWFS_RANGE_FAILED = 2    /* could not be read or confirmed */
};

/* Within the range asked for; ascending, none overlaps another. */
struct fwfs_verify_range {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t len;    /* bytes, not 0 */
    uint32_t kind;   /* enum fwfs_range_kind */
    uint32_t reserved;
};

struct fwfs_verify {
    uint64_t offset;  /* in: bytes from the start of the file */
    uint64_t len;     /* in: 1 to FWFS_VERIFY_MAX, within the file */
    uint32_t flags;   /* in: 0 or the two above */
    uint32_t count;   /* out: ranges used */
    uint32_t more;    /* out: so many ranges did not fit */
    uint32_t session; /* in: what the last call answered, 0: there was none;
                       * out: for FWFS_IOC_TOLD */
    struct fwfs_verify_range ranges[FWFS_VERIFY_RANGES]; /* out */
};

/*
 * Has the range confirmed: what is cached is compared with the device by the
 * cheapest second route, what is absent is fetched first. Where the device has
 * no checksum, what was confirmed by an earlier mount, or before the device was
 * reset or silent, is read again. Blocks until all of it is confirmed or failed
 * (0; what was amiss is in ranges), or a signal comes (EINTR). EINVAL: offset,
 * len or flags are not as above. EIO: the device is out of reach, nothing is
 * known of the range.
 */
#define FWFS_IOC_VERIFY _IOWR('f', 0x60, struct fwfs_verify)

struct fwfs_sum {
    uint64_t offset;    /* in: bytes from the start of the file */
    uint64_t len;       /* in: 1 to FWFS_VERIFY_MAX, within the file */
    char algorithm[16]; /* out, NUL-terminated: "crc32", "md5" and so on, by
                         * the names of base/digest.h */
    uint32_t sum_len;   /* out: bytes of sum used */
    uint32_t unit;      /* out: offset and len must be multiples of it, counted
                         * from the start of the medium; 0: 1 */
    uint8_t sum[64];    /* out, as base/digest.h has it: big-endian bytes */
};

/*
 * The device's own checksum of a range of its flash, whatever is cached;
 * nothing is moved over the line but the answer, and nothing is changed.
 * Blocks as above. EOPNOTSUPP: this device has no checksum command. EIO: it
 * gave no answer.
 */
#define FWFS_IOC_SUM _IOWR('f', 0x61, struct fwfs_sum)

struct fwfs_uniform {
    uint64_t offset;   /* in: bytes from the start of the file */
    uint64_t len;      /* in: 8 to FWFS_VERIFY_MAX, within the file */
    uint32_t uniform;  /* out: 1: yes, 0: no */
    uint32_t reserved; /* 0 */
};

/*
 * Whether the range is one word of four bytes again and again: the device
 * compares it with itself. A CRC alone does not prove that a range is blank.
 * As above; EOPNOTSUPP also where the range is not one of whole words.
 */
#define FWFS_IOC_UNIFORM _IOWR('f', 0x62, struct fwfs_uniform)

struct fwfs_told {
    uint32_t session;  /* in: of the last FWFS_IOC_VERIFY */
    uint32_t reserved; /* 0 */
};

/*
 * What differed by the answers of this session has been passed on. Until then
 * every session is told it: the one that was may have been killed. An unknown
 * session is no error.
 */
#define FWFS_IOC_TOLD _IOW('f', 0x64, struct fwfs_told)

struct fwfs_place {
    uint64_t offset;      /* out: of the file's first byte, from the start of
                           * the medium */
    uint64_t medium_size; /* out: bytes */
};

/*
 * Where the file lies on its medium, as the mount's map says; the device is not
 * asked. What a record in the file begins with may stand before the file.
 */
#define FWFS_IOC_PLACE _IOR('f', 0x63, struct fwfs_place)

#endif
