/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/r200-module.h"

#include <stdlib.h>
#include <string.h>

void r200_module_init(struct r200_module *m) {
        *m = (struct r200_module){.region = 1, .power_cdbm = 2000};
}

static void put(struct r200_module *m, uint8_t byte) {
        if (m->n_out == sizeof(m->out))
                abort(); /* the test never takes it */
        m->out[m->n_out++] = byte;
}

void r200_module_say(struct r200_module *m, uint8_t type, uint8_t command, const uint8_t *params, size_t n) {
        unsigned int sum = type + command + (unsigned int) (n >> 8) + (unsigned int) (n & 0xFF);

        put(m, m->bb_7e ? 0xBB : 0xAA);
        put(m, type);
        put(m, command);
        put(m, (uint8_t) (n >> 8));
        put(m, (uint8_t) n);
        for (size_t i = 0; i < n; i++) {
                sum += params[i];
                put(m, params[i]);
        }
        put(m, (uint8_t) sum);
        put(m, m->bb_7e ? 0x7E : 0xDD);
}

static void say_error(struct r200_module *m, uint8_t code) {
        r200_module_say(m, 0x01, 0xFF, &code, 1);
}

static void say_done(struct r200_module *m, uint8_t command) {
        r200_module_say(m, 0x01, command, (const uint8_t[]){0x00}, 1);
}

static uint8_t nibble(char c) {
        return (uint8_t) (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

void r200_module_add(struct r200_module *m, const char *hex, int rssi_dbm) {
        struct r200_module_tag *tag = &m->tags[m->n_tags++];

        *tag = (struct r200_module_tag){.n_epc = strlen(hex) / 2, .rssi_dbm = rssi_dbm};
        for (size_t i = 0; i < tag->n_epc; i++)
                tag->epc[i] = (uint8_t) (nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
}

/* As in the air: polynomial 0x1021, all ones before, inverted after. */
static uint16_t crc(const uint8_t *bytes, size_t n) {
        uint16_t c = 0xFFFF;

        for (size_t i = 0; i < n; i++) {
                c ^= (uint16_t) (bytes[i] << 8);
                for (int k = 0; k < 8; k++)
                        c = (uint16_t) (c & 0x8000 ? c << 1 ^ 0x1021 : c << 1);
        }
        return (uint16_t) ~c;
}

static void say_tag(struct r200_module *m, const struct r200_module_tag *tag) {
        uint8_t params[1 + 2 + 62 + 2];
        size_t n = m->twelve_bytes ? 12 : tag->n_epc;
        uint16_t c;

        params[0] = (uint8_t) tag->rssi_dbm;
        params[1] = (uint8_t) (tag->n_epc / 2 << 3);
        params[2] = 0;
        memcpy(params + 3, tag->epc, n);
        c = crc(params + 1, 2 + n);
        params[3 + n] = (uint8_t) (c >> 8);
        params[4 + n] = (uint8_t) c;
        r200_module_say(m, 0x02, 0x22, params, 5 + n);
}

void r200_module_round(struct r200_module *m) {
        if (!m->runs || m->silent)
                return;
        for (size_t i = 0; i < m->n_tags; i++)
                say_tag(m, &m->tags[i]);
        if (m->n_tags == 0)
                say_error(m, 0x15);
        m->runs = --m->rounds > 0;
}

static void obey(struct r200_module *m, uint8_t command, const uint8_t *params, size_t n) {
        static const char info[] = "\0M100 26dBm V1.0"; /* the first byte says which information */

        m->n_heard[command]++;
        if (m->silent)
                return;
        if (m->refuses != 0 && command == m->refuses) {
                say_error(m, m->refusal);
                return;
        }
        switch (command) {
        case 0x03:
                r200_module_say(m, 0x01, 0x03, (const uint8_t *) info, sizeof(info) - 1);
                break;
        case 0x07:
                m->region = params[0];
                say_done(m, command);
                break;
        case 0xB6:
                m->power_cdbm = params[0] << 8 | params[1];
                say_done(m, command);
                break;
        case 0x27: /* no answer but what it reads */
                m->runs = n == 3 && params[0] == 0x22;
                m->rounds = n == 3 ? (unsigned int) (params[1] << 8 | params[2]) : 0;
                break;
        case 0x28:
                m->runs = false;
                say_done(m, command);
                break;
        default:
                say_error(m, 0x17);
                break;
        }
}

/* The length of the frame at the front; 0: more has to come; 1 with *is_frame false: no frame begins here. */
static size_t frame_at_front(const struct r200_module *m, bool *is_frame) {
        const uint8_t *b = m->in;
        size_t n;
        unsigned int sum = 0;

        *is_frame = false;
        if (b[0] != (m->bb_7e ? 0xBB : 0xAA))
                return 1;
        if (m->n_in < 7)
                return 0;
        n = (size_t) (b[3] << 8 | b[4]);
        if (n > 64)
                return 1;
        if (m->n_in < n + 7)
                return 0;
        for (size_t i = 1; i < n + 5; i++)
                sum += b[i];
        *is_frame = b[n + 5] == (uint8_t) sum && b[n + 6] == (m->bb_7e ? 0x7E : 0xDD);
        return *is_frame ? n + 7 : 1;
}

void r200_module_feed(struct r200_module *m, const uint8_t *bytes, size_t n) {
        for (size_t i = 0; i < n; i++) {
                size_t length;
                bool is_frame;

                if (m->n_in == sizeof(m->in))
                        abort();
                m->in[m->n_in++] = bytes[i];
                while (m->n_in > 0 && (length = frame_at_front(m, &is_frame)) > 0) {
                        if (is_frame && m->in[1] == 0x00)
                                obey(m, m->in[2], m->in + 5, length - 7);
                        m->n_in -= length;
                        memmove(m->in, m->in + length, m->n_in);
                }
        }
}
