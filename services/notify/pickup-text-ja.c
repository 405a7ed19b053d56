/* SPDX-License-Identifier: Apache-2.0 */
/* 店舗受取のご用意ができたお知らせ and the two that follow when nobody comes, in Japanese. Flat, top to bottom as the customer reads it. */
#include "services/notify/letter.h"
#include "services/notify/mail/safe-text.h"

#include <inttypes.h>

static const char *const days[] = {"日", "月", "火", "水", "木", "金", "土"};

/* What each kind says in its own words. */
static const struct {
        const char *subject, *thanks, *news, *end;
} words[N_NOTICE_KINDS] = {
        [NOTICE_KIND_PICKUP_READY] = {"店舗でのお受け取りの準備ができました", "このたびは",
                "ご注文いただきました商品が店舗に届き、お受け取りの準備ができましたので、お知らせいたします。"
                "\n",
                "※ このメールは店舗でのお取り置きの完了に伴い、自動でお送りしております。\n"},
        [NOTICE_KIND_PICKUP_REMINDER] = {"店舗でのお受け取りをお待ちしております", "いつも",
                "ご注文いただきました商品を店舗でお預かりしております。お受け取りがまだのようですので、\n"
                "あらためてお知らせいたします。\n",
                "※ 行き違いですでにお受け取りの場合は、何とぞご容赦くださいませ。\n"
                "※ このメールはお取り置き中の商品について、自動でお送りしております。\n"},
        [NOTICE_KIND_LAST_DAY] = {"お取り置きの期限が近づいております", "いつも",
                "店舗でお預かりしております商品の、お取り置きの期限が近づいてまいりました。\n"
                "期限を過ぎますとお渡しできなくなりますので、お早めにお越しくださいませ。\n",
                "※ 行き違いですでにお受け取りの場合は、何とぞご容赦くださいませ。\n"
                "※ このメールはお取り置き中の商品について、自動でお送りしております。\n"},
};

static void add_orders(const struct letter *l, struct str *out) {
        const char *comma = "";

        for (const struct json *o = json_first(l->orders); o; o = json_next(o)) {
                str_add(out, comma);
                safe_text_add(out, json_string(o) ? json_string(o) : "");
                comma = "、";
        }
}

static void add_field(const char *name, const char *value, struct str *out) {
        if (!*value)
                return;
        str_add(out, name);
        safe_text_add(out, value);
        str_add(out, "\n");
}

static void add_items(const struct letter_item *items, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                str_add(out, "　・");
                safe_text_add(out, items[i].name);
                str_addf(out, "　%d点\n", items[i].quantity);
        }
}

static void add_moment(const struct letter_moment *m, struct str *out) {
        str_addf(out, "%d年%d月%d日（%s）%d時%02d分", m->year, m->month, m->day, days[m->weekday], m->hour,
                m->minute);
}

static void add_contents(const struct letter *l, struct str *out) {
        bool whole = l->n_missing == 0 && !l->store.partial;

        str_addf(out, "■ お渡しできる商品（全%d個口のうち%zu個口）\n", l->pieces, l->n_parcels);
        for (size_t i = 0; i < l->n_parcels; i++)
                add_items(l->parcels[i].items, l->parcels[i].n_items, out);
        str_add(out, whole ? "　ご注文の商品がすべてそろっております。\n\n"
                           : "　ご注文の商品の一部でございます。\n\n");
        if (l->n_missing == 0)
                return;
        str_add(out, "■ まだお渡しできない商品\n");
        add_items(l->missing, l->n_missing, out);
        str_add(out, "　上記の商品につきましては、下記のお問い合わせ先までお尋ねくださいませ。\n\n");
}

static void add_place(const struct letter *l, struct str *out) {
        const struct letter_store *s = &l->store;

        str_add(out, "■ お受け取りの店舗\n　");
        safe_text_add(out, *s->name ? s->name : l->merchant);
        str_add(out, "\n");
        add_field("　住所　　：", s->address, out);
        add_field("　営業時間：", s->hours, out);
        add_field("　電話番号：", s->phone, out);
        if (s->arrived.year) {
                str_add(out, "　到着日時：");
                add_moment(&s->arrived, out);
                str_add(out, "\n");
        }
        str_add(out, "\n■ お取り置きの期限\n　");
        if (s->keep_until.year) {
                add_moment(&s->keep_until, out);
                str_add(out, "まで\n\n");
        } else {
                str_add(out, "店舗までお尋ねくださいませ。\n\n");
        }
}

static void add_bring(const struct letter *l, const char *code, struct str *out) {
        const struct letter_store *s = &l->store;

        str_add(out, "■ お受け取りの際にお持ちいただくもの\n　・上記のご注文番号\n");
        if (*code) {
                str_add(out, "　・受取コード：");
                safe_text_add(out, code);
                str_add(out, "\n");
        }
        if (s->asks_document && !s->asks_order_name && !s->asks_code)
                str_add(out, "　・ご本人を確認できる書類\n");
        if (s->unpaid_yen > 0)
                str_addf(out, "　・お支払い金額　%" PRId64 "円（店舗のレジで承ります）\n", s->unpaid_yen);
        if (s->takes_proxy && *code)
                str_add(out, "　代理の方は、この受取コードをお持ちくださいませ。\n");
        str_add(out, "\n");
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

void pickup_text_ja_subject(const struct letter *l, struct str *out) {
        str_add(out, "【");
        safe_text_add(out, l->merchant);
        str_add(out, "】");
        str_add(out, words[l->kind].subject);
        str_add(out, "（ご注文番号：");
        add_orders(l, out);
        str_add(out, "）");
}

void pickup_text_ja_body(const struct letter *l, const char *customer, const char *code, struct str *out) {
        if (*customer) {
                safe_text_add(out, customer);
                str_add(out, " 様\n\n");
        }
        str_add(out, words[l->kind].thanks);
        safe_text_add(out, l->merchant);
        str_add(out, "をご利用いただき、誠にありがとうございます。\n");
        str_add(out, words[l->kind].news);
        str_add(out, "\n■ ご注文番号\n　");
        add_orders(l, out);
        str_add(out, "\n\n");
        add_contents(l, out);
        add_place(l, out);
        add_bring(l, code, out);
        str_add(out, "すべての商品をお受け取りになり、中身をお確かめになるまで、このメールをお手元にお残しく"
                     "ださいませ。\n\n");
        add_reach(l, out);
        str_add(out, "\n");
        str_add(out, words[l->kind].end);
        str_add(out, "※ お心当たりのない場合は、お手数ですが上記のお問い合わせ先までご連絡くださいませ。\n");
}
