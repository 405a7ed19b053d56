/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/llrp/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/llrp/vectors.h"

static void begin(struct llrp_encoder *e, struct answer *a, enum llrp_message_number number, uint32_t id) {
        llrp_encoder_init(e, a->bytes, sizeof(a->bytes));
        llrp_begin_message(e, 1, number, id);
}

static void finish(struct llrp_encoder *e, struct answer *a) {
        llrp_end(e);
        assert_int_equal(llrp_encoder_finish(e, &a->n), 0);
}

static void put_status(struct llrp_encoder *e, unsigned int code) {
        llrp_begin(e, LLRP_LLRPStatus);
        llrp_put(e, LLRP_LLRPStatus_StatusCode, code);
        llrp_put_bytes(e, LLRP_LLRPStatus_ErrorDescription, code ? "no" : "", code ? 2 : 0);
        llrp_end(e);
}

struct answer answer_event(enum llrp_parameter_number event, const uint64_t *fields, unsigned int n_fields,
        uint64_t reader_usec) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_READER_EVENT_NOTIFICATION, 0);
        llrp_begin(&e, LLRP_ReaderEventNotificationData);
        llrp_put_parameter_u(&e, LLRP_UTCTimestamp, reader_usec);
        llrp_begin(&e, event);
        for (unsigned int i = 0; i < n_fields; i++)
                llrp_put(&e, i, fields[i]);
        llrp_end(&e);
        llrp_end(&e);
        finish(&e, &a);
        return a;
}

struct answer answer_greeting(unsigned int status, uint64_t reader_usec) {
        return answer_event(LLRP_ConnectionAttemptEvent, (const uint64_t[]){status}, 1, reader_usec);
}

struct answer answer_status(enum llrp_message_number response, uint32_t id, unsigned int code) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, response, id);
        put_status(&e, code);
        finish(&e, &a);
        return a;
}

struct answer answer_versions(uint32_t id, unsigned int supported) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_GET_SUPPORTED_VERSION_RESPONSE, id);
        llrp_put(&e, LLRP_GET_SUPPORTED_VERSION_RESPONSE_CurrentVersion, 1);
        llrp_put(&e, LLRP_GET_SUPPORTED_VERSION_RESPONSE_SupportedVersion, supported);
        put_status(&e, 0);
        finish(&e, &a);
        return a;
}

static void put_general(struct llrp_encoder *e, const struct answer_reader *reader) {
        llrp_begin(e, LLRP_GeneralDeviceCapabilities);
        llrp_put(e, LLRP_GeneralDeviceCapabilities_MaxNumberOfAntennaSupported, reader->n_antennas);
        llrp_put(e, LLRP_GeneralDeviceCapabilities_CanSetAntennaProperties, 0);
        llrp_put(e, LLRP_GeneralDeviceCapabilities_HasUTCClockCapability, 1);
        llrp_put(e, LLRP_GeneralDeviceCapabilities_DeviceManufacturerName, 25882);
        llrp_put(e, LLRP_GeneralDeviceCapabilities_ModelName, 2001007);
        llrp_put_bytes(e, LLRP_GeneralDeviceCapabilities_ReaderFirmwareVersion, "8.\x1b", 3);
        llrp_begin(e, LLRP_GPIOCapabilities);
        llrp_put(e, LLRP_GPIOCapabilities_NumGPIs, reader->n_gpis);
        llrp_put(e, LLRP_GPIOCapabilities_NumGPOs, reader->n_gpos);
        llrp_end(e);
        llrp_end(e);
}

static void put_llrp(struct llrp_encoder *e, const struct answer_reader *reader) {
        llrp_begin(e, LLRP_LLRPCapabilities);
        llrp_put(e, LLRP_LLRPCapabilities_CanDoRFSurvey, 0);
        llrp_put(e, LLRP_LLRPCapabilities_CanReportBufferFillWarning, 1);
        llrp_put(e, LLRP_LLRPCapabilities_SupportsClientRequestOpSpec, 0);
        llrp_put(e, LLRP_LLRPCapabilities_CanDoTagInventoryStateAwareSingulation, 0);
        llrp_put(e, LLRP_LLRPCapabilities_SupportsEventAndReportHolding, reader->holds);
        llrp_put(e, LLRP_LLRPCapabilities_MaxNumPriorityLevelsSupported, 1);
        llrp_put(e, LLRP_LLRPCapabilities_ClientRequestOpSpecTimeout, 0);
        for (unsigned int i = LLRP_LLRPCapabilities_MaxNumROSpecs; i < LLRP_LLRPCapabilities_N_FIELDS; i++)
                llrp_put(e, i, 1);
        llrp_end(e);
}

static void put_mode(struct llrp_encoder *e, unsigned int mode) {
        llrp_begin(e, LLRP_C1G2UHFRFModeTableEntry);
        llrp_put(e, LLRP_C1G2UHFRFModeTableEntry_ModeIdentifier, mode);
        for (unsigned int i = 1; i < LLRP_C1G2UHFRFModeTableEntry_N_FIELDS; i++)
                if (i != LLRP_C1G2UHFRFModeTableEntry_Reserved)
                        llrp_put(e, i, 0);
        llrp_end(e);
}

static void put_regulatory(struct llrp_encoder *e) {
        llrp_begin(e, LLRP_RegulatoryCapabilities);
        llrp_put(e, LLRP_RegulatoryCapabilities_CountryCode, 392);
        llrp_put(e, LLRP_RegulatoryCapabilities_CommunicationsStandard, 0);
        llrp_begin(e, LLRP_UHFBandCapabilities);
        for (unsigned int i = 1; i <= 81; i++) {
                llrp_begin(e, LLRP_TransmitPowerLevelTableEntry);
                llrp_put(e, LLRP_TransmitPowerLevelTableEntry_Index, i);
                llrp_put_signed(e, LLRP_TransmitPowerLevelTableEntry_TransmitPowerValue, 975 + 25 * (int) i);
                llrp_end(e);
        }
        llrp_begin(e, LLRP_FrequencyInformation);
        llrp_put(e, LLRP_FrequencyInformation_Hopping, 1);
        llrp_begin(e, LLRP_FrequencyHopTable);
        llrp_put(e, LLRP_FrequencyHopTable_HopTableID, 7);
        llrp_put_bytes(e, LLRP_FrequencyHopTable_Frequency, "\0\x0d\xfb\x38", 1);
        llrp_end(e);
        llrp_end(e);
        llrp_begin(e, LLRP_C1G2UHFRFModeTable);
        put_mode(e, 1);
        put_mode(e, 1002);
        llrp_end(e);
        llrp_end(e);
        llrp_end(e);
}

struct answer answer_capabilities(uint32_t id, const struct answer_reader *reader) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_GET_READER_CAPABILITIES_RESPONSE, id);
        put_status(&e, 0);
        put_general(&e, reader);
        put_llrp(&e, reader);
        put_regulatory(&e);
        finish(&e, &a);
        return a;
}

struct answer answer_channels(uint32_t id, unsigned int n_antennas) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_GET_READER_CONFIG_RESPONSE, id);
        put_status(&e, 0);
        for (unsigned int i = 1; i <= n_antennas; i++) {
                llrp_begin(&e, LLRP_AntennaConfiguration);
                llrp_put(&e, LLRP_AntennaConfiguration_AntennaID, i);
                llrp_begin(&e, LLRP_RFTransmitter);
                llrp_put(&e, LLRP_RFTransmitter_HopTableID, 7);
                llrp_put(&e, LLRP_RFTransmitter_ChannelIndex, 3);
                llrp_put(&e, LLRP_RFTransmitter_TransmitPower, 81);
                llrp_end(&e);
                llrp_end(&e);
        }
        finish(&e, &a);
        return a;
}

struct answer answer_inputs(uint32_t id) {
        static const uint8_t states[] = {1, 0, 2};
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_GET_READER_CONFIG_RESPONSE, id);
        put_status(&e, 0);
        for (unsigned int i = 0; i < sizeof(states); i++) {
                llrp_begin(&e, LLRP_GPIPortCurrentState);
                llrp_put(&e, LLRP_GPIPortCurrentState_GPIPortNum, i + 1);
                llrp_put(&e, LLRP_GPIPortCurrentState_Config, 1);
                llrp_put(&e, LLRP_GPIPortCurrentState_State, states[i]);
                llrp_end(&e);
        }
        finish(&e, &a);
        return a;
}

struct answer answer_rospecs(uint32_t id, const struct answer *add, unsigned int state) {
        struct answer a, changed;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_GET_ROSPECS_RESPONSE, id);
        put_status(&e, 0);
        if (add) {
                changed = *add;
                changed.bytes[LLRP_HEADER_BYTES + 9] = (uint8_t) state;
                llrp_put_raw(&e, changed.bytes + LLRP_HEADER_BYTES, changed.n - LLRP_HEADER_BYTES);
        }
        finish(&e, &a);
        return a;
}

struct answer answer_keepalive(uint32_t id) {
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_KEEPALIVE, id);
        finish(&e, &a);
        return a;
}

struct answer answer_report(const char *epc_hex, unsigned int antenna, int rssi_dbm, uint64_t first_usec,
        uint64_t last_usec, unsigned int count) {
        struct vector epc = vector_of(epc_hex);
        struct answer a;
        struct llrp_encoder e;

        begin(&e, &a, LLRP_RO_ACCESS_REPORT, 0);
        llrp_begin(&e, LLRP_TagReportData);
        if (epc.n == 12) {
                llrp_begin(&e, LLRP_EPC_96);
                llrp_put_bytes(&e, LLRP_EPC_96_EPC, epc.bytes, 12);
        } else {
                llrp_begin(&e, LLRP_EPCData);
                llrp_put_bytes(&e, LLRP_EPCData_EPC, epc.bytes, epc.n * 8);
        }
        llrp_end(&e);
        llrp_put_parameter_u(&e, LLRP_AntennaID, antenna);
        llrp_begin(&e, LLRP_PeakRSSI);
        llrp_put_signed(&e, LLRP_PeakRSSI_PeakRSSI, rssi_dbm);
        llrp_end(&e);
        llrp_put_parameter_u(&e, LLRP_FirstSeenTimestampUTC, first_usec);
        llrp_put_parameter_u(&e, LLRP_LastSeenTimestampUTC, last_usec);
        llrp_put_parameter_u(&e, LLRP_TagSeenCount, count);
        llrp_end(&e);
        finish(&e, &a);
        return a;
}
