/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/modem-report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

enum dsn_says modem_report_says(unsigned state) {
        if (state == 0)
                return DSN_DELIVERED;
        if (state >= 0x20 && state <= 0x3f)
                return DSN_DELAYED;
        if (state == 0x41 || state == 0x43)
                return DSN_HARD;
        if (state >= 0x40 && state <= 0x7f)
                return DSN_SOFT;
        return DSN_RELAYED;
}

void modem_report_write(const struct modem_report *r, struct str *out) {
        str_addf(out, "%d %u %s", r->reference, r->state, r->number);
}

int modem_report_read(const char *text, struct modem_report *r) {
        char *end;
        long reference = strtol(text, &end, 10);
        unsigned long state;

        if (end == text || *end != ' ' || reference < 0 || reference > MODEM_REFERENCE_MAX)
                return -EBADMSG;
        text = end + 1;
        state = strtoul(text, &end, 10);
        if (end == text || *end != ' ' || state > UINT32_MAX)
                return -EBADMSG;
        r->reference = (int) reference;
        r->state = (unsigned) state;
        return end[1] != '\0' && copy_text(r->number, sizeof(r->number), end + 1) ? 0 : -EBADMSG;
}
