/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/checkup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "firmware/base/ask.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/domain/clock.h"
#include "firmware/views/approvals.h"
#include "firmware/views/facts.h"
#include "firmware/views/line.h"
#include "firmware/views/routes.h"

#define FACTS_SLICE 500 /* of one read: nobody is kept waiting */
#define DISK_NOTE   80  /* percent used: as the ledger's warning and its limit */
#define DISK_BAD    95

void checkup_system(struct report *r) {
        char pretty[160] = "an unknown system", line[256];
        _autofclose_ FILE *f = fopen("/etc/os-release", "re");
        struct utsname u;

        while (f && fgets(line, sizeof(line), f))
                if (sscanf(line, "PRETTY_NAME=\"%159[^\"]\"", pretty) == 1)
                        break;
        if (uname(&u) == 0)
                report_add(r, REPORT_OK, "system", "%s, Linux %s, %s", pretty, u.release, u.machine);
}

void checkup_disk(struct report *r, const char *folder) {
        struct statvfs v;
        int used;

        if (statvfs(folder, &v) < 0) {
                report_add(r, REPORT_BAD, "disk", "%s: %s", folder, strerror(errno));
                return;
        }
        used = v.f_blocks ? (int) (100 - v.f_bavail * 100 / v.f_blocks) : 100;
        report_add(r,
                used >= DISK_BAD    ? REPORT_BAD
                : used >= DISK_NOTE ? REPORT_NOTE
                                    : REPORT_OK,
                "disk", "%s: %d %% used, %" PRIu64 " MiB free%s", folder, used,
                (uint64_t) v.f_bavail * v.f_frsize / 1048576, v.f_flag & ST_RDONLY ? ", READ-ONLY" : "");
}

/* The kernel's word; what the station makes of it comes with the station. */
void checkup_clock(struct report *r) {
        struct stamp now = stamp_now();
        bool synced = now.clock == CLOCK_QUALITY_SYNCED;
        char text[TIME_TEXT_MAX];

        report_add(r, synced ? REPORT_OK : REPORT_NOTE, "clock", "%s, the kernel says: %s",
                time_format(now.wall_usec, now.offset_sec, text),
                synced ? "synchronised" : "not synchronised; look at the time service (timedatectl)");
}

static void add_station_clock(struct report *r, const struct json *clock) {
        const char *since = json_get_string(clock, "since", "just now");
        enum clock_why why;

        if (clock_why_from_str(json_get_string(clock, "why", ""), &why) < 0)
                return; /* a station of another build */
        report_add(r, why == CLOCK_AGREES ? REPORT_OK : REPORT_NOTE, "clock",
                "the station's facts say %s since %s: %s", json_get_string(clock, "quality", "?"), since,
                clock_advice(why));
}

void checkup_database(struct report *r, const char *path, enum database_kind kind) {
        struct database_look look;
        struct diag d = {0};
        int e;

        if (!*path)
                return;
        e = database_look(path, kind, &look, &d);
        if (e == DATABASE_E_NOT_YET)
                report_add(r, kind == DATABASE_LEDGER ? REPORT_BAD : REPORT_NOTE, "database",
                        "%s: not there yet, or not for you to read", path);
        else if (e < 0)
                report_add(r, REPORT_BAD, "database", "%s: %s", path, *d.text ? d.text : strerror(-e));
        else
                report_add(r, look.of_this_machine ? REPORT_OK : REPORT_NOTE, "database",
                        "%s: schema %d, log %s%s", path, look.version, look.log_id,
                        look.of_this_machine ? "" : ", made on ANOTHER machine");
}

static int count_fact(const struct fact_row *row, void *userdata) {
        int64_t *n = userdata;

        (void) row;
        (*n)++;
        return 0;
}

static int count_damage(int64_t pos, void *userdata) {
        struct report *r = userdata;

        report_add(r, REPORT_BAD, "facts",
                "the fact at position %" PRId64 " is damaged on the disk: what it said is lost, and the OMS "
                "is told so. Have the disk looked at",
                pos);
        return 0;
}

/* Every row's check, as sync and notify will compute it. */
void checkup_facts(struct report *r, const char *ledger) {
        _cleanup_(facts_closep) struct facts *f = NULL;
        int64_t n = 0, last = 0, before;
        int e = facts_open(&f, ledger, NULL);

        if (e != 0)
                return; /* said with the databases */
        facts_pass_damage(f, count_damage, r);
        do {
                before = last;
                e = facts_read_all(f, before, FACTS_SLICE, count_fact, &n, &last);
        } while (e == 0 && last != before);
        if (e < 0)
                report_add(r, REPORT_BAD, "facts", "cannot be read behind position %" PRId64 ": %s", last,
                        strerror(-e));
        else
                report_add(r, REPORT_OK, "facts", "the row checks of %" PRId64 " facts hold", n);
}

struct peers_look {
        struct report *report;
        struct facts *facts; /* NULL: the ledger cannot be read, which is said with the databases */
        int n;
};

static int64_t count_claims(struct facts *f, const char *station) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int e = f ? store_prepare(facts_store(f), &q, "SELECT count(*) FROM claim WHERE station = ?1")
                  : -EBADF;

        if (e == 0) {
                store_bind_text(&q, 1, station);
                e = store_step(&q);
        }
        return e == 0 ? store_column_int64(&q, 0) : 0;
}

static void add_peer(const struct line_peer *peer, void *userdata) {
        struct peers_look *l = userdata;
        int64_t claims = count_claims(l->facts, peer->station);

        l->n++;
        if (peer->now)
                report_add(l->report, REPORT_OK, "peer", "%s: heard %s; claims of it known here: %" PRId64,
                        peer->station, peer->heard, claims);
        else
                report_add(l->report, REPORT_NOTE, "peer",
                        "%s: NOT HEARD since %s; claims of it known here: %" PRId64
                        ". What both pack meanwhile is found out later: look whether it runs, and at its "
                        "line",
                        peer->station, peer->heard, claims);
}

void checkup_peers(struct report *r, const char *inbox, const char *ledger) {
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct peers_look look = {.report = r};

        if (!*inbox)
                return;
        if (facts_open(&f, ledger, NULL) == 0)
                look.facts = f;
        if (line_read_peers(inbox, stamp_now().wall_usec, add_peer, &look, NULL) == 0 && look.n == 0)
                report_add(r, REPORT_OK, "peer", "no other station of this site was ever heard");
}

void checkup_approvals(struct report *r, const char *ledger) {
        _cleanup_(facts_closep) struct facts *f = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        const struct stamp now = stamp_now();
        struct approvals a;

        if (facts_open(&f, ledger, NULL) != 0 || approvals_read(f, now.wall_usec, &a) != 0 || a.n == 0)
                return; /* that it cannot be read is said with the databases */
        approvals_say(&a, &now, &text);
        report_add(r, a.n_urgent > 0 ? REPORT_NOTE : REPORT_OK, "approval", "%s: okuru notices",
                text.data ? text.data : "");
}

struct routes_look {
        struct report *report;
        char channel[NAME_SIZE]; /* of the row before */
        bool all_down, any_down;
};

/* A second line that is down is a note; a channel of which nothing is left is an ill that no customer sees. */
static void end_channel(struct routes_look *l) {
        if (l->all_down && l->any_down)
                report_add(l->report, REPORT_BAD, "route",
                        "every route of %s is down: nobody hears by it until one is up", l->channel);
}

static void add_route(const struct route_row *row, void *userdata) {
        struct routes_look *l = userdata;
        bool down = strcmp(row->state, "down") == 0, off = strcmp(row->state, "off") == 0;
        char since[TIME_TEXT_MAX];

        if (strcmp(l->channel, row->channel) != 0) {
                end_channel(l);
                l->all_down = true;
                l->any_down = false;
                (void) copy_text(l->channel, sizeof(l->channel), row->channel); /* a word of ours */
        }
        l->all_down &= down || off;
        l->any_down |= down;
        time_format(row->since_usec, 0, since);
        if (off) {
                report_add(l->report, REPORT_BAD, "route",
                        "%s of %s is switched off by its receiver since %s: it wants no more; take it out of "
                        "notify.yaml, or name another URL",
                        row->channel, row->name, since);
                return;
        }
        report_add(l->report, down ? REPORT_NOTE : REPORT_OK, "route", "%s by %s: %s%s%s since %s",
                row->channel, row->name, row->state, *row->reason ? ", " : "", row->reason, since);
}

void checkup_routes(struct report *r, const char *notices) {
        struct routes_look look = {.report = r};

        if (*notices && routes_read(notices, add_route, &look, NULL) == 0)
                end_channel(&look);
}

static void add_device(struct report *r, const struct json *v) {
        const char *name = json_get_string(v, "name", "?"), *bench = json_get_string(v, "bench", "?"),
                   *hint = json_get_string(v, "hint", "");

        if (!json_get_bool(v, "up", false))
                report_add(r, REPORT_BAD, "device", "%s at bench %s (%s) is down: %s", name, bench,
                        json_get_string(v, "driver", "?"), json_get_string(v, "reason", "no reason known"));
        if (*hint)
                report_add(r, REPORT_BAD, "device", "%s at bench %s is set wrong, says what it scanned: %s",
                        name, bench, hint);
}

void checkup_station(struct report *r, const char *socket) {
        _cleanup_(json_freep) struct json *answer = NULL;
        struct diag d = {0};
        const char *storage, *room;

        if (ask_station(socket, "{\"verb\":\"status\"}", &answer, &d) < 0) {
                report_add(
                        r, REPORT_BAD, "station", "%s: %s; systemctl status okuru-station", socket, d.text);
                return;
        }
        storage = json_get_string(answer, "storage", "?");
        room = json_get_string(answer, "room", "?");
        report_add(r,
                strcmp(storage, "fine") != 0 ? REPORT_BAD
                : strcmp(room, "room") != 0  ? REPORT_NOTE
                                             : REPORT_OK,
                "station", "answers; storage %s, %s; head %" PRId64 ", not yet at the OMS %" PRId64, storage,
                room, json_get_int(answer, "head", 0), json_get_int(answer, "unapplied", 0));
        add_station_clock(r, json_get(answer, "clock"));
        for (const struct json *e = json_first(json_get(answer, "ill")); e; e = json_next(e))
                report_add(r, REPORT_BAD, "ill", "%s: %s, since %s", json_get_string(e, "part", "?"),
                        json_get_string(e, "text", "?"), json_get_string(e, "since", "?"));
        for (const struct json *v = json_first(json_get(answer, "devices")); v; v = json_next(v))
                add_device(r, v);
}
