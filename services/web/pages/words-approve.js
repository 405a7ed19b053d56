// SPDX-License-Identifier: Apache-2.0
// The words of a leader's yes or no to a notice: the act, the kinds, and what the office has a notice say.
"use strict";
Object.assign(WORDS, {
        a_title: ["承認待ち {x}", "Approval: {x}"], a_until: ["{t} まで（あと{a}）", "until {t}, in {a}"], a_ended: ["{t} に切れた。もう送られない", "since {t}: it does not go any more"],
        a_urgent: ["期限が近い", "Expires soon"], a_over: ["期限切れ", "Expired"], a_due: ["承認を急ぐ {n}件 {t} まで", "{n} to approve now, first by {t}"], a_more: ["ほか{n}件", "{n} more"], a_usual: ["いつもの文面", "its usual words"],
        a_words: ["お客様が読む文面", "What the customer will read"], a_reading: ["読み込み中", "loading"], a_no_words: ["文面はまだない（連絡先か同意がない）", "not written yet: no contact or consent"], a_unread: ["今は読めない。開き直す", "cannot be read now: open it again"],
        ch_email: ["メール", "e-mail"], ch_sms: ["SMS", "SMS"], ch_line: ["LINE", "LINE"], "ch_line-notification": ["LINE", "LINE"], ch_webhook: ["荷主のサーバー", "the merchant's server"], ch_slip: ["案内票", "slip"],
        a_yes: ["承認して送る", "Approve and send"], a_no: ["送らない", "Do not send"], a_back: ["戻る", "Back"],
        a_yes_sure: ["お客様に送る。取り消せない", "It goes to the customer. This cannot be undone"], a_no_sure: ["お客様には送らない。取り消せない", "The customer is not told. This cannot be undone"],
        a_yes_do: ["送る", "Send it"], a_no_do: ["送らないと決める", "Decide not to send"],
        a_yes_done: ["承認した {x}", "Approved: {x}"], a_no_done: ["送らないと決めた {x}", "Not to be sent: {x}"], a_unknown: ["応答なし。この一覧で確かめる", "no answer: see whether it is still listed"],
        "nk_shipped": ["出荷", "shipped"], "nk_partial-shipment": ["一部発送", "partial shipment"], "nk_pickup-ready": ["受取準備完了", "ready for pickup"], "nk_pickup-reminder": ["受取の再通知", "pickup reminder"],
        "nk_last-day": ["受取最終日", "last day"], "nk_handed-over": ["お渡し", "handed over"], "nk_returned": ["お取り置き終了", "kept too long"], "nk_return-accepted": ["返品受付", "return accepted"],
        "nk_order-confirmation": ["注文確認", "order confirmation"], "nk_order-sheet": ["注文明細", "order sheet"], nk_delay: ["遅延", "delay"], nk_incident: ["お詫び・事故", "incident"],
        nk_arrived: ["お届け完了", "arrived"], "nk_refund-issued": ["返金", "refund"], "nk_contact-verified": ["連絡先確認", "contact verified"], "nk_inquiry-received": ["問い合わせ受付", "inquiry received"],
        nk_welcome: ["会員登録", "welcome"], "nk_thank-you": ["お礼", "thank you"], "nk_review-request": ["レビューのお願い", "review request"],
        nf_cause: ["原因", "Cause"], nf_action: ["対応", "Action"], nf_next_by: ["次の連絡", "Next word by"], nf_old_eta: ["元のお届け日", "Due before"], nf_eta: ["お届け日", "Due"], nf_eta_slot: ["時間帯", "Time of day"],
        nf_ship_day: ["発送日", "Ships on"], nf_order_link: ["注文ページ", "Order page"], nf_ordered_at: ["注文日時", "Ordered"], nf_items: ["商品", "Goods"], nf_subtotal: ["小計", "Subtotal"], nf_shipping: ["送料", "Shipping"],
        nf_fee: ["手数料", "Fee"], nf_discount: ["割引", "Discount"], nf_points: ["ポイント", "Points"], nf_total: ["合計", "Total"], nf_payment: ["支払い", "Payment"], nf_taxes: ["税", "Taxes"], nf_invoice_number: ["登録番号", "Invoice no."],
        nf_arrived_at: ["到着日時", "Arrived"], nf_place: ["場所", "Place"], nf_amount: ["金額", "Amount"], nf_method: ["返金方法", "Method"], nf_refunded_at: ["返金日", "Refunded"], nf_visible_by: ["反映予定日", "Visible by"],
        nf_channel: ["手段", "Channel"], nf_verified_at: ["確認日時", "Verified"], nf_inquiry: ["受付番号", "Inquiry"], nf_received_at: ["受付日時", "Received"], nf_reply_by: ["返信期限", "Reply by"], nf_summary: ["内容", "About"],
        nf_verify: ["確認ページ", "Verify page"], nf_verify_until: ["確認期限", "Verify until"], nf_review: ["レビューページ", "Review page"], nf_review_until: ["レビュー期限", "Review until"], nf_coupon: ["クーポン", "Coupon"],
});
