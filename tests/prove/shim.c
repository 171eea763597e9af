/* Stands between a program and the C library (LD_PRELOAD) and sees everything that changes a folder, below SQLite.

   PROVE_ROOT   only paths under it count (SQLite's -shm files do not: they are rebuilt)
   PROVE_LOG    record every operation there, in order; a sync is recorded once it has succeeded, all else before it
   PROVE_KILL   N: SIGKILL this process at its N-th operation, PROVE_PHASE=before or after it

   A record: kind (1), length of name (2), offset or length (8), length of data (4), name, data; numbers little-endian.
   C create, W write, S sync of a file, D sync of a folder, R rename (data: new name), U unlink, T truncate, M mkdir,
   P a mark of the program under test (prove_mark). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int log_fd = -1;
static long kill_at, seen;
static int kill_after;

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t put(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    return real(fd, parts, count);
}

__attribute__((constructor)) static void begin(void) {
    root = getenv("PROVE_ROOT");
    if (!root) return;
    root_length = strlen(root);
    const char *log = getenv("PROVE_LOG"), *at = getenv("PROVE_KILL"), *phase = getenv("PROVE_PHASE");
    if (log) {
        int (*open_)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
        log_fd = open_(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (at) kill_at = atol(at);
    kill_after = phase && strcmp(phase, "after") == 0;
}

static int inside(const char *whole) {
    size_t n = strlen(whole);
    if (strncmp(whole, root, root_length) || (whole[root_length] != '/' && whole[root_length])) return 0;
    return !(n > 4 && strcmp(whole + n - 4, "-shm") == 0);
}

/* Whether a path counts; `whole` gets it absolute. */
static int counts(int folder, const char *path, char *whole) {
    if (!root || !path) return 0;
    if (path[0] == '/') {
        snprintf(whole, PATH_MAX, "%s", path);
    } else {
        char link[64], base[PATH_MAX];
        if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return 0;
        base[n] = 0;
        if (snprintf(whole, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    }
    return inside(whole);
}

static int counts_fd(int fd, char *whole) {
    if (!root || fd == log_fd) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, whole, PATH_MAX - 1);
    if (n < 0) return 0;
    whole[n] = 0;
    if (n > 10 && strcmp(whole + n - 10, " (deleted)") == 0) return 0;
    return whole[0] == '/' && inside(whole);
}

static void record(char kind, const char *name, uint64_t number, const void *data, uint32_t length) {
    if (log_fd < 0) return;
    unsigned char head[15];
    uint16_t n = (uint16_t)strlen(name);
    head[0] = (unsigned char)kind;
    memcpy(head + 1, &n, 2);
    memcpy(head + 3, &number, 8);
    memcpy(head + 11, &length, 4);
    struct iovec parts[3] = {{head, 15}, {(void *)name, n}, {(void *)data, length}};
    if (put(log_fd, parts, 3) < 0) abort();
}

static int here(void) { return kill_at && ++seen == kill_at; }
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

/* Around every operation: take the turn, record, maybe die before or after it. */
#define AROUND(early, late, call)                                     \
    pthread_mutex_lock(&turn);                                        \
    int now_ = here();                                                \
    if (now_ && !kill_after) die();                                   \
    early;                                                            \
    __typeof__(call) result_ = call;                                  \
    int saved_ = errno;                                               \
    if (result_ >= 0) { late; }                                       \
    if (now_) die();                                                  \
    pthread_mutex_unlock(&turn);                                      \
    errno = saved_;                                                   \
    return result_

void prove_mark(const char *text) {
    pthread_mutex_lock(&turn);
    record('P', text, 0, "", 0);
    pthread_mutex_unlock(&turn);
}

/* From now on in this process (a forked child): die at the so-many-th operation from here. */
void prove_arm(long at, int after) {
    pthread_mutex_lock(&turn);
    kill_at = at;
    kill_after = after;
    seen = 0;
    pthread_mutex_unlock(&turn);
}

/* Operations seen since prove_arm. */
long prove_seen(void) { return seen; }

#define OPENING(name)                                                                             \
    int name(const char *path, int flags, ...) {                                                  \
        REAL(name);                                                                               \
        mode_t mode = 0;                                                                          \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        char whole[PATH_MAX];                                                                     \
        struct stat there;                                                                        \
        if (!(flags & (O_CREAT | O_TRUNC)) || !counts(AT_FDCWD, path, whole)) return real(path, flags, mode); \
        int is = stat(whole, &there) == 0;                                                        \
        if (is && !(flags & O_TRUNC)) return real(path, flags, mode);                             \
        AROUND(record(is ? 'T' : 'C', whole, 0, "", 0), (void)0, real(path, flags, mode));        \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                                          \
    int name(int folder, const char *path, int flags, ...) {                                      \
        REAL(name);                                                                               \
        mode_t mode = 0;                                                                          \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        char whole[PATH_MAX];                                                                     \
        struct stat there;                                                                        \
        if (!(flags & (O_CREAT | O_TRUNC)) || !counts(folder, path, whole)) return real(folder, path, flags, mode); \
        int is = stat(whole, &there) == 0;                                                        \
        if (is && !(flags & O_TRUNC)) return real(folder, path, flags, mode);                     \
        AROUND(record(is ? 'T' : 'C', whole, 0, "", 0), (void)0, real(folder, path, flags, mode)); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

ssize_t write(int fd, const void *data, size_t length) {
    REAL(write);
    char whole[PATH_MAX];
    if (!counts_fd(fd, whole)) return real(fd, data, length);
    int flags = fcntl(fd, F_GETFL);
    off_t at = lseek(fd, 0, flags >= 0 && (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
    AROUND(record('W', whole, (uint64_t)at, data, (uint32_t)length), (void)0, real(fd, data, length));
}

#define PWRITING(name, type)                                                                      \
    ssize_t name(int fd, const void *data, size_t length, type at) {                              \
        REAL(name);                                                                               \
        char whole[PATH_MAX];                                                                     \
        if (!counts_fd(fd, whole)) return real(fd, data, length, at);                             \
        AROUND(record('W', whole, (uint64_t)at, data, (uint32_t)length), (void)0, real(fd, data, length, at)); \
    }
PWRITING(pwrite, off_t)
PWRITING(pwrite64, off64_t)

#define SYNCING(name)                                                                             \
    int name(int fd) {                                                                            \
        REAL(name);                                                                               \
        char whole[PATH_MAX];                                                                     \
        struct stat there;                                                                        \
        if (!counts_fd(fd, whole) || fstat(fd, &there)) return real(fd);                          \
        char kind = S_ISDIR(there.st_mode) ? 'D' : 'S';                                           \
        AROUND((void)0, record(kind, whole, 0, "", 0), real(fd));                                 \
    }
SYNCING(fsync)
SYNCING(fdatasync)

#define TRUNCATING(name, type)                                                                    \
    int name(int fd, type length) {                                                               \
        REAL(name);                                                                               \
        char whole[PATH_MAX];                                                                     \
        if (!counts_fd(fd, whole)) return real(fd, length);                                       \
        AROUND(record('T', whole, (uint64_t)length, "", 0), (void)0, real(fd, length));           \
    }
TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
    REAL(rename);
    char a[PATH_MAX], b[PATH_MAX];
    if (!counts(AT_FDCWD, from, a) || !counts(AT_FDCWD, to, b)) return real(from, to);
    AROUND(record('R', a, 0, b, (uint32_t)strlen(b)), (void)0, real(from, to));
}

int renameat(int f, const char *from, int t, const char *to) {
    REAL(renameat);
    char a[PATH_MAX], b[PATH_MAX];
    if (!counts(f, from, a) || !counts(t, to, b)) return real(f, from, t, to);
    AROUND(record('R', a, 0, b, (uint32_t)strlen(b)), (void)0, real(f, from, t, to));
}

int unlink(const char *path) {
    REAL(unlink);
    char whole[PATH_MAX];
    struct stat there;
    if (!counts(AT_FDCWD, path, whole) || stat(whole, &there)) return real(path);
    AROUND(record('U', whole, 0, "", 0), (void)0, real(path));
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(unlinkat);
    char whole[PATH_MAX];
    struct stat there;
    if (!counts(folder, path, whole) || fstatat(folder, path, &there, 0)) return real(folder, path, flags);
    AROUND(record('U', whole, 0, "", 0), (void)0, real(folder, path, flags));
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    char whole[PATH_MAX];
    struct stat there;
    if (!counts(AT_FDCWD, path, whole) || stat(whole, &there) == 0) return real(path, mode);
    AROUND(record('M', whole, 0, "", 0), (void)0, real(path, mode));
}
