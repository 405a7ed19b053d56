/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/verb.h"
#include "firmware/base/time.h"
#include "services/oms/serve.h"

#include <string.h>
#include <time.h>

int verb_open_reader(const struct invocation *in, struct storage **sp) {
        struct diag d = {0};
        int r = storage_open_reader(sp, in->options->config.database, &d);

        if (r == STORAGE_E_NOT_YET)
                return say_failed(
                        "%s: nothing is there yet, or it may not be read", in->options->config.database);
        return r < 0 ? say_failure(&d) : VERB_OK;
}

struct view_filter verb_filter(const struct invocation *in) {
        return (struct view_filter){.station = in->options->station,
                .merchant = in->options->merchant,
                .type = in->options->type};
}

int verb_settle_view(int r) {
        if (r == STORAGE_E_NOT_YET)
                return say_failed("the database is not there, or is being replaced");
        return r < 0 ? say_failed("cannot read: %s", strerror(-r)) : VERB_OK;
}

int verb_print_object(struct str *text, struct json_writer *w) {
        json_write_end_object(w);
        if (text->error < 0)
                return text->error;
        say_json(text);
        return 0;
}

void verb_print_time(FILE *to, int64_t usec) {
        time_t sec = (time_t) (usec / (int64_t) USEC_PER_SEC);
        struct tm local;
        char text[TIME_TEXT_MAX];

        if (!localtime_r(&sec, &local))
                return;
        (void) fputs(time_format(usec, (int) local.tm_gmtoff, text), to);
}

int verb_serve(const struct invocation *in) {
        return serve_run(&in->options->config) < 0 ? VERB_FAILED : VERB_OK;
}
