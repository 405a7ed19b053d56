/* SPDX-License-Identifier: Apache-2.0 */
/* okuru bays: what waits in each bay, and what keeps it from closing. */
#include "firmware/base/json.h"
#include "firmware/cli/list.h"
#include "firmware/cli/look.h"

#include <string.h>

static void add_collections(struct str *out, const struct json *doc) {
        const char *between = "";

        for (const struct json *c = json_first(json_get(doc, "collections")); c; c = json_next(c)) {
                str_addf(out, "%s%s", between, json_string(c) ? json_string(c) : "?");
                between = " ";
        }
}

static int add_json(struct list *l, const struct standing_bay *b, const struct json *doc) {
        struct json_writer w;

        list_begin_row(l, &w);
        json_write_string(&w, "bay", b->bay);
        json_write_int(&w, "ready", b->ready);
        json_write_int(&w, "pull", b->pull);
        json_write_string(&w, "carrier", json_get_string(doc, "carrier", NULL));
        if (json_get(doc, "collections"))
                json_write_value(&w, "collections", json_get(doc, "collections"));
        return list_end_row(l, &w);
}

static int on_bay(const struct standing_bay *b, void *userdata) {
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str collections = STR_INIT;
        struct list *l = userdata;

        (void) json_parse(b->data, strlen(b->data), &doc, NULL); /* a bay that nobody scheduled has none */
        if (l->json)
                return add_json(l, b, doc);
        add_collections(&collections, doc);
        table_cell(&l->table, b->bay);
        table_cell(&l->table, json_get_string(doc, "carrier", ""));
        table_cellf(&l->table, "%lld", (long long) b->ready);
        table_cellf(&l->table, "%lld", (long long) b->pull);
        table_cell(&l->table, collections.data ? collections.data : "");
        return l->table.error;
}

int verb_bays(const struct invocation *in) {
        static const char *const heads[] = {"BAY", "CARRIER", "READY", "TO PULL", "COLLECTIONS", NULL};
        struct list list;
        struct look look = {0};
        int code = look_open(&look, in);

        list_init(&list, heads, in->options->json);
        if (code == VERB_OK)
                code = look_end(&look, standing_bays(look.standing, on_bay, &list));
        look_deinit(&look);
        list_print(&list, code == VERB_OK);
        list_deinit(&list);
        return code;
}
