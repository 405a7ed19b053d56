/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/setup.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "drivers/llrp/notify.h"
#include "firmware/base/cleanup.h"

enum { CONFIG_ANTENNAS = 3, CONFIG_INPUTS = 9 }; /* ConfigData */
enum { VERSION_1_1 = 2, GPI_HIGH = 1, GPI_UNKNOWN = 2, ROSPEC_ACTIVE = 2 };

static bool wants_1_1(const struct llrp_session *s) {
        return !s->config.only_1_0_1 && !s->is_old;
}

static bool is_offered_1_1(const struct llrp_session *s) {
        return s->version == VERSION_1_1;
}

static bool sets_power(const struct llrp_session *s) {
        return s->config.inventory.has_power && !s->config.only_outputs;
}

static bool has_inputs(const struct llrp_session *s) {
        return s->capabilities.n_gpis > 0 && !s->config.only_outputs;
}

static bool is_not_resumable(const struct llrp_session *s) {
        return !s->is_resumable && !s->config.only_outputs;
}

static bool reads_tags(const struct llrp_session *s) {
        return !s->config.only_outputs;
}

static void put_version(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        llrp_put(e, LLRP_SET_PROTOCOL_VERSION_ProtocolVersion, VERSION_1_1);
}

static void put_all(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        llrp_put(e, LLRP_GET_READER_CAPABILITIES_RequestedData, 0);
}

static void put_get_config(struct llrp_encoder *e, unsigned int requested) {
        llrp_put(e, LLRP_GET_READER_CONFIG_AntennaID, 0);
        llrp_put(e, LLRP_GET_READER_CONFIG_RequestedData, requested);
        llrp_put(e, LLRP_GET_READER_CONFIG_GPIPortNum, 0);
        llrp_put(e, LLRP_GET_READER_CONFIG_GPOPortNum, 0);
}

static void put_get_antennas(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        put_get_config(e, CONFIG_ANTENNAS);
}

static void put_get_inputs(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        put_get_config(e, CONFIG_INPUTS);
}

static void put_config(const struct llrp_session *s, struct llrp_encoder *e) {
        llrp_put(e, LLRP_SET_READER_CONFIG_ResetToFactoryDefault, 0);
        llrp_put_config(e, &s->config.inventory, &s->capabilities);
}

static void put_rospec(const struct llrp_session *s, struct llrp_encoder *e) {
        llrp_put_rospec(e, &s->config.inventory, &s->capabilities, s->channels, s->n_channels);
}

static void put_all_ids(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        llrp_put(e, 0, 0);
}

void llrp_put_our_id(const struct llrp_session *s, struct llrp_encoder *e) {
        (void) s;
        llrp_put(e, 0, LLRP_ROSPEC_ID);
}

static void put_outputs_of(struct llrp_encoder *e, uint32_t outputs, uint32_t levels) {
        llrp_put(e, LLRP_SET_READER_CONFIG_ResetToFactoryDefault, 0);
        for (unsigned int i = 0; i < LLRP_PORTS_MAX; i++) {
                if (!(outputs >> i & 1))
                        continue;
                llrp_begin(e, LLRP_GPOWriteData);
                llrp_put(e, LLRP_GPOWriteData_GPOPortNumber, i + 1);
                llrp_put(e, LLRP_GPOWriteData_GPOData, levels >> i & 1);
                llrp_end(e);
        }
}

uint32_t llrp_outputs_there(const struct llrp_session *s, uint32_t outputs) {
        unsigned int n = s->capabilities.n_gpos;

        return n >= LLRP_PORTS_MAX ? outputs : outputs & ((1u << n) - 1);
}

void llrp_put_outputs(const struct llrp_session *s, struct llrp_encoder *e) {
        put_outputs_of(e, llrp_outputs_there(s, s->outputs_used), s->outputs_wanted);
}

void llrp_put_outputs_off(const struct llrp_session *s, struct llrp_encoder *e) {
        put_outputs_of(e, llrp_outputs_there(s, s->outputs_used), 0);
}

static int take_version(
        struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag) {
        (void) now_usec;
        (void) diag;
        if (llrp_get(&m->root, LLRP_GET_SUPPORTED_VERSION_RESPONSE_SupportedVersion) >= VERSION_1_1)
                s->version = VERSION_1_1;
        return 0;
}

static int take_capabilities(
        struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag) {
        uint32_t missing;
        (void) now_usec;

        llrp_capabilities_read(m, &s->capabilities);
        missing = s->outputs_used & ~llrp_outputs_there(s, s->outputs_used);
        if (missing)
                llrp_notice(s, TAG_NOTICE_READER_ERROR, "there is no output %d: the reader has %u",
                        ffs((int) missing), s->capabilities.n_gpos);
        return llrp_inventory_check(&s->config.inventory, &s->capabilities, diag);
}

static int take_channels(
        struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag) {
        struct llrp_walk walk = llrp_walk_of(&m->root);
        struct llrp_element antenna, p;
        (void) now_usec;
        (void) diag;

        s->n_channels = 0;
        while (llrp_walk_next(&walk, &antenna) && s->n_channels < LLRP_ANTENNAS_MAX) {
                if (!antenna.type || antenna.number != LLRP_AntennaConfiguration ||
                        !llrp_find(&antenna, LLRP_RFTransmitter, &p))
                        continue;
                s->channels[s->n_channels++] = (struct llrp_channel){
                        .antenna = (uint16_t) llrp_get(&antenna, LLRP_AntennaConfiguration_AntennaID),
                        .hop_table = (uint16_t) llrp_get(&p, LLRP_RFTransmitter_HopTableID),
                        .channel = (uint16_t) llrp_get(&p, LLRP_RFTransmitter_ChannelIndex),
                };
        }
        return 0;
}

static int take_inputs(
        struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag) {
        struct llrp_walk walk = llrp_walk_of(&m->root);
        struct llrp_element p;
        (void) diag;

        while (llrp_walk_next(&walk, &p)) {
                uint64_t level;

                if (!p.type || p.number != LLRP_GPIPortCurrentState)
                        continue;
                level = llrp_get(&p, LLRP_GPIPortCurrentState_State);
                if (level != GPI_UNKNOWN && llrp_get(&p, LLRP_GPIPortCurrentState_Config))
                        s->sink.on_input(s->sink.userdata,
                                (unsigned int) llrp_get(&p, LLRP_GPIPortCurrentState_GPIPortNum),
                                level == GPI_HIGH, now_usec);
        }
        return 0;
}

/* The reader's ROSpec is ours, byte for byte, but for its state. */
static bool is_our_rospec(const struct llrp_session *s, const struct llrp_element *rospec) {
        /* A message around it: the encoder begins with one. The state is behind two headers, id and priority. */
        enum { AT_STATE = 4 + 4 + 1 };
        uint8_t bytes[LLRP_REQUEST_BYTES];
        struct llrp_encoder e;
        size_t n;

        llrp_encoder_init(&e, bytes, sizeof(bytes));
        llrp_begin_message(&e, s->version, LLRP_ADD_ROSPEC, 0);
        put_rospec(s, &e);
        llrp_end(&e);
        if (llrp_encoder_finish(&e, &n) < 0 || n - LLRP_HEADER_BYTES != rospec->n_bytes)
                return false;
        bytes[LLRP_HEADER_BYTES + AT_STATE] = rospec->bytes[AT_STATE];
        return memcmp(bytes + LLRP_HEADER_BYTES, rospec->bytes, rospec->n_bytes) == 0 &&
               llrp_get(rospec, LLRP_ROSpec_CurrentState) != 0;
}

static int take_rospecs(
        struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec, struct diag *diag) {
        struct llrp_walk walk = llrp_walk_of(&m->root);
        struct llrp_element p;
        size_t n = 0, n_ours = 0;
        bool is_active = false;
        (void) diag;

        while (llrp_walk_next(&walk, &p)) {
                if (!p.type || p.number != LLRP_ROSpec)
                        continue;
                n++;
                n_ours += is_our_rospec(s, &p);
                is_active = llrp_get(&p, LLRP_ROSpec_CurrentState) == ROSPEC_ACTIVE;
        }
        s->is_resumable = n == 1 && n_ours == 1;
        if (s->is_resumable) /* it may have begun or ended while nobody was there to be told */
                s->sink.on_inventory(s->sink.userdata, is_active, now_usec);
        return 0;
}

static const struct llrp_step steps[] = {
        [LLRP_CLOSED] = {"closed"},
        [LLRP_GREETING] = {"greeting"},
        [LLRP_VERSION] = {"version", LLRP_GET_SUPPORTED_VERSION, LLRP_GET_SUPPORTED_VERSION_RESPONSE, true,
                wants_1_1, NULL, take_version},
        [LLRP_SET_VERSION] = {"set-version", LLRP_SET_PROTOCOL_VERSION, LLRP_SET_PROTOCOL_VERSION_RESPONSE,
                true, is_offered_1_1, put_version, NULL},
        [LLRP_CAPABILITIES] = {"capabilities", LLRP_GET_READER_CAPABILITIES,
                LLRP_GET_READER_CAPABILITIES_RESPONSE, false, NULL, put_all, take_capabilities},
        [LLRP_CHANNELS] = {"channels", LLRP_GET_READER_CONFIG, LLRP_GET_READER_CONFIG_RESPONSE, true,
                sets_power, put_get_antennas, take_channels},
        [LLRP_CONFIG] = {"config", LLRP_SET_READER_CONFIG, LLRP_SET_READER_CONFIG_RESPONSE, false, reads_tags,
                put_config, NULL},
        [LLRP_INPUTS] = {"inputs", LLRP_GET_READER_CONFIG, LLRP_GET_READER_CONFIG_RESPONSE, true, has_inputs,
                put_get_inputs, take_inputs},
        [LLRP_ROSPECS] = {"rospecs", LLRP_GET_ROSPECS, LLRP_GET_ROSPECS_RESPONSE, true, reads_tags, NULL,
                take_rospecs},
        /* Another program's AccessSpec may write to tags, or kill them. */
        [LLRP_DELETE_ACCESS] = {"delete-access", LLRP_DELETE_ACCESSSPEC, LLRP_DELETE_ACCESSSPEC_RESPONSE,
                true, is_not_resumable, put_all_ids, NULL},
        [LLRP_DELETE] = {"delete", LLRP_DELETE_ROSPEC, LLRP_DELETE_ROSPEC_RESPONSE, true, is_not_resumable,
                put_all_ids, NULL},
        [LLRP_ADD] = {"add", LLRP_ADD_ROSPEC, LLRP_ADD_ROSPEC_RESPONSE, false, is_not_resumable, put_rospec,
                NULL},
        [LLRP_ENABLE] = {"enable", LLRP_ENABLE_ROSPEC, LLRP_ENABLE_ROSPEC_RESPONSE, false, is_not_resumable,
                llrp_put_our_id, NULL},
        [LLRP_RUNNING] = {"running"},
};

const struct llrp_step *llrp_step_of(enum llrp_state state) {
        assert(state < ELEMENTSOF(steps));
        return &steps[state];
}
