/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/capabilities.h"

#include <errno.h>

static void read_firmware(const struct llrp_element *general, struct llrp_capabilities *c) {
        size_t n;
        const uint8_t *text =
                llrp_get_bytes(general, LLRP_GeneralDeviceCapabilities_ReaderFirmwareVersion, &n);

        for (size_t i = 0; i < n && i < sizeof(c->firmware) - 1; i++)
                c->firmware[i] = text[i] >= 0x20 && text[i] < 0x7F ? (char) text[i] : '?';
}

static void read_general(const struct llrp_element *general, struct llrp_capabilities *c) {
        struct llrp_element gpio;

        c->n_antennas =
                (unsigned int) llrp_get(general, LLRP_GeneralDeviceCapabilities_MaxNumberOfAntennaSupported);
        c->has_utc_clock = llrp_get(general, LLRP_GeneralDeviceCapabilities_HasUTCClockCapability);
        c->vendor = (uint32_t) llrp_get(general, LLRP_GeneralDeviceCapabilities_DeviceManufacturerName);
        c->model = (uint32_t) llrp_get(general, LLRP_GeneralDeviceCapabilities_ModelName);
        read_firmware(general, c);
        if (llrp_find(general, LLRP_GPIOCapabilities, &gpio)) {
                c->n_gpis = (unsigned int) llrp_get(&gpio, LLRP_GPIOCapabilities_NumGPIs);
                c->n_gpos = (unsigned int) llrp_get(&gpio, LLRP_GPIOCapabilities_NumGPOs);
        }
}

static void read_modes(const struct llrp_element *table, struct llrp_capabilities *c) {
        struct llrp_walk walk = llrp_walk_of(table);
        struct llrp_element mode;

        while (llrp_walk_next(&walk, &mode) && c->n_modes < LLRP_MODES_MAX)
                if (mode.type && mode.number == LLRP_C1G2UHFRFModeTableEntry)
                        c->modes[c->n_modes++] =
                                (uint32_t) llrp_get(&mode, LLRP_C1G2UHFRFModeTableEntry_ModeIdentifier);
}

static void read_frequencies(const struct llrp_element *information, struct llrp_capabilities *c) {
        struct llrp_element table;

        c->hops = llrp_get(information, LLRP_FrequencyInformation_Hopping);
        if (c->hops && llrp_find(information, LLRP_FrequencyHopTable, &table))
                c->hop_table = (uint16_t) llrp_get(&table, LLRP_FrequencyHopTable_HopTableID);
}

static void read_band(const struct llrp_element *band, struct llrp_capabilities *c) {
        struct llrp_walk walk = llrp_walk_of(band);
        struct llrp_element p;

        while (llrp_walk_next(&walk, &p)) {
                if (!p.type)
                        continue;
                if (p.number == LLRP_TransmitPowerLevelTableEntry && c->n_powers < LLRP_POWERS_MAX) {
                        c->powers[c->n_powers].index =
                                (uint16_t) llrp_get(&p, LLRP_TransmitPowerLevelTableEntry_Index);
                        c->powers[c->n_powers++].cdbm = (int) llrp_get_signed(
                                &p, LLRP_TransmitPowerLevelTableEntry_TransmitPowerValue);
                } else if (p.number == LLRP_FrequencyInformation) {
                        read_frequencies(&p, c);
                } else if (p.number == LLRP_C1G2UHFRFModeTable) {
                        read_modes(&p, c);
                }
        }
}

void llrp_capabilities_read(const struct llrp_message *m, struct llrp_capabilities *c) {
        struct llrp_element p, band;

        *c = (struct llrp_capabilities){0};
        if (llrp_find(&m->root, LLRP_GeneralDeviceCapabilities, &p))
                read_general(&p, c);
        if (llrp_find(&m->root, LLRP_LLRPCapabilities, &p)) {
                c->warns_of_buffer = llrp_get(&p, LLRP_LLRPCapabilities_CanReportBufferFillWarning);
                c->holds_reports = llrp_get(&p, LLRP_LLRPCapabilities_SupportsEventAndReportHolding);
                c->n_rospecs_max = (uint32_t) llrp_get(&p, LLRP_LLRPCapabilities_MaxNumROSpecs);
        }
        if (llrp_find(&m->root, LLRP_RegulatoryCapabilities, &p)) {
                c->country = (unsigned int) llrp_get(&p, LLRP_RegulatoryCapabilities_CountryCode);
                if (llrp_find(&p, LLRP_UHFBandCapabilities, &band))
                        read_band(&band, c);
        }
}

int llrp_capabilities_power(const struct llrp_capabilities *c, int asked_cdbm, uint16_t *indexp, int *cdbmp) {
        size_t best = SIZE_MAX;

        for (size_t i = 0; i < c->n_powers; i++)
                if (c->powers[i].cdbm <= asked_cdbm &&
                        (best == SIZE_MAX || c->powers[i].cdbm > c->powers[best].cdbm))
                        best = i;
        if (best == SIZE_MAX)
                return -ERANGE;
        *indexp = c->powers[best].index;
        *cdbmp = c->powers[best].cdbm;
        return 0;
}

bool llrp_capabilities_has_mode(const struct llrp_capabilities *c, uint32_t mode) {
        for (size_t i = 0; i < c->n_modes; i++)
                if (c->modes[i] == mode)
                        return true;
        return false;
}
