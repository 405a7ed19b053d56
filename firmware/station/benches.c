/* SPDX-License-Identifier: Apache-2.0 */
/* Between the benches' devices and the desk: scans go in, verdicts and labels come out, and the storage's state covers all lights. */
#include "firmware/station/station-internal.h"

#include <string.h>

#include "firmware/base/log.h"

/* ---- the desk calls ---- */

size_t benches_index(const struct station *s, const char *name) {
        int i = desk_bench_index(s->desk, name);

        return i < 0 ? s->config->n_benches : (size_t) i;
}

void benches_on_verdict(void *userdata, const struct verdict *v, uint64_t mono_usec) {
        struct station *s = userdata;
        size_t bench = benches_index(s, v->bench);

        (void) mono_usec;
        if (v->kind == VERDICT_NONE || !prompt_on_verdict(s, bench, v))
                return;
        s->shown[bench] = *v;
        if (bench < s->config->n_benches && !(v->prompt && s->covered[bench])) {
                s->covered[bench] = false;
                trials_on_verdict(s, bench);
                devices_show(s->devices, bench, v);
        }
        station_tell_verdict(s, v);
        rfid_on_verdict(s, bench);
}

void benches_cover(struct station *s, enum verdict_kind kind, const char *ja, const char *en) {
        for (size_t i = 0; i < s->config->n_benches; i++) {
                struct verdict v;

                verdict_set(&v, kind, s->config->benches[i].name);
                verdict_sub_ja(&v, "%s", ja);
                verdict_sub_en(&v, "%s", en);
                s->covered[i] = true;
                s->cover[i] = v;
                trials_on_verdict(s, i);
                devices_show(s->devices, i, &v);
                station_tell_verdict(s, &v);
        }
}

void benches_on_health(void *userdata, enum desk_health health) {
        struct station *s = userdata;

        s->health = health;
        switch (health) {
        case DESK_SLOW:
                log_warning("storage: a commit takes longer than %lld ms",
                        (long long) s->config->amber_usec / 1000);
                benches_cover(s, VERDICT_SAVING, "保存に時間がかかる。待つ", "storage is slow: wait");
                break;
        case DESK_STUCK:
                log_error("storage: a commit is stuck");
                benches_cover(s, VERDICT_NOT_RECORDED, "保存できない。リーダーを呼ぶ",
                        "storage stuck: call the leader");
                break;
        case DESK_FINE:
                log_notice("storage: well again");
                /* Whoever got an answer since looks at that; and a beep now would be taken for one. */
                for (size_t i = 0; i < s->config->n_benches; i++) {
                        if (!s->covered[i])
                                continue;
                        devices_show_quietly(s->devices, i, &s->shown[i]);
                        station_tell_back(s, &s->shown[i]);
                }
                memset(s->covered, 0, sizeof(s->covered));
                break;
        }
}

void benches_on_weigh(void *userdata, size_t bench, struct weighing *out) {
        struct station *s = userdata;

        if (s->devices && bench < s->config->n_benches)
                devices_weigh(s->devices, bench, out);
}

/* ---- the devices call ---- */

static void say_lost(struct station *s, size_t bench, const char *device) {
        struct verdict v;

        verdict_set(&v, VERDICT_SCAN_LOST, s->config->benches[bench].name);
        verdict_sub_ja(&v, "もう一度読む");
        verdict_sub_en(&v, "scan it again");
        (void) copy_text(v.device, sizeof(v.device), device);
        benches_on_verdict(s, &v, 0);
}

/* Who scans while the desk comes to its end is answered in turn, too; but a flood does not put the end off for ever. */
static bool takes(struct station *s, size_t bench) {
        return !s->stopping || s->n_late[bench]++ < DESK_QUEUE_MAX;
}

void benches_on_scan(
        void *userdata, size_t bench, const char *device, const char *bytes, size_t n, uint64_t mono_usec) {
        struct station *s = userdata;

        trials_on_input(s);
        if (!takes(s, bench) ||
                desk_scan(s->desk, bench, device, bytes, n, mono_usec, 0, NULL) == DESK_E_FULL)
                say_lost(s, bench, device);
}

void benches_on_lost(void *userdata, size_t bench, const char *device, enum scan_lost why) {
        struct station *s = userdata;

        if (!takes(s, bench) || desk_scan_lost(s->desk, bench, device, why, 0) == DESK_E_FULL)
                say_lost(s, bench, device);
}

void benches_on_press(void *userdata, size_t bench, const char *device, const char *code) {
        benches_on_scan(userdata, bench, device, code, strlen(code), monotonic_usec());
}

void benches_on_device(
        void *userdata, size_t bench, const char *name, const char *driver, bool up, const char *reason) {
        struct station *s = userdata;
        struct fact_list facts = {0};
        struct fact_builder b;

        if (up)
                log_info("bench %s: %s is there", s->config->benches[bench].name, name);
        else
                log_warning("bench %s: %s is not there: %s", s->config->benches[bench].name, name, reason);
        fact_begin(&b, &facts, up ? "device.up" : "device.down", "", name, s->config->benches[bench].name,
                NULL, NULL);
        json_write_string(&b.w, "driver", driver);
        if (!up)
                json_write_string(&b.w, "reason", reason);
        fact_end(&b);
        if (facts.n == 1 && !s->stopping && desk_fact(s->desk, &facts.items[0]) < 0)
                log_error("bench %s: state of %s is not recorded: out of memory",
                        s->config->benches[bench].name, name);
        fact_list_deinit(&facts);
}
