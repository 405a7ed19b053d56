/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a reader says by itself: events, reports and errors, told to the sink. Private to the session.
 */
#include "drivers/llrp/session.h"

enum {
        LLRP_NOTIFY_E_GREETED = 1, /* the reader takes us as its client */
};

/* One sentence for people; @format may quote only what was made ASCII. A long one is cut. */
void llrp_notice(struct llrp_session *s, enum tag_notice what, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/**
 * llrp_take_notification() - READER_EVENT_NOTIFICATION
 *
 * Return: 0, LLRP_NOTIFY_E_GREETED, or why the connection must end, which was told: -EBUSY, -ECONNRESET.
 */
int llrp_take_notification(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec);
void llrp_take_report(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec);
/* An ERROR_MESSAGE that answers nothing we wait for. */
void llrp_take_error(struct llrp_session *s, const struct llrp_message *m);
