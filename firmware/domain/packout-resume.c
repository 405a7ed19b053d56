/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking up again what was put aside. A parked box is open again when what it waited for has happened (and
 * packs at once when it is complete); one that was pulled goes on as packed while its contents are still
 * what is wanted, else it is open.
 */
#include "firmware/domain/packout-internal.h"

#include <string.h>

static void write_resumed(struct turn *t, struct parcel *p, const char *from, enum parcel_state state) {
        struct fact_builder fb;

        turn_parcel_fact(t, &fb, "parcel.resumed", &t->s, p);
        json_write_int(&fb.w, "version", t->s.version);
        json_write_string(&fb.w, "from", from);
        json_write_string(&fb.w, "state", parcel_state_to_str(state));
        fact_end(&fb);
        p->state = state;
        p->version = t->s.version;
        p->shelf[0] = p->reason[0] = p->pull_reason[0] = '\0';
        (void) copy_text(p->bench, sizeof(p->bench), t->b->name);
        turn_take_parcel(t, p);
}

/* More in the boxes than is wanted now: it goes back to the shelf and is packed anew. */
static int refuse_overfull(struct turn *t, struct parcel *p) {
        return undo_ask_return(t, &t->s, p, VERDICT_RETURN);
}

int resume_parked(struct turn *t, struct parcel *p) {
        bool waits = strcmp(p->reason, "short") == 0 || strcmp(p->reason, "damaged") == 0;

        if (waits && t->s.version <= p->version) {
                struct verdict *v = turn_say(t, VERDICT_HELD);

                turn_refuse(t, "held", NULL, t->s.id);
                verdict_sub_ja(v, "荷主の返事待ち。保留棚に戻す");
                verdict_sub_en(v, "the merchant has not decided: back to the shelf");
                v->until_acknowledged = false;
                return 0;
        }
        if (shipment_is_overfull(&t->s))
                return refuse_overfull(t, p);
        write_resumed(t, p, "parked", PARCEL_OPEN);
        /* It was complete, or the merchant took off what was missing: its contents are said again. */
        if (!p->unverified && shipment_missing(&t->s) == 0 && parcel_units(p) > 0)
                return item_finish(t, NULL);
        return open_say_state(t, VERDICT_RESUMED);
}

int resume_pulled(struct turn *t, struct parcel *p) {
        bool changed = strcmp(p->reason, "changed") == 0 || p->version < t->s.version;
        const char *reprint = strcmp(p->reason, "label-changed") == 0 ? "label-changed" : NULL;
        bool complete = shipment_missing(&t->s) == 0 || p->piece < t->s.pieces;

        if (shipment_is_overfull(&t->s))
                return refuse_overfull(t, p);
        if (changed && !complete) {
                write_resumed(t, p, "pulled", PARCEL_OPEN);
                return open_say_state(t, VERDICT_RESUMED);
        }
        write_resumed(t, p, "pulled", PARCEL_PACKED);
        return pack_label(t, VERDICT_RESUMED, reprint);
}
