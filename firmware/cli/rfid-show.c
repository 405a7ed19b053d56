/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/rfid-show.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/json.h"
#include "firmware/base/time.h"
#include "firmware/domain/zone-setting.h"

void rfid_show_deinit(struct rfid_show *s) {
        s->zone = zone_free(s->zone);
}

static double seconds(const struct rfid_show *s) {
        return s->last_usec > s->begun_usec ? (double) (s->last_usec - s->begun_usec) / 1e6 : 0;
}

static void level_to_str(int dbm, char text[16]) {
        if (dbm == ZONE_RSSI_UNKNOWN)
                (void) snprintf(text, 16, "-");
        else
                (void) snprintf(text, 16, "%d dBm", dbm);
}

static void print_tag(const struct rfid_show *s, const struct zone_tag *tag) {
        char hex[EPC_HEX_SIZE], level[16], theirs[16];
        const struct epc *what = &tag->what;

        hex_encode(tag->epc, tag->n_epc, hex);
        level_to_str(tag->level_dbm, level);
        level_to_str(tag->neighbour_dbm, theirs);
        (void) fprintf(s->out, "%8.3f  %-9s  %-12s %s%s%s  here %s in %u, weak %u, neighbour %s in %u  %s\n",
                seconds(s), zone_standing_to_str(tag->standing), epc_kind_to_str(what->kind),
                epc_is_ours(what) ? what->key : epc_why_to_str(what->why), *what->serial ? " " : "",
                what->serial, level, tag->n_counted, tag->n_weak, theirs, tag->n_neighbour, hex);
}

static void write_tag(const struct rfid_show *s, const struct zone_tag *tag) {
        _cleanup_str_ struct str line = STR_INIT;
        char hex[EPC_HEX_SIZE];
        struct json_writer w;

        hex_encode(tag->epc, tag->n_epc, hex);
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "bench", s->name);
        json_write_int(&w, "usec", (int64_t) s->last_usec);
        json_write_string(&w, "standing", zone_standing_to_str(tag->standing));
        json_write_string(&w, "kind", epc_kind_to_str(tag->what.kind));
        json_write_string(&w, "key", tag->what.key);
        json_write_string(&w, "serial", tag->what.serial);
        json_write_int(&w, "counted", tag->n_counted);
        json_write_int(&w, "weak", tag->n_weak);
        json_write_int(&w, "neighbour", tag->n_neighbour);
        if (tag->level_dbm != ZONE_RSSI_UNKNOWN)
                json_write_int(&w, "level", tag->level_dbm);
        json_write_string(&w, "epc", hex);
        json_write_end_object(&w);
        if (!line.error)
                (void) fprintf(s->out, "%s\n", line.data);
}

static void tell(const struct rfid_show *s, const char *word) {
        struct zone_sum sum;

        zone_sum(s->zone, &sum);
        if (s->json) {
                (void) fprintf(s->out, "{\"bench\":\"%s\",\"usec\":%llu,\"set\":\"%s\",\"believed\":%zu}\n",
                        s->name, (unsigned long long) s->last_usec, word, sum.n[ZONE_BELIEVED]);
                return;
        }
        (void) fprintf(s->out,
                "%8.3f  %s: %zu believed, %zu foreign, %zu weak, %zu of neighbours, %zu gone\n", seconds(s),
                word, sum.n[ZONE_BELIEVED], sum.n[ZONE_FOREIGN], sum.n[ZONE_TOO_WEAK], sum.n[ZONE_NEIGHBOUR],
                sum.n[ZONE_GONE]);
}

static void tell_events(struct rfid_show *s, unsigned int events) {
        uint64_t change = zone_get_change(s->zone);

        if (change != s->change)
                for (const struct zone_tag *tag = zone_next(s->zone, NULL); tag;
                        tag = zone_next(s->zone, tag))
                        if (tag->change > s->change)
                                (s->json ? write_tag : print_tag)(s, tag);
        s->change = change;
        if (events & ZONE_EVENT_SWAPPED)
                tell(s, "another box");
        if (events & ZONE_EVENT_RESTLESS)
                tell(s, "restless");
        if (events & ZONE_EVENT_SETTLED)
                tell(s, "settled");
        if (events & ZONE_EVENT_EMPTIED)
                tell(s, "empty");
        if (events & ZONE_EVENT_FULL)
                tell(s, "too many tags");
}

/* Each thing at its own time: what falls due is told before the read that comes after it. */
void rfid_show_tick(struct rfid_show *s, uint64_t now_usec) {
        while (s->zone && zone_due(s->zone) <= now_usec) {
                s->last_usec = zone_due(s->zone);
                tell_events(s, zone_tick(s->zone, s->last_usec));
        }
}

static int take_setting(struct rfid_show *s, const char *name, const struct zone_config *config) {
        if (s->zone || (s->bench && strcmp(s->bench, name) != 0))
                return 0;
        (void) copy_text(s->name, sizeof(s->name), name); /* a name fits */
        return zone_new(&s->zone, config);
}

static void take_read(struct rfid_show *s, const struct zone_read *r) {
        if (s->begun_usec == 0)
                s->begun_usec = r->usec;
        rfid_show_tick(s, r->usec);
        s->last_usec = r->usec > s->last_usec ? r->usec : s->last_usec;
        tell_events(s, zone_feed(s->zone, r));
}

int rfid_show_line(struct rfid_show *s, const char *line, size_t n, struct diag *d) {
        struct zone_config config;
        struct zone_read read;
        char name[NAME_TEXT_MAX];
        uint64_t since_usec;
        int r = zone_setting_read(line, n, name, &config, &since_usec, d);

        if (r < 0)
                return r;
        if (r == 0)
                return take_setting(s, name, &config);
        if (r == ZONE_SETTING_E_BEGIN) {
                if (s->zone && strcmp(name, s->name) == 0) {
                        zone_begin(s->zone, since_usec);
                        tell(s, "another box begins");
                }
                return 0;
        }
        r = zone_line_read(line, n, &read, d);
        if (r == 0 && s->zone)
                take_read(s, &read);
        return r < 0 ? r : 0;
}

void rfid_show_end(struct rfid_show *s) {
        struct zone_sum sum;

        if (!s->zone)
                return;
        if (zone_get_state(s->zone) != ZONE_EMPTY)
                rfid_show_tick(s,
                        s->last_usec +
                                USEC_PER_SEC / 2); /* long enough for the usual settling, short of leaving */
        zone_sum(s->zone, &sum);
        tell(s, zone_state_to_str(zone_get_state(s->zone)));
        if (!s->json)
                (void) fprintf(s->out,
                        "%8.3f  %llu reads, %llu at antennas that are nobody's here, %llu late\n", seconds(s),
                        (unsigned long long) sum.n_reads, (unsigned long long) sum.n_elsewhere,
                        (unsigned long long) sum.n_late);
}
