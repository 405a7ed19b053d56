/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/ledger/rebuild.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"

struct ledger_options scene_options(const struct scene *s) {
        return (struct ledger_options){.realm = "test", .boot_id = BOOT, .now = s->now};
}

int scene_setup(void **state) {
        struct scene *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        (void) snprintf(
                s->folder, sizeof(s->folder), "/dev/shm/okuru-ledger-XXXXXX"); /* these tests need no disk */
        if (!mkdtemp(s->folder)) {
                (void) snprintf(s->folder, sizeof(s->folder), "/tmp/okuru-ledger-XXXXXX");
                assert_non_null(mkdtemp(s->folder));
        }
        (void) snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, LEDGER_FILE);
        s->now = (struct stamp){.wall_usec = 1795237323123456,
                .offset_sec = 32400,
                .boot_usec = 1000000,
                .clock = CLOCK_QUALITY_SYNCED};
        assert_int_equal(scene_reopen(s), 0);
        *state = s;
        return 0;
}

void scene_close(struct scene *s) {
        s->l = ledger_close(s->l);
}

int scene_reopen(struct scene *s) {
        struct ledger_options options = scene_options(s);
        struct diag d = {0};

        scene_close(s);
        return ledger_open(&s->l, s->folder, &options, &d);
}

static void print_difference(void *userdata, const char *line) {
        struct scene *s = userdata;

        if (!s->damaged)
                print_error("%s\n", line);
}

uint64_t scene_rebuild(struct scene *s) {
        struct rebuild_result result;
        struct diag d = {0};
        int r = ledger_rebuild_check(s->path, "test", print_difference, s, &result, &d);

        if (r < 0)
                print_error("%d %s\n", r, d.text);
        assert_int_equal(r, result.differences > 0 ? LEDGER_E_DIFFERENT : 0);
        assert_true(result.facts > 0);
        return result.differences;
}

int scene_teardown(void **state) {
        struct scene *s = *state;
        _cleanup_(closedirp) DIR *dir = NULL;
        struct dirent *e;

        if (!s->damaged && s->l)
                assert_int_equal(scene_rebuild(s), 0);
        scene_close(s);
        dir = opendir(s->folder);
        assert_non_null(dir);
        while ((e = readdir(dir))) {
                char path[400];

                (void) snprintf(path, sizeof(path), "%s/%s", s->folder, e->d_name);
                if (e->d_name[0] != '.')
                        assert_int_equal(remove(path), 0);
        }
        assert_int_equal(rmdir(s->folder), 0);
        free(s);
        return 0;
}

void scene_pass_days(struct scene *s, int days) {
        s->now.wall_usec += days * 86400LL * 1000000;
        s->now.boot_usec += (uint64_t) days * 86400ULL * 1000000;
}

int scene_try(struct scene *s, const char *type, const char *merchant, const char *subject, const char *bench,
        const char *actor, const char *data) {
        struct fact f = {.type = type};
        _cleanup_str_ struct str text = STR_INIT;
        struct store *store = ledger_store(s->l);
        int r;

        if (fact_lane(type, &f.lane) < 0)
                f.lane = LANE_INTAKE;
        assert_true(copy_text(f.merchant, sizeof(f.merchant), merchant));
        assert_true(copy_text(f.subject, sizeof(f.subject), subject));
        assert_true(copy_text(f.bench, sizeof(f.bench), bench));
        assert_true(copy_text(f.actor, sizeof(f.actor), actor));
        str_addf(&text, "{\"v\":1%s%s}", *data ? "," : "", data);
        f.data = text.data;
        s->now.wall_usec += 1000;
        s->now.boot_usec += 1000;
        assert_int_equal(store_begin(store), 0);
        r = ledger_append(s->l, &f, &s->now, NULL);
        if (r == 0)
                assert_int_equal(store_commit(store), 0);
        else
                store_rollback(store);
        return r;
}

static void fact_at(struct scene *s, const char *type, const char *subject, const char *bench,
        const char *format, ...) __attribute__((format(printf, 5, 6)));
static void fact_at(
        struct scene *s, const char *type, const char *subject, const char *bench, const char *format, ...) {
        _cleanup_str_ struct str text = STR_INIT;
        va_list ap;

        va_start(ap, format);
        str_addv(&text, format, ap);
        va_end(ap);
        assert_int_equal(scene_try(s, type, M, subject, bench, "p1", text.data), 0);
}

uint64_t scene_fact(struct scene *s, const char *type, const char *subject, const char *data) {
        assert_int_equal(scene_try(s, type, M, subject, "", "", data), 0);
        return (uint64_t) scene_number(s, "SELECT max(pos) FROM fact");
}

void scene_shipment(struct scene *s, const char *shipment, int version, const char *more) {
        fact_at(s, version == 1 ? "shipment.received" : "shipment.changed", shipment, "",
                "\"merchant\":\"" M "\",\"shipment\":\"%s\",\"version\":%d,\"orders\":[\"A-1\"],"
                "\"open_codes\":[\"%s\",\"TOTE-%s\"%s],"
                "\"lines\":[{\"line\":\"1\",\"order\":\"A-1\",\"name\":{\"ja\":\"靴下\",\"en\":\"Socks\"},"
                "\"quantity\":2,"
                "\"codes\":[{\"code\":\"4901234567894\",\"units\":1},{\"code\":\"14901234567891\",\"units\":"
                "12}]},"
                "{\"line\":\"2\",\"name\":{\"ja\":\"帽子\"},\"quantity\":1,\"serial\":\"require\","
                "\"codes\":[{\"code\":\"HAT-9\",\"units\":1}]}],"
                "\"inserts\":[{\"line\":\"i1\",\"name\":{\"ja\":\"ちらし\"},\"check\":\"confirm\","
                "\"quantity\":1,\"codes\":[]}],"
                "\"carrier\":\"yamato\",\"pieces\":1,\"waybill\":\"given\",\"bay\":\"y1\","
                "\"notices\":{\"shipped\":\"station\"}%s%s",
                shipment, version, shipment, shipment,
                strcmp(shipment, "S-1") == 0 ? ",\"4444-1375-8703\"" : "", more ? "," : "", more ? more : "");
}

void scene_open_parcel(struct scene *s, const char *parcel, const char *shipment, int piece) {
        fact_at(s, "parcel.opened", parcel, "b1",
                "\"shipment\":\"%s\",\"orders\":[\"A-1\"],\"piece\":%d,\"pieces\":1,\"version\":1,\"code\":"
                "\"%s\"",
                shipment, piece, shipment);
}

void scene_verify(struct scene *s, const char *parcel, const char *shipment, const char *line, int quantity,
        const char *serial) {
        fact_at(s, "item.verified", parcel, "b1",
                "\"shipment\":\"%s\",\"line\":\"%s\",\"quantity\":%d,\"units\":1,\"how\":\"scanned\","
                "\"code\":\"%s\"%s%s%s",
                shipment, line, quantity, strcmp(line, "1") == 0 ? "4901234567894" : "HAT-9",
                serial ? ",\"serial\":\"" : "", serial ? serial : "", serial ? "\"" : "");
}

void scene_pack(struct scene *s, const char *parcel, const char *shipment) {
        fact_at(s, "parcel.packed", parcel, "b1",
                "\"shipment\":\"%s\",\"orders\":[\"A-1\"],\"piece\":1,\"pieces\":1,\"version\":1,"
                "\"contents\":["
                "{\"line\":\"1\",\"quantity\":2,\"hand\":1},{\"line\":\"2\",\"quantity\":1},"
                "{\"line\":\"i1\",\"quantity\":1,\"confirmed\":1}]",
                shipment);
}

void scene_print(
        struct scene *s, const char *parcel, const char *shipment, const char *number, const char *source) {
        fact_at(s, "waybill.printed", parcel, "b1",
                "\"shipment\":\"%s\",\"carrier\":\"yamato\",\"number\":\"%s\",\"source\":\"%s\",\"print\":1",
                shipment, number, source);
}

void scene_ready(struct scene *s, const char *parcel, const char *shipment, const char *number) {
        fact_at(s, "parcel.ready", parcel, "b1",
                "\"shipment\":\"%s\",\"carrier\":\"yamato\",\"number\":\"%s\",\"matched\":\"given\",\"bay\":"
                "\"y1\"",
                shipment, number);
}

void scene_ship(struct scene *s, const char *parcel, const char *shipment, const char *number) {
        fact_at(s, "parcel.shipped", parcel, "",
                "\"shipment\":\"%s\",\"carrier\":\"yamato\",\"number\":\"%s\",\"how\":\"bay-closed\",\"bay\":"
                "\"y1\"",
                shipment, number);
}

void scene_whole(struct scene *s, const char *parcel, const char *shipment, const char *number) {
        scene_open_parcel(s, parcel, shipment, 1);
        scene_verify(s, parcel, shipment, "1", 2, NULL);
        scene_verify(s, parcel, shipment, "2", 1, shipment);
        scene_pack(s, parcel, shipment);
        scene_print(s, parcel, shipment, number, "given");
        scene_ready(s, parcel, shipment, number);
        scene_ship(s, parcel, shipment, number);
}

struct world scene_world(struct scene *s) {
        struct world w = {0};

        assert_int_equal(ledger_world(s->l, &w), 0);
        return w;
}

int64_t scene_number(struct scene *s, const char *sql) {
        struct store_stmt q = {0};
        int64_t value;

        assert_int_equal(store_prepare(ledger_store(s->l), &q, sql), 0);
        assert_int_equal(store_step(&q), 0);
        value = store_column_int64(&q, 0);
        store_finish(&q);
        return value;
}

void scene_sql(struct scene *s, const char *sql) {
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(store_exec(ledger_store(s->l), sql), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
}
