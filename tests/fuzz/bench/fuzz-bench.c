/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two benches and a world; each byte is one thing that happens: a scan at a bench (any card, badge, slip,
 * item or label), a set of tags, a wish of an OMS, a label, time. Whatever the order: no crash; every scan says one thing
 * in two languages; every fact is possible where its parcel stands (the fold asserts that); no count above
 * its line; no box ready with a number that is not its own.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "tests/support/fake-world.h"

#define STEPS_MAX 400
#define BENCHES   2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scans[] = {"S-1", "S-2", "S-3", "S-4", "S-5", "TWO", "NEW-9", "4901234567894",
        "4901234567894", "14901234567891", "4912345678904", "]d2010491234567890421AA01",
        "]d2010491234567890421AA02", "FLYER-1", "4569951116179", "4944440000113", "444413758703",
        "444413758714", "444413758725", "444413758736", "444413758740", "444413758751", "555500000016",
        "555500000020", "444413758704", "junk code", "\x01", "", "okuru-c-ok", "OKURU-P-BOSS-1",
        "OKURU-P-PACK-1", "OKURU-P-PACK-2", "OKURU-P-X", "OKURU-C-CONFIRM", "OKURU-C-X-2", "OKURU-C-X-12",
        "OKURU-C-D-1", "OKURU-C-D-2", "OKURU-C-D-0", "OKURU-C-OK", "OKURU-C-OK", "OKURU-C-UNDO",
        "OKURU-C-DAMAGED", "OKURU-C-SHORT", "OKURU-C-PARK", "OKURU-C-PARK-A1", "OKURU-C-RESUME",
        "OKURU-C-NEXT-PIECE", "OKURU-C-REOPEN", "OKURU-C-VOID", "OKURU-C-REPRINT", "OKURU-C-RETURN",
        "OKURU-C-PULL", "OKURU-C-SHIP", "OKURU-C-SHIP-Y1", "OKURU-C-BAY-CLOSE-Y1", "OKURU-C-BAY-CLOSE",
        "OKURU-C-SIGN-OUT", "OKURU-C-NO-SUCH-CARD"};

static const char policy[] =
        "{\"v\":1,\"version\":3,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":\"アクメ\"},"
        "\"unknown_shipment\":\"accept\",\"carriers\":[{\"carrier\":\"yamato\",\"name\":{\"ja\":\"ヤマト\"},"
        "\"shipped\":\"assumed\",\"report\":\"shipped\",\"bay\":\"y1\"},{\"carrier\":\"sagawa\","
        "\"name\":{\"ja\":\"佐川\"},\"shipped\":\"at-ready\",\"report\":\"ready\"}]}],\"idle_lock_s\":600}";

/* The shipments: 1 plain, 2 cases and serials in two boxes, 3 from a block, 4 hand-written with inserts, 5
 * another merchant's that may go partial. */
struct kind {
        const char *merchant, *codes, *lines, *inserts, *carrier, *more;
};
#define BLACK                                                                                                \
        "{\"line\":\"1\",\"name\":{\"ja\":\"黒\"},\"quantity\":%d,\"codes\":[{\"code\":\"4901234567894\"}," \
        "{\"code\":\"14901234567891\",\"units\":12}]}"
#define WATCH                                                                                                \
        "{\"line\":\"2\",\"name\":{\"ja\":\"時計\"},\"quantity\":2,\"serial\":\"require\","                \
        "\"codes\":[{\"code\":\"4912345678904\"}]}"
static const struct kind kinds[] = {
        {"acme", "\"S-1\"", BLACK, "", "yamato", ""},
        {"acme", "\"S-2\",\"TWO\"", BLACK "," WATCH, "", "yamato", "\"pieces\":2,"},
        {"acme", "\"S-3\"", BLACK, "", "yamato", "\"waybill\":\"block\","},
        {"acme", "\"S-4\"", BLACK,
                "{\"line\":\"i1\",\"name\":{\"ja\":\"紙\"},\"check\":\"scan\",\"codes\":[{\"code\":\"FLYER-"
                "1\"}]},"
                "{\"line\":\"i2\",\"name\":{\"ja\":\"札\"},\"check\":\"confirm\"},"
                "{\"line\":\"i3\",\"name\":{\"ja\":\"本\"},\"check\":\"none\",\"quantity\":2}",
                "sagawa", "\"waybill\":\"read\","},
        {"bento", "\"S-5\",\"TWO\"", BLACK, "", "sagawa", "\"partial\":true,"},
};

struct floor {
        struct fake_world f;
        struct bench benches[BENCHES];
        struct stamp now;
        int versions[ELEMENTSOF(kinds)], quantities[ELEMENTSOF(kinds)];
        bool held[ELEMENTSOF(kinds)], cancelled[ELEMENTSOF(kinds)];
        int ids;
};

static void wish(struct floor *fl, size_t i) {
        const struct kind *k = &kinds[i];
        char lines[1024], json[2048];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void) snprintf(lines, sizeof(lines), k->lines, fl->quantities[i]);
#pragma GCC diagnostic pop
        (void) snprintf(json, sizeof(json),
                "{\"v\":1,\"merchant\":\"%s\",\"shipment\":\"S-%zu\",\"version\":%d,\"orders\":[\"O-%zu\"],"
                "\"open_codes\":[%s],\"lines\":[%s],\"inserts\":[%s],\"carrier\":\"%s\",\"bay\":\"y1\",%s"
                "\"held\":%s,\"cancelled\":%s,\"notices\":{\"shipped\":\"station\"}}",
                k->merchant, i + 1, ++fl->versions[i], i + 1, k->codes, lines, k->inserts, k->carrier,
                k->more, fl->held[i] ? "true" : "false", fl->cancelled[i] ? "true" : "false");
        fake_wish(&fl->f, json);
}

static void begin(struct floor *fl) {
        static const char *const numbers[] = {"444413758703", "444413758714", "444413758725", "444413758736"};

        fake_world_init(&fl->f, policy);
        fl->now = (struct stamp){.wall_usec = 1795230000000000LL,
                .offset_sec = 32400,
                .boot_usec = 1000000,
                .clock = CLOCK_QUALITY_SYNCED};
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                fl->quantities[i] = i == 1 ? 13 : 2;
                wish(fl, i);
        }
        fake_label(&fl->f, "acme", "S-1", 1, "yamato", numbers[0], "0189aaaa-0000-7000-8000-000000000001");
        fake_label(&fl->f, "acme", "S-2", 1, "yamato", numbers[1], "");
        fake_label(&fl->f, "acme", "S-2", 2, "yamato", numbers[2], "");
        fake_label(&fl->f, "bento", "S-5", 1, "sagawa", numbers[3], "");
        fake_block(&fl->f, "444413758740");
        fake_block(&fl->f, "444413758751");
        fake_item(&fl->f, "acme", "4569951116179", "ほか", "other");
        fake_person(&fl->f, "BOSS-1", "p-boss", ROLE_LEADER);
        fake_person(&fl->f, "PACK-1", "p-one", ROLE_PACKER);
        fake_person(&fl->f, "PACK-2", "p-two", ROLE_PACKER);
        for (int i = 0; i < BENCHES; i++)
                bench_init(&fl->benches[i], i ? "bench-2" : "bench-1");
}

/* --- what must hold --- */

static void check_texts(const struct decision *d) {
        for (size_t i = 0; i < d->n_verdicts; i++) {
                const struct verdict *v = &d->verdicts[i];

                assert(v->kind != VERDICT_NONE && *v->head_ja && *v->head_en && *v->sub_ja && *v->sub_en);
                assert(utf8_is_valid(v->sub_ja, strlen(v->sub_ja)));
                assert(utf8_is_valid(v->sub_en, strlen(v->sub_en)));
        }
}

static void check_counts(struct floor *fl, const struct fact *fact, const struct json *data) {
        const char *line = json_get_string(data, "line", "");
        struct shipment s;
        int r = fl->f.world.shipment(&fl->f, fact->merchant, json_get_string(data, "shipment", ""), &s);

        assert(r == 0);
        for (size_t i = 0; i < s.n_lines; i++)
                if (strcmp(s.lines[i].id, line) == 0)
                        assert(s.lines[i].done <= s.lines[i].quantity);
        shipment_deinit(&s);
}

/* After the fold: nobody else has this number on a box or as a label. */
static void check_number(struct floor *fl, const struct fact *fact, const struct json *data) {
        const char *number = json_get_string(data, "number", "");

        assert(*number);
        for (size_t i = 0; i < fl->f.n_shipments; i++) {
                const struct fake_shipment *s = &fl->f.shipments[i];
                bool ours = strcmp(s->merchant, fact->merchant) == 0 &&
                            strcmp(s->id, json_get_string(data, "shipment", "")) == 0;

                for (size_t j = 0; j < s->n_labels && !ours; j++)
                        assert(strcmp(s->labels[j].number, number) != 0);
                for (size_t j = 0; j < s->n_parcels; j++)
                        if (s->parcels[j].state != PARCEL_VOIDED &&
                                strcmp(s->parcels[j].id, fact->subject) != 0)
                                assert(strcmp(s->parcels[j].number, number) != 0);
        }
        for (size_t i = 0; i < fl->f.n_dead; i++)
                assert(strcmp(fl->f.dead[i], number) != 0);
}

static void check_facts(struct floor *fl, const struct decision *d) {
        for (size_t i = 0; i < d->facts.n; i++) {
                const struct fact *fact = &d->facts.items[i];
                _cleanup_(json_freep) struct json *data = NULL;

                int r = json_parse(fact->data, strlen(fact->data), &data, NULL);
                assert(r == 0);
                if (strcmp(fact->type, "item.verified") == 0)
                        check_counts(fl, fact, data);
                if (strcmp(fact->type, "parcel.ready") == 0)
                        check_number(fl, fact, data);
        }
}

/* A bench's memory and the world's parcels say the same. */
static void check_benches(struct floor *fl) {
        for (int i = 0; i < BENCHES; i++) {
                const struct bench *b = &fl->benches[i];
                const struct parcel *p = *b->parcel ? fake_parcel(&fl->f, b->parcel) : NULL;

                assert(b->times >= 1 && b->digits >= -1);
                if (!*b->parcel) {
                        assert(b->alarm == ALARM_NONE);
                        continue;
                }
                assert(p && (p->state == PARCEL_OPEN || p->state == PARCEL_PACKED));
                assert(strcmp(p->bench, b->name) == 0);
        }
}

static bool is_where_it_was(const struct bench *b, const struct bench *before) {
        return strcmp(b->person, before->person) == 0 && b->role == before->role &&
               strcmp(b->merchant, before->merchant) == 0 && strcmp(b->shipment, before->shipment) == 0 &&
               strcmp(b->parcel, before->parcel) == 0 && b->gesture == before->gesture &&
               b->waiting == before->waiting && strcmp(b->argument, before->argument) == 0 &&
               b->times == before->times && b->digits == before->digits && b->damaged == before->damaged &&
               b->last_input_boot_usec == before->last_input_boot_usec &&
               b->assumed_until_usec == before->assumed_until_usec && b->alarm == before->alarm &&
               strcmp(b->alarm_reason, before->alarm_reason) == 0;
}

/* What a green gives way to, whenever it is asked: never a fact, never over an alarm, and the bench is where it was. */
static void check_prompt(struct floor *fl, int bench) {
        struct input input = {.kind = INPUT_PROMPT, .now = fl->now};
        struct bench before = fl->benches[bench];
        struct decision d = {0};
        int r = packout_step(&fl->f.world, &fl->benches[bench], &input, &d);

        assert(r == 0 && d.facts.n == 0 && d.n_labels == 0 && d.n_verdicts <= 1);
        assert(before.alarm == ALARM_NONE || d.n_verdicts == 0);
        for (size_t i = 0; i < d.n_verdicts; i++)
                assert(d.verdicts[i].prompt && !d.verdicts[i].until_acknowledged &&
                        !verdict_passes(&d.verdicts[i]));
        assert(is_where_it_was(&fl->benches[bench], &before));
        check_texts(&d);
        decision_deinit(&d);
}

/* A box in which something does not belong takes nothing and goes nowhere. */
static void check_tags(const struct bench *b, const struct decision *d) {
        for (size_t i = 0; i < d->facts.n && b->tags_wrong; i++)
                assert(strcmp(d->facts.items[i].type, "item.refused") == 0);
        assert(!b->tags_wrong || d->n_labels == 0);
        assert(d->n_verdicts == 1 || d->facts.n == 0);
}

static void step(struct floor *fl, int bench, struct input *input) {
        struct decision d = {0};
        int r;

        input->now = fl->now;
        for (int i = 0; i < 2; i++)
                (void) snprintf(input->fresh[i], UUID_TEXT_MAX, "01890000-0000-7000-8000-%012d", ++fl->ids);
        r = packout_step(&fl->f.world, &fl->benches[bench], input, &d);
        assert(r == 0);
        assert(input->kind == INPUT_TICK || d.n_verdicts == 1 ||
                (input->kind == INPUT_TAGS && d.n_verdicts == 0));
        if (input->kind == INPUT_TAGS)
                check_tags(&fl->benches[bench], &d);
        check_texts(&d);
        fake_fold(&fl->f, &d.facts, &fl->now);
        check_facts(fl, &d);
        check_benches(fl);
        check_prompt(fl, bench);
        decision_deinit(&d);
        fl->now.wall_usec += (int64_t) USEC_PER_SEC;
        fl->now.boot_usec += USEC_PER_SEC;
}

/* --- what may happen --- */

static void scan(struct floor *fl, int bench, size_t nth) {
        const char *text = scans[nth % ELEMENTSOF(scans)];
        struct input input = {.kind = INPUT_SCAN, .bytes = text, .n = strlen(text)};

        step(fl, bench, &input);
}

/* Which of a few units are read, and whether they rest. */
static void see_tags(struct floor *fl, int bench, unsigned which) {
        static const char *const units[][2] = {{"04901234567894", "1"}, {"04901234567894", "2"},
                {"04912345678904", "AA01"}, {"04569951116179", "9"}, {"14901234567891", "C"}};
        struct epc tags[ELEMENTSOF(units)] = {0};
        struct input input = {.kind = INPUT_TAGS, .tags = tags};

        for (unsigned i = 0; i < ELEMENTSOF(units); i++) {
                struct epc *e = &tags[input.n_tags];

                if (!(which >> i & 1U))
                        continue;
                e->kind = EPC_SGTIN;
                e->header = EPC_SGTIN_96;
                (void) copy_text(e->key, sizeof(e->key), units[i][0]);
                (void) copy_text(e->serial, sizeof(e->serial), units[i][1]);
                input.n_tags++;
        }
        input.rest = which == 30 ? TAGS_RESTLESS : TAGS_SETTLED;
        step(fl, bench, &input);
}

static void pull_ready(struct floor *fl, size_t i, const char *reason) {
        struct fake_shipment *s = &fl->f.shipments[i];

        for (size_t j = 0; j < s->n_parcels; j++)
                if (s->parcels[j].state == PARCEL_READY)
                        fake_pull_task(&s->parcels[j], reason);
}

static void change(struct floor *fl, size_t i, unsigned what) {
        switch (what) {
        case 0:
                fl->held[i] = !fl->held[i];
                wish(fl, i);
                pull_ready(fl, i, fl->held[i] ? "held" : "");
                break;
        case 1:
                fl->cancelled[i] = true; /* never un-cancelled */
                wish(fl, i);
                pull_ready(fl, i, "cancelled");
                break;
        default:
                fl->quantities[i] = fl->quantities[i] % 3 + 1;
                wish(fl, i);
                pull_ready(fl, i, "changed");
                for (int k = 0; k < BENCHES; k++)
                        if (*fl->benches[k].parcel &&
                                strcmp(fl->benches[k].shipment, fl->f.shipments[i].id) == 0)
                                fl->benches[k].alarm = ALARM_CHANGED;
                break;
        }
}

static void something_else(struct floor *fl, int bench, unsigned what) {
        struct input input = {.kind = INPUT_TICK};

        if (what < 15) {
                change(fl, what % ELEMENTSOF(kinds), what / 5);
        } else if (what < 20) {
                input.kind = INPUT_SCAN_LOST;
                input.lost = (enum scan_lost)(what - 15);
                step(fl, bench, &input);
        } else if (what == 20 && fl->f.n_collections < FAKE_MAX) {
                fake_collection(&fl->f, "y1", fl->now.wall_usec, 60 * (int64_t) USEC_PER_SEC);
        } else {
                fl->now.wall_usec += (int64_t) (what * 20 * USEC_PER_SEC);
                fl->now.boot_usec += what * 20 * USEC_PER_SEC;
                step(fl, bench, &input);
        }
}

/* A restart: the bench's memory comes from its open parcel. */
static void restart(struct floor *fl, int bench) {
        struct bench *b = &fl->benches[bench], before = *b;
        struct decision d = {0};
        int r;

        bench_init(b, before.name);
        r = packout_resume(&fl->f.world, b, before.person, before.role, before.parcel, &fl->now, &d);
        assert(r == 0 && d.n_verdicts == 1 && d.facts.n == 0);
        assert(strcmp(b->parcel, before.parcel) == 0);
        check_texts(&d);
        check_benches(fl);
        decision_deinit(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct floor fl; /* large for a stack */

        memset(&fl, 0, sizeof(fl));
        begin(&fl);
        for (size_t i = 0; i < size && i < STEPS_MAX; i++) {
                int bench = data[i] & 0x40 ? 1 : 0;
                unsigned what = data[i] & 0x3F;

                if (!(data[i] & 0x80))
                        scan(&fl, bench, what);
                else if (what == 0x3F)
                        restart(&fl, bench);
                else if (what >= 32)
                        see_tags(&fl, bench, what - 32);
                else
                        something_else(&fl, bench, what);
        }
        fake_world_deinit(&fl.f);
        return 0;
}
