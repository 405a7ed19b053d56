/* SPDX-License-Identifier: Apache-2.0 */
/* okuru notices: what customers are still to be told, corrections too; with --all also what became of the others. */
#include <stdio.h>
#include <string.h>

#include "firmware/base/say.h"
#include "firmware/cli/list.h"
#include "firmware/cli/look.h"
#include "firmware/cli/write.h"
#include "firmware/views/drafts.h"

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

/* ---- what it would say ---- */

static int print_text(const struct invocation *in, const struct draft_text *t) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (!in->options->json) {
                (void) printf("%s, %s\n\n%s%s%s", t->channel, t->language, t->subject.data,
                        t->subject.len > 0 ? "\n\n" : "", t->body.data);
                if (t->body.len > 0 && t->body.data[t->body.len - 1] != '\n')
                        (void) printf("\n");
                return VERB_OK;
        }
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "notice", in->words[0]);
        draft_text_write(&w, t);
        json_write_end_object(&w);
        if (line.error)
                return say_failed("%s", strerror(-line.error));
        say_json(&line);
        return VERB_OK;
}

int verb_notices_text(const struct invocation *in) {
        struct draft_text t = {0};
        struct setup setup = {0};
        struct diag d = {0};
        int code = look_setup(&setup, in), r;

        if (code != VERB_OK)
                return code;
        if (!*setup.notices)
                return say_failed("station.yaml names no notices: nothing is sent from here");
        r = drafts_read(setup.notices, in->words[0], &t, &d);
        if (r == 0)
                code = print_text(in, &t);
        else if (r == DRAFTS_E_NONE)
                code = say_failed("%s waits for nobody's word, or is not written yet: see why it waits in "
                                  "okuru notices",
                        in->words[0]);
        else
                code = *d.text ? say_failure(&d)
                               : say_failed("%s: %s", setup.notices,
                                         r < 0 ? strerror(-r) : "cannot be read now");
        draft_text_deinit(&t);
        return code;
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
