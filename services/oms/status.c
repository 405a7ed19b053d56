/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/status.h"
#include "firmware/base/json.h"
#include "firmware/base/time.h"

#include <errno.h>

static const struct json_rule status_rules[] = {
        {"online", JSON_WANT_BOOL, true, 0, 0},
        {"ledger", JSON_WANT_STRING, true, 32, 32},
        {"inbox", JSON_WANT_STRING, false, 32, 32},
        {"boot", JSON_WANT_ID, false, 1, UUID_TEXT_MAX - 1},
        {"booted", JSON_WANT_STRING, false, 1, TIME_TEXT_MAX - 1},
        {"receiver", JSON_WANT_STRING, false, 32, 32},
        {"lanes", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule taken_rules[] = {
        {"source", JSON_WANT_STRING, false, 1, SOURCE_TEXT_MAX - 1},
        {"upto", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"inbox", JSON_WANT_STRING, true, 32, 32},
};

/* Return: 0, or -EBADMSG when it is there and no id. */
static int read_hex(const struct json *doc, const char *key, char id[HEX_ID_MAX], struct diag *d) {
        const char *text = json_get_string(doc, key, "");

        if (*text && !hex_id_is_valid(text)) {
                diag_set(d, 0, 0, key, "must be 32 hex digits");
                return -EBADMSG;
        }
        (void) copy_text(id, HEX_ID_MAX, text);
        return 0;
}

static uint64_t lane_applied(const struct json *doc, const char *lane) {
        int64_t applied = json_get_int(json_get(json_get(doc, "lanes"), lane), "applied", 0);

        return applied > 0 ? (uint64_t) applied : 0;
}

int status_read(const char *text, size_t n, struct status *s, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        struct status read = {0};
        int r = json_parse(text, n, &doc, d);

        if (r == 0)
                r = json_check(doc, "", status_rules, ELEMENTSOF(status_rules), d);
        if (r == 0)
                r = read_hex(doc, "ledger", read.ledger, d);
        if (r == 0)
                r = read_hex(doc, "inbox", read.inbox, d);
        if (r == 0)
                r = read_hex(doc, "receiver", read.receiver, d);
        if (r < 0)
                return r;
        read.online = json_get_bool(doc, "online", false);
        (void) copy_text(read.boot, sizeof(read.boot), json_get_string(doc, "boot", ""));
        if (time_parse(json_get_string(doc, "booted", ""), &read.booted_usec, NULL) < 0)
                read.booted_usec = 0;
        if (time_parse(json_get_string(doc, "at", ""), &read.at_usec, NULL) < 0)
                read.at_usec = 0;
        read.fact_applied = lane_applied(doc, "fact");
        read.trace_applied = lane_applied(doc, "trace");
        *s = read;
        return 0;
}

int taken_read(const char *text, size_t n, struct taken *t, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        struct taken read = {0};
        int r = json_parse(text, n, &doc, d);

        if (r == 0)
                r = json_check(doc, "", taken_rules, ELEMENTSOF(taken_rules), d);
        if (r == 0)
                r = read_hex(doc, "inbox", read.inbox, d);
        if (r < 0)
                return r;
        (void) copy_text(read.source, sizeof(read.source), json_get_string(doc, "source", ""));
        read.upto = (uint64_t) json_get_int(doc, "upto", 0);
        *t = read;
        return 0;
}
