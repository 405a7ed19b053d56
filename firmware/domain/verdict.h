/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a person at the bench sees and hears. Kinds 1-20 are floor.md's twenty and keep their numbers; ours
 * begin at 21. One table gives each kind its light, its sound family and its heads; sub-lines are composed by
 * what decides.
 *
 * Source: reference of the floor, section 3: heads of at most 6 full-width (12 half-width) characters, five
 * sound families.
 */
#include <stdbool.h>
#include <stddef.h>

#define VERDICT_HEAD_MAX    40  /* bytes: 6 full-width characters with room */
#define VERDICT_SUB_MAX     256 /* bytes */
#define VERDICT_SCANNED_MAX 33  /* bytes of what was read, as a screen may show it */

enum verdict_kind {
        VERDICT_NONE = 0,
        VERDICT_OK = 1,              /* OK 残3 */
        VERDICT_PACKED = 2,          /* 検品完了 */
        VERDICT_READY = 3,           /* 準備完了 */
        VERDICT_WRONG_ITEM = 4,      /* 商品ちがい */
        VERDICT_TOO_MANY = 5,        /* 数が多い */
        VERDICT_UNKNOWN_CODE = 6,    /* 不明コード */
        VERDICT_FOREIGN_WAYBILL = 7, /* 送り状ちがい */
        VERDICT_DEAD_WAYBILL = 8,    /* 無効送り状 */
        VERDICT_ALREADY = 9,         /* 処理済み */
        VERDICT_SERIAL_USED = 10,    /* 番号が重複 */
        VERDICT_EXPIRY = 11,         /* reserved */
        VERDICT_INCOMPLETE = 12,     /* 個数不足 */
        VERDICT_HELD = 13,           /* 保留 */
        VERDICT_CANCELLED = 14,      /* 出荷中止 */
        VERDICT_PULL = 15,           /* 抜き取り */
        VERDICT_TEMPERATURE = 16,    /* reserved */
        VERDICT_NOT_RECORDED = 17,   /* 記録失敗 */
        VERDICT_HAND_OVER = 18,
        VERDICT_UNPAID = 19,
        VERDICT_NO_HAND_OVER = 20,     /* the counter's, later */
        VERDICT_OPENED = 21,           /* 検品開始 */
        VERDICT_SIGNED_IN = 22,        /* 担当OK */
        VERDICT_SIGNED_OUT = 23,       /* 終了 */
        VERDICT_LOCKED = 24,           /* 名札を読む: nobody is signed in */
        VERDICT_SCAN_LOST = 25,        /* もう一度 */
        VERDICT_OPEN_ELSEWHERE = 26,   /* 他で作業中 */
        VERDICT_NOT_YET_KNOWN = 27,    /* データなし */
        VERDICT_LAYOUT_WRONG = 28,     /* 配列ちがい */
        VERDICT_LEADER_NEEDED = 29,    /* リーダー */
        VERDICT_BAY_CANNOT_CLOSE = 30, /* 締め不可 */
        VERDICT_UNDONE = 31,           /* 取り消し */
        VERDICT_SHIPPED = 32,          /* 発送済み */
        VERDICT_PARKED = 33,           /* 保留棚へ */
        VERDICT_RESUMED = 34,          /* 再開 */
        VERDICT_RETURN = 35,           /* 戻し棚へ: list of what goes back */
        VERDICT_VOIDED = 36,           /* 取消完了 */
        VERDICT_TIMES = 37,            /* 数量 ×5 */
        VERDICT_GESTURE = 38,          /* a control code was read; the sub-line says what to read next */
        VERDICT_AMBIGUOUS = 39,        /* 別のコード */
        VERDICT_NEXT_PIECE = 40,       /* 次の箱 */
        VERDICT_REPRINTED = 41,        /* 再発行 */
        VERDICT_COUNT = 42,            /* 個数入力 */
        VERDICT_BAY_CLOSED = 43,       /* 締め完了 */
        VERDICT_COLLECTION = 44,       /* 引渡し中 */
        VERDICT_NOT_NOW = 45,          /* 操作不可 */
        VERDICT_SAVING = 46,           /* 保存中 */
        VERDICT_CHANGED = 47,          /* 内容変更 */
        VERDICT_CONFIRM_INSERTS = 48,  /* 同梱確認 */
        VERDICT_REFUSED_SCAN = 49,     /* 読取り不可: control bytes, too long */
        VERDICT_LABEL_CHANGED = 50,    /* 送り状変更 */
        VERDICT_PULLED = 51,           /* 抜き取り済 */
        VERDICT_REOPENED = 52,         /* やり直し */
        VERDICT_DAMAGED = 53,          /* 不良品 */
        VERDICT_SHORT = 54,            /* 欠品 */
        VERDICT_IDLE = 55,             /* 伝票を読む: nothing open, the one next thing */
        VERDICT_NEXT = 56,             /* 商品 残3: the one next thing of the box in hand */
        VERDICT_TAGS_WRONG = 57,       /* 箱に別の品: the tags in the box say so */
        VERDICT_TAGS_EXTRA = 58,       /* 箱に余分: more of an item than wanted */
        VERDICT_TAGS_USED = 59,        /* 他の箱の品: this very unit went out, or is in another box */
        VERDICT_TAGS_RESTLESS = 60,    /* タグ不安定: what is in the box cannot be told */
        VERDICT_PRINTER = 61, /* 紙切れ, プリンタ: no label comes until somebody looks after the printer */
        VERDICT_WEIGHT =
                62, /* 重い, 軽い: the packed box on the scale is not as it should be; nothing is stopped by it */
        /* at a pickup counter */
        VERDICT_ARRIVED = 63,      /* 入荷OK: a shelf is to be read */
        VERDICT_SHELVED = 64,      /* 棚入れ済み */
        VERDICT_COLLECTED = 65,    /* お渡し済み */
        VERDICT_WRONG_PARCEL = 66, /* 荷物ちがい: not this customer's */
        VERDICT_MOVED = 67,        /* 棚移動 */
        VERDICT_NOT_ON_SHELF = 68, /* 棚になし */
        VERDICT_PROOF = 69,        /* 本人確認: which kind is asked for */
        VERDICT_TRY_LATER = 70,    /* しばらく待つ: too many wrong codes */
        VERDICT_RESTOCKED = 71,    /* 在庫へ戻した */
        VERDICT_RETURNED = 72,     /* 返品受付: what came back is to be looked at */
        VERDICT_INSPECTED = 73,    /* 返品検品: good, or bad */
        VERDICT_OFFER = 74,        /* 特典: what it is; OK redeems it */
        VERDICT_REDEEMED = 75,     /* 特典利用 */
        VERDICT_NO_OFFER = 76,     /* 特典不可 */
        N_VERDICT_KINDS,
};

enum verdict_light {
        VERDICT_LIGHT_DARK,
        VERDICT_LIGHT_GREEN,
        VERDICT_LIGHT_AMBER,
        VERDICT_LIGHT_RED,
        VERDICT_LIGHT_WHITE
};
enum verdict_pattern {
        VERDICT_PATTERN_STEADY,
        VERDICT_PATTERN_BLINK,
        VERDICT_PATTERN_SLOW_BLINK,
        VERDICT_PATTERN_FLASH
};
enum verdict_sound { /* floor.md's five families, with the two that are rhythms of one */
        VERDICT_SOUND_NONE,
        VERDICT_SOUND_A,
        VERDICT_SOUND_B,
        VERDICT_SOUND_B_TWICE,
        VERDICT_SOUND_C,
        VERDICT_SOUND_C_FAST,
        VERDICT_SOUND_D,
        VERDICT_SOUND_N,
};

struct verdict_look { /* one row of the table */
        enum verdict_kind kind;
        const char *name; /* "wrong-item": JSON and logs */
        enum verdict_light light;
        enum verdict_pattern pattern;
        enum verdict_sound sound;
        const char *head_ja, *head_en;
};
const struct verdict_look *verdict_look(enum verdict_kind kind); /* never NULL for a kind of the enum */

struct verdict {
        enum verdict_kind kind; /* VERDICT_NONE: say nothing */
        char bench[33];         /* where it is shown */
        char device[33];        /* what it was read with, as the board file names it; "" it was not */
        char head_ja[VERDICT_HEAD_MAX], head_en[VERDICT_HEAD_MAX];
        char sub_ja[VERDICT_SUB_MAX], sub_en[VERDICT_SUB_MAX];
        char merchant[33], shipment[65], parcel[37]; /* what it is about; "" none */
        bool until_acknowledged;                     /* D: stays until the right scan */
        bool prompt; /* no answer: the one next thing, shown without a sound once a green was seen */
        char scanned[VERDICT_SCANNED_MAX]; /* the end of the code that this answers, printable; "" of none */
};
/* A green is seen and goes; nothing else is ever cleared by time. floor.md: after at most 1.5 s. */
#define VERDICT_GREEN_USEC 1400000
bool verdict_passes(const struct verdict *v);
/**
 * verdict_set() - fill from the table; sub-lines empty
 * @bench: NULL leaves ""
 */
void verdict_set(struct verdict *v, enum verdict_kind kind, const char *bench);
/* What was read, for the list of the last scans: its end when it is long; of a badge only that it was one. */
void verdict_name_scan(struct verdict *v, const char *bytes, size_t n);
/* Replace a head ("OK 残3"); cut at 6 full-width characters' worth. */
void verdict_head(struct verdict *v, const char *ja, const char *en);
void verdict_sub_ja(struct verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void verdict_sub_en(struct verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Display width in half-width columns (East Asian wide = 2). */
size_t verdict_width(const char *text);
