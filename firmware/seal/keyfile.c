/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bytes.h"
#include "firmware/seal/keypair.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD_SECRET "okuru-seal-secret-1 "
#define WORD_PUBLIC "okuru-seal-public-1 "
#define WORD_LENGTH (sizeof(WORD_SECRET) - 1)
#define HEX_LENGTH  ((size_t) (2 * SEAL_PUBLIC_BYTES))
#define LINE_LENGTH (WORD_LENGTH + HEX_LENGTH + 1) /* with the LF */

_Static_assert(sizeof(WORD_SECRET) == sizeof(WORD_PUBLIC), "one length for both words");

static int sync_folder_of(const char *path) {
        _autofree_ char *copy = strdup(path); /* dirname() writes into its argument */
        _autoclose_ int fd = -1;

        if (!copy)
                return -ENOMEM;
        fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

static int write_and_sync(int fd, const char *text, size_t n, mode_t mode) {
        ssize_t written = write(fd, text, n);

        if (written < 0)
                return -errno;
        if ((size_t) written != n)
                return -ENOSPC; /* a line of 85 bytes is written whole or there is no room */
        /* Set, not created with: the umask must not decide who may read a key. */
        if (fchmod(fd, mode) < 0)
                return -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

/* Written beside and then given its name, so that a power cut leaves no half a key under that name. */
static int save_line(
        const char *path, const char *word, const uint8_t key[SEAL_PUBLIC_BYTES], mode_t mode, bool replace) {
        char line[LINE_LENGTH + 1];
        _autofree_ char *beside = NULL;
        _autoclose_ int fd = -1;
        int r;

        if (asprintf(&beside, "%s.XXXXXX", path) < 0) {
                beside = NULL; /* undefined after a failure */
                return -ENOMEM;
        }
        fd = mkostemp(beside, O_CLOEXEC); /* 0600 until fchmod */
        if (fd < 0)
                return -errno;
        memcpy(line, word, WORD_LENGTH);
        hex_encode(key, SEAL_PUBLIC_BYTES, line + WORD_LENGTH);
        line[LINE_LENGTH - 1] = '\n';
        r = write_and_sync(fd, line, LINE_LENGTH, mode);
        seal_wipe(line, sizeof(line));
        /* link() fails where the name is taken, rename() would take it. */
        if (r == 0 && (replace ? rename(beside, path) : link(beside, path)) < 0)
                r = -errno;
        if (r < 0 || !replace)
                (void) unlink(beside); /* the other name stays, or the error is what counts */
        return r < 0 ? r : sync_folder_of(path);
}

int seal_keypair_save(const struct seal_keypair *k, const char *path) {
        return save_line(path, WORD_SECRET, k->secret, 0400, false);
}

int seal_public_save(const struct seal_public *p, const char *path) {
        return save_line(path, WORD_PUBLIC, p->bytes, 0644, true);
}

static int refuse(struct diag *d, const char *path, int error, const char *text) {
        diag_set(d, 0, 0, "", "%s", text);
        if (d)
                (void) copy_text(d->file, sizeof(d->file), path); /* cut when longer: a hint */
        return error;
}

/* @text: LINE_LENGTH + 1 bytes; one byte more than a key file has shows that it is none. */
static int read_file(const char *path, char *text, size_t *np, struct stat *st, struct diag *d) {
        /* O_NONBLOCK: a FIFO in the file's place must not hang a program at start. */
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        ssize_t n;

        if (fd < 0)
                return refuse(d, path, -errno, "key file cannot be opened");
        if (fstat(fd, st) < 0)
                return -errno;
        if (!S_ISREG(st->st_mode))
                return refuse(d, path, -EBADMSG, "not a plain file");
        n = read(fd, text, LINE_LENGTH + 1);
        if (n < 0)
                return -errno;
        *np = (size_t) n;
        return 0;
}

static int parse_line(char *text, size_t n, const char *word, uint8_t key[SEAL_PUBLIC_BYTES]) {
        if (n == LINE_LENGTH - 1)
                text[n++] = '\n'; /* the last LF may have been lost in an editor or a credential store */
        if (n != LINE_LENGTH || text[n - 1] != '\n' || memcmp(text, word, WORD_LENGTH) != 0)
                return -EBADMSG;
        text[n - 1] = '\0';
        return hex_decode(text + WORD_LENGTH, key, SEAL_PUBLIC_BYTES) < 0 ? -EBADMSG : 0;
}

static bool others_may_read(const struct stat *st) {
        mode_t bits = st->st_mode & 077;

        /* systemd 252 gives a credential to the unit's user by an ACL, whose mask stands in the group's
         * place: 0440. */
        if (st->st_uid == 0 && geteuid() != 0)
                bits &= (mode_t) ~040;
        return bits != 0;
}

int seal_keypair_load(const char *path, struct seal_keypair **kp, struct diag *d) {
        _cleanup_(seal_keypair_freep) struct seal_keypair *k = NULL;
        char text[LINE_LENGTH + 2];
        struct stat st = {0};
        size_t n = 0;
        int r;

        r = seal_keypair_alloc(&k);
        if (r < 0)
                return r;
        r = read_file(path, text, &n, &st, d);
        if (r < 0)
                return r;
        r = parse_line(text, n, WORD_SECRET, k->secret);
        seal_wipe(text, sizeof(text));
        if (others_may_read(&st))
                return refuse(d, path, -EPERM, "others may read this secret: its mode must be 0400 or 0600");
        if (r < 0)
                return refuse(d, path, r, "not a secret key file of okuru");
        r = seal_keypair_complete(k);
        if (r < 0)
                return refuse(d, path, -EBADMSG, "not a usable secret key");
        *kp = take_ptr(k);
        return 0;
}

int seal_public_load(const char *path, struct seal_public *p, struct diag *d) {
        struct seal_public read;
        char text[LINE_LENGTH + 2];
        struct stat st = {0};
        size_t n = 0;
        int r;

        r = read_file(path, text, &n, &st, d);
        if (r < 0)
                return r;
        r = parse_line(text, n, WORD_PUBLIC, read.bytes);
        seal_wipe(text, sizeof(text)); /* it may be a secret, given by mistake */
        if (st.st_mode & S_IWOTH)
                return refuse(d, path, -EPERM,
                        "others may write this key: they could have everything sealed to theirs");
        if (r < 0)
                return refuse(d, path, r, "not a public key file of okuru");
        *p = read;
        return 0;
}
