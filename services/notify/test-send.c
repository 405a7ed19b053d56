/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-notify test-send: one notice of sample data by the config's own routes, and how it went. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/program.h"
#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/line.h"
#include "services/notify/channel/phone.h"
#include "services/notify/exhibit.h"
#include "services/notify/mail-words.h"
#include "services/notify/preview.h"
#include "services/notify/signer.h"
#include "services/notify/way.h"

static const char usage[] = "okuru-notify test-send KIND --config FILE --to ADDRESS [--channel "
                            "email|sms|line] [--lang ja|en] [--words "
                            "FOLDER]\n"
                            "             [--merchant M] [--data FILE] [--shipment ID] [--no-consent]\n"
                            "Sends one mail as \"preview\" shows it, or SMS to a telephone number, or LINE "
                            "message to a user id, marked as a "
                            "test, by the\n"
                            "routes of the config in their order, and says what was answered. It is no "
                            "notice: nothing is written down.\n";

struct test_wish {
        struct exhibit_wish of;
        const char *to;
        enum channel channel; /* email, sms or line */
};

/* Return: -1 to go on; otherwise the exit code, all was said. */
static int read_wish(int argc, char **argv, struct test_wish *w) {
        const char *channel = "email";
        int r = exhibit_wish_read(&w->of, argc, argv, usage,
                (struct exhibit_own[]){{"to", &w->to}, {"channel", &channel}, {0}});

        if (r >= 0)
                return r;
        if (!w->of.config || !w->to)
                return exhibit_wish_misuse(
                        usage, "%s is missing\n", w->of.config ? "--to ADDRESS" : "--config FILE");
        if (channel_from_str(channel, &w->channel) < 0 || w->channel > CHANNEL_LINE)
                return exhibit_wish_misuse(usage, "--channel %s: email, sms or line\n", channel);
        return r;
}

static int refuse(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

static const char *mark(const struct exhibit *e) {
        return e->language == TEMPLATE_EN ? "[TEST] " : "【テスト】";
}

/* ---- the mail ---- */

/* As of a notice: the store's or the merchant's sender, else the station's. */
static struct mime_mailbox pick_sender(const struct exhibit *e) {
        const char *address = json_get_string(e->letter.from, "address", NULL);

        if (!address_is_valid(address))
                return (struct mime_mailbox){e->config.from.name, e->config.from.address};
        return (struct mime_mailbox){brand_pick(json_get(e->letter.from, "name"), e->language), address};
}

static int write_mail(
        struct exhibit *e, const char *to, const struct signer *signer, struct courier_job *job) {
        _cleanup_mail_words_ struct mail_words m = {0};
        _cleanup_str_ struct str mail = STR_INIT, from_text = STR_INIT, to_text = STR_INIT;
        struct mime_mailbox from = pick_sender(e);
        struct stamp now = stamp_now();
        char message_id[UUID_TEXT_MAX + CONFIG_TEXT_MAX + 2];
        int r;

        (void) snprintf(message_id, sizeof(message_id), "%s@%s", job->notice, e->config.domain);
        str_add(&m.subject, mark(e));
        e->view.cid_host = e->config.domain;
        r = mail_words_write(e->words, &e->view, &m);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = mime_write(&(struct mime_message){.from = from,
                               .to = {NULL, to},
                               .subject = m.subject.data,
                               .date_usec = now.wall_usec,
                               .date_offset_sec = now.offset_sec,
                               .message_id = message_id,
                               .language = e->language == TEMPLATE_EN ? "en" : "ja",
                               .text = m.text.data,
                               .html = m.html.len > 0 ? m.html.data : NULL,
                               .files = m.pictures,
                               .n_files = m.n_pictures},
                &mail);
        if (r == 0)
                r = signer_sign(signer_dkim(signer, from.address), &mail, &job->content);
        address_add(&from_text, from.address);
        address_add(&to_text, to);
        if (r == 0 && (from_text.error || to_text.error ||
                              !copy_text(job->from, sizeof(job->from), from_text.data) ||
                              !copy_text(job->to, sizeof(job->to), to_text.data)))
                r = -ENOMEM;
        return r < 0 ? r : r > 0 ? -EBADMSG : 0;
}

/* ---- the others ---- */

static int write_text(
        const struct exhibit *e, enum channel channel, struct courier_job *job, struct diag *d) {
        static const char begin[] = "[{\"type\":\"text\",\"text\":\""; /* of a message, as render.h has it */
        _cleanup_str_ struct str text = STR_INIT;
        bool is_line = channel == CHANNEL_LINE;
        int r = template_render(e->words, is_line ? TEMPLATE_LINE : TEMPLATE_SMS, &e->view, &text);
        size_t n = 0;

        if (r > 0)
                return refuse(d, channel_to_str(channel),
                        r == TEMPLATE_E_NONE ? "the template has no words for this"
                                             : "longer than this can be");
        if (r == 0 && is_line && strncmp(text.data, begin, strlen(begin)) == 0)
                n = strlen(begin);
        if (r == 0) {
                str_add_n(&job->content, text.data, n);
                str_add(&job->content, mark(e));
                str_add(&job->content, text.data + n);
        }
        return r < 0 ? r : job->content.error;
}

/* ---- to whom ---- */

static int read_address(const struct test_wish *w, struct courier_job *job, struct diag *d) {
        switch (w->channel) {
        case CHANNEL_SMS:
                return phone_read(w->to, job->to) == 0 && phone_takes_sms(job->to)
                               ? 0
                               : refuse(d, "--to", "is no number that takes an SMS");
        case CHANNEL_LINE:
                return line_to_is_valid(LINE_PUSH, w->to) && copy_text(job->to, sizeof(job->to), w->to)
                               ? 0
                               : refuse(d, "--to", "is no user id of LINE: U and 32 hex digits");
        default:
                return address_is_valid(w->to) ? 0
                                               : refuse(d, "--to", "is no address that a mail could go to");
        }
}

/* ---- the way ---- */

static void say(const char *route, const struct courier_answer *a) {
        (void) printf("%s: %s", route, courier_result_to_str(a->result));
        if (*a->reason)
                (void) printf(", %s", a->reason);
        if (a->code)
                (void) printf(" (the server said %d)", a->code);
        (void) puts("");
}

/* The first route that is up has it, as of a notice. Return: 0 taken, 1 not, -errno. */
static int go(const struct notify_config *config, enum channel channel, const struct courier_job *job,
        struct diag *d) {
        struct courier_answer a = {.result = COURIER_ROUTE_DOWN};
        struct way w = {0};
        int r = way_open(&w, channel, config, d);

        if (r == 0 && !way_is_here(&w))
                r = refuse(d, channel_to_str(channel), "the config names no way for it");
        for (size_t i = 0; i < w.health.n && r == 0 && a.result == COURIER_ROUTE_DOWN; i++) {
                const struct courier *c = &w.routes[i].courier;

                a = (struct courier_answer){.reason = ""};
                c->send(c->userdata, job, &a);
                say(c->name, &a);
        }
        way_close(&w);
        return r < 0 ? r : a.result != COURIER_ACCEPTED;
}

static int test_send(const struct test_wish *w, struct diag *d) {
        _cleanup_exhibit_ struct exhibit e = {0};
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        struct uuid_source ids = {0};
        struct signer signer = {0};
        int r = read_address(w, &job, d);

        if (r == 0)
                r = uuid7_make(&ids, stamp_now().wall_usec, job.notice);
        if (r == 0)
                r = exhibit_open(&e, &w->of, d);
        if (r == 0 && w->channel != CHANNEL_EMAIL)
                r = write_text(&e, w->channel, &job, d);
        else if (r == 0)
                r = signer_open(&signer, &e.config, d);
        if (r == 0 && w->channel == CHANNEL_EMAIL)
                r = write_mail(&e, w->to, &signer, &job);
        signer_close(&signer);
        return r == 0 ? go(&e.config, w->channel, &job, d) : r;
}

int test_send_main(int argc, char **argv) {
        struct test_wish w = {0};
        struct diag d = {0};
        int r = read_wish(argc, argv, &w);

        if (r >= 0)
                return r;
        r = curl_library_init();
        if (r == 0) {
                r = test_send(&w, &d);
                curl_library_deinit();
        }
        return r < 0 ? program_complain(&d, r) : r;
}
