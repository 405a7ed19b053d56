/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/control.h"

#include <stdbool.h>
#include <string.h>

/* What may follow a word. */
enum arg { ARG_NONE, ARG_COUNT, ARG_DIGIT, ARG_NAME };

static const struct {
        const char *word;
        enum arg arg;
} words[_CONTROL_N] = {
        [CONTROL_NONE] = {"NONE", ARG_NONE},
        [CONTROL_CONFIRM] = {"CONFIRM", ARG_NONE},
        [CONTROL_TIMES] = {"X", ARG_COUNT},
        [CONTROL_DIGIT] = {"D", ARG_DIGIT},
        [CONTROL_OK] = {"OK", ARG_NONE},
        [CONTROL_UNDO] = {"UNDO", ARG_NONE},
        [CONTROL_DAMAGED] = {"DAMAGED", ARG_NONE},
        [CONTROL_SHORT] = {"SHORT", ARG_NONE},
        [CONTROL_PARK] = {"PARK", ARG_NAME},
        [CONTROL_RESUME] = {"RESUME", ARG_NONE},
        [CONTROL_NEXT_PIECE] = {"NEXT-PIECE", ARG_NONE},
        [CONTROL_REOPEN] = {"REOPEN", ARG_NONE},
        [CONTROL_VOID] = {"VOID", ARG_NONE},
        [CONTROL_REPRINT] = {"REPRINT", ARG_NONE},
        [CONTROL_RETURN] = {"RETURN", ARG_NONE},
        [CONTROL_PULL] = {"PULL", ARG_NONE},
        [CONTROL_SHIP] = {"SHIP", ARG_NAME},
        [CONTROL_BAY_CLOSE] = {"BAY-CLOSE", ARG_NAME},
        [CONTROL_SIGN_OUT] = {"SIGN-OUT", ARG_NONE},
        [CONTROL_PROOF] = {"PROOF", ARG_NAME},
        [CONTROL_TAKE_BACK] = {"TAKE-BACK", ARG_NONE},
        [CONTROL_ARRIVE] = {"ARRIVE", ARG_NONE},
        [CONTROL_RESEND] = {"RESEND", ARG_NONE},
        [CONTROL_OPT_OUT] = {"OPT-OUT", ARG_NONE},
        [CONTROL_MISSING] = {"MISSING", ARG_NONE},
        [CONTROL_APPROVE] = {"APPROVE", ARG_NAME},
        [CONTROL_REFUSE] = {"REFUSE", ARG_NAME},
};

const char *control_to_str(enum control c) {
        return words[(unsigned) c < _CONTROL_N ? c : CONTROL_NONE].word;
}

int control_from_str(const char *word, enum control *controlp) {
        for (unsigned c = CONTROL_NONE + 1; c < _CONTROL_N; c++)
                if (strcmp(words[c].word, word) == 0) {
                        *controlp = (enum control) c;
                        return 0;
                }
        return CONTROL_E_OTHER;
}

/* A decimal number without leading zeros. Return: -1 for anything else, or when it is above @max. */
static int read_number(const char *text, int max) {
        int n = 0;

        if (!*text || (text[0] == '0' && text[1]))
                return -1;
        for (; *text; text++) {
                if (*text < '0' || *text > '9')
                        return -1;
                n = n * 10 + (*text - '0');
                if (n > max)
                        return -1;
        }
        return n;
}

static bool name_is_fit(const char *text) {
        size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

        return n > 0 && n <= CONTROL_ARG_MAX && !text[n];
}

/* Does @rest - "" or "-<ARG>" - fit what the word takes? */
static bool read_arg(enum arg kind, const char *rest, struct control_code *code) {
        const char *arg = rest + (*rest == '-');
        int n = 0;

        switch (kind) {
        case ARG_NONE:
                return !*rest;
        case ARG_COUNT:
                n = read_number(arg, CONTROL_COUNT_MAX);
                if (n < 1)
                        return false;
                break;
        case ARG_DIGIT:
                n = read_number(arg, 9);
                if (n < 0)
                        return false;
                break;
        case ARG_NAME:
                if (!*rest)
                        return true;
                if (!name_is_fit(arg))
                        return false;
                break;
        }
        code->n = (uint16_t) n;
        memcpy(code->arg, arg, strlen(arg));
        return true;
}

int control_parse(const char *text, struct control_code *codep) {
        size_t n_prefix = strlen(CONTROL_PREFIX);
        struct control_code code = {.control = CONTROL_NONE};

        if (strncmp(text, CONTROL_PREFIX, n_prefix) != 0)
                return CONTROL_E_OTHER;

        /* No word is another one followed by '-', so at most one fits. */
        const char *said = text + n_prefix;
        for (unsigned c = CONTROL_NONE + 1; c < _CONTROL_N; c++) {
                size_t n = strlen(words[c].word);

                if (strncmp(said, words[c].word, n) != 0 || (said[n] && said[n] != '-'))
                        continue;
                if (read_arg(words[c].arg, said + n, &code))
                        code.control = (enum control) c;
                break;
        }
        *codep = code;
        return 0;
}

#define CARD(word, ja_text, en_text)                                                                         \
        { CONTROL_PREFIX word, ja_text, en_text }

/* Verdicts name a card by what stands first in its title. Closing a bay needs the bay: its cards are made for each. */
static const struct control_card cards[] = {
        CARD("CONFIRM", "目視で確認", "CONFIRM: checked by eye"),
        CARD("DAMAGED", "不良品", "DAMAGED: damaged"),
        CARD("SHORT", "欠品", "SHORT: short"),
        CARD("OK", "OK (はい)", "OK: yes"),
        CARD("UNDO", "やめる", "UNDO: never mind"),
        CARD("PARK", "保留 (棚に置く)", "PARK: put on hold"),
        CARD("RESUME", "保留を再開", "RESUME: resume"),
        CARD("NEXT-PIECE", "次の箱", "NEXT-PIECE: next box"),
        CARD("REOPEN", "開け直す", "REOPEN: reopen"),
        CARD("VOID", "取消", "VOID: void"),
        CARD("REPRINT", "送り状 再発行", "REPRINT: reprint label"),
        CARD("RETURN", "戻し (棚に戻した)", "RETURN: back to shelf"),
        CARD("PULL", "抜き取り", "PULL: pull from bay"),
        CARD("SHIP", "集荷", "SHIP: collection"),
        CARD("SIGN-OUT", "担当を終わる", "SIGN-OUT: sign out"),
        CARD("PROOF-DOCUMENT", "身分証を見た", "PROOF: document"),
        CARD("PROOF-ORDER-NAME", "注文番号と氏名", "PROOF: order+name"),
        CARD("PROOF-PROXY-CODE", "代理とコード", "PROOF: proxy, code"),
        CARD("TAKE-BACK", "返品を受ける", "TAKE-BACK: return"),
        CARD("ARRIVE", "予告なしの入荷", "ARRIVE: unannounced"),
        CARD("RESEND", "お知らせを再送", "RESEND: notice again"),
        CARD("OPT-OUT", "お知らせを止める", "OPT-OUT: no notices"),
        CARD("MISSING", "棚にない", "MISSING: not on shelf"),
        CARD("X-2", "×2", "x 2"),
        CARD("X-3", "×3", "x 3"),
        CARD("X-4", "×4", "x 4"),
        CARD("X-5", "×5", "x 5"),
        CARD("X-6", "×6", "x 6"),
        CARD("X-8", "×8", "x 8"),
        CARD("X-10", "×10", "x 10"),
        CARD("X-12", "×12", "x 12"),
        CARD("X-20", "×20", "x 20"),
        CARD("X-24", "×24", "x 24"),
        CARD("X-50", "×50", "x 50"),
        CARD("X-100", "×100", "x 100"),
        CARD("D-0", "0", "0"),
        CARD("D-1", "1", "1"),
        CARD("D-2", "2", "2"),
        CARD("D-3", "3", "3"),
        CARD("D-4", "4", "4"),
        CARD("D-5", "5", "5"),
        CARD("D-6", "6", "6"),
        CARD("D-7", "7", "7"),
        CARD("D-8", "8", "8"),
        CARD("D-9", "9", "9"),
};

const struct control_card *control_card_at(size_t i) {
        return i < sizeof cards / sizeof *cards ? &cards[i] : NULL;
}
