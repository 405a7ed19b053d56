/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <curl/curl.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "firmware/base/bell.h"
#include "firmware/base/log.h"
#include "services/notify/compose.h"
#include "services/notify/decide.h"
#include "services/notify/follow.h"
#include "services/notify/maildir.h"
#include "services/notify/pause.h"
#include "services/notify/sender.h"

#define TICK_USEC       USEC_PER_SEC
#define BELL_USEC       (20 * USEC_PER_MSEC) /* bells that ring together are heard once */
#define SLICES_MAX      20                   /* of facts in one turn of the loop */
#define DECISIONS_MAX   50                   /* without a mail, in one turn */
#define CONTACT_USEC    (60 * USEC_PER_SEC)  /* between looks at a notice that has nobody to go to */
#define TEMPORARY_LEAST (60 * USEC_PER_SEC)
#define TEMPORARY_MOST  (3600 * USEC_PER_SEC)
#define ROUTE_LEAST     USEC_PER_SEC
#define ROUTE_MOST      (30 * USEC_PER_SEC)
#define UNKNOWN_USEC    (60 * USEC_PER_SEC) /* before a mail goes again whose answer was never heard */
#define UNKNOWNS_MAX    2 /* answers never heard in a row: the second time a person decides */
#define CRASHES_MAX     6 /* deaths while sending the same notice: it may be the cause */
#define PURGE_USEC      (3600 * USEC_PER_SEC)
#define PURGE_MAX       500
#define STOP_MSEC       45000 /* longer than a mail may take */

struct route {
        struct courier courier;
        struct maildir *maildir; /* one of the two is owned */
        struct smtp *smtp;
        unsigned n_down;     /* in a row */
        uint64_t retry_usec; /* CLOCK_BOOTTIME; nothing goes before */
};

struct notify {
        const struct notify_config *config; /* borrowed */
        char boot[UUID_TEXT_MAX];
        sd_event *event;
        sd_event_source *timer, *answers;
        struct seal_keypair *secret;
        struct outbox *outbox;
        struct follow *follow;
        struct route route;
        struct sender *sender;
        struct bell *bell;
        char sending[UUID_TEXT_MAX]; /* the notice that the sender has; "" none */
        uint64_t purge_usec;         /* when to look again */
        bool has_outcomes;           /* since the last poke */
        struct diag *diag;
};

static uint32_t chance(void) {
        uint32_t n = 0;

        if (getrandom(&n, sizeof(n), 0) != (ssize_t) sizeof(n))
                n = 0; /* no spread, no harm */
        return n;
}

/* ---- one notice, between the transactions ---- */

struct matter { /* what the ledger says about a notice, at its head */
        struct shipment shipment;
        bool is_known;
        const struct policy *policy; /* borrowed from follow */
        enum contact_state contact;
        struct contact_card card;
        uint8_t *box; /* owned */
        size_t n_box;
};

static void matter_deinit(struct matter *m) {
        shipment_deinit(&m->shipment);
        free(m->box);
        m->box = NULL;
}

static int read_contact(struct notify *n, const struct notice_row *row, struct matter *m) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct shipments *v = follow_shipments(n->follow);
        int r = shipments_contact(v, row->merchant, row->shipment, &data);

        m->contact = CONTACT_NONE;
        if (r == 0)
                m->contact =
                        contact_read_card(data, row->kind, (enum language) n->config->language, &m->card);
        if (r == 0 && m->contact == CONTACT_READY) {
                r = shipments_sealed(v, m->card.ref, &m->box, &m->n_box);
                if (r == STORE_E_NONE)
                        m->contact = CONTACT_NONE;
        }
        return r == STORE_E_NONE ? 0 : r;
}

/* One moment of the ledger. Return: 0, positive when it cannot be read now, -errno. */
static int read_matter(struct notify *n, const struct notice_row *row, struct matter *m) {
        int r = store_read_begin(follow_store(n->follow));

        if (r != 0)
                return r;
        r = follow_policy(n->follow, &m->policy);
        if (r == 0)
                r = shipments_get(follow_shipments(n->follow), row->merchant, row->shipment, &m->shipment);
        m->is_known = r == 0;
        if (r == 0)
                r = read_contact(n, row, m);
        else if (r == STORE_E_NONE)
                r = 0;
        store_read_end(follow_store(n->follow));
        return r;
}

static int commit_row(struct notify *n, const struct notice_row *row) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = outbox_put(n->outbox, row);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

static int commit_outcome(struct notify *n, struct notice_row *row, enum notice_state state,
        const char *reason, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = outbox_conclude(n->outbox, row, state, reason, now);
        if (r == 0)
                r = store_commit(store);
        else
                store_rollback(store);
        if (r < 0)
                return r;
        n->has_outcomes = true;
        log_info("notice %s: %s%s%s, attempts %d%s", row->id, notice_state_to_str(state), *reason ? ", " : "",
                reason, row->attempts, row->correction ? ", may have gone before it was undone" : "");
        return 0;
}

/* A copy whose answer was never heard may have gone: nobody may say that it did not. */
static int give_up(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
        if (row->unknowns == 0)
                return commit_outcome(n, row, state, reason, now);
        row->correction |= state == NOTICE_CANCELLED;
        return commit_outcome(n, row, NOTICE_UNKNOWN, reason, now);
}

static int wait_for(struct notify *n, struct notice_row *row, const char *reason, const struct stamp *now) {
        uint64_t next = now->boot_usec + CONTACT_USEC;

        if (strcmp(row->reason, reason) != 0 && *reason)
                log_info("notice %s: waits, %s", row->id, reason);
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = row->due_usec > now->boot_usec ? row->due_usec : next;
        return commit_row(n, row);
}

/* ---- sending ---- */

static void list_parcels(const struct matter *m, struct notice_row *row) {
        struct carrier_policy carrier;
        size_t used = 0;

        policy_carrier(m->policy, m->shipment.merchant, m->shipment.carrier, &carrier);
        row->parcels[0] = '\0';
        for (size_t i = 0; i < m->shipment.n_parcels; i++) {
                const struct parcel *p = &m->shipment.parcels[i];

                if (!letter_parcel_has_gone(p, carrier.report) ||
                        used + UUID_TEXT_MAX >= sizeof(row->parcels))
                        continue;
                used += (size_t) snprintf(row->parcels + used, sizeof(row->parcels) - used, "%s ", p->id);
        }
}

enum {
        LOOK_UNDONE = 1, /* the mail is not true any more */
        LOOK_BLIND,      /* the ledger cannot be read now */
};

/* Facts that came while we committed: what they undo must not go. Return: 0, LOOK_*, -errno. */
static int look_again(struct notify *n, struct notice_row *row, const struct stamp *now) {
        bool marked = row->correction;
        int r;

        do
                r = follow_slice(n->follow, now);
        while (r == FOLLOW_E_MORE);
        if (r < 0)
                return r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0 ? LOOK_BLIND : r;
        if (r > 0)
                return LOOK_BLIND;
        r = outbox_get(n->outbox, row->id, row);
        if (r != 0)
                return r < 0 ? r : -ENOENT;
        return row->state != NOTICE_SENDING || row->correction != marked ? LOOK_UNDONE : 0;
}

/* Return: 0, LOOK_BLIND when nothing more can be done now, -errno. */
static int unsend(struct notify *n, struct notice_row *row, int look, const struct stamp *now) {
        int r = 0;

        if (row->state == NOTICE_SENDING) { /* else somebody else told it */
                row->state = NOTICE_RESERVED;
                row->attempts--;
                row->correction = row->correction && row->unknowns > 0;
                row->next_usec = now->boot_usec;
                r = commit_row(n, row);
        }
        return r == 0 && look == LOOK_BLIND ? LOOK_BLIND : r;
}

static int start_sending(
        struct notify *n, struct notice_row *row, struct courier_job *job, const struct stamp *now) {
        int r;

        row->state = NOTICE_SENDING;
        row->attempts++;
        row->reason[0] = '\0';
        (void) copy_text(row->channel, sizeof(row->channel), "email");
        r = commit_row(n, row);
        if (r == 0)
                r = look_again(n, row, now);
        if (r != 0)
                return r < 0 ? r : unsend(n, row, r, now);
        (void) copy_text(n->sending, sizeof(n->sending), row->id);
        sender_give(n->sender, job);
        return 0;
}

static int prepare(
        struct notify *n, struct notice_row *row, const struct matter *m, const struct stamp *now) {
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        struct compose_input in = {.config = n->config,
                .secret = n->secret,
                .notice = row,
                .shipment = &m->shipment,
                .policy = m->policy,
                .card = &m->card,
                .box = m->box,
                .n_box = m->n_box};
        enum contact_state state;
        int r;

        if (row->first_usec == 0) { /* the Date of every copy, so that a copy is the same mail */
                row->first_usec = now->wall_usec;
                row->first_offset_sec = now->offset_sec;
        }
        r = compose_mail(&in, &state, &job);
        if (r < 0)
                return r;
        if (state == CONTACT_BAD_ADDRESS)
                return give_up(n, row, NOTICE_FAILED, contact_state_to_str(state), now);
        if (state == CONTACT_SEALED)
                log_warning(
                        "notice %s: its contact cannot be opened: swapped, damaged, or sealed to another key",
                        row->id);
        if (state != CONTACT_READY)
                return wait_for(n, row, contact_state_to_str(state), now);
        list_parcels(m, row);
        return start_sending(n, row, &job, now);
}

/* Return: 0, positive when the ledger cannot be read now, -errno. */
static int attend(struct notify *n, struct notice_row *row, const struct stamp *now) {
        _cleanup_(matter_deinit) struct matter m = {0};
        struct notice_decision decision;
        int r = read_matter(n, row, &m);

        if (r < 0 && r != -ENOMEM)
                return wait_for(n, row, "ledger", now); /* damaged there; other shipments may be well */
        if (r != 0)
                return r;
        if (row->expires_usec == 0 && now->clock == CLOCK_QUALITY_SYNCED)
                row->expires_usec = now->wall_usec + (int64_t) row->max_age_usec;
        decision = notice_decide(&(struct notice_question){
                .due_usec = row->due_usec,
                .expires_usec = row->expires_usec,
                .shipment = m.is_known ? &m.shipment : NULL,
                .policy = m.policy,
                .contact = m.contact,
                .now = *now,
        });
        switch (decision.action) {
        case NOTICE_WAIT:
                return wait_for(n, row, decision.reason, now);
        case NOTICE_CANCEL:
                return give_up(n, row, NOTICE_CANCELLED, decision.reason, now);
        case NOTICE_EXPIRE:
                return give_up(n, row, NOTICE_EXPIRED, decision.reason, now);
        case NOTICE_FAIL:
                return give_up(n, row, NOTICE_FAILED, decision.reason, now);
        case NOTICE_SEND:
                return prepare(n, row, &m, now);
        }
        return -EINVAL;
}

/* ---- how it ended ---- */

static int again(struct notify *n, struct notice_row *row, const char *reason, uint64_t at_usec) {
        row->state = NOTICE_RESERVED;
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = at_usec;
        return commit_row(n, row);
}

static int on_route_down(
        struct notify *n, struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        if (n->route.n_down++ == 0)
                log_warning("%s: no mail goes (%s%s)", n->route.courier.name, a->reason,
                        a->code ? ", refused by the server" : "");
        n->route.retry_usec = now->boot_usec + pause_usec(n->route.n_down, ROUTE_LEAST, ROUTE_MOST, chance());
        row->attempts--; /* nobody was there to try with */
        return again(n, row, a->reason, n->route.retry_usec);
}

static int on_unknown(struct notify *n, struct notice_row *row, const char *reason, const struct stamp *now) {
        row->unknowns++;
        if (row->unknowns >= UNKNOWNS_MAX)
                return commit_outcome(n, row, NOTICE_UNKNOWN, reason, now);
        log_warning("notice %s: %s; it goes once more with the same Message-ID", row->id, reason);
        return again(n, row, reason, now->boot_usec + UNKNOWN_USEC);
}

static int finish(struct notify *n, const struct courier_answer *a, const struct stamp *now) {
        struct notice_row row;
        int r = outbox_get(n->outbox, n->sending, &row);

        n->sending[0] = '\0';
        if (r != 0)
                return r < 0 ? r : -ENOENT;
        if (a->result != COURIER_ROUTE_DOWN) {
                if (n->route.n_down > 0)
                        log_notice("%s: mail goes again, %u tries later", n->route.courier.name,
                                n->route.n_down);
                n->route.n_down = 0;
                n->route.retry_usec = 0;
        }
        switch (a->result) {
        case COURIER_ACCEPTED:
                return commit_outcome(n, &row, NOTICE_ACCEPTED, "", now);
        case COURIER_PERMANENT:
                return give_up(n, &row, NOTICE_FAILED, a->reason, now);
        case COURIER_UNKNOWN:
                return on_unknown(n, &row, a->reason, now);
        case COURIER_ROUTE_DOWN:
                return on_route_down(n, &row, a, now);
        case COURIER_TEMPORARY:
                log_info("notice %s: %s for now (%d)", row.id, a->reason, a->code);
                return again(n, &row, a->reason,
                        now->boot_usec + pause_usec((unsigned) row.attempts, TEMPORARY_LEAST, TEMPORARY_MOST,
                                                 chance()));
        }
        return -EINVAL;
}

/* Rows that a process which died left in `sending`. */
static int recover_row(struct notify *n, struct notice_row *row, const struct stamp *now) {
        int taken = n->route.courier.was_taken
                            ? n->route.courier.was_taken(n->route.courier.userdata, row->id)
                            : -1;

        (void) copy_text(row->boot, sizeof(row->boot), n->boot); /* its waiting time was over before */
        row->due_usec = now->boot_usec;
        if (taken == 1)
                return commit_outcome(n, row, NOTICE_ACCEPTED, "", now);
        if (taken == 0)
                return again(n, row, "crash", now->boot_usec);
        row->unknowns++;
        if (row->unknowns >= CRASHES_MAX)
                return commit_outcome(n, row, NOTICE_UNKNOWN, "crash", now);
        return again(n, row, "crash", now->boot_usec);
}

static int recover(struct notify *n) {
        struct stamp now = stamp_now();
        struct notice_row row;
        struct store *store = outbox_store(n->outbox);
        int r;

        while ((r = outbox_sending(n->outbox, &row)) == 0) {
                r = recover_row(n, &row, &now);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = store_begin(store);
        if (r == 0)
                r = outbox_rebase(n->outbox, &now);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

/* ---- the loop ---- */

static int follow_to_head(struct notify *n, const struct stamp *now) {
        int r = FOLLOW_E_MORE;

        for (int i = 0; i < SLICES_MAX && r == FOLLOW_E_MORE; i++)
                r = follow_slice(n->follow, now);
        if (r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0)
                return FOLLOW_E_NOT_YET; /* the ledger's damage, said there; ours is to wait */
        return r;
}

static int send_due(struct notify *n, const struct stamp *now) {
        struct notice_row row;
        int r = 0;

        for (int i = 0; i < DECISIONS_MAX && r == 0; i++) {
                if (!sender_is_free(n->sender) || now->boot_usec < n->route.retry_usec)
                        return 0;
                r = outbox_due(n->outbox, now->boot_usec, &row);
                if (r == OUTBOX_E_NONE)
                        return 0;
                if (r == 0)
                        r = attend(n, &row, now);
        }
        if (r != 0)
                return r < 0 ? r : 0; /* the ledger is away: with the next tick */
        return FOLLOW_E_MORE;
}

static int purge(struct notify *n, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int went = 0, r;

        if (now->boot_usec < n->purge_usec)
                return 0;
        r = store_begin(store);
        if (r == 0)
                r = outbox_purge(n->outbox, now, PURGE_MAX, &went);
        if (r == 0)
                r = store_commit(store);
        else
                store_rollback(store);
        if (went < PURGE_MAX)
                n->purge_usec = now->boot_usec + PURGE_USEC;
        return r;
}

static int checkpoint(struct notify *n) {
        struct store *store = outbox_store(n->outbox);

        /* Between mails nobody waits for us, so every tick counts as idle. */
        return store_checkpoint_is_due(store, TICK_USEC) ? store_checkpoint_passive(store) : 0;
}

static int set_timer(struct notify *n, uint64_t usec) {
        int r = sd_event_source_set_time_relative(n->timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(n->timer, SD_EVENT_ONESHOT);
}

/* All that is to do now. Errors here are of our own database, or of memory: a new start decides. */
static int turn(struct notify *n) {
        struct stamp now = stamp_now();
        int r = follow_to_head(n, &now);

        if (r == 0)
                r = send_due(n, &now);
        if (r >= 0 && n->has_outcomes) {
                bell_poke(n->bell);
                n->has_outcomes = false;
        }
        return r < 0 ? r : set_timer(n, r == FOLLOW_E_MORE ? 0 : TICK_USEC);
}

static int leave(struct notify *n, int r) {
        if (r < 0) {
                log_error("%s/" OUTBOX_FILE ": %s", n->config->folder, strerror(-r));
                (void) sd_event_exit(n->event, r);
        }
        return 0;
}

static int notify_on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct notify *n = userdata;
        struct stamp now = stamp_now();
        int r;

        (void) source;
        (void) usec;
        bell_on_tick(n->bell);
        r = turn(n);
        if (r >= 0)
                r = purge(n, &now);
        return leave(n, r < 0 ? r : checkpoint(n));
}

static void notify_on_bell(void *userdata) {
        struct notify *n = userdata;

        if (set_timer(n, BELL_USEC) < 0)
                log_debug("the bell's timer could not be set; the next tick comes anyway");
}

static int take_answer(struct notify *n) {
        struct courier_answer answer;
        struct stamp now = stamp_now();

        return sender_take(n->sender, &answer) ? finish(n, &answer, &now) : 0;
}

static int notify_on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct notify *n = userdata;
        int r = take_answer(n);

        (void) source;
        (void) fd;
        (void) revents;
        return leave(n, r < 0 ? r : turn(n));
}

/* ---- start and stop ---- */

static int open_route(struct notify *n) {
        const struct notify_config *c = n->config;
        struct smtp_config smtp = {.host = c->smtp.host,
                .port = (int) c->smtp.port,
                .tls = (enum smtp_tls) c->smtp.tls,
                .ca = c->smtp.ca,
                .user = c->smtp.user,
                .password_file = c->smtp.password_file,
                .helo = c->domain,
                .timeout_sec = (long) (c->smtp.timeout_usec / (int64_t) USEC_PER_SEC)};
        int r;

        if (!*c->maildir) {
                r = smtp_new(&n->route.smtp, &smtp, n->diag);
                if (r == 0)
                        n->route.courier = smtp_courier(n->route.smtp);
                return r;
        }
        r = maildir_new(&n->route.maildir, c->maildir);
        if (r < 0)
                diag_set(n->diag, 0, 0, "maildir", "%s: %s", c->maildir, strerror(-r));
        else
                n->route.courier = maildir_courier(n->route.maildir);
        return r;
}

static int read_boot(char boot[UUID_TEXT_MAX]) {
        _autofclose_ FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

        if (!f)
                return -errno;
        return fgets(boot, UUID_TEXT_MAX, f) && uuid_is_valid(boot) ? 0 : -EBADMSG;
}

static int open_all(struct notify *n) {
        int r = read_boot(n->boot);

        if (r == 0)
                r = seal_keypair_load(n->config->seal, &n->secret, n->diag);
        if (r == 0)
                r = outbox_open(&n->outbox, n->config->folder, n->boot, n->diag);
        if (r == 0)
                r = follow_new(&n->follow, n->config->ledger, n->boot, n->outbox);
        if (r == 0)
                r = open_route(n);
        if (r == 0)
                r = recover(n);
        if (r == 0)
                r = sender_new(&n->sender, &n->route.courier);
        return r > 0 ? -EIO : r;
}

static int arm(struct notify *n) {
        const struct bell_callbacks bell = {.on_bell = notify_on_bell, .userdata = n};
        int r = sd_event_new(&n->event);

        if (r >= 0)
                r = sd_event_add_signal(n->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(n->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_set_watchdog(n->event, true);
        if (r >= 0)
                r = sd_event_add_time_relative(
                        n->event, &n->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, notify_on_timer, n);
        if (r >= 0)
                r = sd_event_add_io(
                        n->event, &n->answers, sender_fd(n->sender), EPOLLIN, notify_on_answer, n);
        if (r >= 0)
                r = bell_new(&n->bell, n->event, n->config->socket, &bell);
        return r < 0 ? r : 0;
}

/* What the sender has is waited for: its answer is the difference between one mail and two. */
static void settle(struct notify *n) {
        struct pollfd p = {.events = POLLIN};
        int r;

        if (!n->sender || sender_is_free(n->sender))
                return;
        sender_stop(n->sender);
        p.fd = sender_fd(n->sender);
        if (poll(&p, 1, STOP_MSEC) != 1)
                return; /* the row stays in `sending`: the next start decides */
        r = take_answer(n);
        if (r < 0)
                log_error("%s/" OUTBOX_FILE ": %s", n->config->folder, strerror(-r));
        bell_poke(n->bell);
}

static void close_all(struct notify *n) {
        settle(n);
        n->sender = sender_free(n->sender);
        n->bell = bell_free(n->bell);
        n->timer = sd_event_source_disable_unref(n->timer);
        n->answers = sd_event_source_disable_unref(n->answers);
        n->event = sd_event_unref(n->event);
        n->route.maildir = maildir_free(n->route.maildir);
        n->route.smtp = smtp_free(n->route.smtp);
        n->follow = follow_free(n->follow);
        n->outbox = outbox_close(n->outbox);
        n->secret = seal_keypair_free(n->secret);
}

int notify_run(const struct notify_config *config, struct diag *d) {
        struct notify n = {.config = config, .diag = d};
        sigset_t signals;
        int r;

        /* Blocked before the sender's thread is made: sd-event reads them from a descriptor. */
        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);
        (void) signal(
                SIGPIPE, SIG_IGN); /* libcurl does not by itself with NOSIGNAL, and TLS writes raise it */
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        r = open_all(&n);
        if (r == 0)
                r = arm(&n);
        if (r == 0) {
                (void) sd_notify(0, "READY=1"); /* without systemd there is nobody to tell */
                log_info("notices go by %s", n.route.courier.name);
                r = sd_event_loop(n.event);
                (void) sd_notify(0, "STOPPING=1");
        }
        close_all(&n);
        curl_global_cleanup();
        return r;
}
