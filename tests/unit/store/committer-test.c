/* SPDX-License-Identifier: Apache-2.0 */
/* The committer: one hand at a time, results in order, and a loop that goes on while the disk stands still. */
#include "firmware/store/committer.h"

#include "firmware/store/faultvfs.h"
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

static struct fault_plan plan;

struct fixture {
        struct scene *scene;
        struct store *store;
        struct committer *committer;
        struct store_stmt insert;
};

static int setup(void **state) {
        const struct store_options options = {.vfs = "fault"};
        struct fixture *f = calloc(1, sizeof(*f));
        void *scene = NULL;

        plan.fail_sync_in = plan.sync_delay_ms = 0;
        if (!f || scene_setup(&scene) < 0)
                return -1;
        f->scene = scene;
        if (store_open_writer(&f->store, f->scene->path, &scene_schema, &options, NULL) != 0 ||
                store_prepare(f->store, &f->insert, "INSERT INTO item (code, n) VALUES (?1, ?2)") != 0 ||
                committer_new(&f->committer, f->store) < 0)
                return -1;
        *state = f;
        return 0;
}

static int teardown(void **state) {
        struct fixture *f = *state;
        void *scene = f->scene;

        f->committer = committer_free(f->committer);
        store_finish(&f->insert);
        f->store = store_close(f->store);
        free(f);
        return scene_teardown(&scene);
}

static void begin_with(struct fixture *f, const char *code) {
        assert_int_equal(store_begin(f->store), 0);
        store_bind_text(&f->insert, 1, code);
        store_bind_int64(&f->insert, 2, 1);
        assert_int_equal(store_run(&f->insert), 0);
}

/* As the loop does: sleep on the descriptor, then take. */
static struct committer_result wait_for(struct fixture *f) {
        struct pollfd p = {.fd = committer_fd(f->committer), .events = POLLIN};
        struct committer_result result = {0};

        assert_int_equal(poll(&p, 1, 30000), 1);
        assert_int_equal(committer_take_result(f->committer, &result), 0);
        return result;
}

static bool is_readable(const struct fixture *f) {
        struct pollfd p = {.fd = committer_fd(f->committer), .events = POLLIN};

        return poll(&p, 1, 0) == 1;
}

static void many_commits_go_to_and_fro(void **state) {
        struct fixture *f = *state;

        for (int i = 0; i < 500; i++) {
                struct committer_result result;
                char code[16];

                (void) snprintf(code, sizeof(code), "%d", i);
                begin_with(f, code);
                committer_submit(f->committer, COMMITTER_WORK_COMMIT);
                assert_true(committer_is_busy(f->committer));
                result = wait_for(f);
                assert_int_equal(result.error, 0);
                assert_int_equal(result.work, COMMITTER_WORK_COMMIT);
                assert_false(committer_is_busy(f->committer));
                assert_false(is_readable(f));
                if (i % 50 == 49) {
                        committer_submit(f->committer, COMMITTER_WORK_CHECKPOINT);
                        result = wait_for(f);
                        assert_int_equal(result.error, 0);
                        assert_int_equal(result.work, COMMITTER_WORK_CHECKPOINT);
                        assert_int_equal(store_wal_bytes(f->store), 0);
                }
        }
        assert_int_equal(scene_count(f->store), 500);
}

static void a_slow_disk_does_not_hold_the_loop(void **state) {
        struct fixture *f = *state;
        struct committer_result result;

        plan.sync_delay_ms =
                60000; /* ended below, by us: if submit waited for it, we would never get there */
        begin_with(f, "A");
        committer_submit(f->committer, COMMITTER_WORK_COMMIT);
        assert_int_equal(committer_take_result(f->committer, &result), COMMITTER_E_BUSY);
        assert_false(is_readable(f));
        plan.sync_delay_ms = 0;
        result = wait_for(f);
        assert_int_equal(result.error, 0);
        assert_true(result.duration_usec < 60000000);
        assert_int_equal(scene_count(f->store), 1);
}

static void the_error_of_a_sync_comes_back_and_stays(void **state) {
        struct fixture *f = *state;

        begin_with(f, "A");
        plan.fail_sync_in = 1;
        committer_submit(f->committer, COMMITTER_WORK_COMMIT);
        assert_int_equal(wait_for(f).error, -EIO);
        assert_int_equal(store_begin(f->store), -EIO);
        committer_submit(f->committer, COMMITTER_WORK_CHECKPOINT);
        assert_int_equal(wait_for(f).error, -EIO);
}

static void freeing_waits_for_the_commit_in_hand(void **state) {
        struct fixture *f = *state;

        begin_with(f, "A");
        plan.sync_delay_ms = 50;
        committer_submit(f->committer, COMMITTER_WORK_COMMIT);
        f->committer = committer_free(f->committer);
        assert_int_equal(scene_count(f->store), 1);
}

static void a_store_without_commits_is_freed_at_once(void **state) {
        struct fixture *f = *state;
        struct committer *none = NULL;

        none = committer_free(none);
        assert_false(committer_is_busy(f->committer));
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
                TEST(many_commits_go_to_and_fro),
                TEST(a_slow_disk_does_not_hold_the_loop),
                TEST(the_error_of_a_sync_comes_back_and_stays),
                TEST(freeing_waits_for_the_commit_in_hand),
                TEST(a_store_without_commits_is_freed_at_once),
#undef TEST
        };

        if (faultvfs_register("fault", &plan) < 0)
                return 1;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
