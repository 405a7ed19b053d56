/* SPDX-License-Identifier: Apache-2.0 */
/* okuru notices: what customers are still to be told, corrections too; with --all also what became of the others. */
#include "firmware/base/say.h"
#include "firmware/cli/look.h"
#include "firmware/cli/table.h"
#include "firmware/cli/write.h"

#define ALL_MAX 1000 /* the newest ones: a person does not read more */

struct list {
        struct table table;
        struct str text; /* of JSON lines: printed when the read is over */
        bool json;
};

static int on_notice(const struct standing_notice *n, void *userdata) {
        struct list *l = userdata;
        struct table *t = &l->table;
        char due[MOMENT_MAX];

        if (l->json) {
                _cleanup_str_ struct str line = STR_INIT;
                struct json_writer w;

                json_writer_init(&w, &line);
                json_write_object(&w, NULL);
                write_notice(&w, n);
                json_write_end_object(&w);
                say_json_to(&l->text, line.data && !line.error ? line.data : "null");
                return line.error ? line.error : l->text.error;
        }
        table_cellf(t, "%s%s", n->state, n->correction ? ", owes a correction" : "");
        table_cell(t, n->kind);
        table_cell(t, n->merchant);
        table_cell(t, n->shipment);
        table_cell(t, moment(n->not_before_usec, due));
        table_cell(t, n->channel);
        table_cellf(t, "%d", n->attempts);
        table_cell(t, n->reason);
        table_cell(t, n->id);
        return t->error;
}

static int list_owed(struct standing *s, struct list *list) {
        int r = standing_notices_waiting(s, on_notice, list);

        return r == 0 ? standing_notices_owing(s, on_notice, list) : r;
}

int verb_notices(const struct invocation *in) {
        static const char *const heads[] = {"STATE", "KIND", "MERCHANT", "SHIPMENT", "NOT BEFORE", "CHANNEL",
                "TRIES", "WHY", "NOTICE", NULL};
        struct list list = {.json = in->options->json};
        struct look look = {0};
        int code = look_open(&look, in);

        table_init(&list.table, heads);
        if (code == VERB_OK)
                code = look_end(&look, in->options->all
                                               ? standing_notices(look.standing, ALL_MAX, on_notice, &list)
                                               : list_owed(look.standing, &list));
        look_deinit(&look);
        if (code == VERB_OK && !list.json)
                (void) table_print(&list.table, stdout);
        (void) fputs(list.text.data ? list.text.data : "", stdout);
        table_deinit(&list.table);
        str_deinit(&list.text);
        return code;
}
