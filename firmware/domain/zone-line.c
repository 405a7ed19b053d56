/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded reads as lines of JSON. */
#include <errno.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/domain/zone.h"

static const struct json_rule rules[] = {
        {"usec", JSON_WANT_INT, true, 0, JSON_INT_MAX},
        {"reader", JSON_WANT_NAME, true},
        {"antenna", JSON_WANT_INT, true, 0, UINT16_MAX},
        {"epc", JSON_WANT_STRING, true, 0, 2 * EPC_BYTES_MAX},
        {"pc", JSON_WANT_INT, false, 0, UINT16_MAX},
        {"rssi", JSON_WANT_INT, false, ZONE_RSSI_UNKNOWN + 1, 127},
        {"n", JSON_WANT_INT, false, 1, INT32_MAX},
};

/* A recording is ours to write; what is not in the list is a mistake of whoever edited it. */
static int check_keys(const struct json *object, struct diag *d) {
        for (const struct json *m = json_first(object); m; m = json_next(m)) {
                bool known = false;

                for (size_t i = 0; i < ELEMENTSOF(rules); i++)
                        known = known || strcmp(json_key(m), rules[i].key) == 0;
                if (!known) {
                        diag_set(d, 0, 0, json_key(m), "no such key");
                        return -EBADMSG;
                }
                if (json_type(m) == JSON_NULL) {
                        diag_set(d, 0, 0, json_key(m), "leave it out when it is not known");
                        return -EBADMSG;
                }
        }
        return 0;
}

static int read_object(const struct json *object, struct zone_read *r, struct diag *d) {
        const char *hex;
        int e = json_type(object) == JSON_OBJECT ? 0 : -EBADMSG;

        if (e < 0)
                diag_set(d, 0, 0, "", "not an object");
        if (e == 0)
                e = check_keys(object, d);
        if (e == 0)
                e = json_check(object, "", rules, ELEMENTSOF(rules), d);
        if (e < 0)
                return e;
        *r = (struct zone_read){
                .usec = (uint64_t) json_get_int(object, "usec", 0),
                .antenna = (uint16_t) json_get_int(object, "antenna", 0),
                .pc = (int) json_get_int(object, "pc", EPC_PC_UNKNOWN),
                .rssi_dbm = (int) json_get_int(object, "rssi", ZONE_RSSI_UNKNOWN),
                .n_reads = (unsigned int) json_get_int(object, "n", 1),
        };
        (void) copy_text(
                r->reader, sizeof(r->reader), json_get_string(object, "reader", "")); /* checked above */
        hex = json_get_string(object, "epc", "");
        r->n_epc = strlen(hex) / 2;
        if (strlen(hex) % 2 != 0 || hex_decode(hex, r->epc, r->n_epc) < 0) {
                diag_set(d, 0, 0, "epc", "not bytes in hex");
                return -EBADMSG;
        }
        return 0;
}

int zone_line_read(const char *line, size_t n, struct zone_read *r, struct diag *d) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct zone_read found;
        int e;

        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r' || line[n - 1] == ' '))
                n--;
        if (n == 0 || line[0] == '#')
                return ZONE_LINE_E_BLANK;
        e = json_parse(line, n, &root, d);
        if (e == 0)
                e = read_object(root, &found, d);
        if (e < 0)
                return e;
        *r = found;
        return 0;
}

void zone_line_write(const struct zone_read *r, struct str *out) {
        char hex[EPC_HEX_SIZE];
        struct json_writer w;

        hex_encode(r->epc, r->n_epc, hex);
        for (char *p = hex; *p; p++)
                *p = *p >= 'a' ? (char) (*p - 'a' + 'A') : *p;
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_int(&w, "usec", (int64_t) r->usec);
        json_write_string(&w, "reader", r->reader);
        json_write_int(&w, "antenna", r->antenna);
        json_write_string(&w, "epc", hex);
        if (r->pc != EPC_PC_UNKNOWN)
                json_write_int(&w, "pc", r->pc);
        if (r->rssi_dbm != ZONE_RSSI_UNKNOWN)
                json_write_int(&w, "rssi", r->rssi_dbm);
        if (r->n_reads > 1)
                json_write_int(&w, "n", r->n_reads);
        json_write_end_object(&w);
        str_add_char(out, '\n');
}
