/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-notify diff: what holds against the folder, or two versions, line by line. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/program.h"
#include "firmware/views/databases.h"
#include "services/notify/exhibit.h"
#include "services/notify/outbox.h"
#include "services/notify/preview.h"
#include "services/notify/wording-store.h"

static const char usage[] = "okuru-notify diff KIND --config FILE [--lang ja|en] [--merchant M] [--from "
                            "VERSION] [--to VERSION] [--words FOLDER]\n"
                            "Shows what differs between two versions of the words of a kind, with the parts "
                            "that they use. --from: default what holds now;\n"
                            "--to: default the folder --words, or the one that the config names. Exit code "
                            "as diff(1): 0 nothing, 1 something, 2 trouble.\n";

struct diff_wish {
        struct exhibit_wish of;
        const char *from, *to;
};

/* Return: -1 to go on; otherwise the exit code, all was said. */
static int read_wish(int argc, char **argv, struct diff_wish *w) {
        int r = exhibit_wish_read(
                &w->of, argc, argv, usage, (struct exhibit_own[]){{"from", &w->from}, {"to", &w->to}, {0}});

        return r < 0 && !w->of.config ? exhibit_wish_misuse(usage, "--config FILE is missing\n") : r;
}

struct side {
        struct str text;
        char label[160];
};

static void side_deinit(struct side *s) {
        str_deinit(&s->text);
}

static int refuse(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

/* The merchant's file where there is one, else that of all. Return: as wording_store_edition(). */
static int find_edition(
        struct wording_store *kept, const struct wording_name *n, int version, char file[128], int64_t *idp) {
        const char *language = n->language == TEMPLATE_EN ? "en" : "ja";
        int r = WORDING_STORE_E_NONE;

        (void) snprintf(file, 128, "%s/%s/%s.md", n->merchant, language, n->kind);
        if (*n->merchant)
                r = wording_store_edition(kept, file, version, idp);
        if (r != WORDING_STORE_E_NONE)
                return r;
        (void) snprintf(file, 128, "%s/%s.md", language, n->kind);
        return wording_store_edition(kept, file, version, idp);
}

/* @word: a version, NULL: what holds now */
static int read_kept(const char *word, struct wording_store *kept, const struct wording_name *n,
        struct side *s, struct diag *d) {
        _cleanup_str_ struct str pack = STR_INIT;
        char file[128];
        int64_t id = 0;
        int version = word ? (int) strtol(word, NULL, 10) : 0, r;

        if (word && version < 1)
                return refuse(d, word, "is no version: a whole number");
        r = word ? find_edition(kept, n, version, file, &id) : wording_store_current(kept, n, &id);
        if (r == 0)
                r = wording_store_pack(kept, id, &pack);
        if (r == WORDING_STORE_E_NONE)
                return refuse(d, word ? word : n->kind, "nothing of that version was ever used here");
        if (r != 0)
                return r < 0 ? r : -EAGAIN;
        if (word)
                (void) snprintf(s->label, sizeof(s->label), "%s version %d", file, version);
        else
                (void) snprintf(s->label, sizeof(s->label), "what holds now");
        return wording_show(pack.data, pack.len, &s->text);
}

static int read_folder(const char *folder, const struct wording_name *n, struct side *s, struct diag *d) {
        _cleanup_words_folder_ struct words_folder f = {0};
        _cleanup_str_ struct str pack = STR_INIT;
        int r = words_folder_read(&f, folder, d);

        if (r == 0)
                r = wording_pack(&f.wording, n, &pack, NULL);
        (void) snprintf(s->label, sizeof(s->label), "%s", *folder ? "the folder" : "ours");
        return r == 0 ? wording_show(pack.data, pack.len, &s->text) : r;
}

/* Open for the child, too. */
static int to_fd(const struct side *s) {
        int fd = memfd_create("words", 0);
        int r = fd < 0 ? -errno : file_write_all(fd, s->text.data, s->text.len);

        if (r < 0 && fd >= 0)
                (void) close(fd);
        return r < 0 ? r : fd;
}

/* diff(1) says it better than we would. Return: its exit code. */
static int run_diff(const struct side *a, const struct side *b, struct diag *d) {
        _cleanup_(closep) int one = to_fd(a), two = to_fd(b);
        char path_a[32], path_b[32];
        char *const argv[] = {(char *) "diff", (char *) "-u", (char *) "--label", (char *) a->label,
                (char *) "--label", (char *) b->label, path_a, path_b, NULL};
        int status = 0, r;
        pid_t child;

        if (one < 0 || two < 0)
                return one < 0 ? one : two;
        (void) snprintf(path_a, sizeof(path_a), "/dev/fd/%d", one);
        (void) snprintf(path_b, sizeof(path_b), "/dev/fd/%d", two);
        r = posix_spawnp(&child, "diff", NULL, NULL, argv, environ);
        if (r != 0)
                return refuse(d, "diff", "cannot be run: is diffutils installed?");
        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

static int words_diff(const struct diff_wish *w, struct diag *d) {
        _cleanup_(store_closep) struct store *store = NULL;
        _cleanup_(wording_store_closep) struct wording_store *kept = NULL;
        _cleanup_(side_deinit) struct side a = {0}, b = {0};
        const struct wording_name name = {w->of.merchant ? w->of.merchant : "", w->of.language, w->of.kind};
        struct notify_config config;
        char database[CONFIG_PATH_MAX + sizeof(OUTBOX_FILE) + 1];
        int r = notify_config_load(&config, w->of.config, d);

        if (r < 0)
                return r;
        (void) snprintf(database, sizeof(database), "%s/" OUTBOX_FILE, config.folder);
        r = store_open_reader(
                &store, database, NOTICES_APPLICATION_ID, NOTICES_WORDS_VERSION, NOTICES_VERSION_MAX, d);
        if (r == 0)
                r = wording_store_open(&kept, store, false);
        if (r > 0)
                return refuse(d, database, "okuru-notify keeps no words there yet");
        if (r == 0)
                r = read_kept(w->from, kept, &name, &a, d);
        if (r == 0)
                r = w->to ? read_kept(w->to, kept, &name, &b, d)
                          : read_folder(w->of.words ? w->of.words : config.words, &name, &b, d);
        return r < 0 ? r : run_diff(&a, &b, d);
}

int words_diff_main(int argc, char **argv) {
        struct diff_wish w = {0};
        struct diag d = {0};
        int r = read_wish(argc, argv, &w);

        if (r >= 0)
                return r;
        r = words_diff(&w, &d);
        if (r < 0) {
                (void) program_complain(&d, r);
                return 2;
        }
        return r;
}
