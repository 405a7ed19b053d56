/* SPDX-License-Identifier: Apache-2.0 */
/* okuru status: how the station is. Asks the station; what lies in the files is told also when it does not answer. */
#include "firmware/base/ask.h"
#include "firmware/base/say.h"
#include "firmware/cli/look.h"
#include "firmware/cli/table.h"
#include "firmware/cli/writer-runs.h"
#include "firmware/domain/clock.h"
#include "firmware/views/approvals.h"
#include "firmware/views/line.h"
#include "firmware/views/routes.h"

#include <inttypes.h>
#include <string.h>

struct status {
        struct look look;
        struct json *station; /* owned; NULL: it does not answer */
        struct diag why;      /* it does not */
        struct standing_counts counts;
        struct approvals approvals;
        bool counted;
        struct table words;
        int n_peers, n_routes;
        bool json;
        struct json_writer w; /* for JSON */
};

static void on_word(const struct line_word *word, void *userdata) {
        struct status *s = userdata;
        char since[MOMENT_MAX];

        if (s->json) {
                json_write_object(&s->w, NULL);
                json_write_string(&s->w, "name", word->name);
                json_write_string(&s->w, "value", word->value);
                json_write_string(&s->w, "since", word->since);
                json_write_end_object(&s->w);
                return;
        }
        table_cell(&s->words, word->name);
        table_cell(&s->words, word->value);
        table_cell(&s->words, moment_of(word->since, since));
}

static void on_peer(const struct line_peer *peer, void *userdata) {
        struct status *s = userdata;
        char heard[MOMENT_MAX];

        s->n_peers++;
        if (s->json) {
                json_write_object(&s->w, NULL);
                json_write_string(&s->w, "station", peer->station);
                json_write_string(&s->w, "heard", peer->heard);
                json_write_bool(&s->w, "now", peer->now);
                json_write_end_object(&s->w);
                return;
        }
        table_cell(&s->words, peer->station);
        table_cell(&s->words, peer->now ? "heard" : "NOT HEARD");
        table_cell(&s->words, moment_of(peer->heard, heard));
}

/* ---- for people ---- */

/* "clock     synced since 08:00, synchronised, and the office's clock agrees" */
static void print_clock(const struct json *clock) {
        const char *quality = json_get_string(clock, "quality", NULL),
                   *since = json_get_string(clock, "since", NULL);
        enum clock_why why;
        char text[MOMENT_MAX];

        if (!quality || clock_why_from_str(json_get_string(clock, "why", ""), &why) < 0)
                return; /* a station of another build */
        (void) printf("clock     ");
        say(stdout, strcmp(quality, "unknown") == 0 ? "UNKNOWN" : quality);
        if (since)
                (void) printf(" since %s", moment_of(since, text));
        (void) printf(": %s\n", clock_advice(why));
}

static void print_station(const struct status *s) {
        const struct json *a = s->station;
        const struct setup *setup = &s->look.setup;

        (void) printf("station   %s/%s/%s", setup->realm, setup->site, setup->station);
        if (!a) {
                char text[DIAG_TEXT_MAX + 2 * DIAG_PATH_MAX];

                (void) printf("\n          NOT ANSWERING: ");
                say(stdout, diag_str(&s->why, text, sizeof(text)));
                (void) printf("\n");
                return;
        }
        (void) printf(", okuru ");
        say(stdout, json_get_string(a, "version", "?"));
        (void) printf("\nstorage   ");
        say(stdout, json_get_string(a, "storage", "?"));
        (void) printf(", ");
        say(stdout, json_get_string(a, "room", "?"));
        if (json_get_int(a, "damaged", 0) > 0)
                (void) printf("\nDAMAGED   the fact at position %" PRId64
                              ": it is not sent, okuru rebuild --check tells more",
                        json_get_int(a, "damaged", 0));
        (void) printf("\nledger    ");
        say(stdout, json_get_string(a, "ledger", "?"));
        (void) printf(", head %" PRId64 ", not yet at the OMS: %" PRId64 "\n", json_get_int(a, "head", 0),
                json_get_int(a, "unapplied", 0));
        print_clock(json_get(a, "clock"));
}

/* What a person can do about a database of sync or notify: its program makes a new one, and the office tells the rest again. */
static void print_ills(const struct json *station) {
        for (const struct json *e = json_first(json_get(station, "ill")); e; e = json_next(e)) {
                const char *part = json_get_string(e, "part", "");
                char since[MOMENT_MAX];

                (void) printf("ILL       ");
                say(stdout, part);
                (void) printf(", since %s: ", moment_of(json_get_string(e, "since", ""), since));
                say(stdout, json_get_string(e, "text", ""));
                if (strcmp(part, "ledger") == 0) /* nothing is wrong with it: somebody reads it */
                        (void) printf("\n");
                else
                        (void) printf("\n          the bench goes on without; stop %s, put its %s.db aside, "
                                      "start it\n",
                                strcmp(part, "inbox") == 0 ? "okuru-sync" : "okuru-notify", part);
        }
}

static void print_counts(const struct status *s) {
        const struct standing_counts *c = &s->counts;

        if (!s->counted)
                return;
        (void) printf("parcels   %" PRId64 " open, %" PRId64 " parked, %" PRId64 " ready, %" PRId64
                      " pulled, %" PRId64 " to pull\n",
                c->open, c->parked, c->ready, c->pulled, c->pull);
        (void) printf("to tell   %" PRId64 " notices waiting, %" PRId64
                      " of them for a leader's approval, %" PRId64 " corrections owed to customers, %" PRId64
                      " conflicts for a person\n",
                c->notices_waiting, c->notices_asking, c->corrections, c->conflicts);
}

/* Nobody is told without a leader's word, and nobody says so again before it is too late. */
static int print_approvals(const struct status *s) {
        _cleanup_str_ struct str text = STR_INIT;
        const struct stamp now = stamp_now();

        if (!s->counted || s->approvals.n == 0)
                return 0;
        approvals_say(&s->approvals, &now, &text);
        if (text.error)
                return text.error;
        (void) printf("%s  %s\n", s->approvals.n_urgent > 0 ? "APPROVAL" : "approval", text.data);
        return 0;
}

static void on_route(const struct route_row *row, void *userdata) {
        struct status *s = userdata;
        char text[TIME_TEXT_MAX], since[MOMENT_MAX];
        const char *state = strcmp(row->state, "down") == 0  ? "DOWN"
                            : strcmp(row->state, "off") == 0 ? "OFF"
                                                             : row->state;

        s->n_routes++;
        time_format(row->since_usec, 0, text);
        if (s->json) {
                json_write_object(&s->w, NULL);
                json_write_string(&s->w, "channel", row->channel);
                json_write_string(&s->w, "name", row->name);
                json_write_string(&s->w, "state", row->state);
                if (*row->reason)
                        json_write_string(&s->w, "reason", row->reason);
                json_write_string(&s->w, "since", text);
                json_write_end_object(&s->w);
                return;
        }
        table_cell(&s->words, row->channel);
        table_cell(&s->words, row->name);
        table_cellf(&s->words, "%s%s%s", state, *row->reason ? ": " : "", row->reason);
        table_cell(&s->words, moment_of(text, since));
}

static int print_benches(const struct json *station) {
        static const char *const heads[] = {
                "BENCH", "PERSON", "MERCHANT", "SHIPMENT", "PARCEL", "SHOWN", "", NULL};
        _cleanup_(table_deinit) struct table t;

        table_init(&t, heads);
        for (const struct json *b = json_first(json_get(station, "benches")); b; b = json_next(b)) {
                const struct json *shown = json_get(b, "shown");

                table_cell(&t, json_get_string(b, "bench", ""));
                table_cell(&t, json_get_string(b, "person", ""));
                table_cell(&t, json_get_string(b, "merchant", ""));
                table_cell(&t, json_get_string(b, "shipment", ""));
                table_cell(&t, json_get_string(b, "parcel", ""));
                table_cell(&t, json_get_string(json_get(shown, "head"), "ja", ""));
                table_cell(&t, json_get_string(json_get(shown, "head"), "en", ""));
        }
        (void) printf("\n");
        return table_print(&t, stdout);
}

static int print_devices(const struct json *station) {
        static const char *const heads[] = {"DEVICE", "BENCH", "DRIVER", "STATE", NULL};
        _cleanup_(table_deinit) struct table t;

        table_init(&t, heads);
        for (const struct json *b = json_first(json_get(station, "devices")); b; b = json_next(b)) {
                bool up = json_get_bool(b, "up", false);
                const char *reason = json_get_string(b, "reason", ""), *hint = json_get_string(b, "hint", "");

                table_cell(&t, json_get_string(b, "name", ""));
                table_cell(&t, json_get_string(b, "bench", ""));
                table_cell(&t, json_get_string(b, "driver", ""));
                table_cellf(&t, "%s%s%s%s%s", up ? "up" : "DOWN", *reason ? ": " : "", reason,
                        *hint ? "; SET WRONG: " : "", hint);
        }
        (void) printf("\n");
        return table_print(&t, stdout);
}

static int print_line(struct status *s) {
        static const char *const heads[] = {"LINE", "STATE", "SINCE", NULL};
        int r;

        if (!*s->look.setup.inbox)
                return 0;
        table_init(&s->words, heads);
        if (line_read(s->look.setup.inbox, on_word, NULL, s, NULL) != 0) {
                (void) printf("\nline to the OMS: nothing known, okuru-sync has not run here\n");
                return 0;
        }
        (void) printf("\n");
        if (writer_runs(s->look.setup.inbox) == 0)
                (void) printf("okuru-sync DOES NOT RUN; what it said last:\n");
        r = table_print(&s->words, stdout);
        table_deinit(&s->words);
        return r;
}

/* What two of them ship at once is seen while they hear each other. */
static int print_peers(struct status *s) {
        static const char *const heads[] = {"PEER", "STATE", "LAST", NULL};
        int r = 0;

        if (!*s->look.setup.inbox)
                return 0;
        table_init(&s->words, heads);
        if (line_read_peers(s->look.setup.inbox, stamp_now().wall_usec, on_peer, s, NULL) == 0 &&
                s->n_peers > 0) {
                (void) printf("\n");
                r = table_print(&s->words, stdout);
        }
        table_deinit(&s->words);
        return r;
}

/* By which notices go. */
static int print_routes(struct status *s) {
        static const char *const heads[] = {"CHANNEL", "ROUTE", "STATE", "SINCE", NULL};
        int r = 0;

        if (!*s->look.setup.notices)
                return 0;
        table_init(&s->words, heads);
        if (routes_read(s->look.setup.notices, on_route, s, NULL) == 0 && s->n_routes > 0) {
                (void) printf("\n");
                if (writer_runs(s->look.setup.notices) == 0)
                        (void) printf("okuru-notify DOES NOT RUN; what it said last:\n");
                r = table_print(&s->words, stdout);
        }
        table_deinit(&s->words);
        return r;
}

static int print_status(struct status *s) {
        int r;

        print_station(s);
        print_ills(s->station);
        print_counts(s);
        r = print_approvals(s);
        if (s->station && r == 0)
                r = print_benches(s->station);
        if (s->station && r == 0)
                r = print_devices(s->station);
        if (r == 0)
                r = print_line(s);
        if (r == 0)
                r = print_peers(s);
        return r < 0 ? r : print_routes(s);
}

/* ---- for programs ---- */

static void write_counts(const struct status *s, struct json_writer *w) {
        const struct standing_counts *c = &s->counts;

        json_write_object(w, "counts");
        json_write_int(w, "open", c->open);
        json_write_int(w, "parked", c->parked);
        json_write_int(w, "ready", c->ready);
        json_write_int(w, "pulled", c->pulled);
        json_write_int(w, "pull", c->pull);
        json_write_int(w, "notices_waiting", c->notices_waiting);
        json_write_int(w, "notices_asking", c->notices_asking);
        json_write_int(w, "corrections", c->corrections);
        json_write_int(w, "conflicts", c->conflicts);
        json_write_end_object(w);
}

static int write_status(struct status *s) {
        _cleanup_str_ struct str line = STR_INIT;
        const struct stamp now = stamp_now();

        json_writer_init(&s->w, &line);
        json_write_object(&s->w, NULL);
        json_write_bool(&s->w, "ok", s->station != NULL);
        if (!s->station) {
                json_write_string(&s->w, "error", s->why.text);
                json_write_string(&s->w, "realm", s->look.setup.realm);
                json_write_string(&s->w, "site", s->look.setup.site);
                json_write_string(&s->w, "station", s->look.setup.station);
        }
        for (const struct json *m = json_first(s->station); m; m = json_next(m))
                if (strcmp(json_key(m), "ok") != 0)
                        json_write_value(&s->w, json_key(m), m);
        if (s->counted) {
                write_counts(s, &s->w);
                approvals_write(&s->approvals, &now, &s->w, "approvals");
        }
        if (*s->look.setup.inbox) {
                json_write_bool(&s->w, "sync_runs", writer_runs(s->look.setup.inbox) != 0);
                json_write_array(&s->w, "line");
                (void) line_read(s->look.setup.inbox, on_word, NULL, s, NULL); /* an empty list says it */
                json_write_end_array(&s->w);
                json_write_array(&s->w, "peers");
                (void) line_read_peers(s->look.setup.inbox, stamp_now().wall_usec, on_peer, s, NULL);
                json_write_end_array(&s->w);
        }
        if (*s->look.setup.notices) {
                json_write_bool(&s->w, "notify_runs", writer_runs(s->look.setup.notices) != 0);
                json_write_array(&s->w, "routes");
                (void) routes_read(s->look.setup.notices, on_route, s, NULL);
                json_write_end_array(&s->w);
        }
        json_write_end_object(&s->w);
        if (!line.error)
                say_json(&line);
        return line.error;
}

int verb_status(const struct invocation *in) {
        struct status s = {.json = in->options->json};
        int r = look_setup(&s.look.setup, in);

        if (r != VERB_OK)
                return r;
        (void) ask_station(
                s.look.setup.socket, "{\"verb\":\"status\"}", &s.station, &s.why); /* NULL says it */
        s.counted = facts_open(&s.look.facts, s.look.setup.ledger, NULL) == 0 &&
                    standing_open(&s.look.standing, s.look.facts) == 0 &&
                    standing_count(s.look.standing, &s.counts) == 0 &&
                    approvals_read(s.look.facts, stamp_now().wall_usec, &s.approvals) == 0;
        r = s.json ? write_status(&s) : print_status(&s);
        look_deinit(&s.look);
        if (r < 0)
                (void) say_failed("%s", strerror(-r));
        r = r == 0 && s.station ? VERB_OK : VERB_FAILED;
        s.station = json_free(s.station);
        return r;
}
