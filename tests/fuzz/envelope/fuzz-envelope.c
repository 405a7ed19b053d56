/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes from the broker: as a message, as a topic, as a stream's name. What is accepted must survive writing. */
#include "firmware/base/cleanup.h"
#include "services/link/envelope.h"
#include "services/link/source.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_envelope(const char *text, size_t n) {
        _cleanup_envelope_ struct envelope e = {0}, again = {0};
        _cleanup_str_ struct str out = STR_INIT;
        struct diag d = {0};
        int r;

        if (envelope_read(text, n, &e, &d) < 0)
                return;
        /* Ours may be longer than what came (an absent attribute is filled in), never wrong. */
        r = envelope_write(&e, &out);
        if (r != 0 && out.len <= ENVELOPE_TEXT_MAX)
                abort();
        if (r != 0)
                return;
        if (envelope_read(out.data, out.len, &again, &d) < 0 || again.sequence != e.sequence ||
                again.v != e.v || strcmp(again.id, e.id) != 0 || strcmp(again.type, e.type) != 0)
                abort();
}

static void try_names(const char *text) {
        char again[LINK_TOPIC_MAX], source_again[SOURCE_TEXT_MAX];
        struct topic t;
        struct source s;

        if (topic_parse(text, &t) == 0 &&
                (topic_build(t.realm, t.site, t.station, t.leaf, again) != 0 || strcmp(text, again) != 0))
                abort();
        if (source_parse(text, &s) == 0 &&
                (source_build(&s, source_again) != 0 || strcmp(text, source_again) != 0))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ char *text = malloc(size + 1);

        if (!text)
                return 0;
        memcpy(text, data, size);
        text[size] = '\0';
        try_envelope(text, size);
        try_names(text);
        return 0;
}
