/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/reported.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "services/notify/channel/modem-report.h"
#include "services/notify/channel/phone.h"
#include "services/notify/notify-internal.h"

/* Of which copy? Return: as mailed_find(); MAILED_E_NOT also for a number that is none. */
static int find(struct notify *n, const struct reported *reported, const struct modem_report *report,
        const struct stamp *now, char copy[UUID_TEXT_MAX]) {
        char e164[PHONE_SIZE], hash[SEAL_HASH_MAX];

        if (phone_read(report->number, e164) < 0)
                return MAILED_E_NOT;
        barred_hash(n->barred, channel_to_str(CHANNEL_SMS), e164, hash);
        seal_wipe(e164, sizeof(e164));
        return mailed_find(n->mailed, hash, reported->route, report->reference, now->wall_usec, copy);
}

/* What is about nothing of ours stays in the modem; what is of a further part of a text, or said before, goes. */
static int on_report(struct notify *n, const struct reported *reported, const struct modem_report *report,
        enum mailbox_fate *fatep) {
        struct stamp now = follow_now(n->follow);
        char copy[UUID_TEXT_MAX] = "";
        int r = find(n, reported, report, &now, copy);

        switch (r) {
        case 0:
                return bounced_hear(n,
                        &(struct bounced_word){copy, modem_report_says(report->state), CHANNEL_SMS}, fatep);
        case MAILED_E_ANOTHER:
                *fatep = MAILBOX_REMOVE;
                return 0;
        case MAILED_E_NOT:
                *fatep = MAILBOX_LEAVE;
                return 0;
        default:
                return r < 0 ? r : 0;
        }
}

static int on_line(
        struct notify *n, const struct reported *reported, const struct str *line, enum mailbox_fate *fatep) {
        struct modem_report report;
        int r;

        if (modem_report_read(line->data ? line->data : "", &report) < 0) {
                *fatep = MAILBOX_LEAVE;
                return 0;
        }
        r = on_report(n, reported, &report, fatep);
        seal_wipe(&report, sizeof(report));
        return r;
}

static void on_round(struct reported *reported, const char *why) {
        if (strcmp(reported->down, why) == 0)
                return;
        if (*why)
                log_warning("%s: its delivery reports cannot be read (%s)", reported->route, why);
        else
                log_notice("%s: its delivery reports can be read again", reported->route);
        reported->down = why;
}

int reported_take(struct notify *n, struct reported *reported) {
        enum mailbox_fate fate = MAILBOX_LATER;
        const struct str *line = NULL;
        const char *why = "";
        int r = 0;

        switch (collector_take(reported->collector, &line, &why)) {
        case COLLECTOR_MAIL:
                r = on_line(n, reported, line, &fate);
                collector_answer(reported->collector, fate);
                break;
        case COLLECTOR_ROUND:
                on_round(reported, why);
                break;
        case COLLECTOR_NOTHING:
                break;
        }
        return r;
}

static int open_one(struct notify *n, struct reported *reported, const struct config_sms *c) {
        struct mailbox box;
        int r = modem_inbox_new(&reported->inbox, c->modem.equipment);

        reported->owner = n;
        reported->route = c->name;
        reported->down = "";
        if (r < 0)
                return r;
        box = modem_inbox_box(reported->inbox);
        return collector_new(&reported->collector, &box, (uint64_t) c->modem.every_usec);
}

int reported_open(struct notify *n) {
        int r = 0;

        n->reported = calloc(CONFIG_SMS_ROUTES, sizeof(*n->reported));
        if (!n->reported)
                return -ENOMEM;
        for (size_t i = 0; i < n->config->n_sms && r == 0; i++)
                if (n->config->sms[i].modem.delivery_report)
                        r = open_one(n, &n->reported[n->n_reported++], &n->config->sms[i]);
        return r;
}

void reported_close(struct notify *n) {
        for (size_t i = 0; i < n->n_reported; i++) {
                struct reported *reported = &n->reported[i];

                reported->source = sd_event_source_disable_unref(reported->source);
                reported->collector = collector_free(reported->collector);
                reported->inbox = modem_inbox_free(reported->inbox);
        }
        n->n_reported = 0;
        free(n->reported);
        n->reported = NULL;
}
