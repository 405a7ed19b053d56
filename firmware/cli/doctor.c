/* SPDX-License-Identifier: Apache-2.0 */
/* okuru doctor: how this box is, as a report to send along. No personal data: ids of the ledger, paths, figures, versions. */
#include "firmware/base/ask.h"
#include "firmware/base/disk-probe.h"
#include "firmware/base/say.h"
#include "firmware/base/time.h"
#include "firmware/cli/child.h"
#include "firmware/cli/look.h"
#include "firmware/cli/writer-runs.h"
#include "firmware/domain/clock.h"
#include "firmware/views/checkup.h"
#include "firmware/views/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#define PROBE_USEC_MAX (60 * USEC_PER_SEC)

/* ---- versions ---- */

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
        checkup_disk(r, setup->folder);
        add_sync(r, setup->folder);
        checkup_database(r, setup->ledger, DATABASE_LEDGER);
        checkup_facts(r, setup->ledger);
        checkup_database(r, setup->inbox, DATABASE_INBOX);
        checkup_database(r, setup->notices, DATABASE_NOTICES);
        checkup_peers(r, setup->inbox, setup->ledger);
        checkup_approvals(r, setup->ledger);
        checkup_routes(r, setup->notices);
        checkup_station(r, setup->socket);
        add_writer(r, "okuru-sync", setup->inbox);
        add_writer(r, "okuru-notify", setup->notices);
}

int verb_doctor(const struct invocation *in) {
        static const char *const programs[] = {"okuru", "okuru-station", "okuru-sync", "okuru-notify"};
        struct report report;
        struct setup setup;
        char dir[512];

        report_begin(&report, in->options->json, NULL);
        checkup_system(&report);
        for (size_t i = 0; i < ELEMENTSOF(programs); i++)
                add_program(&report, programs[i]);
        checkup_clock(&report);
        add_units(&report);
        verb_config_dir(in, dir, sizeof(dir));
        config_check(&report, dir);
        if (setup_load(&setup, in->options->config, NULL) == 0) /* why not was said just before */
                add_setup(&report, &setup);
        return report_end(&report) ? VERB_FAILED : VERB_OK;
}
