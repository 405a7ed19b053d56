/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The words in notices.db: packs by their hash, which of them hold now, and every version that ever held. The caller keeps the
 * transactions; a reader's functions are marked so and work beside a notify that runs.
 */
#include "firmware/seal/seal.h"
#include "firmware/store/store.h"
#include "services/notify/template/wording.h"

struct wording_store;

enum {
        WORDING_STORE_E_NONE = 1, /* no such row */
        WORDING_STORE_E_TAKEN,    /* this version of the file had another text */
};

/* @store: borrowed for its life. @writes: false for a reader. Return: as store_prepare_all(). */
int wording_store_open(struct wording_store **wp, struct store *store, bool writes);
struct wording_store *wording_store_close(struct wording_store *w); /* takes NULL, returns NULL */
DEFINE_FREEP(struct wording_store *, wording_store_close)

/* All below return, unless said otherwise: 0, or -errno as store_step(). */

/* Readers, too. What holds for a merchant, or for those without words of their own. Return: also WORDING_STORE_E_NONE. */
int wording_store_current(struct wording_store *w, const struct wording_name *name, int64_t *idp);
/* Readers, too. @pack: appended. Return: also WORDING_STORE_E_NONE. */
int wording_store_pack(struct wording_store *w, int64_t id, struct str *pack);
/* Readers, too. The wording of a version of a file; @version 0: the newest number. Return: also WORDING_STORE_E_NONE. */
int wording_store_edition(struct wording_store *w, const char *file, int version, int64_t *idp);
/* Readers, too. May @file say @source under this number? Return: also WORDING_STORE_E_TAKEN. */
int wording_store_ask(struct wording_store *w, const char *file, int version, const char *source);

/* The id of a pack, which is added when it is new. */
int wording_store_put(struct wording_store *w, const struct str *pack, int64_t *idp);
/* It holds from now on. @changedp: set when it did not before. */
int wording_store_publish(
        struct wording_store *w, const struct wording_name *name, int64_t id, bool *changedp);
/* @source: text of the file. */
int wording_store_note(struct wording_store *w, const char *file, int version, const char *source, int64_t id,
        int64_t at_usec, bool *changedp);
/* Of the merchants with published words or a logo of their own, the first behind @after, "" at first.
 * Return: also WORDING_STORE_E_NONE. */
int wording_store_next_merchant(
        struct wording_store *w, const char *after, char merchant[WORDING_MERCHANT_MAX]);
/* It has no words of its own any more. */
int wording_store_withdraw(struct wording_store *w, const char *merchant, bool *changedp);
/* @n 0: none any more. @changedp: as above. */
int wording_store_put_logo(
        struct wording_store *w, const char *merchant, const void *bytes, size_t n, bool *changedp);
/* Readers, too. The merchant's, or that of all; @hash of what @bytes hold already, changed with them. Return: also WORDING_STORE_E_NONE. */
int wording_store_logo(
        struct wording_store *w, const char *merchant, char hash[SEAL_HASH_MAX], struct str *bytes);
/* Packs that hold nowhere, have no version and no notice. */
int wording_store_purge(struct wording_store *w);
