/* SPDX-License-Identifier: Apache-2.0 */
/* How much marketing an address got, what came back, and the address to stop it by. */
#include "services/notify/news.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/notify/outbox.h"
#include "services/notify/unsubscribe.h"

#define DAY (86400LL * (int64_t) USEC_PER_SEC)

struct scene {
        char folder[64];
        struct outbox *outbox;
        struct news *news;
};

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
        (void) st, (void) type, (void) at;
        return remove(path);
}

static int open_scene(void **state) {
        struct scene *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        (void) snprintf(s->folder, sizeof(s->folder), "/tmp/okuru-news-XXXXXX");
        assert_non_null(mkdtemp(s->folder));
        assert_int_equal(outbox_open(&s->outbox, s->folder, "5c0ffee0-0001-4000-8000-000000000001", NULL), 0);
        assert_int_equal(news_open(&s->news, outbox_store(s->outbox)), 0);
        assert_int_equal(store_begin(outbox_store(s->outbox)), 0);
        *state = s;
        return 0;
}

static int close_scene(void **state) {
        struct scene *s = *state;

        store_rollback(outbox_store(s->outbox));
        (void) news_close(s->news);
        (void) outbox_close(s->outbox);
        (void) nftw(s->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        free(s);
        return 0;
}

static void list(struct hashes *h, const char *a, const char *b) {
        *h = (struct hashes){.n = b ? 2 : 1};
        (void) copy_text(h->list[0], SEAL_HASH_MAX, a);
        (void) copy_text(h->list[1], SEAL_HASH_MAX, b ? b : "");
}

static void in_one(struct scene *s, int r) {
        assert_int_equal(r, 0);
        assert_int_equal(store_commit(outbox_store(s->outbox)), 0);
        assert_int_equal(store_begin(outbox_store(s->outbox)), 0);
}

static void put(
        struct scene *s, const char *merchant, const char *notice, int64_t at, const char *a, const char *b) {
        struct hashes h;

        list(&h, a, b);
        in_one(s, news_put(s->news, merchant, &h, notice, at));
}

static int count(struct scene *s, const char *merchant, const char *notice, int64_t since, const char *a,
        const char *b) {
        struct hashes h;
        int n = -1;

        list(&h, a, b);
        assert_int_equal(news_count(s->news, merchant, &h, notice, since, &n), 0);
        return n;
}

static void each_address_counts_by_merchant_and_time_and_a_notice_not_against_itself(void **state) {
        struct scene *s = *state;

        put(s, "acme", "n1", 10 * DAY, "mail", "phone");
        put(s, "acme", "n2", 12 * DAY, "mail", NULL);
        put(s, "acme", "n2", 12 * DAY, "mail", NULL); /* a second copy */
        put(s, "other", "n3", 12 * DAY, "mail", NULL);
        assert_int_equal(count(s, "acme", "n9", 9 * DAY, "mail", NULL), 2);
        assert_int_equal(count(s, "acme", "n9", 10 * DAY, "mail", NULL), 1);
        assert_int_equal(count(s, "acme", "n2", 9 * DAY, "mail", NULL), 1);
        assert_int_equal(count(s, "acme", "n9", 9 * DAY, "phone", NULL), 1);
        assert_int_equal(count(s, "acme", "n9", 9 * DAY, "phone", "mail"), 2);
        assert_int_equal(count(s, "acme", "n9", 9 * DAY, "nobody", NULL), 0);
        in_one(s, news_drop(s->news, "n1"));
        assert_int_equal(count(s, "acme", "n9", 9 * DAY, "mail", "phone"), 1);
}

static void what_came_back_is_known_until_it_is_old(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = (NEWS_KEEP_DAYS + 20) * DAY, .clock = CLOCK_QUALITY_HOLDOVER};

        in_one(s, news_brought_back(s->news, "acme", "S-1", 10 * DAY));
        in_one(s, news_brought_back(s->news, "acme", "S-1", 11 * DAY));
        put(s, "acme", "n1", 10 * DAY, "mail", NULL);
        assert_int_equal(news_is_brought_back(s->news, "acme", "S-1"), 1);
        assert_int_equal(news_is_brought_back(s->news, "other", "S-1"), 0);
        in_one(s, news_purge(s->news, &now));
        assert_int_equal(news_is_brought_back(s->news, "acme", "S-1"), 1);
        now.clock = CLOCK_QUALITY_SYNCED;
        in_one(s, news_purge(s->news, &now));
        assert_int_equal(news_is_brought_back(s->news, "acme", "S-1"), 0);
        assert_int_equal(count(s, "acme", "n9", 0, "mail", NULL), 0);
}

static void what_a_clock_that_was_ahead_counted_caps_nobody_until_then(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = 20 * DAY, .clock = CLOCK_QUALITY_SYNCED};

        put(s, "acme", "n1", 400 * DAY, "mail", NULL);
        in_one(s, news_purge(s->news, &now));
        assert_int_equal(count(s, "acme", "n9", 19 * DAY, "mail", NULL), 1);
        assert_int_equal(count(s, "acme", "n9", 20 * DAY, "mail", NULL), 0);
}

/* printf 'okuru unsubscribe 5c0ffee0-0001-5000-8000-00000000000a' | openssl dgst -sha256 -hmac 'sixteen letters!' */
static void the_address_to_stop_it_holds_a_token_that_nobody_else_can_make(void **state) {
        static const char notice[] = "5c0ffee0-0001-5000-8000-00000000000a", key[] = "sixteen letters!";
        static const char pattern[] = "https://a.example.jp/u?t={{token}}&l=ja";
        _cleanup_str_ struct str url = STR_INIT, other = STR_INIT;

        (void) state;
        assert_int_equal(unsubscribe_write(key, strlen(key), pattern, notice, &url), 0);
        assert_string_equal(url.data,
                "https://a.example.jp/"
                "u?t=5c0ffee0-0001-5000-8000-00000000000a.49090464c64823af19706933605850dd&l=ja");
        assert_int_equal(unsubscribe_write("another key here", 16, pattern, notice, &other), 0);
        assert_string_not_equal(url.data, other.data);
        assert_int_equal(unsubscribe_write(key, strlen(key), "https://a.example.jp/u", notice, &url), 1);
        assert_int_equal(
                unsubscribe_write(key, strlen(key), "http://a.example.jp/{{token}}", notice, &url), 1);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        each_address_counts_by_merchant_and_time_and_a_notice_not_against_itself, open_scene,
                        close_scene),
                cmocka_unit_test_setup_teardown(
                        what_came_back_is_known_until_it_is_old, open_scene, close_scene),
                cmocka_unit_test_setup_teardown(
                        what_a_clock_that_was_ahead_counted_caps_nobody_until_then, open_scene, close_scene),
                cmocka_unit_test(the_address_to_stop_it_holds_a_token_that_nobody_else_can_make),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
