/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/slip.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define NOTICE "f7e160bd-7d31-5602-8ce2-0cecab9e8306"

static void lines_are_broken_at_the_papers_width(void **state) {
        static const struct {
                const char *name, *text, *expect;
        } table[] = {
                {"short", "abc\n", "abc\n"},
                {"nothing", "", ""},
                {"no line end", "abc", "abc\n"},
                {"empty lines stay", "a\n\nb\n", "a\n\nb\n"},
                {"sixteen fit", "0123456789abcdef\nx\n", "0123456789abcdef\nx\n"},
                {"seventeen do not", "0123456789abcdefg\n", "0123456789abcdef\ng\n"},
                {"full-width counts two", "山山山山山山山山山\n", "山山山山山山山山\n山\n"},
                {"and is not split", "0123456789abcde山\n", "0123456789abcde\n山\n"},
                {"half-width katakana counts one", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀ\n", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀ\n"},
                {"a drawn code is not broken", "█▀▀▀▀▀█ ▄█▀ █▄▀█\n", "█▀▀▀▀▀█ ▄█▀ █▄▀█\n"},
                {"escape codes for a printer",
                        "a\x1b@\x1d"
                        "Vb\r\n",
                        "a @ Vb \n"},
                {"another line end",
                        "a\xe2\x80\xa8"
                        "b",
                        "a b\n"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                slip_write(table[i].text, 16, &out);
                if (strcmp(out.data ? out.data : "", table[i].expect) != 0)
                        fail_msg("%s: %s", table[i].name, out.data);
        }
}

static struct courier_answer send(const struct courier *c, const char *notice, const char *text) {
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        struct courier_answer answer = {0};

        (void) copy_text(job.notice, sizeof(job.notice), notice);
        str_add(&job.content, text);
        c->send(c->userdata, &job, &answer);
        return answer;
}

static void a_slip_is_laid_once_and_not_again_when_it_was_printed(void **state) {
        char folder[] = "/tmp/okuru-slip-XXXXXX", new[80], printed[80], path[100];
        struct slip *s = NULL;
        struct courier c;
        struct stat first, st;

        (void) state;
        assert_non_null(mkdtemp(folder));
        assert_int_equal(slip_new(&s, folder, 32), 0);
        c = slip_courier(s);
        (void) snprintf(new, sizeof(new), "%s/new/" NOTICE ".txt", folder);
        (void) snprintf(printed, sizeof(printed), "%s/printed/" NOTICE ".txt", folder);
        assert_int_equal(c.was_taken(c.userdata, NOTICE), 0);
        assert_int_equal(send(&c, NOTICE, "one\n").result, COURIER_ACCEPTED);
        assert_int_equal(stat(new, &first), 0);
        assert_int_equal(send(&c, NOTICE, "one\n").result, COURIER_ACCEPTED);
        assert_int_equal(c.was_taken(c.userdata, NOTICE), 1);
        assert_int_equal(stat(new, &st), 0);
        assert_true(st.st_ino !=
                    first.st_ino); /* a file is there whole or not at all: who reads keeps what it has */
        assert_int_equal(st.st_size, 4);
        assert_int_equal(rename(new, printed), 0);
        assert_int_equal(send(&c, NOTICE, "one\n").result, COURIER_ACCEPTED);
        assert_int_equal(c.was_taken(c.userdata, NOTICE), 1);
        assert_int_equal(stat(new, &st), -1);
        assert_int_equal(send(&c, "../../etc/passwd", "x").result, COURIER_ROUTE_DOWN);
        assert_null(slip_free(s));
        assert_int_equal(unlink(printed), 0);
        (void) snprintf(path, sizeof(path), "%s/new", folder);
        assert_int_equal(rmdir(path), 0);
        (void) snprintf(path, sizeof(path), "%s/printed", folder);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(rmdir(folder), 0);
}

static void paper_of_no_width_is_refused(void **state) {
        struct slip *s = NULL;

        (void) state;
        assert_int_equal(slip_new(&s, "/nonexistent/x", 15), -EINVAL);
        assert_int_equal(slip_new(&s, "/nonexistent/x", 97), -EINVAL);
        assert_int_equal(slip_new(&s, "/nonexistent/x", 32), -ENOENT);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_broken_at_the_papers_width),
                cmocka_unit_test(a_slip_is_laid_once_and_not_again_when_it_was_printed),
                cmocka_unit_test(paper_of_no_width_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
