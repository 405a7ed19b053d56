/* SPDX-License-Identifier: Apache-2.0 */
/* okuru notices: what customers are still to be told, corrections too; with --all also what became of the others. */
#include "firmware/cli/list.h"
#include "firmware/cli/look.h"
#include "firmware/cli/write.h"

#define ALL_MAX 1000 /* the newest ones: a person does not read more */

static int on_notice(const struct standing_notice *n, void *userdata) {
        struct list *l = userdata;
        struct table *t = &l->table;
        char due[MOMENT_MAX];

        if (l->json) {
                struct json_writer w;

                list_begin_row(l, &w);
                write_notice(&w, n);
                return list_end_row(l, &w);
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
        struct list list;
        struct look look = {0};
        int code = look_open(&look, in);

        list_init(&list, heads, in->options->json);
        if (code == VERB_OK)
                code = look_end(&look, in->options->all
                                               ? standing_notices(look.standing, ALL_MAX, on_notice, &list)
                                               : list_owed(look.standing, &list));
        look_deinit(&look);
        list_print(&list, code == VERB_OK);
        list_deinit(&list);
        return code;
}
