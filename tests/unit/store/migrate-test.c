/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: from every older version, never half, never backwards. The schemas are small files beside this one. */
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "schema-1.h"
#include "schema-2.h"
#include "schema-3.h"
#include "schema-broken.h"

#define SCHEMA(array)                                                                                        \
        {                                                                                                    \
                .name = "test", .application_id = SCENE_APPLICATION_ID, .migrations = array,                 \
                .n_migrations = ELEMENTSOF(array)                                                            \
        }

static const struct store_schema versions[] = {SCHEMA(schema_1), SCHEMA(schema_2), SCHEMA(schema_3)};
static const struct store_schema broken = SCHEMA(schema_broken);

static struct store *open_as(const struct scene *scene, const struct store_schema *schema) {
        struct store *s = NULL;
        struct diag d = {0};
        int r = store_open_writer(&s, scene->path, schema, NULL, &d);

        if (r != 0)
                fail_msg("%d: %s", r, d.text);
        return s;
}

static void run(struct store *s, const char *sql) {
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(store_exec(s, sql), 0);
        assert_int_equal(store_commit(s), 0);
}

static void every_older_version_comes_up_with_its_rows(void **state) {
        struct scene *scene = *state;
        char name[sizeof(scene->path)];

        (void) snprintf(name, sizeof(name), "%s", scene->path);
        for (size_t i = 0; i < ELEMENTSOF(versions); i++) {
                struct store *s;

                (void) snprintf(scene->path, sizeof(scene->path), "%.80s.%zu", name, i);
                s = open_as(scene, &versions[i]);
                assert_int_equal(store_version(s), (int) i + 1);
                run(s, "INSERT INTO parcel (id) VALUES ('P-1')");
                s = store_close(s);

                s = open_as(scene, &versions[2]);
                assert_int_equal(store_version(s), 3);
                assert_int_equal(scene_int(s, "PRAGMA user_version"), 3);
                assert_int_equal(
                        scene_int(
                                s, "SELECT count(weight_gram) + 10 * count(*) FROM parcel WHERE id = 'P-1'"),
                        10);
                assert_int_equal(scene_int(s, "SELECT bay = 'a;b\\c\"d' FROM parcel"), 1);
                s = store_close(s);
        }
}

static void a_newer_file_is_refused_in_words_and_left_alone(void **state) {
        struct scene *scene = *state;
        struct store *s = open_as(scene, &versions[2]);
        struct diag d = {0};

        s = store_close(s);
        assert_int_equal(store_open_writer(&s, scene->path, &versions[1], NULL, &d), -ENOTSUP);
        assert_string_equal(d.text, "was written by a newer version (schema 3, this program knows 2)");
        s = open_as(scene, &versions[2]);
        assert_int_equal(store_version(s), 3);
        s = store_close(s);
}

static void a_failing_migration_leaves_the_version_before_it(void **state) {
        struct scene *scene = *state;
        struct store *s = open_as(scene, &versions[0]);
        char log_id[HEX_ID_MAX];
        struct diag d = {0};

        (void) snprintf(log_id, sizeof(log_id), "%s", store_log_id(s));
        run(s, "INSERT INTO parcel (id) VALUES ('P-1')");
        s = store_close(s);

        assert_int_equal(store_open_writer(&s, scene->path, &broken, NULL, &d), -EINVAL);
        assert_null(s);
        assert_string_equal(d.text, "migration 0002-halfway failed: no such table: there_is_no_such_table; "
                                    "the file stays at schema 1");

        s = open_as(scene, &versions[0]);
        assert_int_equal(store_version(s), 1);
        assert_int_equal(scene_int(s, "SELECT count(*) FROM parcel"), 1);
        assert_int_equal(scene_int(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'bay'"), 0);
        assert_string_equal(store_log_id(s), log_id);
        s = store_close(s);
        s = open_as(scene, &versions[2]); /* and a mended program goes on from there */
        assert_int_equal(store_version(s), 3);
        s = store_close(s);
}

static void a_migration_that_commits_by_itself_is_refused(void **state) {
        static const struct store_migration sly[] = {
                {1, "0001-sly",
                        "CREATE TABLE a (x INTEGER) STRICT; COMMIT; CREATE TABLE b (x INTEGER) STRICT;"},
        };
        const struct store_schema schema = SCHEMA(sly);
        struct scene *scene = *state;
        struct store *s = NULL;
        struct diag d = {0};

        assert_int_equal(store_open_writer(&s, scene->path, &schema, NULL, &d), -EINVAL);
        assert_null(s);
}

static void the_embedded_array_has_number_and_name_of_each_file(void **state) {
        (void) state;
        assert_int_equal(ELEMENTSOF(schema_3), 3);
        for (size_t i = 0; i < ELEMENTSOF(schema_3); i++)
                assert_int_equal(schema_3[i].number, (int) i + 1);
        assert_string_equal(schema_3[1].name, "0002-bay");
        assert_non_null(strstr(schema_3[1].sql, "back\\slashes and ; in"));
}

static void a_scratch_database_has_the_schema_too(void **state) {
        struct store *s = NULL;

        (void) state;
        assert_int_equal(store_open_scratch(&s, &versions[2], NULL), 0);
        run(s, "INSERT INTO parcel (id) VALUES ('P-1')");
        assert_int_equal(scene_int(s, "SELECT count(*) FROM parcel"), 1);
        s = store_close(s);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                TEST(every_older_version_comes_up_with_its_rows),
                TEST(a_newer_file_is_refused_in_words_and_left_alone),
                TEST(a_failing_migration_leaves_the_version_before_it),
                TEST(a_migration_that_commits_by_itself_is_refused),
                TEST(the_embedded_array_has_number_and_name_of_each_file),
                TEST(a_scratch_database_has_the_schema_too),
#undef TEST
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
