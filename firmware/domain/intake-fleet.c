/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that are kept whole once their shape holds: contact, policy, people, bays, item codes, keys, snapshot. */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int keep(struct intake *in, const char *fact, const char *merchant, const char *subject) {
        return fact_add_copy(&in->d->facts, fact, merchant, subject, in->command->id, in->doc);
}

int intake_contact(struct intake *in) {
        struct shipment known = {0};
        int64_t known_version = 0;
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        r = in->world->shipment(in->world->userdata, json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "shipment", ""), &known);
        if (r == 0) {
                known_version = known.contact_version;
                shipment_deinit(&known);
        }
        if (r >= 0)
                r = intake_check_version(in, json_get_int(in->doc, "version", 0), known_version, NULL);
        if (r == 0)
                r = keep(in, "contact.received", json_get_string(in->doc, "merchant", ""),
                        json_get_string(in->doc, "shipment", ""));
        return r < 0 ? r : 0;
}

int intake_contact_erase(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep(in, "contact.erased", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "shipment", ""));
}

int intake_policy(struct intake *in) {
        struct diag diag = {0};
        struct policy read;
        struct json *copy;
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        json_print(in->doc, &text);
        if (text.error)
                return text.error;
        r = json_parse(text.data, text.len, &copy, &diag);
        if (r < 0)
                return r;
        r = policy_init(&read, copy, &diag);
        if (r == -EBADMSG)
                return intake_refuse_shape(in, &diag);
        if (r < 0)
                return r;
        if (read.version < 1) { /* that is what was set by hand, before the OMS had a say */
                policy_deinit(&read);
                diag_set(&diag, 0, 0, "version", "must be 1 or more");
                return intake_refuse_shape(in, &diag);
        }
        r = intake_check_version(in, read.version, in->world->policy->version, in->world->policy->doc);
        policy_deinit(&read);
        if (r == 0)
                r = keep(in, "policy.changed", "", "policy");
        return r < 0 ? r : 0;
}

/* A fleet command with a version of its own. */
static int keep_newer(struct intake *in, const char *type, const char *subject, const char *fact) {
        int64_t known = 0;
        int r = in->world->wish_version(in->world->userdata, type, subject, &known);

        if (r < 0)
                return r;
        r = intake_check_version(
                in, json_get_int(in->doc, "version", 0), r == WORLD_E_NONE ? 0 : known, NULL);
        if (r == 0)
                r = keep(in, fact, "", subject);
        return r < 0 ? r : 0;
}

int intake_people(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep_newer(in, "people", "people", "people.changed");
}

int intake_keys(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep_newer(in, "keys", "keys", "keys.changed");
}

int intake_offer(struct intake *in) {
        const char *merchant, *offer;
        char subject[NAME_SIZE + ID_SIZE];
        int64_t known = 0;
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        merchant = json_get_string(in->doc, "merchant", "");
        offer = json_get_string(in->doc, "offer", "");
        (void) snprintf(subject, sizeof(subject), "%s/%s", merchant, offer);
        r = in->world->wish_version(in->world->userdata, "offer", subject, &known);
        if (r < 0)
                return r;
        r = intake_check_version(
                in, json_get_int(in->doc, "version", 0), r == WORLD_E_NONE ? 0 : known, NULL);
        if (r == 0)
                r = keep(in, "offer.changed", merchant, offer);
        return r < 0 ? r : 0;
}

int intake_bay(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep_newer(in, "bay", json_get_string(in->doc, "bay", ""), "bay.scheduled");
}

int intake_item_codes(struct intake *in) {
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep(in, "item.codes", json_get_string(in->doc, "merchant", ""),
                json_get_string(in->doc, "merchant", ""));
}

int intake_fact_refused(struct intake *in) {
        struct fact_builder b;
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        r = keep(in, "fact.refused", "", json_get_string(in->doc, "sequence", ""));
        if (r < 0)
                return r;
        fact_begin(&b, &in->d->facts, "conflict.found", "", json_get_string(in->doc, "sequence", ""), NULL,
                NULL, in->command->id);
        json_write_string(&b.w, "kind", "fact-refused");
        json_write_string(&b.w, "command", in->command->id);
        json_write_string(&b.w, "source", json_get_string(in->doc, "source", ""));
        json_write_string(&b.w, "text", json_get_string(in->doc, "reason", ""));
        fact_end(&b);
        return in->d->facts.error;
}

int intake_snapshot(struct intake *in) {
        bool begins = strcmp(in->command->type, "snapshot.begin") == 0;
        int r = intake_check_shape(in);

        if (r != 0)
                return r < 0 ? r : 0;
        return keep(in, begins ? "snapshot.begun" : "snapshot.ended", "", "snapshot");
}
