/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A folder of a test's own, gone with what is in it. */
#include "tests/unit/base/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

#define FOLDER_SIZE 64

/* @name: of the test, for who finds one that was left. */
static inline void folder_make(char folder[FOLDER_SIZE], const char *name) {
        (void) snprintf(folder, FOLDER_SIZE, "/tmp/okuru-%s-XXXXXX", name);
        assert_non_null(mkdtemp(folder));
}

/* Files alone; one below is an error of the test. */
static inline void folder_remove(const char *folder) {
        _cleanup_(closedirp) DIR *d = opendir(folder);
        const struct dirent *e;

        assert_non_null(d);
        while ((e = readdir(d)))
                if (e->d_name[0] != '.')
                        assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
        assert_int_equal(rmdir(folder), 0);
}
