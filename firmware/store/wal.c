/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/store-private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define FRAME_HEAD_BYTES 24

uint64_t store_wal_bytes(const struct store *s) {
        return (uint64_t) (s->wal_frames - s->wal_frames_back) * (s->page_bytes + FRAME_HEAD_BYTES);
}

uint64_t store_wal_untried_bytes(const struct store *s) {
        return (uint64_t) (s->wal_frames - s->wal_frames_tried) * (s->page_bytes + FRAME_HEAD_BYTES);
}

bool store_checkpoint_is_due(const struct store *s, uint64_t idle_usec) {
        uint64_t bytes = store_wal_bytes(s);

        return store_wal_untried_bytes(s) >= STORE_WAL_CHECKPOINT_BYTES ||
               (bytes >= STORE_WAL_IDLE_BYTES && idle_usec >= STORE_WAL_IDLE_USEC);
}

static int on_wal_commit(void *userdata, sqlite3 *db, const char *name, int frames) {
        struct store *s = userdata;

        (void) db, (void) name;
        /* Fewer than before: all of it was written back, and the log began anew. */
        if ((unsigned) frames < s->wal_frames)
                s->wal_frames_back = s->wal_frames_tried = 0;
        s->wal_frames = (unsigned) frames;
        return SQLITE_OK;
}

void store_watch_wal(struct store *s) {
        (void) sqlite3_wal_autocheckpoint(s->db, 0);      /* only removes a hook; cannot fail */
        (void) sqlite3_wal_hook(s->db, on_wal_commit, s); /* returns the argument of the hook before */
}

int store_checkpoint_lent(struct store *s) {
        int frames = 0, back = 0, r;

        assert(!s->in_transaction);
        if (s->failure < 0)
                return s->failure;
        r = store_translate(s,
                sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &back),
                "checkpoint");
        if (frames >= 0 && back >= 0) { /* -1 when it did not get so far */
                s->wal_frames = s->wal_frames_tried = (unsigned) frames;
                s->wal_frames_back = (unsigned) back;
        }
        return r;
}

int store_checkpoint_passive(struct store *s) {
        assert(!s->lent);
        return store_checkpoint_lent(s);
}

/*
 * A commit that makes the WAL longer costs a journal commit of the file system, twice the time of one that
 * overwrites. Zeros behind the last frame are to SQLite what it leaves there itself: frames whose salt and
 * checksum do not match.
 */
int store_fill_wal(struct store *s, size_t bytes) {
        static const char zeros[64 * 1024];
        _autofree_ char *path = NULL;
        _autoclose_ int fd = -1;
        struct stat st;

        if (bytes == 0)
                return 0;
        if (asprintf(&path, "%s-wal", s->path) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        for (off_t at = st.st_size; at < (off_t) bytes;) {
                size_t n = bytes - (size_t) at < sizeof(zeros) ? bytes - (size_t) at : sizeof(zeros);
                ssize_t written = pwrite(fd, zeros, n, at);

                if (written < 0)
                        return errno == ENOSPC || errno == EDQUOT ? 0 : -errno; /* slower, not worse */
                at += written;
        }
        return fdatasync(fd) < 0 ? -errno : 0;
}
