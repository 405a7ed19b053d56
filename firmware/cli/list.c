/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/list.h"

#include "firmware/base/say.h"

void list_init(struct list *l, const char *const *heads, bool json) {
        *l = (struct list){.json = json};
        table_init(&l->table, heads);
}

void list_deinit(struct list *l) {
        table_deinit(&l->table);
        str_deinit(&l->text);
        str_deinit(&l->line);
}

void list_begin_row(struct list *l, struct json_writer *w) {
        str_clear(&l->line);
        json_writer_init(w, &l->line);
        json_write_object(w, NULL);
}

int list_end_row(struct list *l, struct json_writer *w) {
        json_write_end_object(w);
        say_json_to(&l->text, l->line.data && !l->line.error ? l->line.data : "null");
        return l->line.error ? l->line.error : l->text.error;
}

void list_print(const struct list *l, bool whole) {
        if (whole && !l->json && l->table.n_cells == 0)
                (void) fputs("none\n", stdout); /* a person must not wonder whether it was looked for */
        else if (whole && !l->json)
                (void) table_print(&l->table, stdout);
        (void) fputs(l->text.data ? l->text.data : "", stdout);
}
