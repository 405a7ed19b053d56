/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger alone: does a commit cost the same behind 1,000 facts and behind 1,000,000, and what does the processor do for one
 * decision. Two ledgers lie side by side; the same scans go to both in turn, so that a neighbour on the disk slows both.
 */
#include "firmware/base/cleanup.h"
#include "firmware/domain/intake.h"
#include "firmware/domain/packout.h"
#include "firmware/ledger/ledger.h"
#include "firmware/ledger/rebuild.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SMALL_FACTS     1000
#define LARGE_FACTS     1000000
#define ROUNDS          5
#define PARCELS_A_ROUND 100
#define SCANS           5   /* a parcel: slip, three units, waybill */
#define GROUP           200 /* shipments a commit while filling */

struct side {
        struct ledger *ledger;
        char folder[256];
        struct bench bench;
        struct stamp now;
        int next; /* number of the next shipment */
        uint64_t facts;
};

struct figures {
        double commit_us[ROUNDS * PARCELS_A_ROUND * SCANS];
        double cpu_us[ROUNDS * PARCELS_A_ROUND * SCANS];
        size_t n;
};

static void die(const char *what, int r) {
        (void) fprintf(stderr, "bench-ledger: %s: %s\n", what, r < 0 ? strerror(-r) : "not as expected");
        exit(1);
}

static double microseconds(clockid_t clock) {
        struct timespec t;

        (void) clock_gettime(clock, &t); /* both clocks always exist */
        return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

/* A carrier's number with its check digit. */
static void waybill(char *number, size_t size, int i) {
        int64_t eleven = 44441370000LL + i;

        (void) snprintf(number, size, "%" PRId64 "%d", eleven, (int) (eleven % 7));
}

static void write_facts(struct side *s, struct decision *d) {
        int r = ledger_append_all(s->ledger, &d->facts, &s->now, NULL);

        if (r != 0 || d->facts.error)
                die("append", r);
        s->facts += d->facts.n;
        decision_deinit(d);
}

static void command(struct side *s, const char *type, const char *subject, const char *data) {
        struct command c = {.id = "018f0000-0000-7000-8000-00000000c0de",
                .type = type,
                .subject = subject,
                .data = data,
                .n_data = strlen(data),
                .now = s->now};
        struct decision d = {0};
        struct world world;

        if (ledger_world(s->ledger, &world) != 0 || intake_step(&world, &s->bench, 1, &c, &d) != 0)
                die(type, -EINVAL);
        write_facts(s, &d);
}

/* What an OMS says of one shipment: three units on two lines, a label on paper. */
static void announce(struct side *s, int i) {
        char id[16], number[24], data[2048];

        (void) snprintf(id, sizeof(id), "S-%08d", i);
        waybill(number, sizeof(number), i);
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"%s\",\"version\":1,\"orders\":[\"A-%d\"],"
                "\"open_codes\":[\"%s\",\"TOTE-%d\"],\"lines\":[{\"line\":\"1\",\"order\":\"A-%d\","
                "\"name\":{\"ja\":\"靴下 黒 25cm\",\"en\":\"Socks black "
                "25cm\"},\"label\":{\"ja\":\"黒25cm\",\"en\":\"black 25\"},"
                "\"quantity\":2,\"codes\":[{\"code\":\"4901234567894\",\"units\":1},{\"code\":"
                "\"14901234567891\",\"units\":12}],"
                "\"serial\":\"none\",\"lot\":\"none\",\"expiry\":\"none\",\"picture\":null,\"price\":null,"
                "\"tax_rate\":null},"
                "{\"line\":\"2\",\"order\":\"A-%d\",\"name\":{\"ja\":\"帽子\",\"en\":\"Hat\"},\"quantity\":1,"
                "\"codes\":[{\"code\":\"HAT-%d\",\"units\":1}]}],\"inserts\":[{\"line\":\"i1\","
                "\"name\":{\"ja\":\"秋のちらし\"},\"check\":\"none\",\"quantity\":1,\"codes\":[]}],\"gift\":"
                "null,"
                "\"temperature\":\"ambient\",\"carrier\":\"yamato\",\"service\":\"standard\",\"cod\":null,"
                "\"pieces\":1,"
                "\"waybill\":\"given\",\"bay\":\"y1\",\"cutoff\":\"2026-11-21T17:00:00+09:00\",\"partial\":"
                "false,"
                "\"ship_to\":{\"region\":\"JP-13\"},\"promised\":\"2026-11-23\",\"pickup\":null,"
                "\"notices\":{\"shipped\":\"station\"},\"held\":false,\"reason\":null,\"cancelled\":false}",
                id, i, id, i, i, i, i % 1000);
        command(s, "shipment", id, data);
        (void) snprintf(data, sizeof(data),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"%s\",\"version\":1,"
                "\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"%s\"}]}",
                id, number);
        command(s, "label", id, data);
}

static void scan(struct side *s, const char *code, int fresh) {
        struct input in = {.kind = INPUT_SCAN, .bytes = code, .n = strlen(code), .now = s->now};
        struct decision d = {0};
        struct world world;

        for (int i = 0; i < 2; i++)
                (void) snprintf(in.fresh[i], sizeof(in.fresh[i]), "018f%04x-%04x-7000-8000-00000000000%d",
                        (fresh >> 16) & 0xffff, fresh & 0xffff, i);
        if (ledger_world(s->ledger, &world) != 0 || packout_step(&world, &s->bench, &in, &d) != 0)
                die(code, -EINVAL);
        write_facts(s, &d);
}

static void scan_of(int i, int step, char *code, size_t size) {
        if (step == 0)
                (void) snprintf(code, size, "TOTE-%d", i);
        else if (step < 3)
                (void) snprintf(code, size, "4901234567894");
        else if (step == 3)
                (void) snprintf(code, size, "HAT-%d", i % 1000);
        else
                waybill(code, size, i);
}

static void commit(struct side *s) {
        struct store *store = ledger_store(s->ledger);
        int r = store_commit(store);

        if (r == 0 && store_wal_bytes(store) > STORE_WAL_CHECKPOINT_BYTES)
                r = store_checkpoint_passive(store);
        if (r != 0)
                die("commit", r);
}

static void begin(struct side *s) {
        if (store_begin(ledger_store(s->ledger)) != 0)
                die("begin", -EIO);
        s->now.wall_usec += 1000;
        s->now.boot_usec += 1000;
}

static void open_side(struct side *s, const char *name) {
        static const struct store_options store = {.wal_bytes = 8 * 1024 * 1024};
        const char *tmp = getenv("TMPDIR");
        struct ledger_options options = {
                .realm = "bench", .boot_id = "0b0b0b0b-0000-4000-8000-000000000000", .store = &store};
        struct diag d = {0};
        int r;

        s->now = (struct stamp){.wall_usec = 1795237323000000,
                .offset_sec = 32400,
                .boot_usec = 1000000,
                .clock = CLOCK_QUALITY_SYNCED};
        options.now = s->now;
        (void) snprintf(s->folder, sizeof(s->folder), "%s/%s-XXXXXX", tmp ? tmp : "/tmp", name);
        if (!mkdtemp(s->folder))
                die(s->folder, -errno);
        r = ledger_open(&s->ledger, s->folder, &options, &d);
        if (r != 0)
                die(d.text, r);
        bench_init(&s->bench, "b1");
        s->next = 1;
}

static void pack_one(struct side *s) {
        char code[32];
        int i = s->next++;

        announce(s, i);
        for (int step = 0; step < SCANS; step++) {
                scan_of(i, step, code, sizeof(code));
                scan(s, code, i);
        }
}

static void fill(struct side *s, uint64_t facts) {
        while (s->facts < facts) {
                begin(s);
                for (int k = 0; k < GROUP && s->facts < facts; k++)
                        pack_one(s);
                commit(s);
        }
}

static void one_scan(struct side *s, const char *code, int i, struct figures *f) {
        double cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID), at;

        begin(s);
        if (store_savepoint(ledger_store(s->ledger)) != 0)
                die("savepoint", -EIO);
        scan(s, code, i);
        if (store_release(ledger_store(s->ledger)) != 0)
                die("release", -EIO);
        f->cpu_us[f->n] = microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        at = microseconds(CLOCK_MONOTONIC);
        if (store_commit(ledger_store(s->ledger)) != 0)
                die("commit", -EIO);
        f->commit_us[f->n++] = microseconds(CLOCK_MONOTONIC) - at;
        if (store_wal_bytes(ledger_store(s->ledger)) > STORE_WAL_CHECKPOINT_BYTES)
                (void) store_checkpoint_passive(
                        ledger_store(s->ledger)); /* between scans, as the committer does */
}

/* One parcel, each scan in a commit of its own. */
static void measure_one(struct side *s, struct figures *f) {
        char code[32];
        int i = s->next++;

        begin(s);
        announce(s, i);
        commit(s);
        for (int step = 0; step < SCANS; step++) {
                scan_of(i, step, code, sizeof(code));
                one_scan(s, code, i, f);
        }
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static double quantile(double *values, size_t n, int percent) {
        qsort(values, n, sizeof(*values), compare);
        return values[n * (size_t) percent / 100];
}

static void say(const char *name, double value, const char *unit, double limit, double goal) {
        (void) printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"limit\":%.1f,\"ratio\":%.2f,"
                      "\"goal\":\"ratio <= %.1f\",\"ok\":%s}\n",
                name, value, unit, limit, value / limit, goal, value / limit <= goal ? "true" : "false");
}

static void say_value(const char *name, double value, const char *unit, double goal) {
        (void) printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"limit\":null,\"ratio\":null,"
                      "\"goal\":\"value <= %.1f\",\"ok\":%s}\n",
                name, value, unit, goal, value <= goal ? "true" : "false");
}

static void say_only(const char *name, double value, const char *unit) {
        (void) printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"limit\":null,\"ratio\":null,"
                      "\"goal\":null,\"ok\":null}\n",
                name, value, unit);
}

static void check_rebuild(const struct side *s) {
        struct rebuild_result result;
        char path[300];
        double at = microseconds(CLOCK_MONOTONIC);
        int r;

        (void) snprintf(path, sizeof(path), "%s/%s", s->folder, LEDGER_FILE);
        r = ledger_rebuild_check(path, "bench", NULL, NULL, &result, NULL);
        if (r != 0)
                die("rebuild", r);
        say_only("ledger-rebuild-check-1m", (microseconds(CLOCK_MONOTONIC) - at) / 1e6, "s");
}

static double bytes_a_fact(const struct side *s) {
        char path[300];
        struct stat st;

        (void) snprintf(path, sizeof(path), "%s/%s", s->folder, LEDGER_FILE);
        return stat(path, &st) < 0 ? 0 : (double) st.st_size / (double) s->facts;
}

static void remove_side(struct side *s) {
        static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
        char path[320];

        s->ledger = ledger_close(s->ledger);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s%s", s->folder, LEDGER_FILE, suffixes[i]);
                (void) remove(path); /* scripts/bench removes what is left */
        }
        (void) remove(s->folder);
}

int main(void) {
        static struct side small, large;
        static struct figures at_small, at_large;
        double began;

        open_side(&small, "small");
        open_side(&large, "large");
        fill(&small, SMALL_FACTS);
        began = microseconds(CLOCK_MONOTONIC);
        fill(&large, LARGE_FACTS);
        say_only("ledger-fill-a-fact", (microseconds(CLOCK_MONOTONIC) - began) / (double) large.facts, "us");
        for (int round = 0; round < ROUNDS; round++)
                for (int i = 0; i < PARCELS_A_ROUND; i++) {
                        measure_one(&small, &at_small);
                        measure_one(&large, &at_large);
                }
        say("ledger-commit-1m-to-1k-p50", quantile(at_large.commit_us, at_large.n, 50), "us",
                quantile(at_small.commit_us, at_small.n, 50), 1.3);
        say("ledger-commit-1m-to-1k-p99", quantile(at_large.commit_us, at_large.n, 99), "us",
                quantile(at_small.commit_us, at_small.n, 99), 1.3);
        say_value("ledger-decide-append-cpu-p50", quantile(at_large.cpu_us, at_large.n, 50), "us", 150);
        say_only("ledger-decide-append-cpu-p99", quantile(at_large.cpu_us, at_large.n, 99), "us");
        say_only("ledger-bytes-a-fact", bytes_a_fact(&large), "B");
        check_rebuild(&large);
        remove_side(&small);
        remove_side(&large);
        return 0;
}
