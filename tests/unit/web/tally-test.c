/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/time.h"

static void add(struct tally *t, int64_t pos, const char *type, const char *time) {
        const struct fact_row row = {.pos = pos, .type = type, .time = time};

        tally_add(t, &row);
}

static const struct json *step(const struct json *doc, size_t i) {
        return json_at(json_get(doc, "tally"), i);
}

static void facts_are_counted_in_their_quarter_of_an_hour(void **state) {
        struct tally t = {0};
        _cleanup_str_ struct str text = STR_INIT;
        _cleanup_(json_freep) struct json *doc = NULL;
        struct json_writer w;
        int64_t now;

        (void) state;
        assert_int_equal(time_parse("2026-11-21T14:40:00+09:00", &now, NULL), 0);
        add(&t, 1, "item.verified", "2026-11-21T14:29:59.999+09:00");
        add(&t, 2, "item.verified", "2026-11-21T14:30:00+09:00");
        add(&t, 3, "item.refused", "2026-11-21T14:31:00+09:00");
        add(&t, 4, "parcel.ready", "2026-11-21T14:39:00+09:00");
        add(&t, 5, "parcel.opened", "2026-11-21T14:39:00+09:00");
        add(&t, 6, "parcel.ready", "2026-11-21T05:00:00+09:00"); /* before all that is told */
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        tally_write(&t, &w, "tally", now);
        json_write_end_object(&w);
        assert_int_equal(json_parse(text.data, text.len, &doc, NULL), 0);
        assert_int_equal(t.pos, 6);
        assert_int_equal(json_size(json_get(doc, "tally")), TALLY_STEPS);
        assert_int_equal(json_get_int(step(doc, TALLY_STEPS - 2), "right", -1), 1);
        assert_int_equal(json_get_int(step(doc, TALLY_STEPS - 1), "right", -1), 1);
        assert_int_equal(json_get_int(step(doc, TALLY_STEPS - 1), "wrong", -1), 1);
        assert_int_equal(json_get_int(step(doc, TALLY_STEPS - 1), "ready", -1), 1);
        for (size_t i = 0; i < TALLY_STEPS - 1; i++)
                assert_int_equal(json_get_int(step(doc, i), "ready", -1), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(facts_are_counted_in_their_quarter_of_an_hour),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
