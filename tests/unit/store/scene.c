/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/scene.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct store_migration migrations[] = {
        {1, "0001-item",
                "CREATE TABLE item (code TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL CHECK (n >= 0)) "
                "STRICT;"},
};

const struct store_schema scene_schema = {
        .name = "scene",
        .application_id = SCENE_APPLICATION_ID,
        .migrations = migrations,
        .n_migrations = ELEMENTSOF(migrations),
        .has_log = true,
};

int scene_setup(void **state) {
        struct scene *scene = calloc(1, sizeof(*scene));

        if (!scene)
                return -1;
        (void) snprintf(scene->folder, sizeof(scene->folder), "/tmp/okuru-store-XXXXXX");
        if (!mkdtemp(scene->folder) || chmod(scene->folder, 0750) < 0) {
                free(scene);
                return -1;
        }
        (void) snprintf(scene->path, sizeof(scene->path), "%s/scene.db", scene->folder);
        *state = scene;
        return 0;
}

int scene_teardown(void **state) {
        struct scene *scene = *state;
        DIR *folder = opendir(scene->folder);
        struct dirent *entry;

        while (folder && (entry = readdir(folder)))
                (void) unlinkat(dirfd(folder), entry->d_name, 0); /* "." and ".." stay */
        if (folder)
                (void) closedir(folder);
        (void) rmdir(scene->folder);
        free(scene);
        return 0;
}

struct store *scene_open_writer(const struct scene *scene) {
        struct store *s = NULL;
        struct diag d = {0};
        char text[512];
        int r = store_open_writer(&s, scene->path, &scene_schema, NULL, &d);

        if (r != 0)
                fail_msg("writer: %s: %s", strerror(-r), diag_str(&d, text, sizeof(text)));
        return s;
}

struct store *scene_open_reader(const struct scene *scene) {
        struct store *s = NULL;
        struct diag d = {0};
        char text[512];
        int r = store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 1, 1, &d);

        if (r != 0)
                fail_msg("reader: %d: %s", r, diag_str(&d, text, sizeof(text)));
        return s;
}

int scene_put(struct store *s, const char *code, int64_t n) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(s, &q, "INSERT INTO item (code, n) VALUES (?1, ?2)");

        if (r != 0)
                return r;
        r = store_begin(s);
        if (r != 0)
                return r;
        store_bind_text(&q, 1, code);
        store_bind_int64(&q, 2, n);
        r = store_run(&q);
        if (r != 0) {
                store_rollback(s);
                return r;
        }
        return store_commit(s);
}

int64_t scene_int(struct store *s, const char *sql) {
        _cleanup_(store_finish) struct store_stmt q = {0};

        assert_int_equal(store_prepare(s, &q, sql), 0);
        assert_int_equal(store_step(&q), 0);
        return store_column_int64(&q, 0);
}

int64_t scene_count(struct store *s) {
        return scene_int(s, "SELECT count(*) FROM item");
}
