/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices of kinds that ask for it wait for a leader's yes or no. It is a code like any other, so that it is decided, recorded and refused the
 * same way, whether it is scanned, pressed at a screen or comes from the command line (decision 0007).
 */
#include "firmware/domain/notice.h"
#include "firmware/domain/packout-internal.h"

#include <ctype.h>
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

int approval_scan(struct turn *t) {
        bool approved = t->scan.control.control == CONTROL_APPROVE;
        struct notice_named n;
        char id[UUID_TEXT_MAX];
        int r;

        if (!t->in->actor_override && t->b->role != ROLE_LEADER) {
                turn_refuse(t, "leader-needed", NULL, NULL);
                return say_not(t, "承認と却下はリーダーがする", "a leader may do this");
        }
        if (!read_notice(t->scan.control.arg, id))
                return say_not(t, "お知らせの番号ではない", "that is no notice's number");
        r = t->world->notice_by_id(t->world->userdata, id, &n);
        if (r < 0)
                return r;
        if (r != 0)
                return say_not(t, "その番号のお知らせはない", "there is no notice of that number");
        if (n.state != NOTICE_RESERVED)
                return say_not(t, "もう終わったお知らせ", "that notice has ended");
        if (!n.asks_approval)
                return say_not(t, "承認を待っていないお知らせ", "that notice waits for no approval");
        return record(t, id, &n, approved);
}
