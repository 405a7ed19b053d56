/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/peers.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/domain/claim.h"

/* ---- one message ---- */

void peer_message_deinit(struct peer_message *m) {
        m->root = json_free(m->root);
        *m = (struct peer_message){0};
}

static const struct json_rule message_rules[] = {
        {"v", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"ledger", JSON_WANT_ID, true, HEX_ID_MAX - 1, HEX_ID_MAX - 1},
        {"upto", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"hello", JSON_WANT_BOOL, false, 0, 0},
        {"from", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"claims", JSON_WANT_ARRAY, false, 0, PEER_CLAIMS_MAX},
        {"ask", JSON_WANT_OBJECT, false, 0, 0},
        {"health", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule ask_rules[] = {
        {"station", JSON_WANT_NAME, true, 0, 0},
        {"ledger", JSON_WANT_ID, true, HEX_ID_MAX - 1, HEX_ID_MAX - 1},
        {"after", JSON_WANT_INT, true, 0, JSON_INT_MAX},
};

static int wrong(struct diag *d, const char *key, const char *text) {
        diag_set(d, 0, 0, key, "%s", text);
        return -EBADMSG;
}

/* Each is a claim, and they rise within what the page says that it holds. */
static int check_claims(const struct peer_message *m, struct diag *d) {
        uint64_t last = m->from;

        if (m->from > m->upto)
                return wrong(d, "from", "is above upto");
        for (const struct json *e = json_first(m->claims); e; e = json_next(e)) {
                struct claim c = {0};
                int r = claim_read(e, &c, d);

                if (r < 0)
                        return r;
                c.seq = (uint64_t) json_get_int(e, "seq", 0);
                if (c.seq <= last || c.seq > m->upto)
                        return wrong(d, "seq", "does not rise between from and upto");
                last = c.seq;
        }
        return 0;
}

static int read_ask(struct peer_message *m, const struct json *ask, struct diag *d) {
        int r = json_check(ask, "ask", ask_rules, ELEMENTSOF(ask_rules), d);

        if (r < 0)
                return r;
        m->ask_station = json_get_string(ask, "station", "");
        m->ask_ledger = json_get_string(ask, "ledger", "");
        m->ask_after = (uint64_t) json_get_int(ask, "after", 0);
        return 0;
}

static int read_page(struct peer_message *m, struct diag *d) {
        const struct json *claims = json_get(m->root, "claims");
        bool is_page = json_type(claims) == JSON_ARRAY;

        if (is_page != (json_type(json_get(m->root, "from")) == JSON_NUMBER))
                return wrong(d, "claims", "and from belong together");
        if (!is_page)
                return 0;
        m->from = (uint64_t) json_get_int(m->root, "from", 0);
        m->claims = claims;
        return check_claims(m, d);
}

int peer_message_read(const char *text, size_t n, struct peer_message *m, struct diag *d) {
        int r;

        if (n > PEER_PAYLOAD_MAX)
                return wrong(d, NULL, "is too long");
        r = json_parse(text, n, &m->root, d);
        if (r < 0)
                return r;
        if (json_type(m->root) != JSON_OBJECT)
                return wrong(d, NULL, "is no object");
        r = json_check(m->root, "", message_rules, ELEMENTSOF(message_rules), d);
        if (r < 0)
                return r;
        m->ledger = json_get_string(m->root, "ledger", "");
        if (!hex_id_is_valid(m->ledger))
                return wrong(d, "ledger", "must be 32 hex digits");
        m->upto = (uint64_t) json_get_int(m->root, "upto", 0);
        m->hello = json_get_bool(m->root, "hello", false);
        if (json_type(json_get(m->root, "health")) == JSON_OBJECT) {
                m->health = json_get(m->root, "health");
                r = peer_health_check(m->health, d);
        }
        if (r == 0)
                r = read_page(m, d);
        if (r == 0 && json_type(json_get(m->root, "ask")) == JSON_OBJECT)
                r = read_ask(m, json_get(m->root, "ask"), d);
        return r;
}

int peer_message_keep(const struct peer_message *m, const char *station, uint64_t mark, struct str *out,
        uint64_t *unknownp) {
        struct json_writer w;
        int n = 0;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", station);
        json_write_string(&w, "ledger", m->ledger);
        json_write_array(&w, "claims");
        for (const struct json *e = json_first(m->claims); e; e = json_next(e)) {
                struct claim c = {0};

                if ((uint64_t) json_get_int(e, "seq", 0) <= mark)
                        continue; /* told again beside what is new */
                if (claim_read(e, &c, NULL) != 0) {
                        (*unknownp)++;
                        continue;
                }
                json_write_value(&w, NULL, e);
                n++;
        }
        json_write_end_array(&w);
        json_write_end_object(&w);
        return out->error ? out->error : n;
}

static void begin(struct json_writer *w, struct str *out, const char *ledger, uint64_t upto) {
        json_writer_init(w, out);
        json_write_object(w, NULL);
        json_write_int(w, "v", 1);
        json_write_string(w, "ledger", ledger);
        json_write_int(w, "upto", (int64_t) upto);
}

int peer_write_standing(const char *ledger, uint64_t upto, bool hello, const char *health, struct str *out) {
        struct json_writer w;

        begin(&w, out, ledger, upto);
        if (hello)
                json_write_bool(&w, "hello", true);
        if (health && *health)
                json_write_raw(&w, "health", health);
        json_write_end_object(&w);
        return out->error;
}

int peer_write_page(const char *ledger, uint64_t from, uint64_t upto, const char *claims, struct str *out) {
        struct json_writer w;

        begin(&w, out, ledger, upto);
        json_write_int(&w, "from", (int64_t) from);
        json_write_raw(&w, "claims", claims);
        json_write_end_object(&w);
        return out->error;
}

int peer_write_ask(const char *ledger, uint64_t upto, const char *station, const char *of_ledger,
        uint64_t after, struct str *out) {
        struct json_writer w;

        begin(&w, out, ledger, upto);
        json_write_object(&w, "ask");
        json_write_string(&w, "station", station);
        json_write_string(&w, "ledger", of_ledger);
        json_write_int(&w, "after", (int64_t) after);
        json_write_end_object(&w);
        json_write_end_object(&w);
        return out->error;
}

/* ---- how much is listened to ---- */

/* Takes @n out of a bucket that holds @burst and gets one back each @each_usec. */
static bool draw(struct peer_bucket *b, uint64_t burst, uint64_t each_usec, uint64_t n, uint64_t now_usec) {
        uint64_t full = b->full_usec > now_usec ? b->full_usec : now_usec;

        full += n * each_usec;
        if (full > now_usec + burst * each_usec)
                return false;
        b->full_usec = full;
        return true;
}

bool peers_admit(struct peers *p, struct peer *peer, uint64_t now_usec) {
        bool yes = draw(&peer->messages, PEER_MESSAGES_BURST, USEC_PER_SEC / PEER_MESSAGES_RATE, 1, now_usec);

        p->n_flooded += !yes;
        return yes;
}

bool peers_may_ask(struct peer *peer, uint64_t now_usec) {
        return draw(&peer->asked, PEER_ASKED_BURST, PEER_ASKED_EVERY_SEC * USEC_PER_SEC, 1, now_usec);
}

/* ---- who has been heard how far ---- */

static struct peer *known(struct peers *p, const char *station) {
        for (size_t i = 0; i < PEERS_MAX; i++)
                if (strcmp(p->all[i].station, station) == 0)
                        return &p->all[i];
        return NULL;
}

struct peer *peers_find(struct peers *p, const char *station) {
        struct peer *peer = known(p, station), *oldest = &p->all[0];

        if (peer)
                return peer;
        for (size_t i = 0; i < PEERS_MAX; i++) {
                peer = &p->all[i];
                if (peer->station[0] == '\0') {
                        oldest = peer;
                        break;
                }
                if (peer->mark == peer->committed && peer->heard_usec < oldest->heard_usec)
                        oldest = peer;
        }
        p->n_no_room += oldest->station[0] != '\0';
        *oldest = (struct peer){0};
        (void) copy_text(oldest->station, sizeof(oldest->station), station);
        return oldest;
}

void peers_restore(
        struct peers *p, const char *station, const char *ledger, uint64_t mark, int64_t wall_usec) {
        struct peer *peer = peers_find(p, station);

        (void) copy_text(peer->ledger, sizeof(peer->ledger), ledger);
        peer->mark = peer->committed = peer->upto = mark;
        peer->heard_wall_usec = wall_usec;
}

static void begin_ledger(struct peer *peer, const char *ledger) {
        (void) copy_text(peer->ledger, sizeof(peer->ledger), ledger);
        peer->mark = peer->committed = peer->upto =
                0; /* when it may be asked again stays: two may bear one name */
}

/* Something is missing: it is asked for now, unless it was a moment ago. */
static void miss(struct peer *peer, uint64_t now_usec) {
        if (peer->upto > peer->mark && peer->ask_usec == 0)
                peer->ask_usec = now_usec;
}

static void take_health(struct peer *peer, const struct json *health) {
        char text[PEER_HEALTH_SIZE];

        peer_health_copy(health, text);
        if (strcmp(text, peer->health) == 0)
                return;
        (void) copy_text(peer->health, sizeof(peer->health), text);
        peer->feels_other = true;
}

enum peers_judgement peers_judge(struct peers *p, struct peer *peer, const struct peer_message *m,
        uint64_t now_usec, int64_t wall_usec) {
        peer->heard_usec = now_usec;
        peer->heard_wall_usec = wall_usec;
        peer->changed = true;
        if (m->health)
                take_health(peer, m->health);
        if (strcmp(peer->ledger, m->ledger) != 0)
                begin_ledger(peer, m->ledger);
        if (m->upto > peer->upto)
                peer->upto = m->upto;
        if (m->claims && m->from <= peer->mark && m->upto > peer->mark) {
                if (draw(&peer->claims, PEER_CLAIMS_BURST, PEER_CLAIM_EVERY_SEC * USEC_PER_SEC,
                            json_size(m->claims), now_usec))
                        return PEERS_PAGE;
                p->n_flooded++; /* it is asked for again when there is room */
        }
        miss(peer, now_usec);
        return PEERS_HEARD;
}

void peers_on_kept(struct peers *p, struct peer *peer, const struct peer_message *m, uint64_t now_usec) {
        peer->mark = m->upto;
        peer->ask_wait_usec = 0;
        peer->ask_usec = peer->upto > peer->mark ? now_usec + PEER_ASK_AGAIN_USEC : 0;
        p->n_taken++;
}

unsigned peers_count(const struct peers *p, uint64_t now_usec) {
        unsigned n = 0;

        for (size_t i = 0; i < PEERS_MAX; i++)
                n += p->all[i].heard_usec != 0 && now_usec - p->all[i].heard_usec < PEER_GONE_USEC;
        return n;
}

struct peer *peers_to_ask(struct peers *p, uint64_t now_usec) {
        for (size_t i = 0; i < PEERS_MAX; i++) {
                struct peer *peer = &p->all[i];

                if (peer->station[0] && peer->ask_usec != 0 && peer->ask_usec <= now_usec)
                        return peer;
        }
        return NULL;
}

void peers_on_asked(struct peer *peer, uint64_t now_usec) {
        peer->ask_wait_usec = peer->ask_wait_usec == 0 ? PEER_ASK_AGAIN_USEC : peer->ask_wait_usec * 2;
        if (peer->ask_wait_usec > PEER_ASK_MAX_USEC)
                peer->ask_wait_usec = PEER_ASK_MAX_USEC;
        peer->ask_usec = now_usec + peer->ask_wait_usec;
}

void peers_on_committed(struct peers *p) {
        for (size_t i = 0; i < PEERS_MAX; i++)
                p->all[i].committed = p->all[i].mark;
}

/* What was lost is asked for again. */
void peers_on_rolled_back(struct peers *p) {
        for (size_t i = 0; i < PEERS_MAX; i++) {
                struct peer *peer = &p->all[i];

                if (peer->mark != peer->committed) {
                        peer->mark = peer->committed;
                        peer->ask_usec = peer->heard_usec + PEER_ASK_AGAIN_USEC;
                }
        }
}
