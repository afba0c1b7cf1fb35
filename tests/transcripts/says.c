// SPDX-License-Identifier: BSD-2-Clause
// What boot loaders say of themselves and their state, in other people's
// captures.

#include "transcripts.h"

enum kind {
    BANNER,
    HINT,
    PROMPT, /* text stands at the start of a line, and is one */
    ANSWER, /* of the command by which it is recognised */
    DONE,
    UNKNOWN,
    FAULT,
    PAGER,
    BREAK_IN,
    SUM,      /* the group, by the algorithm's title */
    STAGED,   /* the answer to a read into RAM, by the medium's title */
    QUESTION, /* of that read */
    DIALOGUE, /* of a dump, by its title */
    STOP,     /* of a dump */
    NEEDS,    /* a dump is used */
    NEEDS_NOT,
    IDENTITY
};

/* The text, which is in the file, is matched as a whole by what the dialect
 * has for it (from its start, for what is only looked for). */
static const struct said {
    const char *file;
    const char *dialect;
    enum kind kind;
    const char *title;
    const char *text;
} said[] = {
    {"adam2-dm-1.txt", "adam2", BANNER, "", "ADAM2 Revision 0"},
    {"adam2-dm-1.txt", "adam2", HINT, "", "Press any key to abort OS load"},
    {"adam2-dm-1.txt", "adam2", PROMPT, "", "Adam2_AR7DB > "},
    {"adam2-printenv-map-1.txt", "adam2", PROMPT, "", "Adam2_AR7WRD > "},
    {"adam2-printenv-map-1.txt", "adam2", IDENTITY, "board",
     "mtd2                  0x90000000,0x90020000"},
    {"bolt-d-load-1.txt", "bolt", PROMPT, "", "BOLT> "},
    {"bolt-d-load-1.txt", "bolt", DONE, "", "*** command status = 0"},
    {"bolt-d-load-1.txt", "bolt", STAGED, "flash", " 4096 bytes read"},
    {"bolt-showdevices-1.txt", "bolt", PROMPT, "", "BOLT> "},
    {"brnboot-menu-1.txt", "brnboot", BANNER, "",
     "Wireless ADSL Gateway DANUBE Loader "},
    {"brnboot-menu-1.txt", "brnboot", HINT, "",
     "Press Space Bar 3 times to enter command mode"},
    {"brnboot-menu-1.txt", "brnboot", PROMPT, "", "[DANUBE Boot]:"},
    {"brnboot-menu-1.txt", "brnboot", IDENTITY, "menu",
     " [R] Read from Memory"},
    {"brnboot-read-1.txt", "brnboot", PROMPT, "", "[VR9 Boot]:"},
    {"brnboot-read-1.txt", "brnboot", DIALOGUE, "bytes",
     "Enter the Start Address to Read....0x"},
    {"brnboot-read-1.txt", "brnboot", DIALOGUE, "bytes",
     "Data Length is (1) 4 Bytes (2) 2 Bytes (3) 1 Byte... "},
    {"brnboot-read-1.txt", "brnboot", DIALOGUE, "bytes",
     "Enter the Count to Read....(Maximun 10000)"},
    {"cfe-banner-bcm47xx-1.txt", "cfe", BANNER, "",
     "CFE version 9.10.178.50 (r635252) based on BBP 1.0.37 for BCM"},
    {"cfe-banner-bcm47xx-1.txt", "cfe", ANSWER, "", "fdump               D"},
    {"cfe-banner-bcm47xx-1.txt", "cfe", PROMPT, "", "CFE> "},
    {"cfe-banner-bcm47xx-1.txt", "cfe", NEEDS, "fdump", ""},
    {"cfe-banner-bcm47xx-1.txt", "cfe-dm", ANSWER, "", NULL},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", BANNER, "",
     "CFE version 1.0.38-116.15 for BCM963"},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", HINT, "",
     "*** Press 't' to stop auto run"},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", ANSWER, "", "dn"},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", NEEDS, "dm", ""},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", NEEDS, "dn", ""},
    {"cfe-banner-bcm63xx-1.txt", "cfe-dm", NEEDS_NOT, "atdu", ""},
    {"cfe-banner-bcm63xx-1.txt", "cfe", ANSWER, "", NULL},
    {"cfe-banner-bcm63xx-1.txt", "cfe", BANNER, "", NULL},
    {"cfe-d-b-stb-1.txt", "cfe", DONE, "", "*** command status = 0"},
    {"cfe-d-words-1.txt", "cfe", PROMPT, "", "CFE> "},
    {"cfe-dm-bytes-1.txt", "cfe-dm", PROMPT, "", "CFE> "},
    {"cfe-dn-ecc-noise.txt", "cfe-dm", FAULT, "", "Uncorrectable ECC Error"},
    {"cfe-dn-nand-1.txt", "cfe-dm", STOP, "dn",
     "----------- spare area for block"},
    {"cfe-dn-nand-2-ecc-spare.txt", "cfe-dm", DONE, "",
     "*** command status = 1"},
    {"cfe-exception-1.txt", "cfe", FAULT, "", "**Exception 8:"},
    {"cfe-showdevices-1.txt", "cfe", DONE, "", "*** command status = -6"},
    {"cfe-showdevices-1.txt", "cfe", NEEDS_NOT, "bytes-stb", ""},
    {"cfe-showdevices-2-emmc.txt", "cfe", NEEDS, "bytes-stb", ""},
    {"eva-dm-1.txt", "eva", PROMPT, "", "Eva_AVM >"},
    {"eva-printenv-map-1.txt", "eva", BANNER, "", "(AVM) EVA Revision: "},
    {"eva-printenv-map-1.txt", "eva", PROMPT, "", "Eva_AVM >"},
    {"eva-printenv-map-1.txt", "eva", NEEDS, "words-little", ""},
    {"eva-printenv-map-1.txt", "eva", NEEDS_NOT, "words-big", ""},
    {"linux-procmtd-1.txt", "linux-shell", PROMPT, "", "/ # "},
    {"openbios-eol-wire.txt", "openfirmware", PROMPT, "", "2 > "},
    {"openbios-ppc-wire.txt", "openfirmware", BANNER, "",
     "Welcome to OpenBIOS"},
    {"openbios-sparc32-wire.txt", "openfirmware", FAULT, "",
     "Unhandled Exception"},
    {"pmon-d-1.txt", "pmon", PROMPT, "", NULL},
    {"pspboot-map-1.txt", "pspboot", HINT, "", "Press ESC for monitor..."},
    {"pspboot-map-1.txt", "pspboot", PROMPT, "", "(psbl) "},
    {"realtek-flr-dw-1.txt", "realtek", BANNER, "", "---RealTek(RTL8"},
    {"realtek-flr-dw-1.txt", "realtek", PROMPT, "", "<RealTek>"},
    {"realtek-flr-dw-1.txt", "realtek", UNKNOWN, "", "Unknown command !"},
    {"realtek-flr-dw-1.txt", "realtek", QUESTION, "flash",
     "(Y)es , (N)o ? --> "},
    {"realtek-flr-dw-1.txt", "realtek", STAGED, "flash",
     "Flash Read Successed!"},
    {"realtek-flr-db-2.txt", "realtek", STAGED, "flash",
     "Flash Read Successed!"},
    {"redboot-cksum-1.txt", "redboot", SUM, "cksum", "3286483632"},
    {"redboot-cksum-1.txt", "redboot", PROMPT, "", "RedBoot> "},
    {"redboot-fislist-1.txt", "redboot", BANNER, "",
     "RedBoot(tm) bootstrap and debug environment"},
    {"redboot-fislist-1.txt", "redboot", HINT, "",
     "== Executing boot script in 2"},
    {"redboot-fislist-1.txt", "redboot", IDENTITY, "build", "Board: FON 2202"},
    {"redboot-fislist-1.txt", "redboot", NEEDS_NOT, "pairs", ""},
    {"redboot-help-nslu2-1.txt", "redboot", NEEDS, "s-records", ""},
    {"redboot-help-nslu2-1.txt", "redboot", NEEDS, "words", ""},
    {"tcboot-badaddr-1.txt", "tcboot", FAULT, "", "Undefined Exception happen"},
    {"tcboot-help-1.txt", "tcboot", IDENTITY, "commands",
     "flashrd <addr> <len>                Read flash from addr."},
    {"tcboot-help-1.txt", "tcboot", PROMPT, "", "bldr> "},
    {"uboot-abort-arm64.txt", "u-boot", FAULT, "", NULL},
    {"uboot-crc32-new-synthetic.txt", "u-boot", SUM, "crc32", "29058c73"},
    {"uboot-crc32-old.txt", "u-boot", SUM, "crc32", "46745188"},
    {"uboot-isvp-banner-interrupt.txt", "u-boot", PROMPT, "", "isvp_t31# "},
    {"uboot-mmc-info-doc.txt", "u-boot", PROMPT, "", "=> "},
    {"uboot-mmc-read-doc.txt", "u-boot", STAGED, "mmc",
     "dev # 0, block # 20480, count 256 ... 256 blocks read: OK"},
    {"uboot-noise-messages.txt", "u-boot", UNKNOWN, "", "Unknown command '"},
    {"uboot-noise-messages.txt", "u-boot", FAULT, "", "data abort"},
    {"uboot-ralink-menu.txt", "u-boot", BANNER, "", "U-Boot 1"},
    {"uboot-ralink-menu.txt", "u-boot", BREAK_IN, "",
     "Please choose the operation"},
    {"uboot-tplink-tapo-slp.txt", "u-boot", BREAK_IN, "",
     "Autobooting in 1 seconds"},
    {"uefi-ovmf-fault-wire.txt", "uefi-shell", FAULT, "", "!!!! X64 Exception"},
    {"uefi-ovmf-fault-wire.txt", "uefi-shell", UNKNOWN, "",
     "is not recognized as an internal or external command"},
    {"yamon-dump-1.txt", "yamon", PROMPT, "", "YAMON> "},
    {"zyxel-aten-cfe-1.txt", "cfe-dm", PROMPT, "", "CFE> "},
    {"zyxel-aten-cfe-1.txt", "zyxel", DONE, "", "OK"},
    {"zyxel-atdu-1.txt", "zyxel", PAGER, "",
     "< Press any key to Continue, ESC to Quit >"},
    {"zyxel-athe-1.txt", "zyxel", PAGER, "", "< press any key to continue >"},
    {"zyxel-atmp-map-1.txt", "zyxel", BANNER, "", "Bootbase Version: "},
    {"zyxel-atmp-map-1.txt", "zyxel", HINT, "",
     "Press any key to enter debug mode"},
};

/* One pattern or several of the dialect, and in which group the text is. */
struct wanted {
    struct pattern *one;
    struct pattern **list;
    size_t n;
    const char *group; /* NULL: the whole match */
};

static struct wanted one(struct pattern *p)
{
    return (struct wanted){.one = p};
}

static struct wanted of_dump(const struct dialect *d, const struct said *s)
{
    static struct pattern *asked[8];
    struct wanted w = {.list = asked};

    for (size_t i = 0; i < d->n_dumps; i++) {
        const struct dump_method *m = &d->dumps[i];
        if (strcmp(m->name, s->title) != 0)
            continue;
        if (s->kind != DIALOGUE)
            return one(s->kind == STOP ? m->stop : m->needs.answer);
        for (; w.n < m->dialogue.n && w.n < COUNT(asked); w.n++)
            asked[w.n] = m->dialogue.list[w.n].expect;
    }
    return w;
}

static struct wanted of_medium(const struct dialect *d, const struct said *s)
{
    for (size_t i = 0; i < d->n_accesses; i++)
        if (strcmp(d->accesses[i].title, s->title) == 0)
            return one(s->kind == STAGED
                           ? d->accesses[i].read_answer
                           : d->accesses[i].dialogue.list[0].expect);
    return one(NULL);
}

static struct wanted of_break_ins(const struct dialect *d)
{
    static struct pattern *whens[32];
    struct wanted w = {.list = whens};

    for (size_t i = 0; i < d->n_break_ins && w.n < COUNT(whens); i++)
        if (d->break_ins[i].when != NULL)
            whens[w.n++] = d->break_ins[i].when;
    return w;
}

static struct wanted of_rule(const struct dialect *d, const struct said *s)
{
    for (size_t i = 0; s->kind == IDENTITY && i < d->n_identities; i++)
        if (strcmp(d->identities[i].title, s->title) == 0)
            return one(d->identities[i].pattern);
    for (size_t i = 0; s->kind == SUM && i < d->n_checksums; i++)
        if (strcmp(digest_name(d->checksums[i].algorithm), s->title) == 0)
            return (struct wanted){.one = d->checksums[i].answer,
                                   .group = "sum"};
    return one(NULL);
}

static struct wanted wanted(const struct dialect *d, const struct said *s)
{
    switch (s->kind) {
    case BANNER:
        return (struct wanted){.list = d->banners, .n = d->n_banners};
    case HINT:
        return (struct wanted){.list = d->hints, .n = d->n_hints};
    case PROMPT:
        return one(d->prompt);
    case ANSWER:
        return one(d->recognise_answer);
    case DONE:
        return one(d->done);
    case UNKNOWN:
        return one(d->unknown);
    case FAULT:
        return one(d->fault);
    case PAGER:
        return one(d->pager.n > 0 ? d->pager.list[0].expect : NULL);
    case BREAK_IN:
        return of_break_ins(d);
    case STAGED:
    case QUESTION:
        return of_medium(d, s);
    case DIALOGUE:
    case STOP:
    case NEEDS:
    case NEEDS_NOT:
        return of_dump(d, s);
    default:
        return of_rule(d, s);
    }
}

/* Behind text the device waits, so that its line goes on with what was typed
 * in the capture. */
static bool is_literal(enum kind kind)
{
    return kind == PROMPT || kind == QUESTION || kind == DIALOGUE;
}

static bool starts_a_line(const struct buf *file, const char *text)
{
    const char *at = strstr(file->data, text);

    while (at != NULL && at != file->data && at[-1] != '\n')
        at = strstr(at + 1, text);
    return at != NULL;
}

static bool takes_all(struct pattern *p, const char *text)
{
    return pattern_match(p, text, strlen(text), 0, NULL) &&
           pattern_whole(p).len == strlen(text);
}

/* Some match of p in the file is text; any, when text is "". */
static bool finds(struct pattern *p, const char *group, const struct buf *file,
                  const char *text)
{
    size_t at = 0;

    while (pattern_match(p, file->data, file->len, at, &at)) {
        struct span got = group != NULL ? pattern_group(p, group)
                                        : pattern_whole(p);
        if (text == NULL || text[0] == '\0' ||
            (got.len == strlen(text) && memcmp(got.text, text, got.len) == 0))
            return true;
        if (at >= file->len)
            return false;
    }
    return false;
}

static bool holds(const struct wanted *w, const struct said *s,
                  const struct buf *file)
{
    size_t n = w->one != NULL ? 1 : w->n;

    for (size_t i = 0; i < n; i++) {
        struct pattern *p = w->one != NULL ? w->one : w->list[i];
        if (s->text != NULL && is_literal(s->kind)
                ? starts_a_line(file, s->text) && takes_all(p, s->text)
                : finds(p, w->group, file, s->text))
            return true;
    }
    return false;
}

void what_it_says_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(said); i++) {
        const struct said *s = &said[i];
        CLEANUP_BUF struct buf file = {0};
        const struct dialect *d = transcript_dialect(s->dialect);
        struct wanted w = wanted(d, s);
        bool told;
        (void)transcript_lines(s->file, &file, &file);
        assert_true(w.one != NULL || w.n > 0);
        told = holds(&w, s, &file);
        if (told != (s->text != NULL && s->kind != NEEDS_NOT))
            fail_msg("%s, %s, kind %d: '%s' %s", s->file, s->dialect,
                     (int)s->kind, s->text != NULL ? s->text : "",
                     told ? "is taken" : "is not taken");
        transcript_stated(s->file, "words");
    }
}
