/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a caller at the control socket, in pieces of every size: the lines that come out are the same however the stream was
 * cut, none is longer than allowed or holds its end, and each is a request or a refusal.
 */
#include "firmware/base/json.h"
#include "firmware/base/wire.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
        size_t n_lines, n_requests;
        uint64_t hash;
        int error;
};

static void take_lines(struct wire_reader *r, struct result *out) {
        const char *line;
        size_t n;

        while (wire_reader_next(r, &line, &n) == 0) {
                struct json *doc = NULL;

                assert(n <= WIRE_LINE_MAX);
                assert(!memchr(line, '\n', n));
                assert(line[n] == '\0');
                for (size_t i = 0; i < n; i++)
                        out->hash = out->hash * 1099511628211ULL + (uint8_t) line[i];
                out->hash = out->hash * 1099511628211ULL + '\n';
                out->n_lines++;
                if (json_parse(line, n, &doc, NULL) == 0)
                        out->n_requests += json_get_string(doc, "verb", NULL) != NULL;
                (void) json_free(doc);
        }
}

/* @step: how many bytes arrive at once; 0 all of them. */
static struct result read_stream(const uint8_t *data, size_t size, size_t step) {
        struct wire_reader r = {0};
        struct result out = {0};

        for (size_t at = 0; at < size && out.error == 0;) {
                size_t n = step && step < size - at ? step : size - at;

                out.error = wire_reader_feed(&r, (const char *) data + at, n);
                at += n;
                take_lines(&r, &out);
        }
        wire_reader_deinit(&r);
        return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct result whole = read_stream(data, size, 0);
        struct result cut = read_stream(data, size, 1 + size % 7);

        /* A line that is too long is refused when it is seen; how much came before that depends on the cut. */
        if (whole.error == 0 && cut.error == 0) {
                assert(whole.n_lines == cut.n_lines && whole.n_requests == cut.n_requests);
                assert(whole.hash == cut.hash);
        }
        return 0;
}
