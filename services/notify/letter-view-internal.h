/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of letter-view.h, for its parts: letter-view.c writes what every letter has, letter-view-about.c what hangs on what it is about,
 * letter-view-said.c what the office says beside the shipment. What goes wrong is kept in the writer's text.
 */
#include "firmware/base/json.h"
#include "services/notify/letter-view.h"
#include "services/notify/template/kinds.h"

/* --- letter-view.c --- */
/* Left out when there is nothing to say: NULL or "". */
void letter_view_add_text(struct json_writer *w, const char *key, const char *text);

/* --- letter-view-about.c --- */
void letter_view_add_about(struct json_writer *w, const struct letter *l);
/* Elements of a list. */
void letter_view_add_goods(struct json_writer *w, const struct letter_item *items, size_t n);

/* --- letter-view-said.c --- */
/* The members of @object that the kind has as fields. @path: of the field that @object is, "" the letter itself; of a list, of its elements */
void letter_view_add_members(struct json_writer *w, const struct letter *l, const struct kind *k,
        const char *path, const struct json *object);
/* @own with what @l->data says before it. @mergedp: set on 0 only; owned by the caller. Return: 0, -ENOMEM, -EILSEQ. */
int letter_view_merge(const struct letter *l, const struct json *own, struct json **mergedp);
