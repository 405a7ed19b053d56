/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hidpos/descriptor.h"

#include <errno.h>

#define USAGE(page, id)    ((uint32_t) (page) << 16 | (id))
#define USAGE_BYTE_COUNT   USAGE(0x01, 0x3B)
#define USAGE_BADGE_READER USAGE(0x8C, 0x01) /* the first of the devices on this page ... */
#define USAGE_CRADLE       USAGE(0x8C, 0x05) /* ... and the last */
#define USAGE_AIM_1        USAGE(0x8C, 0xFB)
#define USAGE_AIM_2        USAGE(0x8C, 0xFC)
#define USAGE_AIM_3        USAGE(0x8C, 0xFD)
#define USAGE_DATA         USAGE(0x8C, 0xFE)
#define USAGE_MORE         USAGE(0x8C, 0xFF)
#define USAGE_REDIRECT     USAGE(0xFF66, 0x03)

#define DEPTH_MAX   16 /* of collections */
#define USAGES_MAX  64 /* of one main item; the last one repeats for what is beyond */
#define PUSHED_MAX  4
#define NOTES_MAX   32
#define REPORT_BITS (HIDPOS_REPORT_MAX * 8)

#define COLLECTION_APPLICATION 0x01
#define FIELD_CONSTANT         0x01 /* padding */

enum item_tag { /* type and tag: the upper six bits of an item's first byte */
        ITEM_INPUT = 0x80,
        ITEM_OUTPUT = 0x90,
        ITEM_COLLECTION = 0xA0,
        ITEM_FEATURE = 0xB0,
        ITEM_END = 0xC0,
        ITEM_PAGE = 0x04,
        ITEM_SIZE = 0x74,
        ITEM_ID = 0x84,
        ITEM_COUNT = 0x94,
        ITEM_PUSH = 0xA4,
        ITEM_POP = 0xB4,
        ITEM_USAGE = 0x08,
        ITEM_MINIMUM = 0x18,
        ITEM_MAXIMUM = 0x28,
        ITEM_LONG = 0xFC,
};

struct item {
        uint8_t tag; /* enum item_tag, or one that says nothing here */
        size_t n_value;
        uint32_t value;
};

struct globals {
        uint32_t page, size_bits, count;
        uint8_t id;
};

struct locals {
        uint32_t usages[USAGES_MAX];
        bool is_full[USAGES_MAX]; /* it brought its page; else that of the main item holds */
        size_t n;
        uint32_t minimum;
};

/* A field whose usage means something to us. */
struct note {
        uint32_t usage;
        uint8_t id;
        uint32_t bit, size_bits, count; /* bit: from the start of the report, its id not counted */
};

struct parser {
        struct globals g, pushed[PUSHED_MAX];
        size_t n_pushed;
        struct locals l;
        size_t depth, scanner_depth; /* scanner_depth: of the scanner's own collection; 0 outside */
        bool is_pos, has_ids;
        uint32_t used_bits[256]; /* of input reports, by id */
        struct note notes[NOTES_MAX];
        size_t n_notes;
        uint8_t redirect_id;
};

/* Return: bytes used, 0 when they are too few. */
static size_t item_read(struct item *item, const uint8_t *bytes, size_t n) {
        static const uint8_t sizes[] = {0, 1, 2, 4};

        *item = (struct item){.tag = bytes[0] & 0xFC, .n_value = sizes[bytes[0] & 3]};
        if (bytes[0] == 0xFE) { /* a long item; no standard gives one a meaning */
                item->tag = ITEM_LONG;
                return n >= 3 && n - 3 >= bytes[1] ? (size_t) bytes[1] + 3 : 0;
        }
        if (item->n_value >= n)
                return 0;
        for (size_t i = 0; i < item->n_value; i++)
                item->value |= (uint32_t) bytes[1 + i] << (8 * i);
        return item->n_value + 1;
}

static uint32_t usage_at(const struct parser *p, uint32_t i) {
        size_t k = i < p->l.n ? i : p->l.n - 1;

        if (p->l.n == 0)
                return 0;
        return p->l.is_full[k] ? p->l.usages[k] : USAGE(p->g.page, p->l.usages[k] & 0xFFFF);
}

static void add_usage(struct locals *l, uint32_t usage, bool is_full) {
        if (l->n == USAGES_MAX)
                return;
        l->usages[l->n] = usage;
        l->is_full[l->n++] = is_full;
}

static void add_usages(struct locals *l, uint32_t maximum, bool is_full) {
        if (maximum < l->minimum)
                return;
        for (uint32_t i = 0; i <= maximum - l->minimum && l->n < USAGES_MAX; i++)
                add_usage(l, l->minimum + i, is_full);
}

static bool is_wanted(uint32_t usage) {
        return usage == USAGE_BYTE_COUNT || (usage >= USAGE_AIM_1 && usage <= USAGE_MORE);
}

static void note_field(struct parser *p, uint32_t usage, uint32_t bit) {
        struct note *last = p->n_notes > 0 ? &p->notes[p->n_notes - 1] : NULL;

        if (last && last->usage == usage && last->id == p->g.id && last->size_bits == p->g.size_bits &&
                last->bit + last->count * last->size_bits == bit)
                last->count++;
        else if (p->n_notes < NOTES_MAX)
                p->notes[p->n_notes++] = (struct note){usage, p->g.id, bit, p->g.size_bits, 1};
}

static int take_input(struct parser *p, uint32_t flags) {
        uint32_t *used = &p->used_bits[p->g.id];

        if (p->g.size_bits > REPORT_BITS || p->g.count > REPORT_BITS ||
                p->g.size_bits * p->g.count > REPORT_BITS - *used)
                return -EBADMSG;
        for (uint32_t i = 0;
                p->scanner_depth > 0 && p->g.size_bits > 0 && !(flags & FIELD_CONSTANT) && i < p->g.count;
                i++)
                if (is_wanted(usage_at(p, i)))
                        note_field(p, usage_at(p, i), *used + i * p->g.size_bits);
        *used += p->g.size_bits * p->g.count;
        return 0;
}

static int take_collection(struct parser *p, uint32_t type) {
        uint32_t usage = usage_at(p, 0);

        if (p->depth == DEPTH_MAX)
                return -EBADMSG;
        p->depth++;
        if (type == COLLECTION_APPLICATION && usage >= USAGE_BADGE_READER && usage <= USAGE_CRADLE &&
                p->scanner_depth == 0) {
                p->scanner_depth = p->depth;
                p->is_pos = true;
        }
        return 0;
}

static int take_end(struct parser *p) {
        if (p->depth == 0)
                return -EBADMSG;
        if (p->depth == p->scanner_depth)
                p->scanner_depth = 0;
        p->depth--;
        return 0;
}

static int take_id(struct parser *p, uint32_t id) {
        if (id == 0 || id > 0xFF)
                return -EBADMSG;
        p->g.id = (uint8_t) id;
        p->has_ids = true;
        return 0;
}

static int take_push(struct parser *p) {
        if (p->n_pushed == PUSHED_MAX)
                return -EBADMSG;
        p->pushed[p->n_pushed++] = p->g;
        return 0;
}

static int take_pop(struct parser *p) {
        if (p->n_pushed == 0)
                return -EBADMSG;
        p->g = p->pushed[--p->n_pushed];
        return 0;
}

static void take_feature(struct parser *p) {
        if (p->scanner_depth > 0 && usage_at(p, 0) == USAGE_REDIRECT && p->redirect_id == 0)
                p->redirect_id = p->g.id;
}

static int take_item(struct parser *p, const struct item *item) {
        switch (item->tag) {
        case ITEM_INPUT:
                return take_input(p, item->value);
        case ITEM_COLLECTION:
                return take_collection(p, item->value);
        case ITEM_END:
                return take_end(p);
        case ITEM_FEATURE:
                take_feature(p);
                return 0;
        case ITEM_PAGE:
                p->g.page = item->value & 0xFFFF;
                return 0;
        case ITEM_SIZE:
                p->g.size_bits = item->value;
                return 0;
        case ITEM_COUNT:
                p->g.count = item->value;
                return 0;
        case ITEM_ID:
                return take_id(p, item->value);
        case ITEM_PUSH:
                return take_push(p);
        case ITEM_POP:
                return take_pop(p);
        case ITEM_USAGE:
                add_usage(&p->l, item->value, item->n_value == 4);
                return 0;
        case ITEM_MINIMUM:
                p->l.minimum = item->value;
                return 0;
        case ITEM_MAXIMUM:
                add_usages(&p->l, item->value, item->n_value == 4);
                return 0;
        default: /* limits, units, strings: nothing that moves a field */
                return 0;
        }
}

static bool is_main(uint8_t tag) {
        return tag == ITEM_INPUT || tag == ITEM_OUTPUT || tag == ITEM_FEATURE || tag == ITEM_COLLECTION ||
               tag == ITEM_END;
}

/* The first field of that usage in report @id; NULL when there is none. */
static const struct note *note_of(const struct parser *p, uint32_t usage, uint8_t id) {
        for (size_t i = 0; i < p->n_notes; i++)
                if (p->notes[i].usage == usage && p->notes[i].id == id)
                        return &p->notes[i];
        return NULL;
}

static const struct note *data_of(const struct parser *p) {
        for (size_t i = 0; i < p->n_notes; i++)
                if (p->notes[i].usage == USAGE_DATA)
                        return &p->notes[i];
        return NULL;
}

static bool is_bytes(const struct note *n) {
        return n->size_bits == 8 && n->bit % 8 == 0;
}

static uint16_t byte_of(const struct parser *p, const struct note *n) {
        return (uint16_t) (n->bit / 8 + (p->has_ids ? 1 : 0));
}

static void set_aim(struct hidpos_layout *l, const struct parser *p) {
        static const uint32_t usages[] = {USAGE_AIM_1, USAGE_AIM_2, USAGE_AIM_3};
        const struct note *first = note_of(p, USAGE_AIM_1, l->report_id);

        for (uint32_t i = 0; i < 3; i++) {
                const struct note *n = note_of(p, usages[i], l->report_id);

                if (!n || !is_bytes(n) || n->bit != first->bit + 8 * i)
                        return; /* without it a kind is told by shape, as with any scanner that sends none */
        }
        l->has_aim = true;
        l->aim_at = byte_of(p, first);
}

/* One bit, or a byte of which any bit says it. */
static void set_more(struct hidpos_layout *l, const struct parser *p) {
        const struct note *n = note_of(p, USAGE_MORE, l->report_id);
        uint32_t n_bits = n ? n->size_bits * n->count : 0;
        uint32_t first = n ? n->bit % 8 : 0;

        if (!n)
                return;
        if (n_bits > 8 - first)
                n_bits = 8 - first;
        l->has_more = true;
        l->more_at = byte_of(p, n);
        l->more_mask = (uint8_t) (((1U << n_bits) - 1) << first);
}

static int layout_of(struct hidpos_layout *out, const struct parser *p) {
        const struct note *data = data_of(p), *count;
        struct hidpos_layout l = {.redirect_id = p->redirect_id};

        if (!data || !is_bytes(data))
                return HIDPOS_E_UNREADABLE;
        l.report_id = data->id;
        l.data_at = byte_of(p, data);
        l.n_data = (uint16_t) data->count;
        l.n_bytes = (uint16_t) ((p->used_bits[data->id] + 7) / 8 + (p->has_ids ? 1 : 0));
        count = note_of(p, USAGE_BYTE_COUNT, data->id);
        if (count && !is_bytes(count))
                return HIDPOS_E_UNREADABLE;
        l.has_count = count != NULL;
        l.count_at = count ? byte_of(p, count) : 0;
        set_aim(&l, p);
        set_more(&l, p);
        *out = l;
        return 0;
}

int hidpos_layout_parse(struct hidpos_layout *l, const uint8_t *bytes, size_t n) {
        struct parser p = {0};

        while (n > 0) {
                struct item item;
                size_t used = item_read(&item, bytes, n);
                int r = used > 0 ? take_item(&p, &item) : -EBADMSG;

                if (r < 0)
                        return r;
                if (is_main(item.tag))
                        p.l = (struct locals){0};
                bytes += used;
                n -= used;
        }
        if (p.depth != 0)
                return -EBADMSG;
        return p.is_pos ? layout_of(l, &p) : HIDPOS_E_NOT_POS;
}
