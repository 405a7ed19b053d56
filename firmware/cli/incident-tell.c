/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/incident-tell.h"

#include "firmware/base/ask.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/uuid.h"
#include "firmware/cli/pin.h"
#include "firmware/seal/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PIN_WANTED "the station refuses: pin" /* of screen-enter: this badge has one */

static int enter(
        const char *socket, const char *badge, const char *pin, struct json **answerp, struct diag *d) {
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        int r;

        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "screen-enter");
        json_write_string(&w, "badge", badge);
        if (*pin)
                json_write_string(&w, "pin", pin);
        json_write_end_object(&w);
        r = request.error ? request.error : ask_station(socket, request.data, answerp, d);
        if (request.data)
                seal_wipe(request.data, request.len);
        return r;
}

/* Return: 0 with the session's secret; -errno with @d. */
static int sign_in(const char *socket, const char *badge, char secret[HEX_ID_MAX], struct diag *d) {
        _cleanup_(json_freep) struct json *answer = NULL;
        char pin[PIN_LINE_SIZE] = "";
        int r = enter(socket, badge, "", &answer, d);

        if (r < 0 && strcmp(d->text, PIN_WANTED) == 0) {
                (void) setvbuf(stdin, NULL, _IONBF, 0);
                if (pin_ask("PIN: ", pin))
                        r = enter(socket, badge, pin, &answer, d);
                else
                        diag_set(d, 0, 0, NULL, "--badge: its PIN is wanted");
                seal_wipe(pin, sizeof(pin));
        }
        if (r == 0)
                (void) copy_text(secret, HEX_ID_MAX, json_get_string(answer, "session", ""));
        return r;
}

static void sign_out(const char *socket, const char *secret) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        struct diag d = {0};

        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", "screen-leave");
        json_write_string(&w, "session", secret);
        json_write_end_object(&w);
        if (!request.error)
                (void) ask_station(
                        socket, request.data, &answer, &d); /* one that nobody touches ends by itself */
}

static int ask_for(const char *socket, const char *secret, const struct json *data,
        const struct shipment_ref *refs, size_t n, struct incident_told *told, struct diag *d) {
        _cleanup_(json_freep) struct json *answer = NULL;
        _cleanup_str_ struct str request = STR_INIT;
        struct json_writer w;
        int r;

        json_writer_init(&w, &request);
        json_write_object(&w, NULL);
        json_write_string(&w, "verb", *secret ? "screen-incident" : "incident");
        if (*secret)
                json_write_string(&w, "session", secret);
        json_write_value(&w, "data", data);
        json_write_array(&w, "shipments");
        for (size_t i = 0; i < n; i++) {
                json_write_array(&w, NULL);
                json_write_string(&w, NULL, refs[i].merchant);
                json_write_string(&w, NULL, refs[i].shipment);
                json_write_end_array(&w);
        }
        json_write_end_array(&w);
        json_write_end_object(&w);
        r = request.error ? request.error : ask_station(socket, request.data, &answer, d);
        for (int e = 0; r == 0 && e < N_INCIDENT_ENDS; e++)
                told->n[e] += json_get_int(answer, incident_end_to_str((enum incident_end) e), 0);
        return r;
}

int incident_tell(const struct setup *setup, const char *badge, const struct json *data,
        const struct shipment_ref *refs, size_t n, struct incident_told *told, struct diag *d) {
        char secret[HEX_ID_MAX] = "";
        int r = badge ? sign_in(setup->socket, badge, secret, d) : 0;

        for (size_t i = 0; i < n && r == 0; i += INCIDENT_BATCH_MAX)
                r = ask_for(setup->socket, secret, data, refs + i,
                        n - i < INCIDENT_BATCH_MAX ? n - i : INCIDENT_BATCH_MAX, told, d);
        if (*secret)
                sign_out(setup->socket, secret);
        seal_wipe(secret, sizeof(secret));
        return r;
}
