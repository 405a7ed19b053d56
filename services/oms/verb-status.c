/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that show where things are: shipments, expected, status. */
#include "firmware/base/time.h"
#include "services/oms/presence.h"
#include "services/oms/verb.h"

#include <inttypes.h>
#include <string.h>

static int print_shipment(const struct view_shipment *row, void *userdata) {
        (void) userdata;
        say(stdout, row->merchant);
        (void) putchar(' ');
        say(stdout, row->shipment);
        (void) printf("  version %" PRId64 "  at ", row->version);
        say(stdout, row->station);
        (void) fputs(row->cancelled ? "  cancelled" : row->held ? "  held" : "", stdout);
        (void) printf("  pieces %" PRId64, row->pieces);
        (void) fputs(*row->parcels ? ": " : ": none begun", stdout);
        say(stdout, row->parcels);
        (void) putchar('\n');
        return 0;
}

static int print_shipment_json(const struct view_shipment *row, void *userdata) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        (void) userdata;
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", row->station);
        json_write_string(&w, "merchant", row->merchant);
        json_write_string(&w, "shipment", row->shipment);
        json_write_int(&w, "version", row->version);
        json_write_bool(&w, "held", row->held);
        json_write_bool(&w, "cancelled", row->cancelled);
        json_write_int(&w, "pieces", row->pieces);
        json_write_raw(&w, "parcels", row->json);
        return verb_print_object(&text, &w);
}

int verb_shipments(const struct invocation *in) {
        const struct view_filter filter = verb_filter(in);
        _cleanup_(storage_closep) struct storage *s = NULL;
        int r = verb_open_reader(in, &s);

        if (r == VERB_OK)
                r = verb_settle_view(view_shipments(
                        s, &filter, in->options->json ? print_shipment_json : print_shipment, NULL));
        return r;
}

static int print_expected(const struct view_expected *row, void *userdata) {
        (void) userdata;
        say(stdout, row->store);
        (void) fputs("  ", stdout);
        say(stdout, row->merchant);
        (void) putchar(' ');
        say(stdout, row->shipment);
        (void) printf("  piece %" PRId64 "  ", row->piece);
        say(stdout, row->code);
        (void) fputs("  ", stdout);
        say(stdout, row->state);
        if (*row->station) {
                (void) fputs(" at ", stdout);
                say(stdout, row->station);
                (void) fputs(*row->shelf ? " on " : "", stdout);
                say(stdout, row->shelf);
                (void) putchar(' ');
                say(stdout, row->at);
        } else if (*row->shipped) {
                (void) fputs(", shipped ", stdout);
                say(stdout, row->shipped);
        }
        (void) putchar('\n');
        return 0;
}

static int print_expected_json(const struct view_expected *row, void *userdata) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        (void) userdata;
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "store", row->store);
        json_write_string(&w, "merchant", row->merchant);
        json_write_string(&w, "shipment", row->shipment);
        json_write_string(&w, "parcel", row->parcel);
        json_write_int(&w, "piece", row->piece);
        json_write_string(&w, "code", row->code);
        if (*row->shipped)
                json_write_string(&w, "shipped", row->shipped);
        json_write_string(&w, "state", row->state);
        if (*row->station) {
                json_write_string(&w, "station", row->station);
                json_write_string(&w, "at", row->at);
        }
        if (*row->shelf)
                json_write_string(&w, "shelf", row->shelf);
        return verb_print_object(&text, &w);
}

int verb_expected(const struct invocation *in) {
        const struct view_filter filter = verb_filter(in);
        _cleanup_(storage_closep) struct storage *s = NULL;
        int r = verb_open_reader(in, &s);

        if (r == VERB_OK)
                r = verb_settle_view(view_expected(
                        s, &filter, in->options->json ? print_expected_json : print_expected, NULL));
        return r;
}

/* What it said counts for three minutes. */
static const char *presence_of(const struct view_station *row, int64_t now_usec) {
        struct status status;

        if (row->heard_usec == 0 || now_usec - row->heard_usec >= (int64_t) PRESENCE_FRESH_USEC ||
                status_read(row->status, strlen(row->status), &status, NULL) != 0)
                return "unknown";
        return status.online ? "online" : "offline";
}

/* Notices that wait for a leader there: whom nobody at that site hears may be called by who reads this. */
static void print_approvals(const struct json *approvals) {
        int64_t n = json_get_int(approvals, "waiting", 0), n_urgent = json_get_int(approvals, "urgent", 0);
        const char *first = json_get_string(approvals, "first_expires", NULL);

        if (n <= 0)
                return;
        (void) printf("    %" PRId64 " notices wait for a leader, %" PRId64 " URGENT", n, n_urgent);
        if (first) {
                (void) fputs(", the first expires ", stdout);
                say(stdout, first);
        }
        (void) putchar('\n');
}

/* What it said last of the ways by which its notices do not go. */
static void print_routes(const struct json *status) {
        for (const struct json *e = json_first(json_get(status, "routes_down")); e; e = json_next(e)) {
                (void) fputs("    notices do not go by ", stdout);
                say(stdout, json_get_string(e, "channel", "?"));
                (void) putchar('/');
                say(stdout, json_get_string(e, "name", "?"));
                (void) fputs(": ", stdout);
                say(stdout, json_get_string(e, "reason", "?"));
                (void) fputs(", since ", stdout);
                say(stdout, json_get_string(e, "since", "?"));
                (void) putchar('\n');
        }
}

static int print_station(const struct view_station *row, void *userdata) {
        _cleanup_(json_freep) struct json *status = NULL;
        const int64_t *now_usec = userdata;

        say(stdout, row->station);
        (void) printf("  %s", presence_of(row, *now_usec));
        if (row->heard_usec > 0) {
                (void) fputs("  heard ", stdout);
                verb_print_time(stdout, row->heard_usec);
        }
        if (*row->inbox)
                (void) printf("  commands %" PRIu64 ", taken %" PRIu64, row->last, row->taken);
        (void) putchar('\n');
        if (json_parse(row->status, strlen(row->status), &status, NULL) == 0) { /* else none was ever heard */
                print_approvals(json_get(status, "approvals"));
                print_routes(status);
        }
        return 0;
}

static int print_station_json(const struct view_station *row, void *userdata) {
        const int64_t *now_usec = userdata;
        _cleanup_(json_freep) struct json *status = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", row->station);
        json_write_string(&w, "presence", presence_of(row, *now_usec));
        json_write_int(&w, "heard_ms", row->heard_usec / (int64_t) USEC_PER_MSEC);
        if (*row->inbox) {
                json_write_string(&w, "inbox", row->inbox);
                json_write_int(&w, "commands", (int64_t) row->last);
                json_write_int(&w, "taken", (int64_t) row->taken);
        }
        if (json_parse(row->status, strlen(row->status), &status, NULL) == 0) /* else none was ever heard */
                json_write_value(&w, "status", status);
        return verb_print_object(&text, &w);
}

int verb_status(const struct invocation *in) {
        const struct view_filter filter = verb_filter(in);
        _cleanup_(storage_closep) struct storage *s = NULL;
        int64_t now_usec = stamp_now().wall_usec;
        int r = verb_open_reader(in, &s);

        if (r != VERB_OK)
                return r;
        if (!in->options->json)
                (void) printf("receiver %s\n", storage_receiver(s));
        return verb_settle_view(
                view_stations(s, &filter, in->options->json ? print_station_json : print_station, &now_usec));
}
