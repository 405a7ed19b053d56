// SPDX-License-Identifier: Apache-2.0
// The words of all screens, Japanese first. A bench waits for these alone: what it says behind its first picture is in words-act.js, what
// it never says in words-more.js.
// What the station says comes in both languages by itself.
"use strict";
const WORDS = {
        left_n: ["残{n}", "{n} left"],
        nobody: ["名札を読む", "read your badge"], leader: ["リーダー", "leader"],
        office_up: ["本部と接続", "office connected"], office_down: ["本部と切断", "office away"], office_up_short: ["本部", "office"], office_none: ["本部なし", "no office"],
        waiting: ["記録済み {n}件 本部へ未送信", "recorded here, not yet at the office: {n}"],
        waiting_short: ["未送信 {n}件", "{n} not sent"],
        age_s: ["{n}秒", "{n} s"], age_min: ["{n}分", "{n} min"], age_h: ["{n}時間", "{n} h"], age_d: ["{n}日", "{n} d"],
        stale_head: ["画面停止", "SCREEN OLD"], stale_sub: ["ランプとブザーで続ける。リーダーを呼ぶ", "go on by light and buzzer; call the leader"],
        wait_head: ["接続中", "CONNECTING"], scans: ["直前の読取り", "Last scans"], more: ["他{n}", "+{n}"],
        instructions_gift: ["ギフト", "gift"], frozen: ["冷凍", "frozen"], chilled: ["冷蔵", "chilled"], piece: ["{n}/{m}口", "box {n} of {m}"],
        serial: ["製造番号", "serial"], confirm: ["確認", "confirm"], insert: ["同梱", "insert"],
        device_down: ["{n} 切断", "{n} is off"], sound_on: ["音 入", "sound on"], sound_off: ["音 切", "sound off"],
        language: ["English", "日本語"], cut: ["締め {t} まで{a}", "{t} in {a}"],
        scanner: ["読取り", "Scanner"],
        badge: ["名札", "Badge"],
};
