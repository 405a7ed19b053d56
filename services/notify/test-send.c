/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/program.h"
#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/exhibit.h"
#include "services/notify/mail-words.h"
#include "services/notify/preview.h"
#include "services/notify/signer.h"
#include "services/notify/way.h"

static const char usage[] = "okuru-notify test-send KIND --config FILE --to ADDRESS [--lang ja|en] [--words "
                            "FOLDER] [--merchant M]\n"
                            "             [--data FILE] [--shipment ID] [--no-consent]\n"
                            "Sends one mail as \"preview\" shows it, marked as a test, by the routes of the "
                            "config in their order, and says what the relay\n"
                            "answered. It is no notice: nothing is written down.\n";

/* Return: -1 to go on; otherwise the exit code, all was said. */
static int read_wish(int argc, char **argv, struct exhibit_wish *w, const char **top) {
        int r = exhibit_wish_read(w, argc, argv, usage, (struct exhibit_own[]){{"to", top}, {0}});

        if (r < 0 && (!w->config || !*top))
                return exhibit_wish_misuse(
                        usage, "%s is missing\n", w->config ? "--to ADDRESS" : "--config FILE");
        return r;
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
        struct uuid_source ids = {0};
        struct stamp now = stamp_now();
        char message_id[UUID_TEXT_MAX + CONFIG_TEXT_MAX + 2];
        int r = uuid7_make(&ids, now.wall_usec, job->notice);

        (void) snprintf(message_id, sizeof(message_id), "%s@%s", job->notice, e->config.domain);
        str_add(&m.subject, e->language == TEMPLATE_EN ? "[TEST] " : "【テスト】");
        e->view.cid_host = e->config.domain;
        if (r == 0)
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
static int go(const struct notify_config *config, const struct courier_job *job, struct diag *d) {
        struct courier_answer a = {.result = COURIER_ROUTE_DOWN};
        struct way w = {0};
        int r = way_open(&w, CHANNEL_EMAIL, config, d);

        if (r == 0 && !way_is_here(&w)) {
                diag_set(d, 0, 0, "smtp", "the config names no way for mail");
                r = -EBADMSG;
        }
        for (size_t i = 0; i < w.health.n && r == 0 && a.result == COURIER_ROUTE_DOWN; i++) {
                const struct courier *c = &w.routes[i].courier;

                a = (struct courier_answer){.reason = ""};
                c->send(c->userdata, job, &a);
                say(c->name, &a);
        }
        way_close(&w);
        return r < 0 ? r : a.result != COURIER_ACCEPTED;
}

static int test_send(const struct exhibit_wish *w, const char *to, struct diag *d) {
        _cleanup_exhibit_ struct exhibit e = {0};
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        struct signer signer = {0};
        int r;

        if (!address_is_valid(to)) {
                diag_set(d, 0, 0, "--to", "is no address that a mail could go to");
                return -EBADMSG;
        }
        r = exhibit_open(&e, w, d);
        if (r == 0)
                r = signer_open(&signer, &e.config, d);
        if (r == 0)
                r = write_mail(&e, to, &signer, &job);
        signer_close(&signer);
        return r == 0 ? go(&e.config, &job, d) : r;
}

int test_send_main(int argc, char **argv) {
        struct exhibit_wish w = {0};
        const char *to = NULL;
        struct diag d = {0};
        int r = read_wish(argc, argv, &w, &to);

        if (r >= 0)
                return r;
        r = curl_library_init();
        if (r == 0) {
                r = test_send(&w, to, &d);
                curl_library_deinit();
        }
        return r < 0 ? program_complain(&d, r) : r;
}
