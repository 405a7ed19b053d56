/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/store-private.h"

#include "firmware/base/str.h"
#include "firmware/store/gathervfs.h"
#ifdef OKURU_TEST_CLOCK
#include "firmware/store/faultvfs.h"
#endif

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define WRITER_BUSY_MS 2000 /* nobody should ever hold us up; a backup's or a reader's short lock may */
#define READER_BUSY_MS 50

static int parent_folder(const char *path, char **folderp) {
        _autofree_ char *copy = strdup(path);

        if (!copy)
                return -ENOMEM;
        *folderp = strdup(dirname(copy));
        return *folderp ? 0 : -ENOMEM;
}

static int check_folder(struct store *s, const char *folder, struct diag *d) {
        struct stat st;

        if (stat(folder, &st) < 0)
                return store_refuse(s, d, -errno, "folder %s: %s", folder, strerror(errno));
        if (!S_ISDIR(st.st_mode))
                return store_refuse(s, d, -ENOTDIR, "%s is not a folder", folder);
        /* A writer under another uid (root's, say) would leave a WAL that the owner cannot write. */
        if (st.st_uid != geteuid())
                return store_refuse(s, d, -EPERM,
                        "folder %s belongs to uid %u, and this program runs as uid %u", folder,
                        (unsigned) st.st_uid, (unsigned) geteuid());
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return store_refuse(s, d, -EPERM,
                        "folder %s may be written by others (mode %04o, wanted 0750)", folder,
                        (unsigned) (st.st_mode & 07777));
        return 0;
}

static int refuse_second_writer(struct store *s, struct diag *d) {
        char pid[16] = "";
        ssize_t n = pread(s->lock_fd, pid, sizeof(pid) - 1, 0);

        pid[n > 0 ? (size_t) n : 0] = 0;
        pid[strspn(pid, "0123456789")] = 0;
        return store_refuse(
                s, d, -EBUSY, "another writer has this database open (pid %s)", *pid ? pid : "unknown");
}

/* The kernel lets go of the lock when we die, however we die; the file stays. */
static int take_lock(struct store *s, struct diag *d) {
        _autofree_ char *path = NULL;

        if (asprintf(&path, "%s.lock", s->path) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (s->lock_fd < 0)
                return store_refuse(s, d, -errno, "lock file: %s", strerror(errno));
        if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno == EWOULDBLOCK)
                        return refuse_second_writer(s, d);
                return store_refuse(s, d, -errno, "lock file: %s", strerror(errno));
        }
        /* The pid serves the message above only; on a full disk there is none. */
        if (ftruncate(s->lock_fd, 0) == 0)
                (void) dprintf(s->lock_fd, "%ld\n", (long) getpid());
        return 0;
}

/*
 * SQLite would make the file by itself, but with the umask's rights; WAL and shm inherit the file's mode from
 * it. An existing file is not opened here: closing a second descriptor would drop SQLite's POSIX locks within
 * this process.
 */
static int make_file(struct store *s, struct diag *d) {
        _autoclose_ int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
        struct stat st;

        if (fd >= 0)
                return fchmod(fd, 0640) < 0 ? -errno : 0;
        if (errno != EEXIST)
                return store_refuse(s, d, -errno, "cannot be made: %s", strerror(errno));
        if (lstat(s->path, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
                return store_refuse(s, d, -EPERM, "must be a file of uid %u that nobody else may write",
                        (unsigned) geteuid());
        return 0;
}

static int sync_folder(const char *folder) {
        _autoclose_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int remember_file(struct store *s) {
        struct stat st;

        if (stat(s->path, &st) < 0)
                return -errno;
        s->device = st.st_dev;
        s->inode = st.st_ino;
        return 0;
}

/* PRAGMA journal_mode answers with a word; anything but WAL (a VFS without shared memory, say) is no store of
 * ours. */
static int enter_wal(struct store *s, struct diag *d) {
        sqlite3_stmt *q = NULL;
        const char *mode = "";
        int64_t synchronous = -1;
        int rc, r = 0;

        rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &q, NULL);
        if (rc == SQLITE_OK)
                rc = sqlite3_step(q);
        if (rc == SQLITE_ROW)
                mode = (const char *) sqlite3_column_text(q, 0);
        else
                r = store_translate(s, rc, "journal_mode");
        if (r == 0 && strcmp(mode, "wal") != 0)
                r = -EINVAL;
        (void) sqlite3_finalize(q); /* repeats rc */
        if (r == -EBADMSG)
                return store_refuse(s, d, r, "is damaged or not a database: %s", sqlite3_errmsg(s->db));
        if (r < 0)
                return store_refuse(s, d, r, "cannot use a write-ahead log: %s", sqlite3_errmsg(s->db));

        r = store_pragma_int(s, "PRAGMA synchronous=FULL", NULL);
        if (r == 0)
                r = store_pragma_int(s, "PRAGMA synchronous", &synchronous);
        if (r == 0 && synchronous != 2)
                r = store_refuse(
                        s, d, -EINVAL, "synchronous is %lld and not 2 (FULL)", (long long) synchronous);
        return r;
}

/* Which VFS: the test's own, the one that a test asks every program for, or SQLite's. */
static const char *choose_vfs(const struct store_options *options) {
        if (options && options->vfs)
                return options->vfs;
#ifdef OKURU_TEST_CLOCK
        return faultvfs_from_environment();
#else
        return NULL;
#endif
}

static int open_connection(
        struct store *s, const char *name, int flags, const struct store_options *options) {
        const char *vfs = choose_vfs(options);
        int rc;

        if (s->role == STORE_ROLE_WRITER) {
                vfs = gathervfs_over(vfs);
                if (!vfs)
                        return -ENOMEM;
        }
        rc = sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
        if (!s->db)
                return -ENOMEM;
        return store_translate(s, rc, "open");
}

static int ask_for_page_size(struct store *s) {
        char sql[64];

        (void) snprintf(sql, sizeof(sql), "PRAGMA page_size=%d", STORE_PAGE_BYTES); /* fits */
        return store_pragma_int(s, sql, NULL);
}

static int read_page_size(struct store *s) {
        int64_t bytes = 0;
        int r = store_pragma_int(s, "PRAGMA page_size", &bytes);

        s->page_bytes = (unsigned) bytes;
        return r;
}

static int prepare_writer(struct store *s, const struct store_options *options, struct diag *d) {
        int persist = 1, r;

        /* Before the first WAL: it must never vanish below a reader, which could not make one and must not.
         */
        r = store_translate(
                s, sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &persist), "persist WAL");
        if (r == 0)
                r = store_configure(s, options);
        if (r == 0) /* before the first WAL, or never: an older file keeps its own */
                r = ask_for_page_size(s);
        if (r < 0)
                return store_refuse(s, d, r, "cannot be set up: %s", sqlite3_errmsg(s->db));
        r = enter_wal(s, d);
        if (r == 0)
                r = read_page_size(s);
        if (r < 0)
                return r;
        store_watch_wal(s);
        return 0;
}

static int begin_life(struct store *s, const struct store_schema *schema, const struct store_options *options,
        struct diag *d) {
        int r = store_prepare_own(s);

        if (r == 0)
                r = store_migrate(s, schema, d);
        if (r == 0)
                r = store_quick_check(s, options ? options->check_ms : 0, d);
        if (r == 0)
                r = store_read_identity(s);
        return r;
}

int store_open_writer(struct store **sp, const char *path, const struct store_schema *schema,
        const struct store_options *options, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        _autofree_ char *folder = NULL;
        int r;

        r = store_new(&s, path, STORE_ROLE_WRITER);
        if (r == 0)
                r = parent_folder(path, &folder);
        if (r == 0)
                r = check_folder(s, folder, d);
        if (r == 0)
                r = take_lock(s, d);
        if (r == 0)
                r = make_file(s, d);
        if (r == 0)
                r = remember_file(s);
        if (r < 0)
                return r;

        r = open_connection(s, path, SQLITE_OPEN_READWRITE, options);
        if (r < 0)
                return store_refuse(
                        s, d, r, "cannot be opened: %s", s->db ? sqlite3_errmsg(s->db) : "no memory");
        (void) sqlite3_busy_timeout(s->db, WRITER_BUSY_MS); /* cannot fail on an open connection */
        r = prepare_writer(s, options, d);
        if (r == 0)
                r = begin_life(s, schema, options, d);
        if (r == 0)
                r = store_checkpoint_passive(s);
        if (r == 0)
                r = store_fill_wal(s, options ? options->wal_bytes : 0);
        assert(folder); /* without it we returned above */
        if (r == 0)
                r = sync_folder(folder);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

int store_open_scratch(struct store **sp, const struct store_schema *schema, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        int r = store_new(&s, ":memory:", STORE_ROLE_SCRATCH);

        if (r == 0)
                r = open_connection(
                        s, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL);
        if (r == 0)
                r = store_configure(s, NULL);
        if (r == 0)
                r = begin_life(s, schema, NULL, d);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

static int reader_uri(const char *path, char **urip) {
        _cleanup_str_ struct str uri = STR_INIT;

        str_add(&uri, "file:");
        for (const char *c = path; *c; c++) {
                if (strchr("/._-", *c) || (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
                        (*c >= 'a' && *c <= 'z'))
                        str_add_char(&uri, *c);
                else
                        str_addf(&uri, "%%%02X", (unsigned) (unsigned char) *c);
        }
        str_add(&uri, "?mode=ro&readonly_shm=1");
        return str_take(&uri, urip);
}

/*
 * Root could make a missing WAL in spite of mode=ro, and would own what the writer needs. The writer makes
 * both files before anything else and never removes them, so a look beforehand is enough.
 */
static bool has_wal(const char *path) {
        static const char *const suffixes[] = {"-wal", "-shm"};

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                _autofree_ char *name = NULL;

                if (asprintf(&name, "%s%s", path, suffixes[i]) < 0) {
                        name = NULL;
                        return false;
                }
                if (access(name, R_OK) < 0)
                        return false;
        }
        return true;
}

static int check_kind(
        struct store *s, uint32_t application_id, int version_min, int version_max, struct diag *d) {
        int64_t id = 0, version = 0;
        int r = store_pragma_int(s, "PRAGMA application_id", &id);

        if (r == 0)
                r = store_pragma_int(s, "PRAGMA user_version", &version);
        if (r == -EBADMSG)
                return store_refuse(s, d, r, "is damaged or not a database: %s", sqlite3_errmsg(s->db));
        if (r != 0)
                return r;
        if (id == 0)
                return STORE_E_NOT_YET; /* the writer has just made it */
        if ((uint32_t) id != application_id)
                return store_refuse(s, d, -EMEDIUMTYPE,
                        "is another kind of database (application id 0x%08x, wanted 0x%08x)", (unsigned) id,
                        application_id);
        if (version > version_max)
                return store_refuse(s, d, -ENOTSUP,
                        "was written by a newer version (schema %lld, this program knows %d)",
                        (long long) version, version_max);
        s->version = (int) version;
        return version < version_min ? STORE_E_NOT_YET : 0;
}

static int open_reader_connection(struct store *s) {
        _autofree_ char *uri = NULL;
        int no_checkpoint = 1;
        int r = reader_uri(s->path, &uri);

        if (r == 0)
                r = open_connection(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
        if (r != 0)
                return r;
        (void) sqlite3_busy_timeout(s->db, READER_BUSY_MS); /* cannot fail on an open connection */
        r = store_translate(s,
                sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, no_checkpoint, NULL),
                "no checkpoint");
        return r == 0 ? store_configure(s, NULL) : r;
}

int store_open_reader(struct store **sp, const char *path, uint32_t application_id, int version_min,
        int version_max, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        int r = store_new(&s, path, STORE_ROLE_READER);

        if (r < 0)
                return r;
        if (remember_file(s) < 0)
                return store_refuse(s, d, STORE_E_NOT_YET, "cannot be read: %s", strerror(errno));
        if (!has_wal(path))
                return store_refuse(
                        s, d, STORE_E_NOT_YET, "has no readable write-ahead log: %s", strerror(errno));
        r = open_reader_connection(s);
        if (r == 0)
                r = check_kind(s, application_id, version_min, version_max, d);
        if (r == 0)
                r = store_prepare_own(s);
        if (r == 0)
                r = store_read_identity(s);
        if (r == STORE_E_NONE || (r == 0 && store_reader_is_stale(s)))
                r = STORE_E_NOT_YET; /* half made, or replaced while we opened it */
        if (r == STORE_E_NOT_YET)
                return store_refuse(
                        s, d, r, "is not there yet (being made, brought up to date, or recovered)");
        if (r != 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}
