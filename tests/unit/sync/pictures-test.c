/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/sync/picture-folder.h"

#define SEC 1000000ULL

/* "000…0@n" */
static const char *name_of(unsigned n) {
        static char text[PICTURE_NAME_MAX];

        (void) snprintf(text, sizeof(text), "%064x", n);
        return text;
}

static void want(struct pictures *p, unsigned n) {
        struct picture *item;

        assert_int_equal(pictures_want(p, name_of(n), &item), 0);
        pictures_on_put(item);
}

static void here(struct pictures *p, unsigned n, uint32_t bytes) {
        pictures_on_here(p, pictures_find(p, name_of(n)), bytes);
}

static void what_is_wanted_longest_is_asked_for_first_and_a_best_seller_keeps_its_place(void **state) {
        struct pictures p;

        (void) state;
        pictures_init(&p);
        assert_null(pictures_next(&p, 0));
        want(&p, 1);
        want(&p, 2);
        for (int i = 0; i < 100; i++)
                want(&p, 1);
        assert_string_equal(pictures_next(&p, 0)->name, name_of(1));
        here(&p, 1, 100);
        assert_string_equal(pictures_next(&p, 0)->name, name_of(2));
        assert_int_equal(pictures_missing(&p), 1);
        here(&p, 2, 100);
        assert_null(pictures_next(&p, 0));
        pictures_deinit(&p);
}

static void what_a_packer_has_before_him_comes_first(void **state) {
        struct pictures p;

        (void) state;
        pictures_init(&p);
        for (unsigned n = 1; n <= 5; n++)
                want(&p, n);
        pictures_in_hand(&p, name_of(4));
        pictures_in_hand(&p, name_of(77)); /* nobody wants it: nothing */
        assert_string_equal(pictures_next(&p, 0)->name, name_of(4));
        pictures_none_in_hand(&p);
        assert_string_equal(pictures_next(&p, 0)->name, name_of(1));
        pictures_deinit(&p);
}

static void what_failed_is_asked_for_later_and_later_and_the_others_meanwhile(void **state) {
        struct pictures p;
        uint64_t now = 0;

        (void) state;
        pictures_init(&p);
        want(&p, 1);
        want(&p, 2);
        pictures_on_failed(pictures_find(&p, name_of(1)), now);
        assert_string_equal(pictures_next(&p, now)->name, name_of(2));
        here(&p, 2, 1);
        assert_null(pictures_next(&p, now + PICTURES_AGAIN_USEC - 1));
        for (uint64_t delay = PICTURES_AGAIN_USEC; delay < PICTURES_AGAIN_MAX_USEC; delay *= 2) {
                assert_null(pictures_next(&p, now + delay - 1));
                now += delay;
                assert_non_null(pictures_next(&p, now));
                pictures_on_failed(pictures_find(&p, name_of(1)), now);
        }
        for (int i = 0; i < 70; i++) /* it never overflows */
                pictures_on_failed(pictures_find(&p, name_of(1)), now);
        assert_non_null(pictures_next(&p, now + PICTURES_AGAIN_MAX_USEC));
        pictures_deinit(&p);
}

static void what_was_wanted_least_recently_makes_room_but_not_what_is_in_hand(void **state) {
        struct pictures p;

        (void) state;
        pictures_init(&p);
        p.bytes_max = 250;
        for (unsigned n = 1; n <= 3; n++)
                want(&p, n);
        here(&p, 1, 100);
        here(&p, 2, 100);
        assert_null(pictures_spare(&p, 50));
        assert_string_equal(
                pictures_spare(&p, 51)->name, name_of(1)); /* 3 is not here: it would free nothing */
        pictures_in_hand(&p, name_of(1));
        assert_string_equal(pictures_spare(&p, 51)->name, name_of(2));
        pictures_forget(&p, pictures_spare(&p, 51));
        assert_null(pictures_find(&p, name_of(2)));
        assert_int_equal(p.bytes, 100);
        assert_int_equal(pictures_missing(&p), 1);
        assert_string_equal(pictures_spare(&p, 200)->name, name_of(1)); /* nothing else is left */
        pictures_deinit(&p);
}

static void names_are_bounded_too(void **state) {
        struct pictures p;
        struct picture *item;

        (void) state;
        pictures_init(&p);
        p.n_max = 16;
        for (unsigned n = 1; n <= 17; n++)
                want(&p, n);
        want(&p, 1);
        assert_string_equal(pictures_spare(&p, 0)->name, name_of(2));
        pictures_forget(&p, pictures_spare(&p, 0));
        assert_null(pictures_spare(&p, 0));
        assert_int_equal(pictures_want(&p, name_of(1), &item), 0);
        assert_true(item->is_kept); /* wanted a moment ago: its row will do */
        pictures_on_committed(&p);
        want(&p, 3);
        want(&p, 4);
        assert_int_equal(pictures_want(&p, name_of(1), &item), 0);
        assert_false(item->is_kept); /* long enough ago that its place among the others would be wrong */
        pictures_deinit(&p);
}

static void a_row_that_was_rolled_back_is_written_again(void **state) {
        struct pictures p;
        struct picture *item;

        (void) state;
        pictures_init(&p);
        assert_int_equal(pictures_want(&p, name_of(1), &item), 0);
        assert_false(item->is_kept);
        pictures_on_put(item);
        pictures_on_rolled_back(&p);
        assert_false(item->is_kept);
        pictures_on_put(item);
        pictures_on_committed(&p);
        pictures_on_rolled_back(&p); /* of a later transaction */
        assert_true(item->is_kept);
        pictures_deinit(&p);
}

/* ---- the folder ---- */

static void put_file(int fd, const char *name, const char *text) {
        _autoclose_ int file = openat(fd, name, O_WRONLY | O_CREAT, 0600);

        assert_true(file >= 0);
        assert_int_equal(write(file, text, strlen(text)), (ssize_t) strlen(text));
}

static bool is_there(int fd, const char *name) {
        struct stat st;

        return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_scratch(char *path) {
        int fd;

        assert_non_null(mkdtemp(path));
        assert_int_equal(picture_folder_open(path, &fd), 0);
        return fd;
}

static void remove_scratch(int fd, const char *path, const char *const *names) {
        for (; *names; names++)
                (void) unlinkat(fd, *names, 0);
        assert_int_equal(rmdir(path), 0);
}

static void a_folder_is_cleared_of_what_nobody_wants_and_of_halves(void **state) {
        char path[] = "/tmp/okuru-pictures-XXXXXX";
        _autoclose_ int fd = open_scratch(path);
        char unwanted[PICTURE_NAME_MAX], link[PICTURE_NAME_MAX];
        struct pictures p;

        (void) state;
        pictures_init(&p);
        for (unsigned n = 1; n <= 4; n++)
                want(&p, n);
        put_file(fd, name_of(1), "abc");
        put_file(fd, name_of(2), "");
        (void) copy_text(unwanted, sizeof(unwanted), name_of(9));
        put_file(fd, unwanted, "abc");
        (void) copy_text(link, sizeof(link), name_of(3));
        assert_int_equal(symlinkat("/etc/passwd", fd, link), 0);
        put_file(fd, ".incoming", "half");
        put_file(fd, "README", "another's");
        assert_int_equal(picture_folder_scan(fd, &p), 0);
        assert_true(is_there(fd, name_of(1)));
        assert_false(is_there(fd, name_of(2)));
        assert_false(is_there(fd, unwanted));
        assert_false(is_there(fd, link));
        assert_false(is_there(fd, ".incoming"));
        assert_true(is_there(fd, "README"));
        assert_int_equal(p.bytes, 3);
        assert_int_equal(pictures_missing(&p), 3);
        pictures_deinit(&p);
        remove_scratch(fd, path, (const char *const[]){name_of(1), "README", NULL});
}

static void a_picture_is_kept_whole_and_a_link_in_its_way_is_not_followed(void **state) {
        char path[] = "/tmp/okuru-pictures-XXXXXX";
        _autoclose_ int fd = open_scratch(path);
        char text[8] = "";

        (void) state;
        assert_int_equal(symlinkat("/tmp/okuru-pictures-never", fd, ".incoming"), 0);
        assert_int_equal(picture_folder_keep(fd, name_of(1), "abc", 3), -ELOOP);
        assert_false(is_there(fd, name_of(1)));
        assert_int_equal(
                picture_folder_keep(fd, name_of(1), "abc", 3), 0); /* the link is gone with the failure */
        {
                _autoclose_ int file = openat(fd, name_of(1), O_RDONLY);

                assert_int_equal(read(file, text, sizeof(text)), 3);
        }
        assert_string_equal(text, "abc");
        assert_false(is_there(fd, ".incoming"));
        remove_scratch(fd, path, (const char *const[]){name_of(1), NULL});
}

static void a_disk_that_ends_in_the_middle_leaves_nothing_behind(void **state) {
        static char bytes[PICTURE_BYTES_MAX];
        const struct rlimit little = {65536, RLIM_INFINITY};
        char path[] = "/tmp/okuru-pictures-XXXXXX";
        _autoclose_ int fd = open_scratch(path);
        struct rlimit before;

        (void) state;
        assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0); /* a write is cut short, the next one fails */
        assert_int_equal(picture_folder_keep(fd, name_of(1), bytes, sizeof(bytes)), -EFBIG);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_false(is_there(fd, name_of(1)));
        assert_false(is_there(fd, ".incoming"));
        assert_int_equal(picture_folder_keep(fd, name_of(1), bytes, sizeof(bytes)), 0);
        assert_true(is_there(fd, name_of(1)));
        remove_scratch(fd, path, (const char *const[]){name_of(1), NULL});
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_wanted_longest_is_asked_for_first_and_a_best_seller_keeps_its_place),
                cmocka_unit_test(what_a_packer_has_before_him_comes_first),
                cmocka_unit_test(what_failed_is_asked_for_later_and_later_and_the_others_meanwhile),
                cmocka_unit_test(what_was_wanted_least_recently_makes_room_but_not_what_is_in_hand),
                cmocka_unit_test(names_are_bounded_too),
                cmocka_unit_test(a_row_that_was_rolled_back_is_written_again),
                cmocka_unit_test(a_folder_is_cleared_of_what_nobody_wants_and_of_halves),
                cmocka_unit_test(a_picture_is_kept_whole_and_a_link_in_its_way_is_not_followed),
                cmocka_unit_test(a_disk_that_ends_in_the_middle_leaves_nothing_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
