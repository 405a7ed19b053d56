/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "services/notify/gone.h"
#include "services/notify/outbox.h"

#include <stdlib.h>

#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"

struct scene {
        char folder[FOLDER_SIZE];
        struct outbox *o;
        struct gone *g;
        struct way w; /* acme and midori lead to "aa", aozora to "bb" */
};

static void fill(struct way *w) {
        static const struct {
                const char *merchant, *url;
        } hooks[] = {{"acme", "aa"}, {"midori", "aa"}, {"aozora", "bb"}};

        *w = (struct way){.channel = CHANNEL_WEBHOOK};
        routes_init(&w->health, ELEMENTSOF(hooks));
        for (size_t i = 0; i < ELEMENTSOF(hooks); i++) {
                w->routes[i] = (struct way_route){.merchant = hooks[i].merchant, .receiver = i};
                w->routes[i].courier.name = hooks[i].merchant;
                (void) copy_text(w->routes[i].url, WAY_URL_SIZE, hooks[i].url);
        }
}

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));
        struct diag d = {0};

        assert_non_null(s);
        folder_make(s->folder, "gone");
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        assert_int_equal(gone_open(&s->g, outbox_store(s->o)), 0);
        fill(&s->w);
        *state = s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        s->g = gone_close(s->g);
        s->o = outbox_close(s->o);
        folder_remove(s->folder);
        free(s);
        return 0;
}

static void put(struct scene *s, const char *url, int64_t at_usec) {
        assert_int_equal(store_begin(outbox_store(s->o)), 0);
        assert_int_equal(gone_put(s->g, url, at_usec), 0);
        assert_int_equal(store_commit(outbox_store(s->o)), 0);
}

static void who_wanted_no_more_wants_no_more_after_a_start(void **state) {
        struct notice_row acme = {.merchant = "acme"}, midori = {.merchant = "midori"},
                          aozora = {.merchant = "aozora"};
        struct scene *s = *state;
        struct way *w = &s->w;

        assert_int_equal(gone_recall(s->g, w), 0);
        assert_int_equal(way_among(w, &acme), ROUTES_ONLY(0));
        put(s, "aa", 5000);
        put(s, "aa", 7000); /* it was said before */
        fill(w);
        assert_int_equal(gone_recall(s->g, w), 0);
        assert_int_equal(way_among(w, &acme), 0);
        assert_int_equal(way_among(w, &midori), 0); /* it is the same receiver */
        assert_int_equal(way_among(w, &aozora), ROUTES_ONLY(2));
        assert_true(way_is_off(w, &acme) && way_is_off(w, &midori) && !way_is_off(w, &aozora));
        assert_int_equal(w->routes[0].off_usec, 5000);
}

static void a_url_that_the_config_does_not_name_is_forgotten(void **state) {
        struct scene *s = *state;

        put(s, "aa", 5000);
        put(s, "cc", 5000);
        put(s, "bb", 6000);
        assert_int_equal(gone_recall(s->g, &s->w), 0);
        (void) copy_text(s->w.routes[2].url, WAY_URL_SIZE, "cc"); /* that one comes back */
        s->w.routes[2].off_usec = 0;
        assert_int_equal(gone_recall(s->g, &s->w), 0);
        assert_int_equal(s->w.routes[2].off_usec, 0);
        assert_int_equal(s->w.routes[1].off_usec, 5000);
        (void) copy_text(s->w.routes[2].url, WAY_URL_SIZE, "bb"); /* was forgotten meanwhile */
        assert_int_equal(gone_recall(s->g, &s->w), 0);
        assert_int_equal(s->w.routes[2].off_usec, 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        who_wanted_no_more_wants_no_more_after_a_start, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_url_that_the_config_does_not_name_is_forgotten, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
