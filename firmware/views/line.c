/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/line.h"

#include "firmware/base/time.h"
#include "firmware/views/databases.h"

#define PEER_GONE_USEC                                                                                       \
        (240 * (int64_t) USEC_PER_SEC) /* three minutes, and the one that it is put down late */
#define PEERS_VERSION  2               /* of the schema that has them first */
#define HEALTH_VERSION 4               /* and how they are */

static int read_words(
        struct store *s, void (*fn)(const struct line_word *word, void *userdata), void *userdata) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(s, &q, "SELECT name, value, since FROM line ORDER BY name");

        while (r == 0 && (r = store_step(&q)) == 0) {
                struct line_word word = {.name = store_column_str(&q, 0),
                        .value = store_column_str(&q, 1),
                        .since = store_column_str(&q, 2)};

                fn(&word, userdata);
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int read_lanes(
        struct store *s, void (*fn)(const struct line_lane *lane, void *userdata), void *userdata) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(
                s, &q, "SELECT lane, ledger, upto, receiver, verdict FROM uplink ORDER BY lane");

        while (r == 0 && (r = store_step(&q)) == 0) {
                struct line_lane lane = {.lane = store_column_str(&q, 0),
                        .ledger = store_column_str(&q, 1),
                        .upto = store_column_int64(&q, 2),
                        .receiver = store_column_str(&q, 3),
                        .verdict = store_column_str(&q, 4)};

                fn(&lane, userdata);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int line_read(const char *path, void (*on_word)(const struct line_word *word, void *userdata),
        void (*on_lane)(const struct line_lane *lane, void *userdata), void *userdata, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        int r = store_open_reader(&s, path, INBOX_APPLICATION_ID, INBOX_VERSION_MIN, INBOX_VERSION_MAX, d);

        if (r == 0 && on_word)
                r = read_words(s, on_word, userdata);
        if (r == 0 && on_lane)
                r = read_lanes(s, on_lane, userdata);
        return r;
}

int line_read_peers(const char *path, int64_t now_usec,
        void (*fn)(const struct line_peer *peer, void *userdata), void *userdata, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_open_reader(&s, path, INBOX_APPLICATION_ID, INBOX_VERSION_MIN, INBOX_VERSION_MAX, d);

        if (r != 0 || store_version(s) < PEERS_VERSION)
                return r;
        r = store_prepare(s, &q,
                store_version(s) < HEALTH_VERSION
                        ? "SELECT station, heard, '' FROM peer ORDER BY station"
                        : "SELECT p.station, p.heard, coalesce(h.health, '') FROM peer p "
                          "LEFT JOIN peer_health h USING (station) ORDER BY p.station");
        while (r == 0 && (r = store_step(&q)) == 0) {
                struct line_peer peer = {.station = store_column_str(&q, 0),
                        .heard = store_column_str(&q, 1),
                        .health = store_column_str(&q, 2)};
                int64_t heard = 0;

                peer.now = time_parse(peer.heard, &heard, NULL) == 0 && now_usec - heard < PEER_GONE_USEC;
                fn(&peer, userdata);
        }
        return r == STORE_E_DONE ? 0 : r;
}
