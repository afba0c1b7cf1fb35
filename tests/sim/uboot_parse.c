// SPDX-License-Identifier: BSD-2-Clause
// How each of U-Boot's shells takes a line apart.
#include <stdio.h>
#include <string.h>

#include "uboot.h"

/* The same rule for both: what follows a quote up to the next is in it. */
bool uboot_quote_open(const char *line)
{
    char quote = '\0';

    for (; *line; line++) {
        if (*line == '\\' && line[1] && quote != '\'')
            line++;
        else if (quote ? *line == quote : *line == '"' || *line == '\'')
            quote = quote ? '\0' : *line;
    }
    return quote;
}

static bool is_word(const char *word, const char *want)
{
    return strcmp(word, want) == 0;
}

/* Behind these another command follows. */
bool uboot_is_reserved(const char *word)
{
    return is_word(word, "if") || is_word(word, "then") || is_word(word, "fi");
}

bool uboot_if_open(const struct sim *sim, const char *line)
{
    char copy[UBOOT_LINE];
    char *argv[UBOOT_ARGS + 1];
    char *rest = copy;
    int open = 0;

    snprintf(copy, sizeof copy, "%s", line);
    while (*rest) {
        int argc = uboot_split(sim, &rest, argv);

        for (int i = 0; i < argc && uboot_is_reserved(argv[i]); i++)
            open += is_word(argv[i], "if") - is_word(argv[i], "fi");
    }
    return open > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * hush: cut the next command off `*line` into words, in place. Quotes keep
 * blanks and semicolons together; a word that begins with # ends the line.
 */
static int split_hush(char **line, char **argv)
{
    char *in = *line;
    char *out = *line;
    char end = ' ';
    int argc = 0;

    while (is_blank(end)) {
        char quote = '\0';

        if (is_blank(*in)) {
            in++;
            continue;
        }
        if (*in == '#')
            in += strcspn(in, "\n");
        end = *in;
        if (strchr(";\n", end))
            break;
        if (argc < UBOOT_ARGS)
            argv[argc] = out;
        argc++;
        for (; *in && (quote || !strchr(" \t;\n", *in)); in++) {
            if (quote ? *in == quote : *in == '"' || *in == '\'')
                quote = quote ? '\0' : *in;
            else if (*in == '\\' && in[1])
                *out++ = *++in;
            else
                *out++ = *in;
        }
        end = *in;
        in += is_blank(end);
        *out++ = '\0';
    }
    *line = in + (end != '\0');
    return argc;
}

/* The end of the simple shell's next command; it never is empty. */
static char *find_separator(char *from)
{
    bool quoted = false;
    char *p;

    for (p = from; *p; p++) {
        bool escaped = p > from && p[-1] == '\\';

        if (*p == '\'' && !escaped)
            quoted = !quoted;
        if (*p == ';' && !quoted && p > from && !escaped)
            break;
    }
    return p;
}

/* Quotes and backslashes go; blanks in quotes part words all the same. */
static void unquote(char *text)
{
    char *out = text;
    bool quoted = false;

    for (; *text; text++) {
        if (*text == '\'')
            quoted = !quoted;
        else if (*text == '\\' && text[1] && !quoted)
            *out++ = *++text;
        else
            *out++ = *text;
    }
    *out = '\0';
}

static int split_simple(char **line, char **argv)
{
    char *p = *line;
    char *end = find_separator(p);
    int argc = 0;

    *line = end + (*end != '\0');
    *end = '\0';
    unquote(p);
    for (;;) {
        p += strspn(p, " \t");
        if (!*p)
            return argc;
        if (argc == UBOOT_ARGS)
            return argc + 1;
        argv[argc++] = p;
        p += strcspn(p, " \t");
        if (*p)
            *p++ = '\0';
    }
}

int uboot_split(const struct sim *sim, char **line, char **argv)
{
    return sim->opt.hush ? split_hush(line, argv) : split_simple(line, argv);
}
