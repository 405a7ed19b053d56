/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/digest.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/uuid.h"

/* A merchant's server is told of each, and paper lies with each order. */
bool digest_is_possible(enum notice_kind kind, enum channel channel) {
        return kind == NOTICE_KIND_INCIDENT &&
               (channel == CHANNEL_EMAIL || channel == CHANNEL_SMS || channel == CHANNEL_LINE ||
                       channel == CHANNEL_LINE_NOTIFICATION);
}

int digest_key(const struct digest_question *q, char key[SEAL_HASH_MAX]) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        json_write_array(&w, NULL);
        json_write_string(&w, NULL, q->merchant);
        json_write_string(&w, NULL, notice_kind_to_str(q->kind));
        json_write_string(&w, NULL, language_to_str(q->language));
        json_write_string(&w, NULL, channel_to_str(q->channel));
        json_write_string(&w, NULL, q->to);
        json_write_int(&w, NULL, q->words);
        json_write_object(&w, NULL);
        for (const struct json *m = json_first(q->data); m; m = json_next(m))
                if (strcmp(json_key(m), "items") != 0)
                        json_write_value(&w, json_key(m), m);
        json_write_end_object(&w);
        json_write_end_array(&w);
        if (text.error)
                return text.error;
        seal_sha256(text.data, text.len, key);
        return 0;
}

static int compare_ids(const void *a, const void *b) {
        return strcmp(a, b);
}

int digest_id(char (*notices)[UUID_TEXT_MAX], size_t n, char id[UUID_TEXT_MAX]) {
        _cleanup_str_ struct str name = STR_INIT;

        qsort(notices, n, sizeof(*notices), compare_ids);
        str_add(&name, "okuru:digest");
        for (size_t i = 0; i < n; i++)
                str_addf(&name, " %s", notices[i]);
        if (name.error)
                return name.error;
        uuid5_url(name.data, name.len, id);
        return 0;
}
