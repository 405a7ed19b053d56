/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/station.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "firmware/base/log.h"
#include "firmware/ledger/successor.h"
#include "firmware/station/incident.h"
#include "firmware/station/slips.h"

#define WAL_ROOM_BYTES  (4 * 1024 * 1024)    /* commits overwrite it and do not make the file grow */
#define CHECK_MS        2000                 /* of quick_check at the start */
#define FULLNESS_PERIOD 5                    /* seconds */
#define STOP_LOOK_USEC  (10 * USEC_PER_MSEC) /* between two looks whether the desk has come to its end */

struct stamp station_now(void *userdata) {
        const struct station *s = userdata;

        return clock_watch_now(&s->clock);
}

void station_stop(struct station *s, int error) {
        if (error < 0 && s->error == 0)
                s->error = error;
        s->stopping = true;
        if (error < 0 || desk_is_idle(s->desk))
                (void) sd_event_exit(s->event, 0);
        else /* not every work of the desk ends in a call; should this fail, the second comes in any case */
                (void) sd_event_source_set_time_relative(s->second, STOP_LOOK_USEC);
}

/* ---- the desk calls ---- */

static void station_on_committed(void *userdata, uint64_t pos) {
        struct station *s = userdata;

        s->head = pos;
        contact_on_committed(s);
        incidents_on_committed(s);
        station_tell_bell(s);
        if (s->stopping && desk_is_idle(s->desk))
                (void) sd_event_exit(s->event, 0);
}

static void station_on_fatal(void *userdata, int error) {
        struct station *s = userdata;

        log_error("storage: %s; stopping, the next start verifies the ledger", strerror(-error));
        benches_cover(
                s, VERDICT_NOT_RECORDED, "記録できない。リーダーを呼ぶ", "not recorded: call the leader");
        station_stop(s, error);
}

/* ---- slips ---- */

static void station_on_slip_printer(void *userdata, bool up, const char *reason) {
        struct station *s = userdata;

        benches_on_device(s, s->config->slips.i_bench, "slips", "escpos", up, reason);
}

static int build_slips(struct station *s) {
        const struct slips_callbacks callbacks = {station_on_slip_printer, s};

        return *s->config->slips.folder ? slips_new(&s->slips, s->event, &s->config->slips, &callbacks) : 0;
}

/* ---- time ---- */

/* Return: now; 0 when nobody keeps the clock right. An office that agrees is not waited for: slips are personal, and a line may be down for weeks. */
static int64_t kept_usec(const struct station *s) {
        return clock_watch_judge(&s->clock).quality == CLOCK_QUALITY_SYNCED
                       ? clock_watch_now(&s->clock).wall_usec
                       : 0;
}

static int station_on_second(sd_event_source *source, uint64_t usec, void *userdata) {
        struct station *s = userdata;
        int r;

        if (s->stopping) {
                if (desk_is_idle(s->desk))
                        (void) sd_event_exit(s->event, 0);
        } else {
                s->room_due |= s->seconds++ % FULLNESS_PERIOD == 0;
                if (clock_watch_look(&s->clock) || tail_has_more(s->inbox) || tail_has_more(s->notices) ||
                        s->purge_due || s->room_due)
                        desk_poke(s->desk);
                desk_tick(s->desk);
                if (s->slips)
                        slips_on_second(s->slips, kept_usec(s));
        }
        /* sd-event switches a timer off before it calls: a new time alone is not a new call */
        r = sd_event_source_set_time(source, usec + (s->stopping ? STOP_LOOK_USEC : USEC_PER_SEC));
        if (r >= 0)
                r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        if (r < 0)
                station_stop(s, r);
        return 0;
}

static int station_on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        struct station *s = userdata;

        (void) source;
        log_notice("stopping on signal %u", si->ssi_signo);
        (void) sd_notify(false, "STOPPING=1");
        station_stop(s, 0);
        return 0;
}

/* ---- putting it together ---- */

/* What the inbox says of this ledger's way up, before the ledger is used. */
static int must_begin_anew(const struct station_config *config, const char *id, struct tail_uplink *uplink) {
        _cleanup_(tail_freep) struct tail *t = NULL;
        int r = tail_new(&t, TAIL_INBOX, config->inbox, NULL, NULL);

        if (r == 0 && tail_uplink(t, id, uplink) < 0)
                log_error("ledger: whether the office knows more than this disk cannot be told now");
        return r;
}

/*
 * Applied is only what was sent, and sent only what is on the disk: a mark beyond our end says that the disk is an older one. It is
 * seen here or never: packed on without a line, the new facts would stand where the OMS has others, and never be sent.
 */
static int look_for_lost_end(struct ledger *l, struct tail_uplink *uplink) {
        for (enum lane lane = LANE_FACT; lane <= LANE_TRACE; lane++) {
                struct ledger_head head;
                int r = ledger_head(l, lane, &head);

                if (r < 0)
                        return r;
                if (uplink->upto[lane] <= head.seq || uplink->begin_anew)
                        continue;
                uplink->begin_anew = true;
                (void) copy_text(uplink->reason, sizeof(uplink->reason), "restored");
        }
        return 0;
}

static int open_ledger(struct station *s, struct diag *d) {
        struct store_options store = {.check_ms = CHECK_MS, .wal_bytes = WAL_ROOM_BYTES};
        struct ledger_options options = {.realm = s->config->realm,
                .site = s->config->site,
                .boot_id = s->boot_id,
                .now = stamp_now(),
                .store = &store};
        struct tail_uplink uplink = {0};
        const char *reason = "machine-changed";
        int r = clock_watch_recall(&s->clock, s->boot_id, NULL);

        if (r == 0)
                r = ledger_open(&s->ledger, s->config->folder, &options, d);
        if (r < 0)
                return r;
        if (r == 0) {
                r = must_begin_anew(s->config, ledger_id(s->ledger), &uplink);
                if (r == 0)
                        r = clock_watch_recall(&s->clock, s->boot_id, s->ledger);
                clock_watch_hear(&s->clock, uplink.office_clock);
                if (r == 0)
                        r = look_for_lost_end(s->ledger, &uplink);
                if (r < 0 || !uplink.begin_anew)
                        return r;
                reason = uplink.reason;
                options.now =
                        station_now(s); /* the new one goes on with what the old one knew of its clock */
                s->ledger = ledger_close(s->ledger);
        }
        log_notice("ledger: a new one begins: %s", reason);
        return ledger_start_new(&s->ledger, s->config->folder, &options, reason, uplink.upto, d);
}

static int load_keys(struct station *s, struct diag *d) {
        if (!*s->config->seal_secret)
                return 0;
        return seal_keypair_load(s->config->seal_secret, &s->keys, d);
}

static int build_desk(struct station *s) {
        const struct desk_options options = {
                .amber_usec = s->config->amber_usec, .red_usec = s->config->red_usec, .now = station_now};
        const struct desk_callbacks callbacks = {benches_on_verdict, labels_on_wanted, labels_on_dead,
                station_on_answered, station_on_committed, benches_on_health, room_on_full, station_on_fatal,
                room_on_slice, benches_on_weigh, s};
        const char *names[STATION_BENCHES_MAX + 1];
        int r;

        for (size_t i = 0; i < s->config->n_benches; i++)
                names[i] = s->config->benches[i].name;
        names[s->config->n_benches] = STATION_OFFICE;
        r = desk_new(&s->desk, s->event, s->ledger, names, s->config->n_benches + 1, &options, &callbacks);
        if (r == 0)
                r = tail_new(&s->inbox, TAIL_INBOX, s->config->inbox, s->desk, s->ledger);
        if (r == 0)
                tail_on_contact(s->inbox, lookups_keep, s);
        lookups_init(s);
        return r < 0 ? r : tail_new(&s->notices, TAIL_NOTICES, s->config->notices, s->desk, s->ledger);
}

static int build_loop(struct station *s) {
        sigset_t mask;
        int r;

        (void) sigemptyset(&mask);
        (void) sigaddset(&mask, SIGTERM);
        (void) sigaddset(&mask, SIGINT);
        if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
                return -errno;
        r = sd_event_new(&s->event);
        if (r < 0)
                return r;
        r = sd_event_add_signal(s->event, NULL, SIGTERM, station_on_signal, s);
        if (r < 0)
                return r;
        r = sd_event_add_signal(s->event, NULL, SIGINT, station_on_signal, s);
        if (r < 0)
                return r;
        r = sd_event_set_watchdog(s->event, true);
        if (r < 0)
                return r;
        return sd_event_add_time_relative(
                s->event, &s->second, CLOCK_MONOTONIC, 0, 100 * USEC_PER_MSEC, station_on_second, s);
}

static int say_started(struct station *s) {
        struct fact_list facts = {0};
        struct fact_builder b;
        int r;

        fact_begin(&b, &facts, "station.started", "", s->config->station, NULL, NULL, NULL);
        json_write_string(&b.w, "version", OKURU_VERSION);
        json_write_string(&b.w, "boot", s->boot_id);
        fact_end(&b);
        r = facts.error ? facts.error : desk_fact(s->desk, &facts.items[0]);
        fact_list_deinit(&facts);
        return r;
}

/*
 * What the file says holds until the OMS has sent a policy. It becomes a fact like that: whoever reads the ledger, and a rebuild,
 * know what was in force; and so does who changes the file and starts anew.
 */
static int put_first_policy(struct station *s) {
        static const char none[] = "{\"v\":1,\"version\":0}";
        const char *wanted = *s->config->policy ? s->config->policy : none;
        struct fact f = {.type = "policy.changed",
                .lane = LANE_INTAKE,
                .subject = "policy",
                .data = (char *) wanted /* is copied */};
        _cleanup_str_ struct str known = STR_INIT;
        struct world world;
        int r = ledger_world(s->ledger, &world);

        if (r < 0 || world.policy->version > 0)
                return r;
        if (world.policy->doc)
                json_print(world.policy->doc, &known);
        else
                str_add(&known, none);
        if (known.error || strcmp(known.data, wanted) == 0)
                return known.error;
        log_notice("policy: the office has sent none yet; what station.yaml says holds");
        return desk_fact(s->desk, &f);
}

/* What a bench has decides how its desk works. */
static int build_benches(struct station *s, struct diag *d) {
        const struct devices_callbacks callbacks = {benches_on_scan, benches_on_lost, benches_on_press,
                benches_on_device, labels_on_label, labels_on_printer, prompt_on_weight, rfid_on_tag,
                rfid_on_inventory, rfid_on_reading, s};
        int r = prompts_new(s);

        if (r >= 0)
                r = rfid_new(s);
        if (r >= 0)
                r = labels_new(s);
        if (r >= 0)
                r = devices_new(&s->devices, s->event, s->config, &callbacks, d);
        if (r < 0)
                return r;
        for (size_t i = 0; i < s->config->n_benches; i++)
                if (devices_prints_later(s->devices, i))
                        desk_prints_later(s->desk, i);
        for (size_t i = 0; i < s->config->n_benches; i++)
                desk_set_kind(s->desk, i, (enum bench_kind) s->config->benches[i].kind);
        return 0;
}

static int build_callers(struct station *s, struct diag *d) {
        const struct callers_callbacks callbacks = {station_on_request, s};
        int r = callers_new(&s->callers, s->event, s->config->socket, &callbacks);

        if (r < 0)
                diag_set(d, 0, 0, "socket", "%s: %s", s->config->socket, strerror(-r));
        return r;
}

static int build(struct station *s, struct diag *d) {
        int r = uuid_read_boot(s->boot_id);

        if (r >= 0)
                r = load_keys(s, d);
        if (r >= 0)
                r = open_ledger(s, d);
        if (r >= 0)
                r = build_loop(s);
        if (r >= 0)
                r = build_desk(s);
        if (r >= 0)
                r = build_benches(s, d);
        if (r >= 0)
                r = build_slips(s);
        if (r >= 0)
                r = trials_new(s);
        if (r >= 0)
                r = incidents_new(s);
        if (r >= 0)
                r = screens_new(s);
        if (r >= 0)
                r = build_callers(s, d);
        if (r >= 0)
                r = desk_resume(s->desk);
        if (r >= 0)
                r = put_first_policy(s);
        if (r < 0)
                return r;
        desk_poke(s->desk);
        return say_started(s);
}

/* Disarm the inputs, let what is decided reach the disk, lights to safe, close. */
static void teardown(struct station *s) {
        if (s->devices && s->error == 0)
                for (size_t i = 0; i < s->config->n_benches; i++) {
                        struct verdict dark;

                        verdict_set(&dark, VERDICT_NONE, s->config->benches[i].name);
                        devices_show(s->devices, i, &dark);
                }
        s->prompts = prompts_free(s->prompts, s->config->n_benches);
        s->desk = desk_free(s->desk);
        s->devices = devices_free(s->devices);
        s->slips = slips_free(s->slips);
        s->rfid = rfid_free(s->rfid, s->config->n_benches);
        s->labels = labels_free(s->labels, s->config->n_benches);
        s->callers = callers_free(s->callers);
        trials_on_input(s); /* a disk that is tried is waited for: not long */
        s->screens = screens_free(s->screens);
        s->trials = trials_free(s->trials);
        s->incidents = incidents_free(s->incidents);
        s->inbox = tail_free(s->inbox);
        s->notices = tail_free(s->notices);
        s->ledger = ledger_close(s->ledger);
        s->keys = seal_keypair_free(s->keys);
        (void) sd_event_source_disable_unref(s->second);
        (void) sd_event_unref(s->event);
}

int station_run(const struct station_config *config, struct diag *d) {
        struct station *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        s->config = config;
        r = build(s, d);
        if (r >= 0) {
                log_notice("station %s/%s is up with %zu benches, ledger %s", config->site, config->station,
                        config->n_benches, ledger_id(s->ledger));
                (void) sd_notify(false, "READY=1");
                r = sd_event_loop(s->event);
        }
        if (r >= 0)
                r = s->error ? s->error : s->again ? STATION_E_AGAIN : 0;
        teardown(s);
        free(s);
        return r;
}
