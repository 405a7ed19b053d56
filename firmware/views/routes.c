/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/routes.h"

#include "firmware/views/databases.h"

#define ROUTES_VERSION 9 /* of the schema that has them first */

int routes_read_from(
        struct store *s, void (*fn)(const struct route_row *row, void *userdata), void *userdata) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r;

        if (store_version(s) < ROUTES_VERSION)
                return 0;
        r = store_prepare(s, &q,
                "SELECT channel, name, state, reason, since_usec FROM route ORDER BY channel, position");
        while (r == 0 && (r = store_step(&q)) == 0) {
                struct route_row row = {.channel = store_column_str(&q, 0),
                        .name = store_column_str(&q, 1),
                        .state = store_column_str(&q, 2),
                        .reason = store_column_str(&q, 3),
                        .since_usec = store_column_int64(&q, 4)};

                fn(&row, userdata);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int routes_read(const char *path, void (*fn)(const struct route_row *row, void *userdata), void *userdata,
        struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        int r = store_open_reader(
                &s, path, NOTICES_APPLICATION_ID, NOTICES_VERSION_MIN, NOTICES_VERSION_MAX, d);

        return r == 0 ? routes_read_from(s, fn, userdata) : r;
}
