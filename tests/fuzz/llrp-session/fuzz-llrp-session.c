/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader that says anything at any time. Whatever it says: nothing goes out before it has greeted, what
 * goes out are messages that we can read ourselves, an end is told once, and no read is later than now.
 *
 * Input: byte 0 chooses settings (bit 0 power, 1 session, 2 GPI start, 3 no hold, 4 only 1.0.1, 5 outputs);
 * then the reader's stream. A byte 0xFF where a header would begin lets 2 s pass.
 */
#include <assert.h>
#include <string.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
        struct llrp_session session;
        uint64_t now_usec;
        bool has_ended;
};

static void on_send(void *userdata, const uint8_t *bytes, size_t n) {
        struct world *w = userdata;
        struct llrp_message m;
        int r = llrp_message_read(bytes, n, &m, NULL);

        assert(r == 0 && m.root.type);
        assert(!w->has_ended);
        assert(w->session.state != LLRP_GREETING || m.root.number == LLRP_KEEPALIVE_ACK);
}

static void on_ready(void *userdata) {
        struct world *w = userdata;

        assert(w->session.state == LLRP_RUNNING);
}

static void on_end(void *userdata, int error) {
        struct world *w = userdata;

        assert(error < 0 && !w->has_ended && llrp_session_is_closed(&w->session));
        w->has_ended = true;
}

static void on_read(void *userdata, const struct tag_read *read) {
        struct world *w = userdata;

        assert(read->n_epc <= TAG_EPC_MAX_BYTES && read->n_epc == (read->n_epc_bits + 7) / 8);
        assert(read->first_usec <= read->last_usec && read->last_usec <= w->now_usec);
        assert(read->n_reads > 0);
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        (void) userdata;
        (void) is_running;
        (void) mono_usec;
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        (void) userdata;
        (void) input;
        (void) is_high;
        (void) mono_usec;
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        (void) userdata;
        assert(strcmp(tag_notice_to_str(what), "invalid") != 0);
        for (; *words; words++)
                assert(*words >= 0x20 && *words < 0x7F);
}

static void on_state(void *userdata, enum device_state state, int error) {
        (void) userdata;
        (void) state;
        (void) error;
        assert(false);
}

static struct llrp_session_config config_of(uint8_t choice) {
        struct llrp_session_config c = {.only_1_0_1 = choice & 16};

        c.inventory.has_power = choice & 1;
        c.inventory.power_cdbm = 2000;
        c.inventory.has_session = choice & 2;
        c.inventory.start = choice & 4 ? LLRP_START_GPI : LLRP_START_IMMEDIATE;
        c.inventory.start_input = 1;
        c.inventory.no_hold = choice & 8;
        c.inventory.report_every = 1;
        return c;
}

static void tick(struct world *w) {
        w->now_usec += 2000000;
        llrp_session_tick(&w->session, w->now_usec);
        if (!w->has_ended)
                assert(llrp_session_deadline(&w->session) > w->now_usec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct world w = {.now_usec = 1000000};
        const struct llrp_session_port port = {on_send, on_ready, on_end, &w};
        const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, &w};
        struct llrp_framer f = {0};
        size_t at = 1;

        if (size == 0)
                return 0;
        llrp_session_init(&w.session, &(struct llrp_session_config){0}, &port, &sink);
        w.session.config = config_of(data[0]);
        llrp_session_connected(&w.session, w.now_usec);
        if (data[0] & 32)
                (void) llrp_session_set_output(&w.session, 1 + data[0] % 4, true, w.now_usec);
        while (at < size && !w.has_ended) {
                const uint8_t *message;
                size_t n;
                int r;

                if (data[at] == 0xFF) {
                        tick(&w);
                        at++;
                        continue;
                }
                r = llrp_framer_feed(&f, data + at, size - at);
                assert(r == 0);
                if (llrp_framer_next(&f, &message, &n) != 0)
                        break;
                llrp_session_feed(&w.session, message, n, w.now_usec);
                at += n;
                llrp_framer_deinit(&f);
        }
        llrp_framer_deinit(&f);
        if (!w.has_ended)
                llrp_session_close(&w.session, w.now_usec);
        assert(llrp_session_is_closed(&w.session));
        return 0;
}
