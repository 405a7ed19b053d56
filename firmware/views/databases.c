/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/databases.h"

#include "firmware/base/str.h"
#include "firmware/store/store.h"

static const struct {
        uint32_t application_id;
        int version_min, version_max;
} kinds[] = {
        [DATABASE_LEDGER] = {LEDGER_APPLICATION_ID, LEDGER_VERSION_MIN, LEDGER_VERSION_MAX},
        [DATABASE_INBOX] = {INBOX_APPLICATION_ID, INBOX_VERSION_MIN, INBOX_VERSION_MAX},
        [DATABASE_NOTICES] = {NOTICES_APPLICATION_ID, NOTICES_VERSION_MIN, NOTICES_VERSION_MAX},
};

int database_look(const char *path, enum database_kind kind, struct database_look *out, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        int r = store_open_reader(
                &s, path, kinds[kind].application_id, kinds[kind].version_min, kinds[kind].version_max, d);

        if (r != 0)
                return r == STORE_E_NOT_YET ? DATABASE_E_NOT_YET : r;
        (void) copy_text(out->log_id, sizeof(out->log_id), store_log_id(s)); /* of the same size */
        out->version = store_version(s);
        out->of_this_machine = store_is_of_this_machine(s);
        return 0;
}
