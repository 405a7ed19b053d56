/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/letter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

static const char *const languages[] = {[LANGUAGE_JA] = "ja", [LANGUAGE_EN] = "en"};

const char *language_to_str(enum language l) {
        return languages[l];
}

int language_from_str(const char *text, enum language *lp) {
        for (size_t i = 0; i < ELEMENTSOF(languages); i++)
                if (strncmp(text, languages[i], 2) == 0 && (text[2] == '\0' || text[2] == '-')) {
                        *lp = (enum language) i;
                        return 0;
                }
        return -EINVAL;
}

bool letter_tells(enum notice_kind kind, const struct parcel *p, enum report_at report) {
        switch (notice_kind_about(kind)) {
        case NOTICE_ABOUT_GONE:
                return notice_has_gone(p, report);
        case NOTICE_ABOUT_WAITING:
                return p->state == PARCEL_SHELVED;
        case NOTICE_ABOUT_HANDED:
                return p->state == PARCEL_COLLECTED;
        case NOTICE_ABOUT_KEPT_OUT:
                return p->state == PARCEL_EXPIRED || p->state == PARCEL_RESTOCKED;
        case NOTICE_ABOUT_ORDER:
                return false;
        }
        return false;
}

/* {"ja": …, "en"?: …}, en falling back to ja; @otherwise when there is nothing. */
static const char *pick_name(const struct json *names, enum language language, const char *otherwise) {
        const char *ja = json_get_string(names, "ja", "");
        const char *name = language == LANGUAGE_EN ? json_get_string(names, "en", ja) : ja;

        return *name ? name : otherwise;
}

static bool is_goods(const struct line *l) {
        return l->check == CHECK_ITEM;
}

static int quantity_in(const struct parcel *p, const char *line) {
        int n = 0;

        for (size_t i = 0; i < p->n_lines; i++)
                if (strcmp(p->lines[i].line, line) == 0)
                        n += p->lines[i].quantity;
        return n;
}

static struct letter_item item_of(const struct line *line, enum language language, int quantity) {
        return (struct letter_item){
                .name = language == LANGUAGE_EN ? line->name_en : line->name_ja, .quantity = quantity};
}

static int add_parcel(
        struct letter *l, const struct shipment *s, const struct policy *policy, const struct parcel *p) {
        struct letter_parcel *out = &l->parcels[l->n_parcels];
        struct carrier_policy carrier;

        out->items = calloc(s->n_lines ? s->n_lines : 1, sizeof(*out->items));
        if (!out->items)
                return -ENOMEM;
        l->n_parcels++;
        policy_carrier(policy, s->merchant, p->carrier, &carrier);
        out->piece = p->piece;
        out->carrier = l->language == LANGUAGE_EN ? carrier.name_en : carrier.name_ja;
        out->number = p->number;
        /* A pattern of the policy that cannot be used must not cost the customer the link that we know ourselves. */
        if (waybill_link(p->carrier, carrier.track_url, p->number, out->link) != 0 &&
                waybill_link(p->carrier, NULL, p->number, out->link) != 0)
                out->link[0] = '\0';
        for (size_t i = 0; i < s->n_lines; i++) {
                int n = is_goods(&s->lines[i]) ? quantity_in(p, s->lines[i].id) : 0;

                if (n > 0)
                        out->items[out->n_items++] = item_of(&s->lines[i], l->language, n);
        }
        return 0;
}

/* @has_gone: by the shipment's index of parcels. */
static int add_missing(struct letter *l, const struct shipment *s, const bool *has_gone) {
        bool partial = false;

        l->missing = calloc(s->n_lines ? s->n_lines : 1, sizeof(*l->missing));
        if (!l->missing)
                return -ENOMEM;
        for (size_t i = 0; i < l->n_parcels; i++)
                if (l->parcels[i].n_items == 0)
                        return 0; /* what is in that box is not known here: then nothing can be called missing */
        for (size_t k = 0; k < s->n_parcels; k++)
                partial |= s->parcels[k].state != PARCEL_VOIDED && s->parcels[k].partial;
        for (size_t i = 0; i < s->n_lines; i++) {
                int n = s->lines[i].quantity;

                for (size_t k = 0; k < s->n_parcels; k++)
                        n -= has_gone[k] ? quantity_in(&s->parcels[k], s->lines[i].id) : 0;
                if (is_goods(&s->lines[i]) && n > 0)
                        l->missing[l->n_missing++] = item_of(&s->lines[i], l->language, n);
        }
        l->rest_follows = l->n_missing > 0 && !partial && !s->cancelled;
        return 0;
}

/* Sakamoto's method; 0 is Sunday. */
static int weekday_of(int year, int month, int day) {
        static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};

        year -= month < 3;
        return (year + year / 4 - year / 100 + year / 400 + shift[month - 1] + day) % 7;
}

/* Local wall clock by its offset; 0 is no moment. */
static struct letter_moment read_moment(int64_t usec, int offset_sec) {
        struct letter_moment m = {0};
        char text[TIME_TEXT_MAX];

        if (usec <= 0)
                return m;
        (void) time_format(usec, offset_sec, text);
        /* NOLINTNEXTLINE(cert-err34-c): our own text */
        if (sscanf(text, "%4d-%2d-%2dT%2d:%2d", &m.year, &m.month, &m.day, &m.hour, &m.minute) != 5)
                return (struct letter_moment){0};
        m.weekday = weekday_of(m.year, m.month, m.day);
        return m;
}

int letter_list_goods(
        const struct shipment *s, enum language language, struct letter_item **goodsp, size_t *np) {
        struct letter_item *goods = calloc(s->n_lines ? s->n_lines : 1, sizeof(*goods));
        size_t n = 0;

        if (!goods)
                return -ENOMEM;
        for (size_t i = 0; i < s->n_lines; i++)
                if (is_goods(&s->lines[i]))
                        goods[n++] = item_of(&s->lines[i], language, s->lines[i].quantity);
        *goodsp = goods;
        *np = n;
        return 0;
}

/* When it came to be so, and by whom: of parcels that are told. */
static void note_moment(const struct parcel *p, int64_t *usecp, int *offsetp, bool *by_proxyp) {
        if (p->since_usec > *usecp) {
                *usecp = p->since_usec;
                *offsetp = p->since_offset_sec;
        }
        *by_proxyp |= strcmp(p->how, pickup_proof_to_str(PROOF_PROXY_CODE)) == 0;
}

static int add_parcels(struct letter *l, const struct shipment *s, const struct policy *policy) {
        size_t n = s->n_parcels ? s->n_parcels : 1;
        _autofree_ bool *has_gone = calloc(n, sizeof(bool));
        enum report_at report = notice_report(policy, s);
        int64_t at_usec = 0;
        int at_offset_sec = 0, r = 0;

        l->parcels = calloc(n, sizeof(*l->parcels));
        if (!has_gone || !l->parcels)
                return -ENOMEM;
        l->is_whole = true;
        for (size_t i = 0; i < s->n_parcels && r == 0; i++) {
                const struct parcel *p = &s->parcels[i];

                has_gone[i] = letter_tells(l->kind, p, report);
                l->is_whole &= has_gone[i] || p->state == PARCEL_VOIDED;
                if (has_gone[i]) {
                        note_moment(p, &at_usec, &at_offset_sec, &l->by_proxy);
                        r = add_parcel(l, s, policy, p);
                }
                if (notice_kind_about(l->kind) == NOTICE_ABOUT_WAITING && p->state == PARCEL_COLLECTED)
                        has_gone[i] = l->store.partial = true; /* they have it: the rest waits */
        }
        l->at = read_moment(at_usec, at_offset_sec);
        return r < 0 || l->n_parcels == 0 ? r : add_missing(l, s, has_gone);
}

/* "2026-11-23"; anything else is no day that we would promise. */
static void read_day(struct letter *l, const char *text) {
        int year, month, day, n = 0;

        /* NOLINTNEXTLINE(cert-err34-c): the widths leave no number that does not fit */
        if (!text || sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10 ||
                text[n] != '\0')
                return;
        if (year < 2000 || month < 1 || month > 12 || day < 1 || day > 31)
                return;
        l->year = year;
        l->month = month;
        l->day = day;
        l->weekday = weekday_of(year, month, day);
}

/* Of a profile, where a text may be one per language; "" not said. */
static const char *profile_text(const struct json *profile, const char *key, enum language language) {
        const char *text = json_get_string(profile, key, NULL);

        return text ? text : pick_name(json_get(profile, key), language, "");
}

/* Who is asked about what waits at a store is the store, where it says how. */
static void read_store_profile(struct letter *l, const struct store_policy *store) {
        const struct {
                const char *key, **textp;
        } texts[] = {{"mail", &l->mail}, {"phone", &l->phone}, {"url", &l->url}, {"hours", &l->hours}};

        l->brand = store->brand;
        if (store->from)
                l->from = store->from;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                const char *text = profile_text(store->brand, texts[i].key, l->language);

                if (*text)
                        *texts[i].textp = text;
        }
}

static void read_merchant(struct letter *l, const struct shipment *s, const struct policy *policy) {
        const struct json *merchant = policy_merchant(policy, s->merchant);
        const struct json *reach = json_get(merchant, "reach");

        l->merchant = pick_name(json_get(merchant, "name"), l->language, s->merchant);
        l->mail = json_get_string(reach, "mail", "");
        l->phone = json_get_string(reach, "phone", "");
        l->url = json_get_string(reach, "url", "");
        l->hours = pick_name(json_get(reach, "hours"), l->language, "");
        l->from = json_get(merchant, "from");
}

static void read_store(struct letter *l, const struct shipment *s, const struct policy *policy) {
        const struct pickup_state *at = &s->at_counter;
        struct store_policy store;

        policy_store(policy, &store);
        if (notice_kind_is_pickup(l->kind))
                read_store_profile(l, &store);
        l->store = (struct letter_store){
                .name = pick_name(store.name, l->language, ""),
                .address = pick_name(store.address, l->language, ""),
                .hours = pick_name(store.hours, l->language, ""),
                .phone = store.phone,
                .map = store.map_url,
                .note = pick_name(store.note, l->language, ""),
                .arrived = read_moment(at->ready_usec, at->ready_offset_sec),
                .keep_until = read_moment(at->keep_until_usec, at->ready_offset_sec),
                .partial = at->partial,
                .unpaid_yen = at->paid ? 0 : s->pickup.unpaid_yen,
                .asks_code = pickup_takes_proof(&s->pickup, PROOF_CODE),
                .asks_document = pickup_takes_proof(&s->pickup, PROOF_DOCUMENT),
                .asks_order_name = pickup_takes_proof(&s->pickup, PROOF_ORDER_NAME),
                .takes_proxy = s->pickup.proxy && pickup_takes_proof(&s->pickup, PROOF_PROXY_CODE),
        };
        /* The end of a day is the next one's beginning, and nobody reads it so. */
        if (l->store.keep_until.hour == 0 && l->store.keep_until.minute == 0)
                l->store.keep_until = read_moment(at->keep_until_usec - 1, at->ready_offset_sec);
}

int letter_compose(struct letter *l, enum notice_kind kind, const struct shipment *s,
        const struct policy *policy, enum language language) {
        struct letter fresh = {.kind = kind,
                .language = language,
                .orders = json_get(s->doc, "orders"),
                .pieces = s->pieces,
                .to_store = s->pickup.wanted};
        int r;

        read_merchant(&fresh, s, policy);
        read_day(&fresh, json_get_string(s->doc, "promised", NULL));
        read_store(&fresh, s, policy);
        r = add_parcels(&fresh, s, policy);
        if (r == 0)
                r = letter_list_goods(s, language, &fresh.goods, &fresh.n_goods);
        if (r < 0) {
                letter_deinit(&fresh);
                return r;
        }
        if (fresh.pieces < (int) fresh.n_parcels)
                fresh.pieces = (int) fresh.n_parcels;
        *l = fresh;
        return 0;
}

void letter_deinit(struct letter *l) {
        for (size_t i = 0; i < l->n_parcels; i++)
                free(l->parcels[i].items);
        for (size_t i = 0; i < l->n_more; i++)
                free(l->more[i].goods);
        free(l->more);
        free(l->parcels);
        free(l->missing);
        free(l->goods);
        *l = (struct letter){0};
}
