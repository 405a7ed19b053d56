/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/verb.h"
#include "firmware/base/time.h"
#include "services/oms/serve.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

int verb_fail(const struct diag *d) {
        char text[DIAG_TEXT_MAX + 2 * DIAG_PATH_MAX];

        (void) fputs("okuru-oms: ", stderr);
        verb_print(stderr, diag_str(d, text, sizeof(text)));
        (void) fputc('\n', stderr);
        return VERB_FAILED;
}

int verb_fail_text(const char *format, ...) {
        struct diag d = {0};
        va_list ap;

        va_start(ap, format);
        (void) vsnprintf(d.text, sizeof(d.text), format, ap);
        va_end(ap);
        return verb_fail(&d);
}

int verb_open_reader(const struct invocation *in, struct storage **sp) {
        struct diag d = {0};
        int r = storage_open_reader(sp, in->config->database, &d);

        if (r == STORAGE_E_NOT_YET)
                return verb_fail_text(
                        "%s: nothing is there yet, or it may not be read", in->config->database);
        return r < 0 ? verb_fail(&d) : VERB_OK;
}

struct view_filter verb_filter(const struct invocation *in) {
        return (struct view_filter){.station = in->options->station,
                .merchant = in->options->merchant,
                .type = in->options->type};
}

int verb_settle_view(int r) {
        if (r == STORAGE_E_NOT_YET)
                return verb_fail_text("the database is not there, or is being replaced");
        return r < 0 ? verb_fail_text("cannot read: %s", strerror(-r)) : VERB_OK;
}

int verb_print_object(struct str *text, struct json_writer *w) {
        json_write_end_object(w);
        if (text->error < 0)
                return text->error;
        (void) puts(text->data);
        return 0;
}

void verb_print(FILE *to, const char *text) {
        size_t n;

        for (; *text; text += n) {
                unsigned char c = (unsigned char) *text;

                n = utf8_sequence(text, strlen(text));
                /* C0, DEL, C1 (two bytes, 0xC2 0x80-0x9F) and what is no character at all */
                if (n == 0 || c < 0x20 || c == 0x7f ||
                        (n == 2 && c == 0xc2 && (unsigned char) text[1] < 0xa0)) {
                        n = n ? n : 1;
                        for (size_t i = 0; i < n; i++)
                                (void) fprintf(to, "\\x%02x", (unsigned char) text[i]);
                } else {
                        (void) fwrite(text, 1, n, to);
                }
        }
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
        return serve_run(in->config) < 0 ? VERB_FAILED : VERB_OK;
}
