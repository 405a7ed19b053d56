/* SPDX-License-Identifier: Apache-2.0 */
/* What the office says in a notice beside the shipment, as the fields that its kind knows. */
#include "services/notify/letter-view-internal.h"

#include <stdio.h>
#include <string.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/kinds.h"

#define FIELD_PATH_MAX 64

/* A text as it is, or the one of the language. */
static const char *pick_text(const struct json *v, enum language language) {
        const char *ja = json_get_string(v, "ja", "");

        if (json_string(v))
                return json_string(v);
        return language == LANGUAGE_EN ? json_get_string(v, "en", ja) : ja;
}

static void add_value(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *v);

void letter_view_add_members(struct json_writer *w, const struct letter *l, const struct kind *k,
        const char *path, const struct json *object) {
        for (const struct json *m = json_first(object); m; m = json_next(m)) {
                char at[FIELD_PATH_MAX];

                if (snprintf(at, sizeof(at), "%s%s%s", path, *path ? "." : "", json_key(m)) <
                        (int) sizeof(at))
                        add_value(w, l, k, at, m);
        }
}

/* A member as the template's field wants it; what the kind does not know is left out. */
static void add_value(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *v) {
        const struct field *f = kind_field(k, path, strlen(path));
        const char *key = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
        char moment[sizeof("2026-11-22T18:30")];

        if (!f || json_type(v) == JSON_NULL)
                return;
        switch (f->type) {
        case FIELD_TEXT:
                letter_view_add_text(w, key, pick_text(v, l->language));
                return;
        case FIELD_MOMENT: /* by the clock of who wrote it: the offset is theirs */
                (void) snprintf(moment, sizeof(moment), "%.16s", json_string(v) ? json_string(v) : "");
                letter_view_add_text(w, key, moment);
                return;
        case FIELD_LIST:
                json_write_array(w, key);
                for (const struct json *e = json_first(v); e; e = json_next(e)) {
                        json_write_object(w, NULL);
                        letter_view_add_members(w, l, k, path, e);
                        json_write_end_object(w);
                }
                json_write_end_array(w);
                return;
        case FIELD_OBJECT:
                json_write_object(w, key);
                letter_view_add_members(w, l, k, path, v);
                json_write_end_object(w);
                return;
        case FIELD_URL:
                letter_view_add_text(
                        w, key, json_string(v) && url_is_safe(json_string(v)) ? json_string(v) : "");
                return;
        case FIELD_FLAG:
        case FIELD_NUMBER:
        case FIELD_YEN:
        case FIELD_DAY:
                json_write_value(w, key, v);
                return;
        }
}

int letter_view_merge(const struct letter *l, const struct json *own, struct json **mergedp) {
        const struct kind *k = kind_find(notice_kind_to_str(l->kind));
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        for (const struct json *m = json_first(own); m; m = json_next(m))
                if (!json_get(l->data, json_key(m)))
                        json_write_value(&w, json_key(m), m);
        if (k)
                letter_view_add_members(&w, l, k, "", l->data);
        json_write_bool(&w, "has_items",
                json_size(json_get(json_get(l->data, "items") ? l->data : own, "items")) > 0);
        json_write_end_object(&w);
        return text.error ? text.error : json_parse(text.data, text.len, mergedp, NULL);
}
