/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/phrases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/views/databases.h"
#include "services/notify/template/kinds.h"
#include "services/notify/wording-store.h"

#define READY_MAX 48 /* parsed templates that are kept: all kinds of one merchant, some of others */

struct phrases {
        struct store *store; /* borrowed */
        const char *folder;  /* borrowed */
        struct wording_store *kept;
        struct {
                int64_t id;
                struct template *words;
        } ready[READY_MAX];
        size_t next_ready;             /* the one that goes next */
        char logo_hash[SEAL_HASH_MAX]; /* of what @logo holds */
        struct str logo;
};

/* ---- publishing ---- */

static int refuse_number(const struct wording_origin *o, int version, struct diag *d) {
        int line = 1;

        for (const char *c = o->text; *c && strncmp(c, "version:", 8) != 0; c++)
                line += *c == '\n';
        diag_set(d, line, 0, "version", "%d was other words before: give these the next number", version);
        if (d)
                (void) copy_text(d->file, sizeof(d->file), o->file);
        return PHRASES_E_REFUSED;
}

struct issue { /* one template on its way to be published */
        const struct words_folder *folder;
        const struct wording *wording; /* of the folder */
        struct wording_name name;
        struct wording_store *kept;
        int64_t now_usec;
        bool write, *changedp;
        struct diag *d;
};

static void say_advice(void *userdata, const char *file, int line, const char *text) {
        (void) userdata;
        log_notice("%s:%d: %s", file, line, text);
}

static int keep_one(
        const struct issue *i, const struct wording_origin *o, int version, const struct str *pack) {
        int64_t id = 0;
        int r = wording_store_put(i->kept, pack, &id);

        if (r == 0)
                r = wording_store_note(i->kept, o->file, version, o->text, id, i->now_usec, i->changedp);
        return r == 0 ? wording_store_publish(i->kept, &i->name, id, i->changedp) : r;
}

static int issue_one(const struct issue *i) {
        _cleanup_(template_freep) struct template *t = NULL;
        _cleanup_str_ struct str pack = STR_INIT;
        struct wording_origin o = {0};
        int r = wording_parse(i->wording, &i->name, &t, i->d);

        if (r == 0)
                r = wording_pack(i->wording, &i->name, &pack, &o);
        if (r < 0)
                return r == -ENOMEM ? r : PHRASES_E_REFUSED;
        r = o.is_ours || !i->kept ? 0 : wording_store_ask(i->kept, o.file, template_version(t), o.text);
        if (r == WORDING_STORE_E_TAKEN)
                return refuse_number(&o, template_version(t), i->d);
        if (r == 0 && !i->write && !o.is_ours)
                template_advise(t, say_advice, NULL);
        return r == 0 && i->write ? keep_one(i, &o, template_version(t), &pack) : r;
}

static int issue_merchant(struct issue *i, const char *merchant) {
        int r = 0;

        for (size_t k = 0; k < n_kinds && r == 0; k++)
                for (int language = TEMPLATE_JA; language <= TEMPLATE_EN && r == 0; language++) {
                        i->name = (struct wording_name){
                                merchant, (enum template_language) language, kinds[k].name};
                        r = issue_one(i);
                }
        return r;
}

/* Is it the first of its merchant's texts? */
static bool is_new_merchant(const struct wording *w, size_t i, char merchant[WORDING_MERCHANT_MAX]) {
        char other[WORDING_MERCHANT_MAX];

        if (!*wording_merchant(w, i, merchant))
                return false;
        for (size_t k = 0; k < i; k++)
                if (strcmp(wording_merchant(w, k, other), merchant) == 0)
                        return false;
        return true;
}

static bool has_merchant(const struct wording *w, const char *merchant) {
        char other[WORDING_MERCHANT_MAX];

        for (size_t i = 0; i < w->n_own; i++)
                if (strcmp(wording_merchant(w, i, other), merchant) == 0)
                        return true;
        return false;
}

static int publish_logos(const struct issue *i) {
        const struct words_logo *common = words_folder_logo(i->folder, "");
        int r = common ? 0 : wording_store_put_logo(i->kept, "", NULL, 0, i->changedp);

        for (size_t k = 0; k < i->folder->n_logos && r == 0; k++) {
                const struct words_logo *l = &i->folder->logos[k];

                r = wording_store_put_logo(i->kept, l->merchant, l->bytes, l->n, i->changedp);
        }
        return r;
}

/* Merchants that were there before. */
static int withdraw_merchants(const struct issue *i) {
        char merchant[WORDING_MERCHANT_MAX] = "";
        int r;

        while ((r = wording_store_next_merchant(i->kept, merchant, merchant)) == 0) {
                const struct words_logo *logo = words_folder_logo(i->folder, merchant);

                if (!has_merchant(i->wording, merchant))
                        r = wording_store_withdraw(i->kept, merchant, i->changedp);
                if (r == 0 && (!logo || !*logo->merchant))
                        r = wording_store_put_logo(i->kept, merchant, NULL, 0, i->changedp);
                if (r != 0)
                        return r;
        }
        return r == WORDING_STORE_E_NONE ? 0 : r;
}

static int issue_all(struct issue *i) {
        char merchant[WORDING_MERCHANT_MAX];
        int r = issue_merchant(i, "");

        for (size_t k = 0; k < i->wording->n_own && r == 0; k++)
                if (is_new_merchant(i->wording, k, merchant))
                        r = issue_merchant(i, merchant);
        if (r == 0 && i->write)
                r = publish_logos(i);
        return r == 0 && i->write ? withdraw_merchants(i) : r;
}

static int read_folder(struct words_folder *f, const char *folder, struct diag *d) {
        int r = words_folder_read(f, folder, d);

        return r == -ENOMEM ? r : r < 0 ? PHRASES_E_REFUSED : 0;
}

int phrases_publish(struct phrases *p, int64_t now_usec, bool *changedp, struct diag *d) {
        _cleanup_words_folder_ struct words_folder f = {0};
        bool changed = false;
        struct issue issue = {.folder = &f,
                .wording = &f.wording,
                .kept = p->kept,
                .now_usec = now_usec,
                .write = true,
                .changedp = &changed,
                .d = d};
        int r = read_folder(&f, p->folder, d);

        if (r == 0)
                r = store_begin(p->store);
        if (r != 0)
                return r;
        r = issue_all(&issue);
        if (r == 0 && changed)
                r = store_commit(p->store);
        else
                store_rollback(p->store);
        if (changedp)
                *changedp = changed;
        return r;
}

int phrases_check(const char *folder, const char *database, struct diag *d) {
        _cleanup_words_folder_ struct words_folder f = {0};
        _cleanup_(store_closep) struct store *store = NULL;
        _cleanup_(wording_store_closep) struct wording_store *kept = NULL;
        struct issue issue = {.folder = &f, .wording = &f.wording, .d = d};
        int r = read_folder(&f, folder, d);

        if (r != 0)
                return r;
        /* Without the numbers of before when they cannot be read: a new box has none. */
        r = store_open_reader(
                &store, database, NOTICES_APPLICATION_ID, NOTICES_WORDS_VERSION, NOTICES_VERSION_MAX, NULL);
        if (r == 0)
                r = wording_store_open(&kept, store, false);
        if (r == -ENOMEM)
                return r;
        issue.kept = kept;
        return issue_all(&issue);
}

/* ---- what a notice is written with ---- */

int phrases_pin(struct phrases *p, struct notice_row *row) {
        for (int language = TEMPLATE_JA; language <= TEMPLATE_EN; language++) {
                const struct wording_name name = {
                        row->merchant, (enum template_language) language, row->kind};
                int r = wording_store_current(p->kept, &name, &row->pins[language]);

                if (r < 0)
                        return r;
        }
        return 0;
}

static void forget_ready(struct phrases *p) {
        for (size_t i = 0; i < READY_MAX; i++) {
                p->ready[i].words = template_free(p->ready[i].words);
                p->ready[i].id = 0;
        }
}

/* Return: 0, PHRASES_E_NONE, -errno. */
static int read_words(
        struct phrases *p, int64_t id, const struct wording_name *name, const struct template **tp) {
        _cleanup_str_ struct str pack = STR_INIT;
        struct template *t = NULL;
        struct diag d = {0};
        int r;

        for (size_t i = 0; i < READY_MAX && id > 0; i++)
                if (p->ready[i].id == id) {
                        *tp = p->ready[i].words;
                        return 0;
                }
        r = id > 0 ? wording_store_pack(p->kept, id, &pack) : WORDING_STORE_E_NONE;
        if (r != 0)
                return r == WORDING_STORE_E_NONE ? PHRASES_E_NONE : r;
        r = wording_unpack(pack.data, pack.len, name, &t, &d);
        if (r < 0) {
                log_warning("words kept as %s line %d: %s: %s", d.file, d.line, d.key, d.text);
                return r == -ENOMEM ? r : PHRASES_E_NONE;
        }
        p->next_ready = (p->next_ready + 1) % READY_MAX;
        (void) template_free(p->ready[p->next_ready].words);
        p->ready[p->next_ready].id = id;
        *tp = p->ready[p->next_ready].words = t;
        return 0;
}

int phrases_get(struct phrases *p, const struct notice_row *row, enum template_language language,
        const struct template **tp) {
        const struct wording_name name = {row->merchant, language, row->kind};
        int64_t id = 0;
        int r = read_words(p, row->pins[language], &name, tp);

        if (r != PHRASES_E_NONE)
                return r;
        r = wording_store_current(p->kept, &name, &id);
        return r == 0 ? read_words(p, id, &name, tp) : r == WORDING_STORE_E_NONE ? PHRASES_E_NONE : r;
}

int phrases_logo(struct phrases *p, const char *merchant, struct logo *logo) {
        const char *why;
        int r = wording_store_logo(p->kept, merchant, p->logo_hash, &p->logo);

        if (r != 0)
                return r == WORDING_STORE_E_NONE ? PHRASES_E_NONE : r;
        /* It passed when it was published; a newer program may be stricter. */
        return logo_read((const uint8_t *) p->logo.data, p->logo.len, logo, &why) == 0 ? 0 : PHRASES_E_NONE;
}

/* The next pack may get the number of one that went. */
int phrases_purge(struct phrases *p) {
        int r = wording_store_purge(p->kept);

        if (r == 0 && store_changes(p->store) > 0)
                forget_ready(p);
        return r;
}

/* ---- open and close ---- */

int phrases_open(
        struct phrases **pp, struct store *store, const char *folder, int64_t now_usec, struct diag *d) {
        _cleanup_(phrases_closep) struct phrases *p = calloc(1, sizeof(*p));
        int64_t id;
        int r;

        if (!p)
                return -ENOMEM;
        p->store = store;
        p->folder = folder;
        r = wording_store_open(&p->kept, store, true);
        if (r == 0)
                r = wording_store_current(
                        p->kept, &(struct wording_name){"", TEMPLATE_JA, kinds[0].name}, &id);
        if (r == WORDING_STORE_E_NONE)
                r = phrases_publish(p, now_usec, NULL, d);
        if (r != 0)
                return r;
        *pp = take_ptr(p);
        return 0;
}

struct phrases *phrases_close(struct phrases *p) {
        if (!p)
                return NULL;
        forget_ready(p);
        str_deinit(&p->logo);
        p->kept = wording_store_close(p->kept);
        free(p);
        return NULL;
}
