/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the stations of a site: what the ledger here says that we work on and have done is told, what others tell goes into
 * inbox.db for the station. Nothing durable is kept of the telling: who misses something asks, and the ledger has it.
 */
#include "firmware/base/log.h"
#include "firmware/domain/claim.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HORIZON_FACTS  20000 /* facts of the lane: what lies further back is not told again */
#define HORIZON_USEC   (3LL * 86400 * (int64_t) USEC_PER_SEC)
#define ROWS_AT_ONCE   500
#define SLICES_AT_ONCE 8
#define REPLAY_PAGES   8 /* a second: whoever listens must go on hearing what happens now */
#define STANDING_USEC  (60 * USEC_PER_SEC)
#define PUT_USEC       (60 * USEC_PER_SEC)
#define PUT_NEWS_USEC  (5 * USEC_PER_SEC)

/* ---- what is told ---- */

struct page { /* being gathered */
        struct str claims;
        unsigned n;
        uint64_t last;      /* seq of the last claim */
        int64_t since_usec; /* older ones are left out; 0 none */
};
static void page_deinit(struct page *p) {
        str_deinit(&p->claims);
}
#define _cleanup_page_ _cleanup_(page_deinit)

static int add_claim(struct page *p, const struct fact_row *row, const struct json *data) {
        const struct claim_fact f = {.seq = row->seq,
                .type = row->type,
                .merchant = row->merchant,
                .subject = row->subject,
                .bench = row->bench,
                .time = row->time,
                .data = data};
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        if (claim_write(&w, &f) < 0)
                return 0; /* of no shape for the wire: the OMS has it all the same */
        str_addf(&p->claims, "%s%s", p->n > 0 ? "," : "", text.data ? text.data : "");
        if (text.error || p->claims.error)
                return text.error ? text.error : p->claims.error;
        p->n++;
        p->last = row->seq;
        return p->n == PEER_CLAIMS_MAX || p->claims.len > PEER_PAYLOAD_MAX / 2;
}

static int on_fact(const struct fact_row *row, void *userdata) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct page *p = userdata;
        enum claim_kind kind;
        int64_t at = 0;

        if (claim_of_fact(row->type, &kind) < 0)
                return 0;
        if (p->since_usec > 0 && time_parse(row->time, &at, NULL) == 0 && at < p->since_usec)
                return 0;
        if (json_parse(row->data, row->n_data, &data, NULL) < 0)
                return 0;
        return add_claim(p, row, data);
}

static int publish(struct sync *s, const struct str *text) {
        int r = link_publish(s->link, s->topics[TOPIC_PEER], text->data, text->len, false, PEER_TOKEN);

        if (r == 0)
                s->peer.in_air = true;
        return r;
}

static int send_page(struct sync *s, uint64_t from, uint64_t upto, const struct page *p) {
        _cleanup_str_ struct str claims = STR_INIT, text = STR_INIT;
        int r;

        str_addf(&claims, "[%s]", p->claims.data ? p->claims.data : "");
        if (claims.error)
                return claims.error;
        r = peer_write_page(facts_ledger(s->facts), from, upto, claims.data, &text);
        return r < 0 ? r : publish(s, &text);
}

/* What was committed since: one page. Return: false when nothing is to be told, or it cannot be now. */
static bool send_new(struct sync *s) {
        uint64_t head = s->feeds[FEED_FACT].up.head, last;

        if (head > s->peer.looked + HORIZON_FACTS)
                s->peer.looked = head - HORIZON_FACTS;
        for (int i = 0; i < SLICES_AT_ONCE && s->peer.looked < head; i++) {
                _cleanup_page_ struct page p = {0};
                int r = facts_read(s->facts, LANE_FACT, s->peer.looked, ROWS_AT_ONCE, on_fact, &p, &last);

                if (r != 0)
                        return false; /* it is looked at again */
                if (last == s->peer.looked)
                        last = head; /* all that is left is gone */
                if (p.n > 0 && send_page(s, s->peer.told, p.last, &p) != 0)
                        return false;
                s->peer.looked = last;
                if (p.n > 0) {
                        s->peer.told = p.last;
                        return true;
                }
        }
        return false;
}

/* The next page of what was asked for. */
static void send_again(struct sync *s) {
        struct peer_state *t = &s->peer;
        uint64_t head = s->feeds[FEED_FACT].up.head, after = t->again_after, last;
        _cleanup_page_ struct page p = {0};
        int64_t now = stamp_now().wall_usec;
        int r;

        p.since_usec = now > HORIZON_USEC ? now - HORIZON_USEC : 0;
        if (head > after + HORIZON_FACTS)
                after = head - HORIZON_FACTS;
        for (int i = 0; i < SLICES_AT_ONCE && after < t->told && p.n == 0; i++) {
                r = facts_read(s->facts, LANE_FACT, after, ROWS_AT_ONCE, on_fact, &p, &last);
                if (r != 0)
                        return;
                after = last > after ? last : t->told;
        }
        if (after > t->told) /* what is told in a moment may be among them */
                after = p.last > t->told ? p.last : t->told;
        if (send_page(s, t->again_after, after, &p) != 0)
                return;
        t->again_after = after;
        t->again_pages++;
        if (after < t->told)
                return;
        t->again = t->once_more;
        t->again_after = t->once_more_after;
        t->once_more = false;
}

static int send_standing(struct sync *s, bool hello) {
        _cleanup_str_ struct str text = STR_INIT;
        _cleanup_str_ struct str health = STR_INIT;
        int r = report_health(s, &health);

        if (r == 0)
                r = peer_write_standing(facts_ledger(s->facts), s->peer.told, hello, health.data, &text);

        if (r == 0)
                r = publish(s, &text);
        if (r == 0) {
                s->peer.standing_usec = sync_now(s);
                s->peer.owes_standing = s->peer.owes_hello = false;
        }
        return r;
}

static void send_ask(struct sync *s) {
        struct peer *peer = peers_to_ask(&s->peers, sync_now(s));
        _cleanup_str_ struct str text = STR_INIT;

        if (!peer)
                return;
        if (peer_write_ask(facts_ledger(s->facts), s->peer.told, peer->station, peer->ledger, peer->mark,
                    &text) < 0 ||
                publish(s, &text) != 0)
                return;
        log_debug("peer %s: asked from %" PRIu64 " on, it has told up to %" PRIu64, peer->station, peer->mark,
                peer->upto);
        peers_on_asked(peer, sync_now(s));
}

static bool may_send(const struct sync *s) {
        return s->facts && s->link && link_is_up(s->link) && !s->peer.in_air;
}

/*
 * At most one message of ours is under way here: of the window's twenty, facts have the other nineteen, whatever happens on the
 * site. What happens now comes before the facts, for the other stations have two seconds; what was asked for comes behind them.
 */
void peer_send(struct sync *s) {
        if (may_send(s) && s->peer.owes_hello)
                (void) send_standing(s, true);
        if (may_send(s))
                (void) send_new(s);
        if (may_send(s))
                send_ask(s);
}

void peer_send_again(struct sync *s) {
        if (may_send(s) && s->peer.again && s->peer.again_pages < REPLAY_PAGES)
                send_again(s);
}

/* ---- what is heard ---- */

static void answer(struct sync *s, const struct peer_message *m) {
        struct peer_state *t = &s->peer;
        uint64_t after = strcmp(m->ask_ledger, facts_ledger(s->facts)) == 0 ? m->ask_after : 0;

        if (!t->again) {
                t->again = true;
                t->again_after = after;
        } else if (after <
                   t->again_after) { /* this round is ended first, or nobody would ever come to its end */
                t->once_more_after = t->once_more && t->once_more_after < after ? t->once_more_after : after;
                t->once_more = true;
        }
}

static int keep(struct sync *s, struct peer *peer, const struct peer_message *m) {
        _cleanup_str_ struct str data = STR_INIT, row = STR_INIT;
        struct json_writer w;
        char id[UUID_TEXT_MAX];
        int n = peer_message_keep(m, peer->station, peer->mark, &data, &s->peers.n_unknown);
        int r = n < 0 ? n : uuid7_make(&s->uuids, stamp_now().wall_usec, id);

        if (r == 0)
                r = inbox_begin(s->inbox);
        if (r != 0 || n == 0)
                return r;
        json_writer_init(&w, &row);
        json_write_object(&w, NULL);
        json_write_string(&w, "id", id);
        json_write_raw(&w, "data", data.data);
        json_write_end_object(&w);
        return row.error ? row.error
                         : inbox_put_claims(s->inbox, CLAIMS_TYPE, peer->station, row.data, row.len);
}

static void take_page(struct sync *s, struct peer *peer, const struct peer_message *m) {
        int r = keep(s, peer, m);

        if (r != 0) {
                down_give_up(s, r < 0 ? r : -EIO);
                return;
        }
        peers_on_kept(&s->peers, peer, m, sync_now(s));
        s->peer.pending = true;
        down_settle_when_idle(s);
}

static void refuse(struct sync *s, const struct peer *peer, const struct diag *d) {
        if (s->peers.n_refused++ == 0)
                log_warning("peer %s: a message is none: %s%s%s", peer->station, d->key, *d->key ? ": " : "",
                        d->text);
}

void peer_on_message(struct sync *s, const char *station, const struct link_message *message) {
        _cleanup_peer_message_ struct peer_message m = {0};
        struct diag d = {0};
        struct peer *peer;
        int r;

        if (!s->facts || strcmp(station, s->config->station) == 0)
                return; /* our own come back to us */
        if (s->intake_stopped) {
                s->n_stopped++;
                return;
        }
        peer = peers_find(&s->peers, station);
        if (!peers_admit(&s->peers, peer, sync_now(s)))
                return;
        r = peer_message_read(message->payload, message->n, &m, &d);
        if (r < 0) {
                if (r == -EBADMSG)
                        refuse(s, peer, &d);
                return;
        }
        s->peer.met |= peer->heard_usec == 0;
        if (peers_judge(&s->peers, peer, &m, sync_now(s), stamp_now().wall_usec) == PEERS_PAGE)
                take_page(s, peer, &m);
        s->peer.news |= peer->feels_other;
        if (m.hello)
                s->peer.owes_standing = true;
        if (m.ask_station && strcmp(m.ask_station, s->config->station) == 0 &&
                peers_may_ask(peer, sync_now(s)))
                answer(s, &m);
        sync_pump(s);
}

/* ---- with the rest ---- */

static int types_of_claims(struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_array(&w, NULL);
        for (size_t i = 0; claim_fact_at(i); i++)
                json_write_string(&w, NULL, claim_fact_at(i));
        json_write_end_array(&w);
        return out->error;
}

void peer_begin(struct sync *s) {
        _cleanup_str_ struct str types = STR_INIT;
        uint64_t head = s->feeds[FEED_FACT].up.head;
        int r = types_of_claims(&types);

        s->peer = (struct peer_state){.looked = head};
        (void) snprintf(
                s->peer.reader, sizeof(s->peer.reader), "%s:%d", facts_ledger(s->facts), N_CLAIM_KINDS);
        if (r == 0)
                r = facts_newest_of(s->facts, LANE_FACT, head > HORIZON_FACTS ? head - HORIZON_FACTS : 0,
                        types.data, &s->peer.told);
        if (s->peer.told > s->peer.looked)
                s->peer.looked = s->peer.told; /* written since the head was looked at */
        if (r == 0) {
                s->peers = (struct peers){0};
                r = inbox_load_peers(s->inbox, s->peer.reader, &s->peers);
        }
        if (r != 0)
                log_warning("peers: how far they were heard cannot be read; they are asked anew");
}

void peer_on_line(struct sync *s, bool up) {
        s->peer.in_air = s->peer.again = s->peer.once_more = false;
        s->peer.owes_hello = up;
}

void peer_on_published(struct sync *s) {
        s->peer.in_air = false;
}

void peer_on_tick(struct sync *s) {
        uint64_t since_put = sync_now(s) - s->peer.put_usec;

        s->peer.again_pages = 0;
        /* When each was last heard is for people: not worth a commit of its own more often. */
        if (s->peer.met || since_put >= PUT_USEC || (s->peer.news && since_put >= PUT_NEWS_USEC))
                s->peer.due = true;
        if (!may_send(s))
                return;
        if (s->peer.owes_standing || sync_now(s) - s->peer.standing_usec >= STANDING_USEC)
                (void) send_standing(s, false);
}

int peer_put(struct sync *s) {
        char heard[TIME_TEXT_MAX];
        int r = 0;

        for (size_t i = 0; i < PEERS_MAX && r == 0; i++) {
                struct peer *peer = &s->peers.all[i];

                if (!peer->station[0] || !peer->changed)
                        continue;
                (void) time_format(peer->heard_wall_usec, stamp_now().offset_sec, heard);
                r = inbox_put_peer(s->inbox, peer->station, peer->ledger, peer->mark, s->peer.reader, heard);
                if (r == 0 && *peer->health)
                        r = inbox_put_peer_health(s->inbox, peer->station, peer->health);
        }
        return r;
}

void peer_on_committed(struct sync *s) {
        for (size_t i = 0; i < PEERS_MAX; i++)
                s->peers.all[i].changed = s->peers.all[i].feels_other = false;
        peers_on_committed(&s->peers);
        s->peer.pending = s->peer.due = s->peer.met = s->peer.news = false;
        s->peer.put_usec = sync_now(s);
}
