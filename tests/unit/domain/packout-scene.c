/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define NOON_UTC9 1795230000000000LL /* 2026-11-21T12:00:00+09:00 is 1795230000 s: the scenes begin there */

void scene_init(struct scene *s, const char *policy) {
        memset(s, 0, sizeof(*s));
        fake_world_init(&s->f, policy);
        bench_init(&s->benches[0], "bench-1");
        bench_init(&s->benches[1], "bench-2");
        s->now = (struct stamp){.wall_usec = NOON_UTC9,
                .offset_sec = 9 * 3600,
                .boot_usec = 1000 * USEC_PER_SEC,
                .clock = CLOCK_QUALITY_SYNCED};
        fake_item(&s->f, "acme", JAN_BLACK, "黒25cm", "black 25");
        fake_item(&s->f, "acme", JAN_HAT, "帽子", "Hat");
        fake_item(&s->f, "acme", JAN_OTHER, "黒27cm", "black 27");
}

void scene_deinit(struct scene *s) {
        decision_deinit(&s->last);
        fake_world_deinit(&s->f);
}

void scene_people(struct scene *s, bool signed_in) {
        fake_person(&s->f, "BOSS-1", "p-boss", ROLE_LEADER);
        fake_person(&s->f, "PACK-1", "p-one", ROLE_PACKER);
        fake_person(&s->f, "PACK-2", "p-two", ROLE_PACKER);
        if (signed_in)
                scene_scan(s, 0, PACKER);
}

void scene_wish(struct scene *s, const char *merchant, const char *id, int version, const char *open_codes,
        const char *lines, const char *inserts, const char *extra) {
        _cleanup_str_ struct str json = STR_INIT;

        str_addf(&json,
                "{\"v\":1,\"merchant\":\"%s\",\"shipment\":\"%s\",\"version\":%d,\"orders\":[\"ORD-%s\"],"
                "\"open_codes\":%s,\"lines\":[%s],\"inserts\":[%s],\"carrier\":\"yamato\",\"bay\":\"y1\",%s"
                "\"notices\":{\"shipped\":\"station\"}}",
                merchant, id, version, id, open_codes, lines, inserts, extra);
        assert_int_equal(json.error, 0);
        fake_wish(&s->f, json.data);
}

void scene_simple(struct scene *s, const char *id, int quantity, const char *number, const char *extra) {
        char line[512], codes[80];

        (void) snprintf(line, sizeof(line),
                "{\"line\":\"1\",\"order\":\"A-1\",\"name\":{\"ja\":\"靴下 黒 25cm\",\"en\":\"Socks black "
                "25\"},"
                "\"label\":{\"ja\":\"黒25cm\",\"en\":\"black 25\"},\"quantity\":%d,"
                "\"codes\":[{\"code\":\"" JAN_BLACK "\",\"units\":1},{\"code\":\"" CASE_BLACK
                "\",\"units\":12}]}",
                quantity);
        (void) snprintf(codes, sizeof(codes), "[\"%s\"]", id);
        scene_wish(s, "acme", id, 1, codes, line, "", extra);
        if (*number)
                fake_label(&s->f, "acme", id, 1, "yamato", number, "");
}

static void note_fact(struct scene *s, const struct fact *fact) {
        static const char *const words[] = {"reason", "how", "matched", "source", "state", "proof"};
        _cleanup_(json_freep) struct json *data = NULL;
        size_t used = strlen(s->facts);
        const char *word = "";

        assert_int_equal(json_parse(fact->data, strlen(fact->data), &data, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(words) && !*word; i++)
                word = json_get_string(data, words[i], "");
        (void) snprintf(s->facts + used, sizeof(s->facts) - used, "%s%s%s%s", used ? " " : "", fact->type,
                *word ? ":" : "", word);
}

void scene_step(struct scene *s, int bench, struct input *input) {
        decision_deinit(&s->last);
        input->now = s->now;
        input->weighing = s->weighing;
        for (int i = 0; i < 2; i++)
                (void) snprintf(input->fresh[i], UUID_TEXT_MAX, "01890000-0000-7000-8000-%012d", ++s->ids);
        assert_int_equal(packout_step(&s->f.world, &s->benches[bench], input, &s->last), 0);
        s->facts[0] = '\0';
        for (size_t i = 0; i < s->last.facts.n; i++)
                note_fact(s, &s->last.facts.items[i]);
        for (size_t i = 0; i < s->last.n_verdicts; i++) {
                const struct verdict *v = &s->last.verdicts[i];

                /* Whatever happens, a person is told in both languages. */
                assert_true(v->head_ja[0] && v->head_en[0] && v->sub_ja[0] && v->sub_en[0]);
                assert_true(utf8_is_valid(v->sub_ja, strlen(v->sub_ja)));
                assert_true(ascii_is_printable(v->head_en));
        }
        fake_fold(&s->f, &s->last.facts, &s->now);
        s->now.wall_usec += (int64_t) USEC_PER_SEC;
        s->now.boot_usec += USEC_PER_SEC;
}

void scene_scan(struct scene *s, int bench, const char *scan) {
        struct input input = {.kind = INPUT_SCAN, .bytes = scan, .n = strlen(scan)};

        scene_step(s, bench, &input);
        assert_int_equal(s->last.n_verdicts, 1);
}

void scene_tick(struct scene *s, int bench, int64_t seconds) {
        struct input input = {.kind = INPUT_TICK};

        s->now.wall_usec += seconds * (int64_t) USEC_PER_SEC;
        s->now.boot_usec += (uint64_t) seconds * USEC_PER_SEC;
        scene_step(s, bench, &input);
}

const struct verdict *scene_verdict(const struct scene *s) {
        assert_true(s->last.n_verdicts > 0);
        return &s->last.verdicts[s->last.n_verdicts - 1];
}

void scene_play(struct scene *s, const struct step *steps) {
        for (size_t i = 0; steps[i].scan; i++) {
                const struct step *step = &steps[i];
                const struct verdict *v;

                scene_scan(s, step->bench, step->scan);
                v = scene_verdict(s);
                if (v->kind != step->kind || strcmp(s->facts, step->facts) != 0)
                        fail_msg("step %zu, scan %s: want %s [%s], got %s [%s] (%s)", i, step->scan,
                                verdict_look(step->kind)->name, step->facts, verdict_look(v->kind)->name,
                                s->facts, v->sub_en);
        }
}

struct json *scene_fact(const struct scene *s, const char *type, size_t nth) {
        struct json *data = NULL;

        for (size_t i = 0; i < s->last.facts.n; i++) {
                const struct fact *fact = &s->last.facts.items[i];

                if (strcmp(fact->type, type) != 0 || nth-- > 0)
                        continue;
                assert_int_equal(json_parse(fact->data, strlen(fact->data), &data, NULL), 0);
                return data;
        }
        fail_msg("no fact %s", type);
        return NULL;
}
