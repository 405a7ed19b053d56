/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices of kinds that ask for it wait for a leader's yes or no. It is a code like any other, so that it is decided, recorded and refused the
 * same way, whether it is scanned, pressed at a screen or comes from the command line (decision 0007).
 */
#include "firmware/base/cleanup.h"
#include "firmware/domain/notice-fields.h"
#include "firmware/domain/notice.h"
#include "firmware/domain/packout-internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* "5C0FFEE0…" of 32 digits as the uuid that it is. */
static bool read_notice(const char *digits, char id[UUID_TEXT_MAX]) {
        size_t at = 0;

        if (strlen(digits) != 32 || strspn(digits, "0123456789ABCDEF") != 32)
                return false;
        for (size_t i = 0; i < 32; i++) {
                if (i == 8 || i == 12 || i == 16 || i == 20)
                        id[at++] = '-';
                id[at++] = (char) tolower((unsigned char) digits[i]);
        }
        id[at] = '\0';
        return true;
}

static int say_not(struct turn *t, const char *ja, const char *en) {
        return turn_tell(t, VERDICT_NOT_NOW, ja, en);
}

static int record(struct turn *t, const char *id, const struct notice_named *n, bool approved) {
        struct fact_builder fb;

        turn_fact(t, &fb, approved ? "notice.approved" : "notice.refused", n->merchant, n->shipment);
        json_write_string(&fb.w, "notice", id);
        json_write_string(&fb.w, "kind", n->kind);
        json_write_int(&fb.w, "generation", n->generation);
        fact_end(&fb);
        (void) turn_tell(t, VERDICT_OK, approved ? "お知らせをお客様に送る" : "お知らせは送らない",
                approved ? "the customer will be told" : "the customer will not be told");
        verdict_head(&t->d->verdicts[t->d->n_verdicts - 1], approved ? "承認" : "却下",
                approved ? "APPROVED" : "REFUSED");
        return 0;
}

bool approval_is_asked(const struct turn *t) {
        return t->scan.kind == BARCODE_CONTROL &&
               (t->scan.control.control == CONTROL_APPROVE || t->scan.control.control == CONTROL_REFUSE);
}

/* Return: 0; ASKING_E_NONE, said; -errno. */
enum { ASKING_E_NONE = 1 };
static int find_asking(struct turn *t, const char *id, struct notice_named *n) {
        int r = t->world->notice_by_id(t->world->userdata, id, n);

        if (r < 0)
                return r;
        if (r != 0)
                (void) say_not(t, "その番号のお知らせはない", "there is no notice of that number");
        else if (n->state != NOTICE_RESERVED)
                (void) say_not(t, "もう終わったお知らせ", "that notice has ended");
        else if (!n->asks_approval)
                (void) say_not(t, "承認を待っていないお知らせ", "that notice waits for no approval");
        else
                return 0;
        return ASKING_E_NONE;
}

/* Is it a leader's, or the command line's? When not it is said. */
static bool may_judge(struct turn *t) {
        if (t->in->actor_override || t->b->role == ROLE_LEADER)
                return true;
        turn_refuse(t, "leader-needed", NULL, NULL);
        (void) say_not(t, "承認と却下はリーダーがする", "a leader may do this");
        return false;
}

int approval_scan(struct turn *t) {
        bool approved = t->scan.control.control == CONTROL_APPROVE;
        struct notice_named n;
        char id[UUID_TEXT_MAX];
        int r;

        if (!may_judge(t))
                return 0;
        if (!read_notice(t->scan.control.arg, id))
                return say_not(t, "お知らせの番号ではない", "that is no notice's number");
        r = find_asking(t, id, &n);
        return r == 0 ? record(t, id, &n, approved) : r < 0 ? r : 0;
}

/* ---- other words, before the yes ---- */

static int record_words(
        struct turn *t, const char *id, const struct notice_named *n, const struct json *data) {
        struct fact_builder fb;
        struct verdict *v;

        turn_fact(t, &fb, "notice.corrected", n->merchant, n->shipment);
        json_write_string(&fb.w, "notice", id);
        json_write_string(&fb.w, "kind", n->kind);
        json_write_int(&fb.w, "generation", n->generation);
        json_write_value(&fb.w, "data", data);
        fact_end(&fb);
        (void) turn_tell(t, VERDICT_OK, "文面を直した。承認はまだ", "other words; still to be approved");
        v = &t->d->verdicts[t->d->n_verdicts - 1];
        verdict_head(v, "訂正", "CORRECTED");
        return 0;
}

/* Only what the office wrote in its own words, and only of the kind that a site knows more of than the office: the rest is figures. */
int approval_correct(struct turn *t) {
        _cleanup_(json_freep) struct json *doc = NULL;
        struct notice_named n;
        struct diag d = {0};
        const char *id;
        int r = json_parse(t->in->bytes, t->in->n, &doc, NULL);

        if (r < 0)
                return r;
        id = json_get_string(doc, "notice", "");
        if (!may_judge(t))
                return 0;
        r = find_asking(t, id, &n);
        if (r != 0)
                return r < 0 ? r : 0;
        if (strcmp(n.kind, notice_kind_to_str(NOTICE_KIND_INCIDENT)) != 0)
                return say_not(t, "直せるのはお詫び・事故だけ", "only an incident's words can be corrected");
        r = notice_fields_check(NOTICE_KIND_INCIDENT, json_get(doc, "data"), &d);
        if (r == -EBADMSG) {
                char text[DIAG_TEXT_MAX + DIAG_PATH_MAX];

                return say_not(t, "その文面では送れない", diag_str(&d, text, sizeof(text)));
        }
        return r < 0 ? r : record_words(t, id, &n, json_get(doc, "data"));
}
