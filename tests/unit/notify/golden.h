/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whole texts beside the tests: GOLDEN is their folder. */
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <stdio.h>
#include <stdlib.h>

/* OKURU_GOLDEN=write makes them anew; look at the difference before you commit it. */
static inline void golden_assert(const char *name, const struct str *text) {
        const char *write = getenv("OKURU_GOLDEN");
        char path[512], expect[16384] = "";
        _autofclose_ FILE *f = NULL;

        (void) snprintf(path, sizeof(path), "%s%s.txt", GOLDEN, name);
        f = fopen(path, write ? "we" : "re");
        assert_non_null(f);
        if (write) {
                assert_int_equal(fwrite(text->data, 1, text->len, f), text->len);
                return;
        }
        expect[fread(expect, 1, sizeof(expect) - 1, f)] = '\0';
        assert_string_equal(text->data, expect);
}
