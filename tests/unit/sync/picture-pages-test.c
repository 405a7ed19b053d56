/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/picture-pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/seal/seal.h"

#define QUESTION  "019aa4e0-0001-7000-8000-000000000001"
#define PNG_MAGIC "\x89PNG\r\n\x1a\n"

struct asked { /* a picture of @n bytes, asked for */
        uint8_t bytes[PICTURE_BYTES_MAX + PICTURE_PAGE_BYTES];
        size_t n;
        char name[SEAL_HASH_MAX];
        struct picture_pages pages;
};

static void ask(struct asked *a) {
        _cleanup_str_ struct str out = STR_INIT;

        assert_int_equal(picture_pages_ask(&a->pages, QUESTION, 0, &out), 0);
        assert_non_null(strstr(out.data, a->name));
}

static void begin(struct asked *a, size_t n) {
        for (size_t i = 0; i < sizeof(a->bytes); i++)
                a->bytes[i] = (uint8_t) (i * 131 >> 3);
        memcpy(a->bytes, PNG_MAGIC, strlen(PNG_MAGIC));
        a->n = n;
        seal_sha256(a->bytes, n, a->name);
        picture_pages_begin(&a->pages, a->name);
        ask(a);
}

struct lie { /* how an answer differs from the right one; zero: not */
        const char *id, *picture, *data, *reason;
        int64_t page, pages;
        int cut, more; /* bytes of the page */
        bool is_refusal;
};

static int hear(struct asked *a, const struct lie *lie) {
        _cleanup_str_ struct str data = STR_INIT, text = STR_INIT;
        const size_t at = (size_t) (a->pages.page - 1) * PICTURE_PAGE_BYTES;
        size_t n = a->n - at < PICTURE_PAGE_BYTES ? a->n - at : PICTURE_PAGE_BYTES;
        struct json_writer w;

        base64_encode(a->bytes + at, n - (size_t) lie->cut + (size_t) lie->more, &data);
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_int(&w, "v", 1);
        json_write_string(&w, "id", lie->id ? lie->id : QUESTION);
        json_write_bool(&w, "ok", !lie->is_refusal);
        if (lie->is_refusal)
                json_write_string(&w, "reason", lie->reason);
        json_write_string(&w, "picture", lie->picture ? lie->picture : a->name);
        json_write_int(&w, "page", lie->page ? lie->page : (int64_t) a->pages.page);
        json_write_int(&w, "pages",
                lie->pages ? lie->pages : (int64_t) ((a->n + PICTURE_PAGE_BYTES - 1) / PICTURE_PAGE_BYTES));
        json_write_string(&w, "data", lie->data ? lie->data : data.data);
        json_write_end_object(&w);
        assert_int_equal(text.error, 0);
        return picture_pages_hear(&a->pages, text.data, text.len);
}

static void a_picture_comes_page_by_page_and_is_held_against_its_name(void **state) {
        static const size_t sizes[] = {9, 100, PICTURE_PAGE_BYTES - 1, PICTURE_PAGE_BYTES,
                PICTURE_PAGE_BYTES + 1, 3 * PICTURE_PAGE_BYTES + 7, PICTURE_BYTES_MAX};
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                int heard;

                begin(a, sizes[i]);
                while ((heard = hear(a, &(struct lie){0})) == PICTURE_MORE)
                        ask(a);
                assert_int_equal(heard, PICTURE_WHOLE);
                assert_int_equal(a->pages.bytes.len, sizes[i]);
                assert_memory_equal(a->pages.bytes.data, a->bytes, sizes[i]);
                picture_pages_end(&a->pages);
        }
        free(a);
}

static void whatever_is_not_the_page_that_was_asked_for_is_thrown_away(void **state) {
        static const char other[] = "0000000000000000000000000000000000000000000000000000000000000000";
        static const struct lie lies[] = {
                {.picture = other},
                {.picture = "../../../../etc/okuru/seal.key..................................."},
                {.picture = "x"},
                {.page = 2},
                {.page = -1},
                {.page = 9},
                {.pages = 1}, /* of two: more than a last page holds would be missing */
                {.pages = 9},
                {.pages = 9007199254740991},
                {.pages = -3},
                {.cut = 1}, /* every page but the last is full */
                {.more = 1},
                {.more = 3},
                {.data = "not base64!!"},
                {.data = ""},
                {.data = "AAAA"},
        };
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        for (size_t i = 0; i < ELEMENTSOF(lies); i++) {
                int heard;

                begin(a, 2 * PICTURE_PAGE_BYTES);
                heard = hear(a, &lies[i]);
                assert_int_equal(heard, PICTURE_BAD);
                assert_int_equal(hear(a, &(struct lie){0}), PICTURE_NOT_OURS); /* no second answer */
                picture_pages_end(&a->pages);
        }
        begin(a, 2 * PICTURE_PAGE_BYTES); /* the control: the same without a lie */
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_MORE);
        ask(a);
        assert_int_equal(hear(a, &(struct lie){.pages = 3}), PICTURE_BAD); /* it grew meanwhile */
        picture_pages_end(&a->pages);
        free(a);
}

static void bytes_of_another_name_are_thrown_away_at_the_end(void **state) {
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        begin(a, PICTURE_PAGE_BYTES + 9);
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_MORE);
        ask(a);
        a->bytes[PICTURE_PAGE_BYTES + 3] ^= 1;
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_BAD);
        begin(a, PICTURE_PAGE_BYTES + 9);
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_MORE);
        ask(a);
        assert_int_equal(hear(a, &(struct lie){.cut = 1}), PICTURE_BAD);
        picture_pages_end(&a->pages);
        free(a);
}

static void what_is_no_picture_is_not_asked_on_for_though_its_name_is_right(void **state) {
        static const struct {
                const char *bytes;
                size_t n;
                int heard;
        } rows[] = {
                {PNG_MAGIC "rest", 12, PICTURE_WHOLE},
                {"\xff\xd8\xff\xe0rest", 8, PICTURE_WHOLE},
                {"RIFF....WEBPVP8 ", 16, PICTURE_WHOLE},
                {"RIFX....WEBPVP8 ", 16, PICTURE_BAD},
                {"RIFF....WEB", 11, PICTURE_BAD},
                {"GIF89a......", 12, PICTURE_BAD},
                {"<svg onload=alert(1)>", 21, PICTURE_BAD},
                {"<!doctype html>", 15, PICTURE_BAD},
                {"\x89PNG\r\n\x1a", 7, PICTURE_BAD},
        };
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                memcpy(a->bytes, rows[i].bytes, rows[i].n);
                a->n = rows[i].n;
                seal_sha256(a->bytes, a->n, a->name);
                picture_pages_begin(&a->pages, a->name);
                ask(a);
                assert_int_equal(hear(a, &(struct lie){0}), rows[i].heard);
        }
        picture_pages_end(&a->pages);
        free(a);
}

static void what_is_no_answer_to_us_leaves_the_question_open(void **state) {
        static const char *const texts[] = {"", "{", "[]", "null", "{\"id\":7}", "{\"ok\":true}",
                "{\"id\":\"" QUESTION "\",\"id\":\"" QUESTION "\"}"};
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        begin(a, 100);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(picture_pages_hear(&a->pages, texts[i], strlen(texts[i])), PICTURE_NOT_OURS);
        assert_int_equal(
                hear(a, &(struct lie){.id = "019aa4e0-0001-7000-8000-000000000002"}), PICTURE_NOT_OURS);
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_WHOLE);
        picture_pages_begin(&a->pages, a->name);
        assert_int_equal(hear(a, &(struct lie){0}), PICTURE_NOT_OURS); /* nothing was asked */
        picture_pages_end(&a->pages);
        free(a);
}

static void a_refusal_says_whether_the_picture_or_the_question_is_not_known(void **state) {
        struct asked *a = calloc(1, sizeof(*a));

        (void) state;
        assert_non_null(a);
        begin(a, 100);
        assert_int_equal(hear(a, &(struct lie){.is_refusal = true, .reason = "unknown"}), PICTURE_UNKNOWN);
        ask(a);
        assert_int_equal(
                hear(a, &(struct lie){.is_refusal = true, .reason = "unknown-question"}), PICTURE_NOBODY);
        picture_pages_end(&a->pages);
        free(a);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_picture_comes_page_by_page_and_is_held_against_its_name),
                cmocka_unit_test(whatever_is_not_the_page_that_was_asked_for_is_thrown_away),
                cmocka_unit_test(bytes_of_another_name_are_thrown_away_at_the_end),
                cmocka_unit_test(what_is_no_picture_is_not_asked_on_for_though_its_name_is_right),
                cmocka_unit_test(what_is_no_answer_to_us_leaves_the_question_open),
                cmocka_unit_test(a_refusal_says_whether_the_picture_or_the_question_is_not_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
