/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store alone takes for the rows of a scan: a fact, each second time another one, and a line of a parcel, as text that
 * is at hand, in one commit of one thread. Nothing is read from a device, asked, decided, parsed or shown.
 *
 *   commit-probe FOLDER COUNT
 *
 * FOLDER: made, and left behind. Prints {"p50_us":…,"p99_us":…,"n":…}; checkpoints lie between the commits.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/uuid.h"
#include "firmware/ledger/ledger.h"
#include "tests/bench/samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SCANS_A_PARCEL 4
#define ROOM_BYTES     (4 * 1024 * 1024) /* as the station's */

struct probe {
        struct ledger *ledger;
        struct store *store;
        struct store_stmt fact, line;
        struct uuid_source ids;
        char parcel[UUID_TEXT_MAX];
        int64_t pos, seq[2];
};

static const char data[] =
        "{\"v\":1,\"shipment\":\"S-00000001\",\"orders\":[\"A-00000001\"],\"line\":\"1\",\"code\":"
        "\"4901234567894\",\"quantity\":1,\"how\":\"scanned\",\"serial\":\"\",\"piece\":1,\"pieces\":1}";

static int insert_fact(struct probe *p, int lane, const char *type, int64_t wall_usec) {
        char id[UUID_TEXT_MAX];
        const char *const texts[] = {id, type, NULL, "acme", p->parcel, "b1", "p-017", "",
                "2026-11-21T09:00:00.000+09:00", "0b0b0b0b-0000-4000-8000-000000000000"};
        int r = uuid7_make(&p->ids, wall_usec, id);

        if (r < 0)
                return r;
        store_bind_int64(&p->fact, 1, ++p->pos);
        store_bind_int64(&p->fact, 2, lane);
        store_bind_int64(&p->fact, 3, ++p->seq[lane]);
        for (int i = 0; i < (int) ELEMENTSOF(texts); i++)
                if (texts[i])
                        store_bind_text(&p->fact, 4 + i, texts[i]);
        store_bind_int64(&p->fact, 6, 1);
        store_bind_int64(&p->fact, 14, wall_usec);
        store_bind_text(&p->fact, 15, "synced");
        store_bind_text(&p->fact, 16, data);
        store_bind_int64(&p->fact, 17, 0);
        return store_run(&p->fact);
}

static int commit_one(struct probe *p, size_t i) {
        int64_t wall_usec = 1795237323000000 + (int64_t) i * 1000;
        int r = i % SCANS_A_PARCEL == 0 ? uuid7_make(&p->ids, wall_usec, p->parcel) : 0;

        if (r == 0)
                r = store_begin(p->store);
        if (r == 0)
                r = insert_fact(p, 1, "item.verified", wall_usec);
        if (r == 0 && i % 2 == 0)
                r = insert_fact(p, 0, "parcel.packed", wall_usec);
        if (r == 0) {
                store_bind_text(&p->line, 1, p->parcel);
                r = store_run(&p->line);
        }
        return r == 0 ? store_commit(p->store) : r;
}

static int measure(struct probe *p, size_t count, struct samples *s) {
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++) {
                uint64_t begun = monotonic_usec();

                r = commit_one(p, i);
                if (r == 0)
                        r = samples_add(s, monotonic_usec() - begun);
                if (r == 0 && store_wal_bytes(p->store) > STORE_WAL_CHECKPOINT_BYTES)
                        r = store_checkpoint_passive(p->store);
        }
        return r;
}

static int open_probe(struct probe *p, const char *folder) {
        static const struct store_options store = {.wal_bytes = ROOM_BYTES};
        struct ledger_options options = {.realm = "bench",
                .boot_id = "0b0b0b0b-0000-4000-8000-000000000000",
                .now = stamp_now(),
                .store = &store};
        struct ledger_head head;
        struct diag d = {0};
        int r = mkdir(folder, 0750) < 0 ? -errno : ledger_open(&p->ledger, folder, &options, &d);

        if (r == 0)
                r = ledger_head(p->ledger, LANE_FACT, &head);
        if (r != 0)
                return r < 0 ? r : -EINVAL;
        p->store = ledger_store(p->ledger);
        p->pos = p->seq[0] = (int64_t) head.seq;
        r = store_prepare(p->store, &p->fact,
                "INSERT INTO fact VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                "?16, ?17)");
        return r == 0 ? store_prepare(p->store, &p->line,
                                "INSERT INTO parcel_line VALUES (?1, '1', 1, 0, 0, 0) "
                                "ON CONFLICT DO UPDATE SET quantity = quantity + 1")
                      : r;
}

int main(int argc, char **argv) {
        size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
        struct probe p = {0};
        struct samples s = {0};
        int r;

        if (count == 0) {
                (void) fprintf(stderr, "commit-probe FOLDER COUNT\n");
                return 2;
        }
        r = open_probe(&p, argv[1]);
        if (r == 0)
                r = measure(&p, count, &s);
        if (r == 0)
                (void) printf("{\"p50_us\":%u,\"p99_us\":%u,\"n\":%zu}\n", samples_at(&s, 50),
                        samples_at(&s, 99), s.n);
        else
                (void) fprintf(stderr, "commit-probe: %s: %d\n", argv[1], r);
        store_finish(&p.fact);
        store_finish(&p.line);
        (void) ledger_close(p.ledger);
        samples_deinit(&s);
        return r == 0 ? 0 : 1;
}
