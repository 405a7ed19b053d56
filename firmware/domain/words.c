/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/turn.h"

#include <stdio.h>
#include <string.h>

#define LABEL_COLUMNS 20 /* of one label in a sub-line: 10 full-width characters */
#define LIST_COLUMNS  56 /* of a list of goods; the rest is "…" */

/* As much of @text as fits in @columns, whole characters only. */
static void clip(const char *text, size_t columns, char *to, size_t size) {
        size_t n = utf8_cut(text, size - 1);

        memcpy(to, text, n);
        to[n] = '\0';
        while (n > 0 && verdict_width(to) > columns) {
                n = utf8_cut(to, n - 1);
                to[n] = '\0';
        }
}

void words_line(const struct line *l, struct words *w) {
        clip(l->label_ja, LABEL_COLUMNS, w->ja, sizeof(w->ja));
        clip(l->label_en, LABEL_COLUMNS, w->en, sizeof(w->en));
}

void words_code(const struct barcode *scan, char text[WORDS_SIZE]) {
        char shown[BARCODE_TEXT_MAX + 1];

        clip(barcode_show(scan, shown), LABEL_COLUMNS, text, WORDS_SIZE);
}

/* One more "label×n" behind what is there; false when the list is full ("…" ends it). */
static bool list_add(char list[WORDS_SIZE], const char *separator, const char *label, int n) {
        char entry[WORDS_SIZE], clipped[64];
        size_t used = strlen(list);

        if (used > 0 && strcmp(list + used - strlen("…"), "…") == 0)
                return false;
        clip(label, LABEL_COLUMNS, clipped, sizeof(clipped));
        (void) snprintf(entry, sizeof(entry), "%s%s×%d", used > 0 ? separator : "", clipped, n);
        if (verdict_width(list) + verdict_width(entry) > LIST_COLUMNS ||
                used + strlen(entry) + sizeof("…") > WORDS_SIZE) {
                memcpy(list + used, "…", sizeof("…"));
                return false;
        }
        memcpy(list + used, entry, strlen(entry) + 1);
        return true;
}

void words_list(struct words *w, const char *ja, const char *en, int n) {
        (void) list_add(w->ja, "、", ja, n);
        (void) list_add(w->en, ", ", en, n);
}

void words_missing(const struct shipment *s, struct words *w) {
        *w = (struct words){0};
        for (size_t i = 0; i < s->n_lines; i++)
                if (line_is_goods_wanted(&s->lines[i]))
                        words_list(w, s->lines[i].label_ja, s->lines[i].label_en, line_left(&s->lines[i]));
}

/* What is known of goods that no line names: the code they were read by. */
static const char *line_code(const struct parcel_line *pl) {
        return strncmp(pl->line, "code:", strlen("code:")) == 0 ? pl->line + strlen("code:") : pl->line;
}

void words_contents(const struct shipment *s, const struct parcel *p, struct words *w) {
        *w = (struct words){0};
        for (size_t i = 0; i < p->n_lines; i++) {
                const struct parcel_line *pl = &p->lines[i];
                const struct line *l = shipment_line(s, pl->line);

                if (pl->quantity > 0)
                        words_list(w, l ? l->label_ja : line_code(pl), l ? l->label_en : line_code(pl),
                                pl->quantity);
        }
        if (w->ja[0] == '\0')
                *w = (struct words){"中身なし", "nothing in it"};
}

const char *words_number_tail(const char *number) {
        size_t n = strlen(number);

        return n > 4 ? number + n - 4 : number;
}

int words_number_on_box(struct turn *t, const struct parcel *p, char text[WORDS_SIZE]) {
        char number[CODE_SIZE];
        int r = WORLD_E_NONE;

        if (p->pull_reason[0]) /* a changed label is one reason, and a later one hides it */
                r = t->world->number_on_box(t->world->userdata, p->id, number);
        if (r < 0)
                return r;
        (void) snprintf(text, WORDS_SIZE, "%s", words_number_tail(r == 0 ? number : p->number));
        return 0;
}

int words_owner(struct turn *t, const char *merchant, const char *shipment, struct words *w) {
        struct shipment s = {0};
        const char *order = NULL;
        int r = t->world->shipment(t->world->userdata, merchant, shipment, &s);

        if (r < 0)
                return r;
        if (r == 0)
                order = json_string(json_first(json_get(s.doc, "orders")));
        if (order) {
                (void) snprintf(w->ja, sizeof(w->ja), "注文…%s", words_number_tail(order));
                (void) snprintf(w->en, sizeof(w->en), "order …%s", words_number_tail(order));
        } else {
                (void) snprintf(w->ja, sizeof(w->ja), "出荷…%s", words_number_tail(shipment));
                (void) snprintf(w->en, sizeof(w->en), "shipment …%s", words_number_tail(shipment));
        }
        if (r == 0)
                shipment_deinit(&s);
        return 0;
}

int words_bay(struct turn *t, const char *bay, struct words *w) {
        struct bay_info info;
        int r;

        *w = (struct words){"出口", "its bay"};
        if (*bay == '\0')
                return 0;
        r = t->world->bay_info(t->world->userdata, bay, &info);
        if (r < 0)
                return r;
        clip(r == 0 ? info.name_ja : bay, LABEL_COLUMNS, w->ja, sizeof(w->ja));
        clip(r == 0 ? info.name_en : bay, LABEL_COLUMNS, w->en, sizeof(w->en));
        return 0;
}

void words_merchant(const struct turn *t, const char *merchant, struct words *w) {
        const struct json *name = json_get(policy_merchant(t->world->policy, merchant), "name");
        const char *ja = json_get_string(name, "ja", merchant);

        clip(ja, LABEL_COLUMNS, w->ja, sizeof(w->ja));
        clip(json_get_string(name, "en", ja), LABEL_COLUMNS, w->en, sizeof(w->en));
}

void words_when(int64_t usec, int offset_sec, const char *bench, char text[WORDS_SIZE]) {
        char hhmm[6] = "";

        if (usec > 0)
                (void) time_format_hhmm(usec, offset_sec, hhmm);
        (void) snprintf(text, WORDS_SIZE, "%s%s%s", hhmm, hhmm[0] && *bench ? " " : "", bench);
}

void words_piece(const struct shipment *s, const struct parcel *p, struct words *w) {
        int pieces = shipment_total_pieces(s, p->piece);

        (void) snprintf(w->ja, sizeof(w->ja), "%d/%d口", p->piece, pieces);
        (void) snprintf(w->en, sizeof(w->en), "%d/%d", p->piece, pieces);
}
