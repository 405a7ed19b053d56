/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room on the disk, and who has read how far: what may be taken in, what may be purged, which holes are to be named. All of it in
 * the desk's hand, a slice at a time.
 */
#include "firmware/station/incident.h"

#include <string.h>
#include <sys/statvfs.h>

#include "firmware/base/log.h"
#include "firmware/ledger/purge.h"
#include "firmware/store/reserve.h"

#define PURGE_PERIOD 600 /* seconds between two rounds; a round goes on in slices until nothing is due */
#define TRACE_SLICE  200
#define GAP_ROWS     200 /* behind what is applied, looked through for holes */

static int disk_used_percent(const char *folder) {
        struct statvfs v;

        if (statvfs(folder, &v) < 0 || v.f_blocks == 0)
                return 0;
        return (int) (100 - v.f_bavail * 100 / v.f_blocks);
}

/* Notify follows two lanes; trace is the receiver's alone, and intake goes nowhere else. */
static void look_at_readers(struct station *s, const struct tail_uplink *uplink) {
        const char *id = ledger_id(s->ledger);
        uint64_t read = tail_reader_upto(s->notices, id, LANE_FACT);

        s->upto[LANE_FACT] = read < uplink->upto[LANE_FACT] ? read : uplink->upto[LANE_FACT];
        s->upto[LANE_TRACE] = uplink->upto[LANE_TRACE];
        s->upto[LANE_INTAKE] = tail_reader_upto(s->notices, id, LANE_INTAKE);
}

static void look_at_fullness(struct station *s, uint64_t unapplied) {
        enum ledger_fullness fullness;

        s->unapplied = unapplied;
        fullness = ledger_fullness(s->unapplied, disk_used_percent(s->config->folder));
        if ((int) fullness != s->fullness)
                log_warning("ledger: room is now %s", ledger_fullness_to_str(fullness));
        s->fullness = (int) fullness;
        if (fullness < LEDGER_FULL && store_reserve_create(s->config->folder, STORE_RESERVE_BYTES) < 0)
                log_debug("storage: no room for the reserve yet");
        if (fullness == LEDGER_FULL)
                desk_refuse(
                        s->desk, "保存場所がいっぱい。リーダーを呼ぶ", "storage is full: call the leader");
        else
                desk_refuse(s->desk, NULL, NULL);
}

/* A program that begins to read and never ends, hung or taken over: the log of the ledger grows for as long as it lives. */
static void look_at_log(struct station *s) {
        uint64_t bytes = store_wal_bytes(ledger_store(s->ledger));

        if (bytes > STORE_WAL_HELD_BYTES && !s->held_bytes) {
                s->held_since = station_now(s);
                log_warning("ledger: a program reads without end, and its log grows");
        } else if (bytes <= STORE_WAL_HELD_BYTES && s->held_bytes) {
                log_notice("ledger: nobody reads without end any more");
        }
        s->held_bytes = bytes > STORE_WAL_HELD_BYTES ? bytes : 0;
}

static uint64_t behind(const struct ledger_head *head, uint64_t upto) {
        return head->seq > upto ? head->seq - upto : 0;
}

/* Needs the connection in our hand: within a group. */
static void look_at_room(struct station *s) {
        struct tail_uplink uplink;
        struct ledger_head head;

        s->room_due = false;
        if (ledger_head(s->ledger, LANE_FACT, &head) < 0)
                return;
        if (tail_uplink(s->inbox, ledger_id(s->ledger), &uplink) < 0) {
                /* The marks that were seen last can only have risen since; when none were, the disk alone counts. */
                look_at_fullness(s, s->uplink_known ? behind(&head, s->applied[LANE_FACT]) : 0);
                return;
        }
        if (uplink.begin_anew) {
                log_notice("ledger: the office says %s; a new ledger begins", uplink.reason);
                s->again = true;
                station_stop(s, 0);
                return;
        }
        look_at_readers(s, &uplink);
        memcpy(s->applied, uplink.upto, sizeof(s->applied));
        s->uplink_known = s->gaps_due = uplink.known;
        clock_watch_hear(&s->clock, uplink.office_clock);
        if (s->seconds >= s->purge_seconds) {
                s->purge_due = true;
                s->purge_seconds = s->seconds + PURGE_PERIOD;
        }
        look_at_fullness(s, behind(&head, uplink.upto[LANE_FACT]));
}

/* Closed subjects leave once their time is over: a few in each group that has nothing else to do. */
static int purge_slice(struct station *s) {
        const struct clock_judgement clock = clock_watch_judge(&s->clock);
        struct purge_limits limits = {.now = station_now(s)};
        struct purge_result result;
        int r;

        s->purge_due = false;
        limits.trusted = s->uplink_known && clock_is_trusted(&clock);
        for (size_t i = 0; i < N_LANES; i++)
                limits.upto[i] = s->upto[i];
        r = ledger_purge(s->ledger, &limits, &result);
        if (r == 0 && !result.more)
                r = ledger_trace_skip(s->ledger, &limits, TRACE_ROWS_MAX, TRACE_SLICE, &result);
        if (r == 0) {
                s->purge_due = result.more;
                desk_touch(s->desk);
        }
        return r;
}

/* An OMS that was restored asks for what it had applied before, and what is purged cannot be sent again. */
static int gap_slice(struct station *s) {
        static const enum lane lanes[] = {LANE_FACT, LANE_TRACE};
        const struct stamp now = station_now(s);
        int r = 0;

        s->gaps_due = false;
        for (size_t i = 0; i < ELEMENTSOF(lanes) && r == 0; i++) {
                int64_t damaged = 0;
                size_t n = 0;

                r = ledger_name_gaps(s->ledger, lanes[i], s->applied[lanes[i]], &now, GAP_ROWS, &n, &damaged);
                if (r == 0 && damaged > s->damaged) {
                        s->damaged = damaged;
                        log_error("ledger: the fact at position %lld is damaged, and not sent (okuru rebuild "
                                  "--check tells more)",
                                (long long) damaged);
                }
                if (r < 0 || n == 0)
                        continue;
                log_warning(
                        "ledger: the office asks for what is no longer here; %zu gaps of lane %s are named",
                        n, lane_to_str(lanes[i]));
                desk_touch(s->desk);
        }
        return r;
}

int room_on_slice(void *userdata) {
        struct station *s = userdata;
        int r = 0;

        r = screens_on_slice(s);
        if (r < 0)
                return r;
        if (s->room_due)
                look_at_room(s);
        look_at_log(s);
        r = clock_watch_write(&s->clock, s->ledger, s->config->station);
        if (r < 0)
                return r;
        if (r > 0)
                desk_touch(s->desk);
        r = incidents_on_slice(s); /* before what the office sends: of that there may be no end */
        if (r == 0 && s->fullness < LEDGER_INTAKE_STOPPED)
                r = tail_slice(s->inbox);
        if (r == 0)
                r = tail_slice(s->notices);
        if (r == 0 && s->purge_due)
                r = purge_slice(s);
        if (r == 0 && s->gaps_due)
                r = gap_slice(s);
        if (r < 0)
                return r;
        if ((s->fullness < LEDGER_INTAKE_STOPPED && tail_has_more(s->inbox)) || tail_has_more(s->notices) ||
                s->purge_due)
                desk_poke(s->desk);
        return 0;
}

void room_on_full(void *userdata) {
        struct station *s = userdata;

        /* The reserve makes the room that acknowledging, purging and saying so need. */
        log_error("storage: the disk is full; scans are refused until there is room");
        if (store_reserve_release(s->config->folder) < 0)
                log_error("storage: the reserve could not be released");
        contact_on_lost(s);
        incidents_on_lost(s);
        tail_forget(s->inbox);
        tail_forget(s->notices);
        if (clock_watch_recall(&s->clock, s->boot_id, s->ledger) < 0)
                log_debug("clock: what was kept of it cannot be read now");
        s->fullness = LEDGER_FULL;
        desk_refuse(s->desk, "保存場所がいっぱい。リーダーを呼ぶ", "storage is full: call the leader");
}
