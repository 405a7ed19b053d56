/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/picture.h"
#include "services/oms/pictures.h"
#include "services/oms/wish.h"
#include "tests/unit/oms/test.h"

#define NAME  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void put_file(const char *folder, const char *name, size_t n) {
        char path[128];
        _autoclose_ int fd = -1;

        (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, (off_t) n), 0);
}

static void remove_file(const char *folder, const char *name) {
        char path[128];

        (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
        (void) unlink(path);
}

static int read_page(const char *folder, const char *name, int64_t page, unsigned *pagesp, size_t *charsp) {
        struct picture_page found = {.base64 = STR_INIT};
        int r = pictures_read(folder, name, page, &found);

        *pagesp = found.pages;
        *charsp = found.base64.len;
        str_deinit(&found.base64);
        return r;
}

static void a_picture_is_given_out_in_full_pages_and_a_rest(void **state) {
        static const struct {
                size_t n;
                unsigned pages;
                size_t rest; /* bytes of the last page */
        } rows[] = {{1, 1, 1}, {PICTURES_PAGE_BYTES, 1, PICTURES_PAGE_BYTES}, {PICTURES_PAGE_BYTES + 1, 2, 1},
                {PICTURE_BYTES_MAX, 8, PICTURES_PAGE_BYTES}};
        char folder[] = "/tmp/okuru-oms-pictures-XXXXXX";

        (void) state;
        assert_non_null(mkdtemp(folder));
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                unsigned pages;
                size_t chars;

                put_file(folder, NAME, rows[i].n);
                for (unsigned page = 1; page <= rows[i].pages; page++) {
                        const size_t n = page < rows[i].pages ? PICTURES_PAGE_BYTES : rows[i].rest;

                        assert_int_equal(read_page(folder, NAME, page, &pages, &chars), 0);
                        assert_int_equal(pages, rows[i].pages);
                        assert_int_equal(chars, (n + 2) / 3 * 4);
                }
                assert_int_equal(read_page(folder, NAME, rows[i].pages + 1, &pages, &chars), PICTURES_E_NONE);
        }
        remove_file(folder, NAME);
        assert_int_equal(rmdir(folder), 0);
}

static void what_is_no_picture_of_the_folder_is_not_given_out(void **state) {
        static const char *const names[] = {
                "", "x", "../" NAME, NAME "/", NAME "0", ".", "/etc/passwd", OTHER};
        char folder[] = "/tmp/okuru-oms-pictures-XXXXXX", path[128];
        unsigned pages;
        size_t chars;

        (void) state;
        assert_non_null(mkdtemp(folder));
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_int_equal(read_page(folder, names[i], 1, &pages, &chars), PICTURES_E_NONE);
        assert_int_equal(read_page("", NAME, 1, &pages, &chars), PICTURES_E_NONE);
        put_file(folder, NAME, 10);
        assert_int_equal(read_page(folder, NAME, 1, &pages, &chars), 0); /* the control */
        for (int64_t page = -1; page <= 0; page++)
                assert_int_equal(read_page(folder, NAME, page, &pages, &chars), PICTURES_E_NONE);
        assert_int_equal(
                read_page(folder, NAME, INT64_MAX / PICTURES_PAGE_BYTES, &pages, &chars), PICTURES_E_NONE);
        put_file(folder, NAME, 0);
        assert_int_equal(read_page(folder, NAME, 1, &pages, &chars), PICTURES_E_NONE);
        put_file(folder, NAME, PICTURE_BYTES_MAX + 1);
        assert_int_equal(read_page(folder, NAME, 1, &pages, &chars), PICTURES_E_NONE);
        (void) snprintf(path, sizeof(path), "%s/%s", folder, OTHER);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        assert_int_equal(read_page(folder, OTHER, 1, &pages, &chars), PICTURES_E_NONE);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(read_page(folder, OTHER, 1, &pages, &chars), PICTURES_E_NONE);
        remove_file(folder, NAME);
        remove_file(folder, OTHER);
        assert_int_equal(rmdir(folder), 0);
}

static void a_picture_that_is_none_is_refused_from_whoever_hands_it_in(void **state) {
        static const char text[] =
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":3,\"orders\":[\"A-1\"],"
                "\"open_codes\":[\"S-1\"],\"carrier\":\"yamato\",\"lines\":[{\"line\":\"1\",\"name\":"
                "{\"ja\":\"靴下\"},\"quantity\":2,\"codes\":[{\"code\":\"4901234567894\"}],\"picture\":%s}],"
                "\"inserts\":[{\"line\":\"i1\",\"name\":{\"ja\":\"札\"},\"picture\":%s}]}";
        static const struct {
                const char *goods, *insert, *key; /* NULL: taken */
        } rows[] = {{"null", "null", NULL}, {"\"" NAME "\"", "\"" OTHER "\"", NULL},
                {"\"socks.png\"", "null", "lines[0].picture"}, {"null", "7", "inserts[0].picture"}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                struct diag d = {0};

                str_addf(&out, text, rows[i].goods, rows[i].insert);
                assert_int_equal(wish_check_shipment(&out, &d), rows[i].key ? -EBADMSG : 0);
                assert_string_equal(d.key, rows[i].key ? rows[i].key : "");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_picture_is_given_out_in_full_pages_and_a_rest),
                cmocka_unit_test(what_is_no_picture_of_the_folder_is_not_given_out),
                cmocka_unit_test(a_picture_that_is_none_is_refused_from_whoever_hands_it_in),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
