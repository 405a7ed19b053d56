/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/inventory.h"

#include <errno.h>

/* Values of the standard's enumerations that we write. */
enum { START_NULL = 0, START_IMMEDIATE = 1, START_PERIODIC = 2, START_GPI = 3 };
enum { STOP_NULL = 0, STOP_DURATION = 1, STOP_GPI = 2 };
enum { AI_STOP_NULL = 0, AI_STOP_TAG_OBSERVATION = 3 };
enum { UPON_NO_NEW_TAGS = 1, UPON_N_TAGS_OR_END_OF_ROSPEC = 2, C1G2 = 1, PERIODIC = 1, GPI_UNKNOWN = 2 };
enum { EVENT_GPI = 1, EVENT_ROSPEC = 2, EVENT_BUFFER = 3, EVENT_EXCEPTION = 4, EVENT_ANTENNA = 8 };

static int check_input(
        uint16_t input, const char *key, const struct llrp_capabilities *c, struct diag *diag) {
        if (input >= 1 && input <= c->n_gpis)
                return 0;
        diag_set(diag, 0, 0, key, "there is no input %u: the reader has %u", input, c->n_gpis);
        return -EINVAL;
}

static int check_antennas(
        const struct llrp_inventory *i, const struct llrp_capabilities *c, struct diag *diag) {
        for (size_t k = 0; k < i->n_antennas; k++) {
                if (i->antennas[k] >= 1 && i->antennas[k] <= c->n_antennas)
                        continue;
                diag_set(diag, 0, 0, "antennas", "there is no antenna %u: the reader has %u", i->antennas[k],
                        c->n_antennas);
                return -EINVAL;
        }
        return 0;
}

static int check_radio(const struct llrp_inventory *i, const struct llrp_capabilities *c, struct diag *diag) {
        uint16_t index;
        int cdbm;

        if (i->has_power && llrp_capabilities_power(c, i->power_cdbm, &index, &cdbm) < 0) {
                int lowest = c->n_powers > 0 ? c->powers[0].cdbm : 0;

                for (size_t k = 1; k < c->n_powers; k++)
                        lowest = c->powers[k].cdbm < lowest ? c->powers[k].cdbm : lowest;
                if (c->n_powers == 0)
                        diag_set(diag, 0, 0, "power", "the reader tells no power levels");
                else
                        diag_set(diag, 0, 0, "power", "%.2f dBm is asked, the reader's lowest is %.2f dBm",
                                i->power_cdbm / 100.0, lowest / 100.0);
                return -EINVAL;
        }
        if (i->has_mode && !llrp_capabilities_has_mode(c, i->mode)) {
                diag_set(diag, 0, 0, "mode", "the reader has no RF mode %u", i->mode);
                return -EINVAL;
        }
        return 0;
}

int llrp_inventory_check(
        const struct llrp_inventory *i, const struct llrp_capabilities *c, struct diag *diag) {
        int r = check_antennas(i, c, diag);

        if (r == 0)
                r = check_radio(i, c, diag);
        if (r == 0 && i->start == LLRP_START_GPI)
                r = check_input(i->start_input, "start.input", c, diag);
        if (r == 0 && i->stop == LLRP_STOP_GPI)
                r = check_input(i->stop_input, "stop.input", c, diag);
        for (size_t k = 0; r == 0 && k < i->n_inputs; k++)
                r = check_input(i->inputs[k], "inputs", c, diag);
        return r;
}

bool llrp_inventory_uses_input(const struct llrp_inventory *i, unsigned int input) {
        if (i->start == LLRP_START_GPI && i->start_input == input)
                return true;
        if (i->stop == LLRP_STOP_GPI && i->stop_input == input)
                return true;
        for (size_t k = 0; k < i->n_inputs; k++)
                if (i->inputs[k] == input)
                        return true;
        return false;
}

static void put_gpi_trigger(struct llrp_encoder *e, uint16_t input, bool high, uint32_t timeout_ms) {
        llrp_begin(e, LLRP_GPITriggerValue);
        llrp_put(e, LLRP_GPITriggerValue_GPIPortNum, input);
        llrp_put(e, LLRP_GPITriggerValue_GPIEvent, high);
        llrp_put(e, LLRP_GPITriggerValue_Timeout, timeout_ms);
        llrp_end(e);
}

static void put_start(struct llrp_encoder *e, const struct llrp_inventory *i) {
        static const uint8_t types[] = {
                [LLRP_START_IMMEDIATE] = START_IMMEDIATE,
                [LLRP_START_COMMAND] = START_NULL,
                [LLRP_START_GPI] = START_GPI,
                [LLRP_START_PERIODIC] = START_PERIODIC,
        };

        llrp_begin(e, LLRP_ROSpecStartTrigger);
        llrp_put(e, LLRP_ROSpecStartTrigger_ROSpecStartTriggerType, types[i->start]);
        if (i->start == LLRP_START_GPI)
                put_gpi_trigger(e, i->start_input, i->start_high, 0);
        if (i->start == LLRP_START_PERIODIC) {
                llrp_begin(e, LLRP_PeriodicTriggerValue);
                llrp_put(e, LLRP_PeriodicTriggerValue_Offset, 0);
                llrp_put(e, LLRP_PeriodicTriggerValue_Period, i->start_every_ms);
                llrp_end(e);
        }
        llrp_end(e);
}

static void put_stop(struct llrp_encoder *e, const struct llrp_inventory *i) {
        static const uint8_t types[] = {
                [LLRP_STOP_NEVER] = STOP_NULL,
                [LLRP_STOP_AFTER] = STOP_DURATION,
                [LLRP_STOP_GPI] = STOP_GPI,
        };

        llrp_begin(e, LLRP_ROSpecStopTrigger);
        llrp_put(e, LLRP_ROSpecStopTrigger_ROSpecStopTriggerType, types[i->stop]);
        llrp_put(e, LLRP_ROSpecStopTrigger_DurationTriggerValue, i->stop == LLRP_STOP_AFTER ? i->stop_ms : 0);
        if (i->stop == LLRP_STOP_GPI)
                put_gpi_trigger(e, i->stop_input, i->stop_high, i->stop_ms);
        llrp_end(e);
}

static void put_quiet(struct llrp_encoder *e, const struct llrp_inventory *i) {
        llrp_begin(e, LLRP_AISpecStopTrigger);
        llrp_put(e, LLRP_AISpecStopTrigger_AISpecStopTriggerType,
                i->quiet_ms ? AI_STOP_TAG_OBSERVATION : AI_STOP_NULL);
        llrp_put(e, LLRP_AISpecStopTrigger_DurationTrigger, 0);
        if (i->quiet_ms) {
                llrp_begin(e, LLRP_TagObservationTrigger);
                llrp_put(e, LLRP_TagObservationTrigger_TriggerType, UPON_NO_NEW_TAGS);
                llrp_put(e, LLRP_TagObservationTrigger_NumberOfTags, 0);
                llrp_put(e, LLRP_TagObservationTrigger_NumberOfAttempts, 0);
                llrp_put(e, LLRP_TagObservationTrigger_T, i->quiet_ms);
                llrp_put(e, LLRP_TagObservationTrigger_Timeout, i->quiet_limit_ms);
                llrp_end(e);
        }
        llrp_end(e);
}

static struct llrp_channel channel_of(
        uint16_t antenna, const struct llrp_capabilities *c, const struct llrp_channel *channels, size_t n) {
        /* A reader that does not tell its channels: where it hops it needs only the table, else the first. */
        struct llrp_channel channel = {.hop_table = c->hop_table, .channel = 1};

        for (size_t k = 0; k < n; k++)
                if (channels[k].antenna == antenna || antenna == 0)
                        return channels[k];
        return channel;
}

static void put_transmitter(struct llrp_encoder *e, const struct llrp_inventory *i,
        const struct llrp_capabilities *c, struct llrp_channel channel) {
        uint16_t index = 0;
        int cdbm;

        if (llrp_capabilities_power(c, i->power_cdbm, &index, &cdbm) < 0)
                return; /* llrp_inventory_check() refused it before */
        llrp_begin(e, LLRP_RFTransmitter);
        llrp_put(e, LLRP_RFTransmitter_HopTableID, channel.hop_table);
        llrp_put(e, LLRP_RFTransmitter_ChannelIndex, channel.channel);
        llrp_put(e, LLRP_RFTransmitter_TransmitPower, index);
        llrp_end(e);
}

static void put_singulation(struct llrp_encoder *e, const struct llrp_inventory *i) {
        if (!i->has_session && i->population == 0 && !i->has_mode)
                return;
        llrp_begin(e, LLRP_C1G2InventoryCommand);
        llrp_put(e, LLRP_C1G2InventoryCommand_TagInventoryStateAware, 0);
        if (i->has_mode) {
                llrp_begin(e, LLRP_C1G2RFControl);
                llrp_put(e, LLRP_C1G2RFControl_ModeIndex, i->mode);
                llrp_put(e, LLRP_C1G2RFControl_Tari, 0);
                llrp_end(e);
        }
        if (i->has_session || i->population > 0) {
                llrp_begin(e, LLRP_C1G2SingulationControl);
                llrp_put(e, LLRP_C1G2SingulationControl_Session, i->session & 3);
                llrp_put(e, LLRP_C1G2SingulationControl_TagPopulation, i->population ? i->population : 32);
                llrp_put(e, LLRP_C1G2SingulationControl_TagTransitTime, 0);
                llrp_end(e);
        }
        llrp_end(e);
}

static void put_antenna(struct llrp_encoder *e, const struct llrp_inventory *i, uint16_t antenna,
        const struct llrp_capabilities *c, const struct llrp_channel *channels, size_t n_channels) {
        llrp_begin(e, LLRP_AntennaConfiguration);
        llrp_put(e, LLRP_AntennaConfiguration_AntennaID, antenna);
        if (i->has_power)
                put_transmitter(e, i, c, channel_of(antenna, c, channels, n_channels));
        put_singulation(e, i);
        llrp_end(e);
}

static void put_aispec(struct llrp_encoder *e, const struct llrp_inventory *i,
        const struct llrp_capabilities *c, const struct llrp_channel *channels, size_t n_channels) {
        static const uint16_t all[] = {0};
        const uint16_t *antennas = i->n_antennas > 0 ? i->antennas : all;
        size_t n = i->n_antennas > 0 ? i->n_antennas : 1;

        llrp_begin(e, LLRP_AISpec);
        llrp_put_u16v(e, LLRP_AISpec_AntennaIDs, antennas, n);
        put_quiet(e, i);
        llrp_begin(e, LLRP_InventoryParameterSpec);
        llrp_put(e, LLRP_InventoryParameterSpec_InventoryParameterSpecID, 1);
        llrp_put(e, LLRP_InventoryParameterSpec_ProtocolID, C1G2);
        if (i->has_power || i->has_session || i->has_mode || i->population > 0)
                for (size_t k = 0; k < n; k++)
                        put_antenna(e, i, antennas[k], c, channels, n_channels);
        llrp_end(e);
        llrp_end(e);
}

/* The PC word tells an EPC of another numbering system, and how long the EPC should be. */
static void put_pc_wish(struct llrp_encoder *e) {
        llrp_begin(e, LLRP_C1G2EPCMemorySelector);
        llrp_put(e, LLRP_C1G2EPCMemorySelector_EnableCRC, 0);
        llrp_put(e, LLRP_C1G2EPCMemorySelector_EnablePCBits, 1);
        llrp_put(e, LLRP_C1G2EPCMemorySelector_EnableXPCBits, 0); /* of 1.1; reserved before, and 0 too */
        llrp_end(e);
}

static void put_report(struct llrp_encoder *e, const struct llrp_inventory *i) {
        llrp_begin(e, LLRP_ROReportSpec);
        llrp_put(e, LLRP_ROReportSpec_ROReportTrigger, UPON_N_TAGS_OR_END_OF_ROSPEC);
        llrp_put(e, LLRP_ROReportSpec_N, i->report_every);
        llrp_begin(e, LLRP_TagReportContentSelector);
        llrp_put(e, LLRP_TagReportContentSelector_EnableROSpecID, 0);
        llrp_put(e, LLRP_TagReportContentSelector_EnableSpecIndex, 0);
        llrp_put(e, LLRP_TagReportContentSelector_EnableInventoryParameterSpecID, 0);
        llrp_put(e, LLRP_TagReportContentSelector_EnableAntennaID, 1);
        llrp_put(e, LLRP_TagReportContentSelector_EnableChannelIndex, 0);
        llrp_put(e, LLRP_TagReportContentSelector_EnablePeakRSSI, 1);
        llrp_put(e, LLRP_TagReportContentSelector_EnableFirstSeenTimestamp, 1);
        llrp_put(e, LLRP_TagReportContentSelector_EnableLastSeenTimestamp, 1);
        llrp_put(e, LLRP_TagReportContentSelector_EnableTagSeenCount, 1);
        llrp_put(e, LLRP_TagReportContentSelector_EnableAccessSpecID, 0);
        if (!i->no_pc)
                put_pc_wish(e);
        llrp_end(e);
        llrp_end(e);
}

void llrp_put_rospec(struct llrp_encoder *e, const struct llrp_inventory *i,
        const struct llrp_capabilities *c, const struct llrp_channel *channels, size_t n_channels) {
        llrp_begin(e, LLRP_ROSpec);
        llrp_put(e, LLRP_ROSpec_ROSpecID, LLRP_ROSPEC_ID);
        llrp_put(e, LLRP_ROSpec_Priority, 0);
        llrp_put(e, LLRP_ROSpec_CurrentState, 0);
        llrp_begin(e, LLRP_ROBoundarySpec);
        put_start(e, i);
        put_stop(e, i);
        llrp_end(e);
        put_aispec(e, i, c, channels, n_channels);
        put_report(e, i);
        llrp_end(e);
}

static void put_event(struct llrp_encoder *e, unsigned int event) {
        llrp_begin(e, LLRP_EventNotificationState);
        llrp_put(e, LLRP_EventNotificationState_EventType, event);
        llrp_put(e, LLRP_EventNotificationState_NotificationState, 1);
        llrp_end(e);
}

static void put_inputs(struct llrp_encoder *e, const struct llrp_inventory *i, unsigned int n_gpis) {
        for (unsigned int input = 1; input <= n_gpis && input <= UINT16_MAX; input++) {
                if (!llrp_inventory_uses_input(i, input))
                        continue;
                llrp_begin(e, LLRP_GPIPortCurrentState);
                llrp_put(e, LLRP_GPIPortCurrentState_GPIPortNum, input);
                llrp_put(e, LLRP_GPIPortCurrentState_Config, 1);
                llrp_put(e, LLRP_GPIPortCurrentState_State, GPI_UNKNOWN); /* ignored when it is set */
                llrp_end(e);
        }
}

void llrp_put_config(
        struct llrp_encoder *e, const struct llrp_inventory *i, const struct llrp_capabilities *c) {
        llrp_begin(e, LLRP_ReaderEventNotificationSpec);
        if (c->n_gpis > 0)
                put_event(e, EVENT_GPI);
        put_event(e, EVENT_ROSPEC);
        if (c->warns_of_buffer)
                put_event(e, EVENT_BUFFER);
        put_event(e, EVENT_EXCEPTION);
        put_event(e, EVENT_ANTENNA);
        llrp_end(e);
        llrp_begin(e, LLRP_KeepaliveSpec);
        llrp_put(e, LLRP_KeepaliveSpec_KeepaliveTriggerType, PERIODIC);
        llrp_put(e, LLRP_KeepaliveSpec_PeriodicTriggerValue,
                i->keepalive_ms ? i->keepalive_ms : LLRP_KEEPALIVE_MS);
        llrp_end(e);
        put_inputs(e, i, c->n_gpis);
        if (c->holds_reports) {
                llrp_begin(e, LLRP_EventsAndReports);
                llrp_put(e, LLRP_EventsAndReports_HoldEventsAndReportsUponReconnect, !i->no_hold);
                llrp_end(e);
        }
}
