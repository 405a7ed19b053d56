/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/hub.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct hub *make(void) {
        struct hub *h = NULL;

        assert_int_equal(hub_new(&h), 0);
        assert_int_equal(hub_add(h, "b1"), 0);
        assert_int_equal(hub_add(h, "b1"), 0);
        return h;
}

static void a_text_is_handed_out_once_to_each(void **state) {
        _cleanup_(hub_freep) struct hub *h = make();
        uint64_t mine = 0, yours = 0;
        struct hub_text *text = NULL;

        (void) state;
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0);
        for (int i = 0; i < 2; i++) {
                assert_int_equal(hub_wait(h, "b1", i ? &yours : &mine, 0, &text), 0);
                assert_string_equal(text->text, "one");
                text = hub_text_unref(text);
        }
        assert_int_equal(hub_wait(h, "b1", &mine, 1, &text), HUB_E_SAME);
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0); /* the same says nothing new */
        assert_int_equal(hub_wait(h, "b1", &mine, 1, &text), HUB_E_SAME);
        assert_int_equal(hub_put(h, "b2", strdup("none of that name")), -ENOENT);
        assert_int_equal(hub_wait(h, "b2", &mine, 0, &text), HUB_E_OVER);
}

static void who_was_slow_gets_the_newest_alone(void **state) {
        _cleanup_(hub_freep) struct hub *h = make();
        uint64_t mine = 0;
        struct hub_text *text = NULL;

        (void) state;
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0);
        assert_int_equal(hub_put(h, "b1", strdup("two")), 0);
        assert_int_equal(hub_wait(h, "b1", &mine, 0, &text), 0);
        assert_string_equal(text->text, "two");
        text = hub_text_unref(text);
        assert_int_equal(hub_wait(h, "b1", &mine, 1, &text), HUB_E_SAME);
}

static void a_text_outlives_the_next_one_while_it_is_told(void **state) {
        _cleanup_(hub_freep) struct hub *h = make();
        struct hub_text *mine = NULL, *yours = NULL;
        uint64_t version = 0, other = 0;

        (void) state;
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0);
        assert_int_equal(hub_wait(h, "b1", &version, 0, &mine), 0);
        assert_int_equal(hub_wait(h, "b1", &other, 0, &yours), 0);
        assert_ptr_equal(mine, yours); /* one for all */
        assert_int_equal(hub_put(h, "b1", strdup("two")), 0);
        assert_null(hub_text_unref(yours));
        h = hub_free(h);
        assert_string_equal(mine->text, "one");
        assert_int_equal(mine->n, 3);
        assert_null(hub_text_unref(mine));
}

static void what_is_spoilt_is_wished_for_and_not_told(void **state) {
        _cleanup_(hub_freep) struct hub *h = make();
        struct pollfd p = {.fd = hub_wish_fd(h), .events = POLLIN};
        uint64_t mine = 0;
        struct hub_text *text = NULL;

        (void) state;
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0);
        hub_spoil(h, "b1");
        assert_false(hub_is_wanted(h, "b1"));
        assert_int_equal(hub_wait(h, "b1", &mine, 1, &text), HUB_E_SAME);
        assert_int_equal(poll(&p, 1, 0), 1);
        hub_take_wishes(h);
        assert_int_equal(poll(&p, 1, 0), 0);
        assert_int_equal(hub_put(h, "b1", strdup("one")), 0); /* true again, though the same */
        assert_int_equal(hub_wait(h, "b1", &mine, 0, &text), 0);
        text = hub_text_unref(text);
}

struct reader {
        struct hub *hub;
        unsigned last, n;
};

static void *read_to_the_end(void *userdata) {
        struct reader *r = userdata;
        uint64_t version = 0;
        struct hub_text *text = NULL;
        int e;

        hub_watch(r->hub, "b1", +1);
        while ((e = hub_wait(r->hub, "b1", &version, 1000, &text)) != HUB_E_OVER) {
                unsigned value;

                if (e != 0)
                        continue;
                value = (unsigned) strtoul(text->text, NULL, 10);
                text = hub_text_unref(text);
                assert_true(value > r->last); /* never an older one */
                r->last = value;
                r->n++;
        }
        hub_watch(r->hub, "b1", -1);
        return NULL;
}

static void many_read_while_one_writes_and_all_go_home(void **state) {
        _cleanup_(hub_freep) struct hub *h = make();
        struct reader readers[16] = {0};
        pthread_t threads[16];

        (void) state;
        for (size_t i = 0; i < 16; i++) {
                readers[i].hub = h;
                assert_int_equal(pthread_create(&threads[i], NULL, read_to_the_end, &readers[i]), 0);
        }
        for (unsigned i = 1; i <= 2000; i++) {
                char text[16];

                (void) snprintf(text, sizeof(text), "%u", i);
                assert_int_equal(hub_put(h, "b1", strdup(text)), 0);
        }
        hub_stop(h);
        for (size_t i = 0; i < 16; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(hub_is_wanted(h, "b1"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_text_is_handed_out_once_to_each),
                cmocka_unit_test(who_was_slow_gets_the_newest_alone),
                cmocka_unit_test(a_text_outlives_the_next_one_while_it_is_told),
                cmocka_unit_test(what_is_spoilt_is_wished_for_and_not_told),
                cmocka_unit_test(many_read_while_one_writes_and_all_go_home),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
