/* SPDX-License-Identifier: Apache-2.0 */
/* okuru doctor: how this box is, as a report to send along. No personal data: ids of the ledger, paths, figures, versions. */
#include "firmware/base/ask.h"
#include "firmware/base/disk-probe.h"
#include "firmware/base/say.h"
#include "firmware/base/time.h"
#include "firmware/cli/child.h"
#include "firmware/cli/look.h"
#include "firmware/cli/report.h"
#include "firmware/cli/writer-runs.h"
#include "firmware/domain/clock.h"
#include "firmware/views/databases.h"
#include "firmware/views/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#define PROBE_USEC_MAX (60 * USEC_PER_SEC)
#define FACTS_SLICE    500 /* of one read: nobody is kept waiting */
#define DISK_NOTE      80  /* percent used: as the ledger's warning and its limit */
#define DISK_BAD       95

/* ---- versions ---- */

static void add_system(struct report *r) {
        char pretty[160] = "an unknown system", line[256];
        _autofclose_ FILE *f = fopen("/etc/os-release", "re");
        struct utsname u;

        while (f && fgets(line, sizeof(line), f))
                if (sscanf(line, "PRETTY_NAME=\"%159[^\"]\"", pretty) == 1)
                        break;
        if (uname(&u) == 0)
                report_add(r, REPORT_OK, "system", "%s, Linux %s, %s", pretty, u.release, u.machine);
}

static void add_program(struct report *r, const char *name) {
        _cleanup_str_ struct str out = STR_INIT;
        char program[512], want[64];
        const char *const argv[] = {program, "--version", NULL};
        int code = 0, e = child_sibling(name, program, sizeof(program));

        if (e == 0)
                e = child_run(argv, &out, &code);
        (void) snprintf(want, sizeof(want), "%s " OKURU_VERSION, name);
        if (e == -ENOENT)
                report_add(r, REPORT_NOTE, "version", "%s: not installed beside this program", name);
        else if (e < 0 || code != 0 || !out.data)
                report_add(r, REPORT_BAD, "version", "%s: does not run", name);
        else if (strcmp(out.data, want) != 0)
                report_add(r, REPORT_BAD, "version", "%s: this program is of " OKURU_VERSION, out.data);
        else
                report_add(r, REPORT_OK, "version", "%s", out.data);
}

/* ---- disk ---- */

static void add_disk(struct report *r, const char *folder) {
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

static void add_sync(struct report *r, const char *folder) {
        struct disk_probe probe;
        int e = disk_probe(folder, PROBE_USEC_MAX, NULL, &probe);

        if (e == -EACCES || e == -EPERM || e == -EROFS || e == -EOPNOTSUPP)
                report_add(r, REPORT_NOTE, "fdatasync", "%s: not measured: %s (as root it is)", folder,
                        strerror(-e));
        else if (e < 0)
                report_add(r, REPORT_BAD, "fdatasync", "%s: %s", folder, strerror(-e));
        else
                report_add(r, probe.p99_usec > DISK_PROBE_SLOW_USEC ? REPORT_NOTE : REPORT_OK, "fdatasync",
                        "4 KiB overwritten and synced %d times: p50 %" PRId64 " us, p99 %" PRId64 " us%s",
                        probe.n, probe.p50_usec, probe.p99_usec,
                        probe.p50_usec < DISK_PROBE_FAST_USEC ? "; so fast that it may keep nothing" : "");
}

/* ---- clock, databases, station ---- */

/* The kernel's word; what the station makes of it comes with the station. */
static void add_clock(struct report *r) {
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

static void add_database(struct report *r, const char *path, enum database_kind kind) {
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
static void add_facts(struct report *r, const char *ledger) {
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

static void add_station(struct report *r, const struct setup *setup) {
        _cleanup_(json_freep) struct json *answer = NULL;
        struct diag d = {0};
        const char *storage, *room;

        if (ask_station(setup->socket, "{\"verb\":\"status\"}", &answer, &d) < 0) {
                report_add(r, REPORT_BAD, "station", "%s: %s; systemctl status okuru-station", setup->socket,
                        d.text);
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

static void add_units(struct report *r) {
        static const char *const argv[] = {
                "systemctl", "is-active", "okuru-station", "okuru-sync", "okuru-notify", NULL};
        _cleanup_str_ struct str out = STR_INIT;
        int code = 0;

        if (access("/run/systemd/system", F_OK) < 0)
                return; /* no systemd runs here: a container, or a demo */
        if (child_run(argv, &out, &code) < 0 || !out.data)
                return;
        for (char *c = out.data; *c; c++)
                if (*c == '\n')
                        *c = ' ';
        report_add(r, code == 0 ? REPORT_OK : REPORT_NOTE, "units", "station, sync, notify: %s", out.data);
}

/* @database: "" when the station does without that program. */
static void add_writer(struct report *r, const char *program, const char *database) {
        if (*database && writer_runs(database) == 0)
                report_add(
                        r, REPORT_BAD, "program", "%s does not run: systemctl status %s", program, program);
}

static void add_setup(struct report *r, const struct setup *setup) {
        report_add(r, REPORT_OK, "identity", "%s/%s/%s", setup->realm, setup->site, setup->station);
        add_disk(r, setup->folder);
        add_sync(r, setup->folder);
        add_database(r, setup->ledger, DATABASE_LEDGER);
        add_facts(r, setup->ledger);
        add_database(r, setup->inbox, DATABASE_INBOX);
        add_database(r, setup->notices, DATABASE_NOTICES);
        add_station(r, setup);
        add_writer(r, "okuru-sync", setup->inbox);
        add_writer(r, "okuru-notify", setup->notices);
}

int verb_doctor(const struct invocation *in) {
        static const char *const programs[] = {"okuru", "okuru-station", "okuru-sync", "okuru-notify"};
        struct report report;
        struct setup setup;
        char dir[512];

        report_begin(&report, in->options->json);
        add_system(&report);
        for (size_t i = 0; i < ELEMENTSOF(programs); i++)
                add_program(&report, programs[i]);
        add_clock(&report);
        add_units(&report);
        verb_config_dir(in, dir, sizeof(dir));
        config_check(&report, dir);
        if (setup_load(&setup, in->options->config, NULL) == 0) /* why not was said just before */
                add_setup(&report, &setup);
        return report_end(&report);
}
