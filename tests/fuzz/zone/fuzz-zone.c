/* SPDX-License-Identifier: Apache-2.0 */
/* Any file as a recording: its good lines make a zone whose answers hold together after each of them. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/zone-setting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct zone *z, unsigned int events) {
        enum zone_state state = zone_get_state(z);
        struct zone_sum sum;
        size_t n = 0;

        zone_sum(z, &sum);
        for (const struct zone_tag *t = zone_next_believed(z, NULL); t; t = zone_next_believed(z, t)) {
                assert(t->standing == ZONE_BELIEVED && epc_is_ours(&t->what) && t->n_counted > 0);
                n++;
        }
        assert(n == sum.n[ZONE_BELIEVED] && n <= ZONE_TAGS_MAX);
        assert((n == 0) == (state == ZONE_EMPTY));
        assert((zone_get_settled_usec(z) != 0) == (state == ZONE_SETTLED));
        assert(!(events & ZONE_EVENT_EMPTIED) || (events & ZONE_EVENT_CHANGED));
}

static void check_again(const struct zone_read *r) {
        struct zone_read again;
        struct str line = STR_INIT;

        zone_line_write(r, &line);
        if (line.error != 0)
                abort();
        assert(zone_line_read(line.data, line.len, &again, NULL) == 0);
        assert(again.usec == r->usec && again.n_epc == r->n_epc && memcmp(again.epc, r->epc, r->n_epc) == 0);
        assert(again.pc == r->pc && again.rssi_dbm == r->rssi_dbm && again.n_reads == r->n_reads);
        assert(again.antenna == r->antenna && strcmp(again.reader, r->reader) == 0);
        str_deinit(&line);
}

/* The head of a recording, and what is between its reads. A new box forgets; another zone begins anew. Return: false: a line of reads. */
static bool take_setting(struct zone **zp, const char *line, size_t n) {
        char bench[NAME_TEXT_MAX];
        struct zone_config c;
        struct diag d = {0};
        uint64_t since_usec;
        int e = zone_setting_read(line, n, bench, &c, &since_usec, &d);

        if (e == ZONE_SETTING_E_OTHER)
                return false;
        assert(e >= 0 || d.text[0]);
        if (e == ZONE_SETTING_E_BEGIN)
                zone_begin(*zp, since_usec);
        if (e != 0)
                return true;
        assert(zone_config_flaw(&c) == NULL);
        zone_free(*zp);
        if (zone_new(zp, &c) < 0)
                abort();
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct zone_config c = zone_config_default();
        const char *line = (const char *) data, *end = line + size;
        struct zone *z;

        c.own[c.n_own++] = (struct zone_antenna){"a", 0};
        c.neighbours[c.n_neighbours++] = (struct zone_antenna){"a", 2};
        c.gone_usec = size % 3 == 0 ? 0 : c.gone_usec;
        if (zone_new(&z, &c) < 0)
                abort();
        while (line < end) {
                const char *lf = memchr(line, '\n', (size_t) (end - line));
                size_t n = lf ? (size_t) (lf - line) : (size_t) (end - line);
                struct diag d = {0};
                struct zone_read r;
                int e = take_setting(&z, line, n) ? ZONE_LINE_E_BLANK : zone_line_read(line, n, &r, &d);

                if (e == 0) {
                        check_again(&r);
                        check(z, zone_feed(z, &r));
                } else {
                        assert(e == ZONE_LINE_E_BLANK || d.text[0]);
                }
                line += n + 1;
        }
        check(z, zone_tick(z, UINT64_MAX));
        zone_free(z);
        return 0;
}
