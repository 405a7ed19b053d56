/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/kinds.h"

#include <string.h>

#include "firmware/base/cleanup.h"

#define GROUP(name, ...)                                                                                     \
        static const struct field name##_fields[] = {__VA_ARGS__};                                           \
        static const struct field_group name = {name##_fields, ELEMENTSOF(name##_fields)}
/* The members of every list of goods. */
#define GOODS(list)                                                                                          \
        {list, FIELD_LIST}, {list ".name", FIELD_TEXT}, {list ".variant", FIELD_TEXT},                       \
                {list ".quantity", FIELD_NUMBER}, {list ".price", FIELD_YEN}, {                              \
                list ".note", FIELD_TEXT                                                                     \
        }

GROUP(common, {"customer", FIELD_TEXT}, {"brand", FIELD_OBJECT}, {"brand.name", FIELD_TEXT},
        {"brand.tagline", FIELD_TEXT}, {"brand.mail", FIELD_TEXT}, {"brand.phone", FIELD_TEXT},
        {"brand.hours", FIELD_TEXT}, {"brand.address", FIELD_TEXT}, {"brand.url", FIELD_URL},
        {"brand.policies", FIELD_LIST}, {"brand.policies.label", FIELD_TEXT},
        {"brand.policies.url", FIELD_URL}, {"preferences", FIELD_URL});
GROUP(order, {"order", FIELD_TEXT}, {"order_link", FIELD_URL}, {"ordered_at", FIELD_MOMENT});
GROUP(items, GOODS("items"), {"has_items", FIELD_FLAG});
GROUP(missing, GOODS("missing"), {"partial", FIELD_FLAG}, {"has_missing", FIELD_FLAG},
        {"rest_follows", FIELD_FLAG}, {"rest_by", FIELD_DAY});
GROUP(money, {"subtotal", FIELD_YEN}, {"shipping", FIELD_YEN}, {"fee", FIELD_YEN}, {"discount", FIELD_YEN},
        {"points", FIELD_YEN}, {"total", FIELD_YEN}, {"payment", FIELD_TEXT}, {"taxes", FIELD_LIST},
        {"taxes.rate", FIELD_NUMBER}, {"taxes.base", FIELD_YEN}, {"taxes.tax", FIELD_YEN},
        {"taxes.reduced", FIELD_FLAG}, {"invoice_number", FIELD_TEXT});
GROUP(arrival, {"ship_day", FIELD_DAY}, {"eta", FIELD_DAY}, {"eta_slot", FIELD_TEXT}, {"address", FIELD_TEXT},
        {"to_store", FIELD_FLAG});
GROUP(parcels, {"pieces", FIELD_NUMBER}, {"parcels", FIELD_LIST}, {"parcels.piece", FIELD_NUMBER},
        {"parcels.carrier", FIELD_TEXT}, {"parcels.number", FIELD_TEXT}, {"parcels.link", FIELD_URL},
        GOODS("parcels.items"), {"several", FIELD_FLAG}, {"follow_up", FIELD_FLAG},
        {"correction", FIELD_FLAG});
GROUP(trouble, {"cause", FIELD_TEXT}, {"action", FIELD_TEXT}, {"next_by", FIELD_MOMENT},
        {"old_eta", FIELD_DAY});
/* Several orders in one mail. */
GROUP(gathered, {"several", FIELD_FLAG}, {"orders", FIELD_LIST}, {"orders.order", FIELD_TEXT},
        GOODS("orders.items"));
GROUP(place, {"arrived_at", FIELD_MOMENT}, {"place", FIELD_TEXT});
GROUP(store, {"store", FIELD_OBJECT}, {"store.name", FIELD_TEXT}, {"store.address", FIELD_TEXT},
        {"store.hours", FIELD_TEXT}, {"store.phone", FIELD_TEXT}, {"store.map", FIELD_URL},
        {"store.note", FIELD_TEXT});
GROUP(pickup, {"arrived_at", FIELD_MOMENT}, {"code", FIELD_TEXT}, {"keep_until", FIELD_MOMENT},
        {"pieces", FIELD_NUMBER}, {"ready_pieces", FIELD_NUMBER}, {"several", FIELD_FLAG}, {"pay", FIELD_YEN},
        {"document", FIELD_FLAG}, {"proxy", FIELD_FLAG});
GROUP(handed, {"handed_at", FIELD_MOMENT}, {"receiver", FIELD_TEXT});
GROUP(back, {"returned_at", FIELD_MOMENT}, {"reason", FIELD_TEXT}, {"refund", FIELD_TEXT});
GROUP(refund, {"amount", FIELD_YEN}, {"method", FIELD_TEXT}, {"refunded_at", FIELD_DAY},
        {"visible_by", FIELD_DAY});
GROUP(accepted, {"accepted_at", FIELD_MOMENT}, {"answer_by", FIELD_DAY});
GROUP(verified, {"channel", FIELD_TEXT}, {"contact", FIELD_TEXT}, {"verified_at", FIELD_MOMENT});
GROUP(inquiry, {"inquiry", FIELD_TEXT}, {"received_at", FIELD_MOMENT}, {"reply_by", FIELD_MOMENT},
        {"summary", FIELD_TEXT}, {"order", FIELD_TEXT});
GROUP(member, {"verify", FIELD_URL}, {"verify_until", FIELD_MOMENT});
GROUP(review, {"review", FIELD_URL}, {"review_until", FIELD_DAY});
GROUP(marketing, {"unsubscribe", FIELD_URL}, {"coupon", FIELD_OBJECT}, {"coupon.headline", FIELD_TEXT},
        {"coupon.code", FIELD_TEXT}, {"coupon.until", FIELD_DAY}, {"coupon.where", FIELD_TEXT},
        {"coupon.terms", FIELD_TEXT}, {"coupon.url", FIELD_URL});

#define CONTACT "brand.mail|brand.phone"

/* clang-format off */
const struct kind kinds[] = {
        {"order-confirmation", false, "order", {"ご注文", "order"}, {&common, &order, &items, &money, &arrival, &marketing},
                {"order", "ordered_at", "items", "total", "payment", "ship_day", "eta", CONTACT},
                {"brand.name", "order"}},
        {"order-sheet", false, "order", {"ご注文|注文書", "order"}, {&common, &order, &items, &money, &arrival},
                {"order", "ordered_at", "items", "taxes.rate", "taxes.base", "taxes.tax", "total", "brand.policies", CONTACT}, {0}},
        {"shipped", false, "order", {"発送|出荷", "shipped|on its way"}, {&common, &order, &parcels, &missing, &arrival, &marketing},
                {"order", "parcels.items", "parcels.carrier", "parcels.number", "eta", "has_missing>missing", CONTACT},
                {"brand.name", "order", "parcels.number"}},
        {"partial-shipment", false, "order", {"一部", "part of"}, {&common, &order, &parcels, &missing, &arrival},
                {"order", "parcels.items", "parcels.carrier", "parcels.number", "missing", "rest_by", CONTACT},
                {"brand.name", "order"}},
        {"delay", false, "order", {"遅れ|変更", "delay|later"}, {&common, &order, &items, &arrival, &trouble},
                {"order", "cause", "old_eta", "eta", CONTACT}, {"brand.name", "order", "eta"}},
        {"incident", false, "order", {"お詫び|重要", "problem|sorry"}, {&common, &order, &items, &arrival, &trouble, &gathered},
                {"order", "cause", "action", "next_by", CONTACT}, {"brand.name", "order", "next_by"}},
        {"arrived", false, "order", {"お届け", "delivered|arrived"}, {&common, &order, &items, &place},
                {"order", "arrived_at", "place", CONTACT}, {"brand.name", "order"}},
        {"pickup-ready", false, "order", {"受け取り", "ready"}, {&common, &order, &items, &missing, &store, &pickup},
                {"order", "arrived_at", "partial", "has_missing>missing", "store.name", "store.address", "store.hours", "has_items>items", "keep_until", "code", CONTACT},
                {"brand.name", "order", "store.name", "keep_until", "code"}},
        {"pickup-reminder", false, "order", {"受け取り", "waiting"}, {&common, &order, &items, &missing, &store, &pickup},
                {"order", "store.name", "store.address", "store.hours", "has_items>items", "keep_until", "code", CONTACT},
                {"brand.name", "order", "store.name", "keep_until", "code"}},
        {"last-day", false, "order", {"最終日|期限", "last day"}, {&common, &order, &items, &missing, &store, &pickup},
                {"order", "store.name", "store.address", "store.hours", "has_items>items", "keep_until", "code", CONTACT},
                {"brand.name", "order", "store.name", "keep_until", "code"}},
        {"handed-over", false, "order", {"お渡し", "collected|handed over"}, {&common, &order, &items, &missing, &store, &handed},
                {"order", "handed_at", "store.name", "has_items>items", CONTACT}, {"brand.name", "order", "handed_at"}},
        {"returned", false, "order", {"お取り置き|返送", "no longer kept|returned"}, {&common, &order, &items, &store, &back},
                {"order", "returned_at", "reason", "has_items>items", CONTACT}, {"brand.name", "order"}},
        {"refund-issued", false, "order", {"返金", "refund"}, {&common, &order, &items, &refund},
                {"order", "amount", "method", "refunded_at", CONTACT}, {"brand.name", "order", "amount"}},
        {"return-accepted", false, "order", {"返品", "return"}, {&common, &order, &items, &accepted},
                {"order", "accepted_at", "has_items>items", "answer_by", CONTACT}, {"brand.name", "order"}},
        {"contact-verified", false, NULL, {"ご連絡先|確認", "confirmed|verified"}, {&common, &verified},
                {"channel", "contact", "verified_at", CONTACT}, {"brand.name"}},
        {"inquiry-received", false, "inquiry", {"お問い合わせ", "inquiry|question|message"}, {&common, &inquiry},
                {"inquiry", "received_at", "reply_by", "summary", CONTACT}, {"brand.name", "inquiry", "reply_by"}},
        {"welcome", true, NULL, {"ようこそ|ご登録", "welcome"}, {&common, &member, &marketing},
                {"unsubscribe", "brand.name", "brand.address", CONTACT}, {0}},
        {"thank-you", true, "order", {"ありがとう|お礼", "thank"}, {&common, &order, &items, &marketing},
                {"order", "unsubscribe", "brand.address", CONTACT}, {0}},
        {"review-request", true, "order", {"レビュー|ご感想", "review|feedback"}, {&common, &order, &items, &review, &marketing},
                {"order", "items", "review", "unsubscribe", "brand.address", CONTACT}, {0}},
};
/* clang-format on */
const size_t n_kinds = ELEMENTSOF(kinds);

const struct kind *kind_find(const char *name) {
        for (size_t i = 0; i < n_kinds; i++)
                if (strcmp(kinds[i].name, name) == 0)
                        return &kinds[i];
        return NULL;
}

const struct field *kind_field(const struct kind *k, const char *path, size_t n) {
        for (size_t i = 0; i < KIND_GROUPS_MAX && k->groups[i]; i++)
                for (size_t j = 0; j < k->groups[i]->n; j++) {
                        const struct field *f = &k->groups[i]->fields[j];

                        if (strlen(f->path) == n && memcmp(f->path, path, n) == 0)
                                return f;
                }
        return NULL;
}
