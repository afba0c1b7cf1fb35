// SPDX-License-Identifier: BSD-2-Clause
// Who has a port open or locked, for the message "in use by".

#include "line/holder.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void name_process(long pid, char *out, size_t size)
{
    char path[64];
    char name[32] = "";
    FILE *f;

    (void)snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
    f = fopen(path, "re");
    if (f != NULL) {
        if (fgets(name, sizeof(name), f) == NULL)
            name[0] = '\0';
        (void)fclose(f);
    }
    name[strcspn(name, "\n")] = '\0';
    for (char *c = name; *c != '\0'; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
    (void)snprintf(out, size, "pid %ld%s%s%s", pid, name[0] ? " (" : "", name,
                   name[0] ? ")" : "");
}

/* /proc/locks: "1: FLOCK  ADVISORY  WRITE 1234 00:1a:5 0 EOF" */
static bool lock_line_pid(const char *text, const struct stat *st, long *pid)
{
    char file[64];
    char word[64];
    int at = 0;

    if (strstr(text, "->") != NULL) /* a waiter, not a holder */
        return false;
    (void)snprintf(file, sizeof(file), " %02x:%02x:%llu ", major(st->st_dev),
                   minor(st->st_dev), (unsigned long long)st->st_ino);
    if (strstr(text, file) == NULL ||
        sscanf(text, "%*s %*s %*s %*s %63s%n", word, &at) != 1)
        return false;
    *pid = strtol(word, NULL, 10);
    return *pid > 0;
}

bool holder_of_lock(int fd, char *out, size_t size)
{
    char text[256];
    struct stat st;
    FILE *f;
    bool found = false;
    long pid;

    if (fstat(fd, &st) < 0)
        return false;
    f = fopen("/proc/locks", "re");
    if (f == NULL)
        return false;
    while (!found && fgets(text, sizeof(text), f) != NULL)
        found = lock_line_pid(text, &st, &pid);
    (void)fclose(f);
    if (found)
        name_process(pid, out, size);
    return found;
}

static bool process_has_open(long pid, const struct stat *want)
{
    char path[320];
    struct dirent *e;
    struct stat st;
    DIR *dir;
    bool found = false;

    (void)snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
    dir = opendir(path);
    if (dir == NULL)
        return false;
    while (!found && (e = readdir(dir)) != NULL) {
        (void)snprintf(path, sizeof(path), "/proc/%ld/fd/%s", pid, e->d_name);
        found = stat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
                st.st_rdev == want->st_rdev && st.st_ino == want->st_ino &&
                st.st_dev == want->st_dev;
    }
    (void)closedir(dir);
    return found;
}

bool holder_of_device(const char *path, char *out, size_t size)
{
    struct dirent *e;
    struct stat st;
    DIR *proc;
    bool found = false;

    if (stat(path, &st) < 0)
        return false;
    proc = opendir("/proc");
    if (proc == NULL)
        return false;
    while (!found && (e = readdir(proc)) != NULL) {
        long pid = strtol(e->d_name, NULL, 10);
        found = pid > 0 && pid != (long)getpid() && process_has_open(pid, &st);
        if (found)
            name_process(pid, out, size);
    }
    (void)closedir(proc);
    return found;
}
