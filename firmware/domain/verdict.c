/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/verdict.h"

#include "firmware/base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEAD_COLUMNS 12 /* half-width; 6 full-width characters */

#define LOOK(KIND, NAME, LIGHT, PATTERN, SOUND, JA, EN)                                                      \
        [VERDICT_##KIND] = {                                                                                 \
                VERDICT_##KIND,                                                                              \
                NAME,                                                                                        \
                VERDICT_LIGHT_##LIGHT,                                                                       \
                VERDICT_PATTERN_##PATTERN,                                                                   \
                VERDICT_SOUND_##SOUND,                                                                       \
                JA,                                                                                          \
                EN,                                                                                          \
        }

/* clang-format off */
static const struct verdict_look looks[N_VERDICT_KINDS] = {
        LOOK(NONE,             "none",             DARK,  STEADY,     NONE,    "",             ""),
        /* floor.md's twenty */
        LOOK(OK,               "ok",               GREEN, BLINK,      A,       "OK",           "OK"),
        LOOK(PACKED,           "packed",           GREEN, SLOW_BLINK, B,       "検品完了",     "PACKED"),
        LOOK(READY,            "ready",            GREEN, STEADY,     B_TWICE, "準備完了",     "READY"),
        LOOK(WRONG_ITEM,       "wrong-item",       RED,   STEADY,     C,       "商品ちがい",   "WRONG ITEM"),
        LOOK(TOO_MANY,         "too-many",         RED,   STEADY,     C_FAST,  "数が多い",     "TOO MANY"),
        LOOK(UNKNOWN_CODE,     "unknown-code",     AMBER, STEADY,     C,       "不明コード",   "UNKNOWN CODE"),
        LOOK(FOREIGN_WAYBILL,  "foreign-waybill",  RED,   FLASH,      D,       "送り状ちがい", "WRONG LABEL"),
        LOOK(DEAD_WAYBILL,     "dead-waybill",     RED,   STEADY,     C,       "無効送り状",   "DEAD LABEL"),
        LOOK(ALREADY,          "already",          WHITE, STEADY,     N,       "処理済み",     "ALREADY DONE"),
        LOOK(SERIAL_USED,      "serial-used",      RED,   STEADY,     C,       "番号が重複",   "SERIAL TWICE"),
        LOOK(EXPIRY,           "expiry",           RED,   STEADY,     C,       "期限NG",       "EXPIRY DATE"),
        LOOK(INCOMPLETE,       "incomplete",       AMBER, STEADY,     C,       "個数不足",     "INCOMPLETE"),
        LOOK(HELD,             "held",             AMBER, FLASH,      D,       "保留",         "ON HOLD"),
        LOOK(CANCELLED,        "cancelled",        RED,   FLASH,      D,       "出荷中止",     "CANCELLED"),
        LOOK(PULL,             "pull",             AMBER, FLASH,      D,       "抜き取り",     "PULL OUT"),
        LOOK(TEMPERATURE,      "temperature",      RED,   STEADY,     C,       "温度ちがい",   "WRONG TEMP"),
        LOOK(NOT_RECORDED,     "not-recorded",     RED,   STEADY,     D,       "記録失敗",     "NOT SAVED"),
        LOOK(HAND_OVER,        "hand-over",        GREEN, STEADY,     B,       "お渡し可",     "HAND OVER"),
        LOOK(UNPAID,           "unpaid",           AMBER, STEADY,     C,       "未会計",       "UNPAID"),
        LOOK(NO_HAND_OVER,     "no-hand-over",     RED,   STEADY,     C,       "お渡し不可",   "NO HAND-OVER"),
        /* ours */
        LOOK(OPENED,           "opened",           GREEN, STEADY,     A,       "検品開始",     "START"),
        LOOK(SIGNED_IN,        "signed-in",        GREEN, STEADY,     A,       "担当OK",       "SIGNED IN"),
        LOOK(SIGNED_OUT,       "signed-out",       WHITE, STEADY,     N,       "担当終了",     "SIGNED OUT"),
        LOOK(LOCKED,           "locked",           AMBER, STEADY,     C,       "名札を読む",   "READ BADGE"),
        LOOK(SCAN_LOST,        "scan-lost",        AMBER, BLINK,      C,       "もう一度",     "SCAN AGAIN"),
        LOOK(OPEN_ELSEWHERE,   "open-elsewhere",   AMBER, STEADY,     C,       "他で作業中",   "OTHER BENCH"),
        LOOK(NOT_YET_KNOWN,    "not-yet-known",    AMBER, STEADY,     C,       "データなし",   "NO DATA YET"),
        LOOK(LAYOUT_WRONG,     "layout-wrong",     AMBER, BLINK,      C,       "配列ちがい",   "KEY LAYOUT"),
        LOOK(LEADER_NEEDED,    "leader-needed",    AMBER, FLASH,      D,       "リーダー",     "LEADER"),
        LOOK(BAY_CANNOT_CLOSE, "bay-cannot-close", RED,   STEADY,     C,       "締め不可",     "CANNOT CLOSE"),
        LOOK(UNDONE,           "undone",           WHITE, STEADY,     N,       "取り消し",     "UNDONE"),
        LOOK(SHIPPED,          "shipped",          GREEN, STEADY,     B,       "発送済み",     "SHIPPED"),
        LOOK(PARKED,           "parked",           AMBER, SLOW_BLINK, B,       "保留棚へ",     "TO SHELF"),
        LOOK(RESUMED,          "resumed",          GREEN, STEADY,     A,       "再開",         "GO ON"),
        LOOK(RETURN,           "return",           AMBER, BLINK,      C,       "戻し棚へ",     "PUT BACK"),
        LOOK(VOIDED,           "voided",           WHITE, STEADY,     B,       "取消完了",     "VOIDED"),
        LOOK(TIMES,            "times",            WHITE, STEADY,     A,       "数量 ×N",      "QUANTITY N"),
        LOOK(GESTURE,          "gesture",          WHITE, BLINK,      A,       "次を読む",     "READ NEXT"),
        LOOK(AMBIGUOUS,        "ambiguous",        AMBER, STEADY,     C,       "別のコード",   "OTHER CODE"),
        LOOK(NEXT_PIECE,       "next-piece",       GREEN, SLOW_BLINK, B,       "次の箱",       "NEXT BOX"),
        LOOK(REPRINTED,        "reprinted",        GREEN, SLOW_BLINK, B,       "再発行",       "REPRINTED"),
        LOOK(COUNT,            "count",            WHITE, BLINK,      A,       "個数入力",     "COUNT"),
        LOOK(BAY_CLOSED,       "bay-closed",       GREEN, STEADY,     B_TWICE, "締め完了",     "BAY CLOSED"),
        LOOK(COLLECTION,       "collection",       WHITE, BLINK,      A,       "引渡し中",     "COLLECTION"),
        LOOK(NOT_NOW,          "not-now",          AMBER, STEADY,     C,       "操作不可",     "NOT NOW"),
        LOOK(SAVING,           "saving",           AMBER, SLOW_BLINK, NONE,    "保存中",       "SAVING"),
        LOOK(CHANGED,          "changed",          AMBER, FLASH,      D,       "内容変更",     "CHANGED"),
        LOOK(CONFIRM_INSERTS,  "confirm-inserts",  GREEN, BLINK,      B,       "同梱確認",     "INSERTS"),
        LOOK(REFUSED_SCAN,     "refused-scan",     AMBER, STEADY,     C,       "読取り不可",   "BAD SCAN"),
        LOOK(LABEL_CHANGED,    "label-changed",    AMBER, FLASH,      D,       "送り状変更",   "NEW LABEL"),
        LOOK(PULLED,           "pulled",           WHITE, STEADY,     B,       "抜き取り済",   "PULLED"),
        LOOK(REOPENED,         "reopened",         GREEN, STEADY,     A,       "やり直し",     "REOPENED"),
        LOOK(DAMAGED,          "damaged",          AMBER, STEADY,     A,       "不良品",       "DAMAGED"),
        LOOK(SHORT,            "short",            AMBER, BLINK,      C,       "欠品",         "SHORT"),
        LOOK(IDLE,             "idle",             WHITE, STEADY,     NONE,    "伝票を読む",   "READ SLIP"),
        LOOK(NEXT,             "next",             WHITE, STEADY,     NONE,    "次",           "NEXT"),
        LOOK(TAGS_WRONG,       "tags-wrong",       RED,   STEADY,     C,       "箱に別の品",   "WRONG IN BOX"),
        LOOK(TAGS_EXTRA,       "tags-extra",       RED,   STEADY,     C_FAST,  "箱に余分",     "EXTRA IN BOX"),
        LOOK(TAGS_USED,        "tags-used",        RED,   STEADY,     C,       "他の箱の品",   "OTHER BOX'S"),
        LOOK(TAGS_RESTLESS,    "tags-restless",    AMBER, BLINK,      C,       "タグ不安定",   "TAGS MOVE"),
        LOOK(PRINTER,          "printer",          AMBER, BLINK,      C,       "プリンタ",     "PRINTER"),
        LOOK(WEIGHT,           "weight",           AMBER, STEADY,     NONE,    "重量ちがい",   "WEIGHT"),
        LOOK(ARRIVED,          "arrived",          GREEN, BLINK,      A,       "入荷OK",       "ARRIVED"),
        LOOK(SHELVED,          "shelved",          GREEN, STEADY,     B,       "棚入れ済み",   "ON SHELF"),
        LOOK(COLLECTED,        "collected",        GREEN, STEADY,     B_TWICE, "お渡し済み",   "HANDED OVER"),
        LOOK(WRONG_PARCEL,     "wrong-parcel",     RED,   STEADY,     C,       "荷物ちがい",   "WRONG PARCEL"),
        LOOK(MOVED,            "moved",            GREEN, STEADY,     A,       "棚移動",       "MOVED"),
        LOOK(NOT_ON_SHELF,     "not-on-shelf",     AMBER, BLINK,      C,       "棚になし",     "NOT ON SHELF"),
        LOOK(OFFER,            "offer",            WHITE, BLINK,      A,       "特典",         "OFFER"),
        LOOK(REDEEMED,         "redeemed",         GREEN, STEADY,     B_TWICE, "特典利用",     "REDEEMED"),
        LOOK(NO_OFFER,         "no-offer",         RED,   STEADY,     C,       "特典不可",     "NO OFFER"),
        LOOK(RETURNED,         "returned",         GREEN, BLINK,      A,       "返品受付",     "RETURN IN"),
        LOOK(INSPECTED,        "inspected",        GREEN, STEADY,     B,       "返品検品済",   "INSPECTED"),
        LOOK(RESTOCKED,        "restocked",        WHITE, STEADY,     B,       "在庫へ戻した", "TO STOCK"),
        LOOK(TRY_LATER,        "try-later",        AMBER, BLINK,      C,       "しばらく待つ", "WAIT"),
        LOOK(PROOF,            "proof",            WHITE, BLINK,      A,       "本人確認",     "ASK PROOF"),
};
/* clang-format on */

const struct verdict_look *verdict_look(enum verdict_kind kind) {
        assert((size_t) kind < N_VERDICT_KINDS);
        return &looks[kind];
}

bool verdict_passes(const struct verdict *v) {
        return !v->prompt && !v->until_acknowledged && verdict_look(v->kind)->light == VERDICT_LIGHT_GREEN;
}

/* East Asian Wide and Fullwidth blocks that Japanese text is made of. Ambiguous ones (×, …) count as narrow,
 * as terminals and our screens show them. */
static bool is_wide(uint32_t c) {
        return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) || (c >= 0x3041 && c <= 0xA4CF) ||
               (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
               (c >= 0xFF01 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) ||
               (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

/* @n: bytes of the character, as utf8_sequence() said */
static uint32_t decode(const char *at, size_t n) {
        static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
        uint32_t c = (uint8_t) at[0] & masks[n];

        for (size_t i = 1; i < n; i++)
                c = c << 6 | ((uint8_t) at[i] & 0x3FU);
        return c;
}

/* Bytes of @text that fit in @columns; *usedp: columns they take. A byte that is no UTF-8 counts as one. */
static size_t fit(const char *text, size_t columns, size_t *usedp) {
        size_t len = strlen(text), at = 0, used = 0;

        while (at < len) {
                size_t n = utf8_sequence(text + at, len - at);
                size_t width = n > 0 && is_wide(decode(text + at, n)) ? 2 : 1;

                if (used + width > columns)
                        break;
                used += width;
                at += n > 0 ? n : 1;
        }
        if (usedp)
                *usedp = used;
        return at;
}

size_t verdict_width(const char *text) {
        size_t used;

        (void) fit(text, SIZE_MAX, &used);
        return used;
}

static void copy_head(char head[VERDICT_HEAD_MAX], const char *text) {
        size_t n = fit(text, HEAD_COLUMNS, NULL);

        if (n >= VERDICT_HEAD_MAX)
                n = utf8_cut(text, VERDICT_HEAD_MAX - 1);
        memcpy(head, text, n);
        head[n] = '\0';
}

void verdict_set(struct verdict *v, enum verdict_kind kind, const char *bench) {
        const struct verdict_look *look = verdict_look(kind);

        *v = (struct verdict){.kind = kind, .until_acknowledged = look->sound == VERDICT_SOUND_D};
        copy_head(v->head_ja, look->head_ja);
        copy_head(v->head_en, look->head_en);
        (void) copy_text(v->bench, sizeof(v->bench), bench ? bench : ""); /* names are checked at the edge */
}

void verdict_name_scan(struct verdict *v, const char *bytes, size_t n) {
        static const char badge[] = "OKURU-P-";
        const size_t room = VERDICT_SCANNED_MAX - 1, cut = strlen("…");
        size_t at = 0, from = n > room ? n - (room - cut) : 0;

        if (n >= strlen(badge) && memcmp(bytes, badge, strlen(badge)) == 0) {
                (void) copy_text(v->scanned, sizeof(v->scanned), "OKURU-P-…");
                return;
        }
        if (from) {
                memcpy(v->scanned, "…", cut);
                at = cut;
        }
        for (size_t i = from; i < n; i++) /* the only control byte of a scan is GS, between two fields */
                v->scanned[at++] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? bytes[i] : ' ';
        v->scanned[at] = '\0';
}

void verdict_head(struct verdict *v, const char *ja, const char *en) {
        copy_head(v->head_ja, ja);
        copy_head(v->head_en, en);
}

static void print_sub(char sub[VERDICT_SUB_MAX], const char *format, va_list ap) {
        char text[VERDICT_SUB_MAX + 4]; /* shows whether the cut would fall within a character */
        size_t n;

        (void) vsnprintf(text, sizeof(text), format, ap); /* longer is cut, by design */
        n = utf8_cut(text, VERDICT_SUB_MAX - 1);
        memcpy(sub, text, n);
        sub[n] = '\0';
}

void verdict_sub_ja(struct verdict *v, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        print_sub(v->sub_ja, format, ap);
        va_end(ap);
}

void verdict_sub_en(struct verdict *v, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        print_sub(v->sub_en, format, ap);
        va_end(ap);
}
