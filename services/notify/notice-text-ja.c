/* SPDX-License-Identifier: Apache-2.0 */
/* 出荷のお知らせ: the shipment notice in Japanese. Flat, top to bottom as the customer reads it. */
#include "services/notify/letter.h"
#include "services/notify/mail/safe-text.h"

static void add_orders(const struct letter *l, struct str *out) {
        const char *comma = "";

        for (const struct json *o = json_first(l->orders); o; o = json_next(o)) {
                str_add(out, comma);
                safe_text_add(out, json_string(o) ? json_string(o) : "");
                comma = "、";
        }
}

static void add_items(const struct letter_item *items, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                str_add(out, "　・");
                safe_text_add(out, items[i].name);
                str_addf(out, "　%d点\n", items[i].quantity);
        }
}

static void add_field(const char *name, const char *value, struct str *out) {
        if (!*value)
                return;
        str_add(out, name);
        safe_text_add(out, value);
        str_add(out, "\n");
}

static void add_parcels(const struct letter *l, struct str *out) {
        str_add(out, "■ 発送した商品\n");
        if (l->pieces > 1)
                str_addf(out, "　お荷物は全%d個口です。このうち%zu個口を発送いたしました。\n", l->pieces,
                        l->n_parcels);
        for (size_t i = 0; i < l->n_parcels; i++) {
                const struct letter_parcel *p = &l->parcels[i];

                if (l->pieces > 1)
                        str_addf(out, "\n　【%d個口目】\n", p->piece);
                add_items(p->items, p->n_items, out);
                add_field("　配送会社　　　　：", p->carrier, out);
                add_field("　お問い合わせ番号：", p->number, out);
                add_field("　配送状況のご確認：", p->link, out);
        }
        str_add(out, "\n");
}

static void add_missing(const struct letter *l, struct str *out) {
        if (l->n_missing == 0)
                return;
        str_add(out, "■ 今回のお荷物に含まれていない商品\n");
        add_items(l->missing, l->n_missing, out);
        str_add(out,
                l->rest_follows
                        ? "　準備が整い次第、別のお荷物で発送いたします。いましばらくお待ちくださいませ。\n\n"
                        : "　恐れ入りますが、上記の商品につきましては、下記のお問い合わせ先までお尋ねください"
                          "ませ。\n\n");
}

static void add_day(const struct letter *l, struct str *out) {
        static const char *const days[] = {"日", "月", "火", "水", "木", "金", "土"};

        if (l->year == 0)
                return;
        str_addf(out,
                "■ お届け予定日\n　%d年%d月%d日（%s）\n"
                "　交通事情や天候などにより、お届けが前後する場合がございます。\n\n",
                l->year, l->month, l->day, days[l->weekday]);
}

static void add_reach(const struct letter *l, struct str *out) {
        str_add(out, "■ お問い合わせ先\n　");
        safe_text_add(out, l->merchant);
        str_add(out, "\n");
        add_field("　メール　：", l->mail, out);
        add_field("　電話番号：", l->phone, out);
        add_field("　受付時間：", l->hours, out);
        add_field("　ホームページ：", l->url, out);
}

void notice_text_ja_subject(const struct letter *l, struct str *out) {
        str_add(out, "【");
        safe_text_add(out, l->merchant);
        str_add(out, "】商品発送のお知らせ（ご注文番号：");
        add_orders(l, out);
        str_add(out, "）");
}

void notice_text_ja_body(const struct letter *l, const char *customer, struct str *out) {
        if (*customer) {
                safe_text_add(out, customer);
                str_add(out, " 様\n\n");
        }
        str_add(out, "このたびは");
        safe_text_add(out, l->merchant);
        str_add(out, "をご利用いただき、誠にありがとうございます。\n"
                     "ご注文いただきました商品を発送いたしましたので、お知らせいたします。\n"
                     "\n"
                     "■ ご注文番号\n　");
        add_orders(l, out);
        str_add(out, "\n\n");
        add_parcels(l, out);
        add_missing(l, out);
        add_day(l, out);
        str_add(out,
                "お問い合わせ番号が配送会社のページに反映されるまで、お時間をいただく場合がございます。\n"
                "商品の到着まで、いましばらくお待ちくださいませ。\n\n");
        add_reach(l, out);
        str_add(out, "\n"
                     "※ このメールは発送のお手続きの完了に伴い、自動でお送りしております。\n"
                     "※ お心当たりのない場合は、お手数ですが上記のお問い合わせ先までご連絡くださいませ。\n");
}
