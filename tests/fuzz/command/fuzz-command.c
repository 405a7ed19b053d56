/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command from the broker, to the text that goes to disk: whatever comes, what is kept is strict JSON with an id and an object,
 * what should be sealed is sealed, and what opens again is what came. `applied` takes the same bytes on the side.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "services/sync/command.h"
#include "services/sync/uplink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seal_keypair *pair(void) {
        static struct seal_keypair *made;

        if (!made && seal_keypair_make(&made) < 0)
                abort();
        return made;
}

static bool is_sealed(const struct json *v) {
        return json_type(v) == JSON_NULL ||
               (json_type(v) == JSON_OBJECT && json_size(v) == 2 &&
                       uuid_is_valid(json_get_string(v, "ref", "")) &&
                       strlen(json_get_string(v, "hash", "")) == SEAL_HASH_MAX - 1);
}

static void check_sealed(const struct command *c, const struct json *kept) {
        if (strcmp(c->type, "contact") == 0)
                assert(is_sealed(json_get(kept, "contact")));
        if (strcmp(c->type, "label") != 0)
                return;
        for (const struct json *e = json_first(json_get(kept, "labels")); e; e = json_next(e))
                assert(json_type(e) != JSON_STRING && is_sealed(json_get(e, "print")));
}

static void check_boxes(const struct command *c) {
        for (size_t i = 0; i < c->n_boxes; i++) {
                _cleanup_seal_plain_ struct seal_plain plain = {0};
                _cleanup_(json_freep) struct json *inside = NULL;

                assert(seal_open(pair(), c->boxes[i].box, c->boxes[i].n_box, &plain) == 0);
                assert(json_parse(plain.bytes, plain.n, &inside, NULL) == 0 &&
                        json_type(inside) == JSON_OBJECT);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ char *text = malloc(size ? size : 1);
        _cleanup_(json_freep) struct json *kept = NULL;
        _cleanup_command_ struct command c = {0};
        struct applied applied;
        struct diag d = {0};
        int r;

        if (!text)
                return 0;
        if (size > 0)
                memcpy(text, data, size);
        (void) applied_read(text, size, &applied, NULL);
        r = command_read(text, size, &c, &d);
        if (r < 0) {
                assert(r == -EBADMSG && d.text[0]);
                return 0;
        }
        assert(c.sequence > 0 && uuid_is_valid(c.id) && c.type[0] && c.stream.kind == SOURCE_COMMANDS);
        r = command_close(&c, seal_keypair_get_public(pair()), NULL, NULL);
        assert(r == 0);
        r = json_parse(c.data.data, c.data.len, &kept, &d);
        assert(r == 0 && strcmp(json_get_string(kept, "id", ""), c.id) == 0);
        assert(json_type(json_get(kept, "data")) == JSON_OBJECT);
        if (c.reason[0])
                assert(json_size(json_get(kept, "data")) == 0 && c.n_boxes == 0);
        else
                check_sealed(&c, json_get(kept, "data"));
        check_boxes(&c);
        return 0;
}
