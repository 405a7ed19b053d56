/* SPDX-License-Identifier: Apache-2.0 */
/* What people hand in is refused here, by name, before it becomes a command that every station would have to refuse. */
#include "firmware/domain/command-shape.h"
#include "firmware/domain/picture.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"
#include "services/oms/wish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int check_size(const struct str *text, struct diag *d) {
        if (text->len <= WISH_DATA_MAX)
                return 0;
        diag_set(d, 0, 0, "", "too large: %zu bytes, at most %d travel in one command", text->len,
                WISH_DATA_MAX);
        return -EMSGSIZE;
}

static int parse(const struct str *text, struct json **docp, struct diag *d) {
        int r = text->error < 0 ? text->error : check_size(text, d);

        return r < 0 ? r : json_parse(text->data, text->len, docp, d);
}

/* A station shows a shape for what is no picture's name; whoever hands it in is told. */
static int check_pictures(const struct json *doc, const char *key, struct diag *d) {
        size_t i = 0;

        for (const struct json *e = json_first(json_get(doc, key)); e; e = json_next(e), i++) {
                char place[48];

                if (json_type(json_get(e, "picture")) == JSON_NULL || picture_of(e))
                        continue;
                (void) snprintf(place, sizeof(place), "%s[%zu].picture", key, i);
                diag_set(d, 0, 0, place,
                        "must be the SHA-256 of the picture's bytes: 64 lower-case hex digits");
                return -EBADMSG;
        }
        return 0;
}

int wish_check_shipment(const struct str *text, struct diag *d) {
        struct shipment shipment = {0};
        struct json *doc;
        int r = parse(text, &doc, d);

        if (r < 0)
                return r;
        r = shipment_read(&shipment, doc, d);
        if (r == 0)
                r = check_pictures(shipment.doc, "lines", d);
        if (r == 0)
                r = check_pictures(shipment.doc, "inserts", d);
        shipment_deinit(&shipment);
        return r;
}

static int check_text(const char *type, const struct str *text, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        int r = parse(text, &doc, d);

        return r < 0 ? r : command_shape_check(type, doc, COMMAND_HANDED_IN, d);
}

int wish_check_label(const struct str *text, struct diag *d) {
        return check_text("label", text, d);
}

int wish_check_contact(const struct str *text, struct diag *d) {
        return check_text("contact", text, d);
}

int wish_check_expected(const struct str *text, struct diag *d) {
        return check_text("expected", text, d);
}

int wish_check_notice(const struct str *text, struct diag *d) {
        return check_text("notice", text, d);
}

/* ---- the others ---- */

static const struct {
        const char *type;
        bool has_version;
} others[] = {
        [WISH_POLICY] = {"policy", true},
        [WISH_PEOPLE] = {"people", true},
        [WISH_BAY] = {"bay", true},
        [WISH_ITEM_CODES] = {"item.codes", false},
        [WISH_LABEL_BLOCK] = {"label.block", false},
        [WISH_KEYS] = {"keys", true},
        [WISH_OFFER] = {"offer", true},
};

const char *wish_other_to_str(enum wish_other kind) {
        return others[kind].type;
}

int wish_other_from_str(const char *text, enum wish_other *kindp) {
        for (int i = 0; i < N_WISH_OTHERS; i++)
                if (strcmp(text, others[i].type) == 0) {
                        *kindp = (enum wish_other) i;
                        return 0;
                }
        return -EINVAL;
}

bool wish_other_has_version(enum wish_other kind) {
        return others[kind].has_version;
}

/* The domain reads a policy with its version: it is given one. */
static int check_policy(const struct json *doc, struct diag *d) {
        _cleanup_str_ struct str text = STR_INIT;
        struct policy policy = {0};
        struct json *copy = NULL;
        int r = wish_write_other(doc, 1, &text);

        if (r == 0)
                r = parse(&text, &copy, d);
        if (r < 0)
                return r;
        /* The wire allows it, but it takes every merchant's policy away: from a person's file it is a mistake. */
        if (json_type(json_get(doc, "merchants")) != JSON_ARRAY) {
                json_free(copy);
                diag_set(d, 0, 0, "merchants", "is missing: without it every merchant's policy would go");
                return -EBADMSG;
        }
        r = policy_init(&policy, copy, d);
        if (r == 0)
                policy_deinit(&policy);
        return r;
}

int wish_check_other(enum wish_other kind, const struct json *doc, const char **merchantp,
        const char **subjectp, struct diag *d) {
        const char *merchant = "", *subject = others[kind].type;
        int r = kind == WISH_POLICY ? check_policy(doc, d)
                                    : command_shape_check(others[kind].type, doc, COMMAND_HANDED_IN, d);

        if (r < 0)
                return r;
        switch (kind) {
        case WISH_POLICY:
        case WISH_PEOPLE:
        case WISH_KEYS:
                break;
        case WISH_BAY:
                subject = json_get_string(doc, "bay", "");
                break;
        case WISH_OFFER:
                merchant = json_get_string(doc, "merchant", "");
                subject = json_get_string(doc, "offer", "");
                break;
        case WISH_ITEM_CODES:
                merchant = subject = json_get_string(doc, "merchant", "");
                break;
        case WISH_LABEL_BLOCK:
                merchant = json_get_string(doc, "merchant", "");
                subject = json_get_string(doc, "carrier", "");
                break;
        case N_WISH_OTHERS:
                return -EINVAL;
        }
        *merchantp = merchant;
        *subjectp = subject;
        return 0;
}
