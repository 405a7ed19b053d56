/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/peer-health.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <string.h>

static const struct json_rule rules[] = {
        {"waiting", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"oldest_s", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"notices", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"down", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"ill", JSON_WANT_INT, false, 0, JSON_INT_MAX},
        {"storage", JSON_WANT_NAME, false, 0, 0},
        {"clock", JSON_WANT_NAME, false, 0, 0},
        {"silent", JSON_WANT_BOOL, false, 0, 0},
        {"stopped", JSON_WANT_BOOL, false, 0, 0},
};

int peer_health_write(const struct peer_health *h, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_known(&w, "waiting", h->waiting);
        json_write_known(&w, "oldest_s", h->oldest_sec);
        json_write_known(&w, "notices", h->notices);
        json_write_known(&w, "down", h->devices_down);
        json_write_known(&w, "ill", h->ill);
        if (h->storage)
                json_write_string(&w, "storage", h->storage);
        if (h->clock)
                json_write_string(&w, "clock", h->clock);
        if (h->office_silent)
                json_write_bool(&w, "silent", true);
        if (h->intake_stopped)
                json_write_bool(&w, "stopped", true);
        json_write_end_object(&w);
        return out->error;
}

int peer_health_check(const struct json *health, struct diag *d) {
        return json_check(health, "health", rules, ELEMENTSOF(rules), d);
}

void peer_health_copy(const struct json *health, char text[PEER_HEALTH_SIZE]) {
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &out);
        json_write_object(&w, NULL);
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                const struct json *value = json_get(health, rules[i].key);

                if (value && json_type(value) != JSON_NULL)
                        json_write_value(&w, rules[i].key, value);
        }
        json_write_end_object(&w);
        if (out.error || !copy_text(text, PEER_HEALTH_SIZE, out.data))
                *text = '\0';
}
