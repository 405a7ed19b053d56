/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-inbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/notify/channel/modem-bus.h"
#include "services/notify/channel/modem-end.h"
#include "services/notify/channel/modem-report.h"

#define ASK_USEC (5 * USEC_PER_SEC)

struct modem_inbox {
        char equipment[32];
        _Atomic bool stopping;
        /* Of a round. */
        sd_bus *bus;          /* owned; NULL between rounds */
        sd_bus_message *list; /* owned: the paths of all messages, read as far as @sms */
        char modem[MODEM_PATH_SIZE], sms[MODEM_PATH_SIZE];
};

static void inbox_end(void *userdata) {
        struct modem_inbox *i = userdata;

        i->list = sd_bus_message_unref(i->list);
        i->bus = sd_bus_flush_close_unref(i->bus);
}

/* Return: 0, MAILBOX_E_DOWN. */
static int begin(struct modem_inbox *i, const char **whyp) {
        int r;

        if (i->list)
                return 0;
        r = sd_bus_open_system(&i->bus);
        if (r < 0) {
                *whyp = "no-bus";
                return MAILBOX_E_DOWN;
        }
        (void) sd_bus_set_method_call_timeout(i->bus, ASK_USEC); /* cannot fail for a bus of ours */
        r = modem_bus_find(i->bus, i->equipment, i->modem);
        if (r >= 0)
                r = sd_bus_call_method(
                        i->bus, MODEM_SERVICE, i->modem, MODEM_MESSAGING, "List", NULL, &i->list, "");
        if (r >= 0)
                r = sd_bus_message_enter_container(i->list, 'a', "o");
        if (r >= 0)
                return 0;
        log_debug("modem: reports: %s", strerror(-r));
        *whyp = "no-modem";
        return MAILBOX_E_DOWN;
}

/* Return: 0, 1 it is no report, or one that is not whole; -errno. */
static int read_report(struct modem_inbox *i, struct modem_report *report) {
        _autofree_ char *number = NULL;
        uint32_t type = 0, state = 0, reference = 0;
        int r = modem_bus_ask(i->bus, i->sms, "PduType", &type);

        if (r < 0 || type != MODEM_PDU_STATUS_REPORT)
                return 1;
        r = modem_bus_ask(i->bus, i->sms, "State", &state);
        if (r == 0)
                r = modem_bus_ask(i->bus, i->sms, "MessageReference", &reference);
        if (r == 0)
                r = modem_bus_ask(i->bus, i->sms, "DeliveryState", &report->state);
        if (r == 0)
                r = sd_bus_get_property_string(
                        i->bus, MODEM_SERVICE, i->sms, MODEM_SMS, "Number", NULL, &number);
        if (r < 0)
                return r == -ENOMEM ? r : 1; /* deleted by somebody meanwhile */
        report->reference = (int) (reference <= MODEM_REFERENCE_MAX ? reference : 0);
        return state == MODEM_SMS_RECEIVED && reference <= MODEM_REFERENCE_MAX &&
                               copy_text(report->number, sizeof(report->number), number)
                       ? 0
                       : 1;
}

static int inbox_next(void *userdata, struct str *mail, const char **whyp) {
        struct modem_inbox *i = userdata;
        const char *path;
        int r = begin(i, whyp);

        if (r != 0)
                return r;
        while (!i->stopping && (r = sd_bus_message_read(i->list, "o", &path)) > 0) {
                struct modem_report report = {0};

                if (!copy_text(i->sms, sizeof(i->sms), path))
                        continue;
                r = read_report(i, &report);
                if (r < 0)
                        return r;
                if (r > 0)
                        continue;
                modem_report_write(&report, mail);
                return mail->error;
        }
        return MAILBOX_E_END;
}

static int inbox_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct modem_inbox *i = userdata;

        (void) whyp;
        if (fate == MAILBOX_REMOVE)
                modem_bus_delete(i->bus, i->modem, i->sms); /* one that stays says nothing new */
        return 0;
}

static void inbox_stop(void *userdata) {
        struct modem_inbox *i = userdata;

        i->stopping = true;
}

int modem_inbox_new(struct modem_inbox **ip, const char *equipment) {
        struct modem_inbox *i = calloc(1, sizeof(*i));

        if (!i)
                return -ENOMEM;
        if (!copy_text(i->equipment, sizeof(i->equipment), equipment)) {
                (void) modem_inbox_free(i);
                return -EINVAL;
        }
        *ip = i;
        return 0;
}

struct modem_inbox *modem_inbox_free(struct modem_inbox *i) {
        if (i)
                inbox_end(i);
        free(i);
        return NULL;
}

struct mailbox modem_inbox_box(struct modem_inbox *i) {
        return (struct mailbox){.userdata = i,
                .name = "modem",
                .next = inbox_next,
                .settle = inbox_settle,
                .end = inbox_end,
                .stop = inbox_stop};
}
