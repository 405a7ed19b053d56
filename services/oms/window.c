/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/window.h"

void window_open(struct window *w, unsigned size, uint64_t taken, uint64_t head) {
        *w = (struct window){
                .head = head, .taken = taken, .sent = taken, .size = size, .delay_usec = WINDOW_RESEND_USEC};
}

uint64_t window_room(const struct window *w) {
        uint64_t under_way = w->sent - w->taken, waiting = w->head - w->sent;

        if (under_way >= w->size)
                return 0;
        return w->size - under_way < waiting ? w->size - under_way : waiting;
}

void window_on_sent(struct window *w, uint64_t upto, uint64_t now_usec) {
        if (upto <= w->sent)
                return;
        w->sent = upto;
        if (w->resend_at_usec == 0)
                w->resend_at_usec = now_usec + w->delay_usec;
}

int window_on_taken(struct window *w, uint64_t upto, uint64_t now_usec) {
        if (upto > w->head)
                return WINDOW_E_BEYOND;
        if (upto <= w->taken)
                return WINDOW_E_OLD;
        w->taken = upto;
        if (w->sent < upto)
                w->sent = upto;
        w->delay_usec = WINDOW_RESEND_USEC;
        w->resend_at_usec = w->sent > upto ? now_usec + w->delay_usec : 0;
        return 0;
}

void window_rewind(struct window *w) {
        w->sent = w->taken;
        w->resend_at_usec = 0;
        w->delay_usec = WINDOW_RESEND_USEC;
}

bool window_on_tick(struct window *w, uint64_t now_usec) {
        if (w->resend_at_usec == 0 || now_usec < w->resend_at_usec)
                return false;
        w->sent = w->taken;
        w->resend_at_usec = 0;
        w->delay_usec =
                w->delay_usec * 2 < WINDOW_RESEND_MAX_USEC ? w->delay_usec * 2 : WINDOW_RESEND_MAX_USEC;
        return true;
}
