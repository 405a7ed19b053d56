/* SPDX-License-Identifier: Apache-2.0 */
/* okuru rebuild --check: do the derived tables say what the facts say? Reads only; the station may be at work. */
#include "firmware/ledger/rebuild.h"

#include "firmware/base/json.h"
#include "firmware/base/say.h"
#include "firmware/cli/look.h"
#include "firmware/ledger/ledger.h"

#include <inttypes.h>
#include <string.h>

static void on_difference(void *userdata, const char *line) {
        (void) userdata;
        say(stderr, line);
        (void) fputc('\n', stderr);
}

static void tell(const struct rebuild_result *result, bool json) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (!json) {
                (void) printf("%" PRIu64 " facts replayed, %" PRIu64 " rows compared, %" PRIu64
                              " differences\n",
                        result->facts, result->rows, result->differences);
                return;
        }
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", result->differences == 0);
        json_write_int(&w, "facts", (int64_t) result->facts);
        json_write_int(&w, "rows", (int64_t) result->rows);
        json_write_int(&w, "differences", (int64_t) result->differences);
        json_write_end_object(&w);
        say_json(&line);
}

int verb_rebuild(const struct invocation *in) {
        struct rebuild_result result;
        struct setup setup;
        struct diag d = {0};
        int r = look_setup(&setup, in);

        if (r != VERB_OK)
                return r;
        r = ledger_rebuild_check(setup.ledger, setup.realm, on_difference, NULL, &result, &d);
        if (r == LEDGER_E_NONE)
                return say_failed("%s: no ledger is there yet, or you may not read it", setup.ledger);
        if (r < 0)
                return *d.text ? say_failure(&d) : say_failed("%s: %s", setup.ledger, strerror(-r));
        tell(&result, in->options->json);
        return r == 0 ? VERB_OK : VERB_FAILED;
}
