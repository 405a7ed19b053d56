/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/report.h"

void llrp_clock_hint(struct llrp_clock *c, uint64_t reader_usec, uint64_t now_usec) {
        int64_t offset = (int64_t) (now_usec - reader_usec);

        if (c->is_known && offset >= c->offset_usec)
                return;
        c->is_known = true;
        c->offset_usec = offset;
}

void llrp_clock_set(struct llrp_clock *c, uint64_t reader_usec, uint64_t now_usec) {
        c->is_known = true;
        c->offset_usec = (int64_t) (now_usec - reader_usec);
}

/* A report was on its way when the tag was seen, so a later time than now is a clock that was set. */
static uint64_t to_ours(struct llrp_clock *c, uint64_t reader_usec, uint64_t now_usec) {
        uint64_t ours;

        if (reader_usec == 0)
                return now_usec;
        if (!c->is_known)
                llrp_clock_set(c, reader_usec, now_usec);
        else
                llrp_clock_hint(c, reader_usec, now_usec);
        ours = reader_usec + (uint64_t) c->offset_usec;
        return ours <= now_usec ? ours : 0; /* wrapped: before our clock began */
}

struct tag {
        uint64_t first, last; /* by the reader's clock, 0 unknown */
        bool has_epc;
};

static void set_epc(struct tag_read *read, struct tag *tag, const uint8_t *bytes, size_t n_bits) {
        read->epc = bytes;
        read->n_epc_bits = n_bits;
        read->n_epc = llrp_vector_bytes(n_bits, 1);
        tag->has_epc = true;
}

static void take(const struct llrp_element *p, struct tag_read *read, struct tag *tag) {
        const uint8_t *bytes;
        size_t n;

        switch (p->number) {
        case LLRP_EPCData:
                bytes = llrp_get_bytes(p, LLRP_EPCData_EPC, &n);
                set_epc(read, tag, bytes, n);
                break;
        case LLRP_EPC_96:
                bytes = llrp_get_bytes(p, LLRP_EPC_96_EPC, &n);
                set_epc(read, tag, bytes, n * 8);
                break;
        case LLRP_AntennaID:
                read->antenna = (uint16_t) llrp_get(p, LLRP_AntennaID_AntennaID);
                break;
        case LLRP_PeakRSSI:
                read->rssi_dbm = (int) llrp_get_signed(p, LLRP_PeakRSSI_PeakRSSI);
                break;
        case LLRP_C1G2_PC:
                read->has_pc = true;
                read->pc = (uint16_t) llrp_get(p, LLRP_C1G2_PC_PC_Bits);
                break;
        case LLRP_TagSeenCount:
                read->n_reads = (unsigned int) llrp_get(p, LLRP_TagSeenCount_TagCount);
                break;
        case LLRP_FirstSeenTimestampUTC:
        case LLRP_FirstSeenTimestampUptime:
                tag->first = llrp_get(p, 0);
                break;
        case LLRP_LastSeenTimestampUTC:
        case LLRP_LastSeenTimestampUptime:
                tag->last = llrp_get(p, 0);
                break;
        default: /* not asked for, or a vendor's: passed over */
                break;
        }
}

static bool read_tag(
        const struct llrp_element *data, struct llrp_clock *clock, uint64_t now_usec, struct tag_read *read) {
        struct llrp_walk walk = llrp_walk_of(data);
        struct llrp_element p;
        struct tag tag = {0};

        *read = (struct tag_read){.rssi_dbm = TAG_RSSI_UNKNOWN, .mono_usec = now_usec};
        while (llrp_walk_next(&walk, &p))
                if (p.type)
                        take(&p, read, &tag);
        if (!tag.has_epc || read->n_epc > TAG_EPC_MAX_BYTES)
                return false;
        if (read->n_reads == 0)
                read->n_reads = 1;
        if (tag.last == 0)
                tag.last = tag.first;
        read->last_usec = to_ours(clock, tag.last, now_usec);
        read->first_usec = tag.first ? to_ours(clock, tag.first, now_usec) : read->last_usec;
        if (read->first_usec > read->last_usec)
                read->first_usec = read->last_usec;
        return true;
}

bool llrp_report_next(struct llrp_walk *walk, struct llrp_clock *clock, uint64_t now_usec,
        struct tag_read *read, unsigned int *n_badp) {
        struct llrp_element data;

        while (llrp_walk_next(walk, &data)) {
                if (!data.type || data.number != LLRP_TagReportData)
                        continue;
                if (read_tag(&data, clock, now_usec, read))
                        return true;
                (*n_badp)++;
        }
        return false;
}
