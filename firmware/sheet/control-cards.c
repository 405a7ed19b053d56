/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/sheet/control-cards.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/uuid.h"
#include "firmware/domain/barcode.h"

int cards_add_control(struct cards *cards, bool ja) {
        const struct control_card *card;
        int r = 0;

        for (size_t i = 0; r == 0 && (card = control_card_at(i)); i++)
                r = cards_add(cards, card->code, ja ? card->ja : card->en);
        return r;
}

/* ---- bays ---- */

static int add_bay(struct cards *cards, const char *bay, bool ja) {
        char code[CONTROL_CODE_MAX + 1], title[96], upper[NAME_TEXT_MAX];
        size_t n = strlen(bay);
        int r;

        for (size_t i = 0; i <= n; i++)
                upper[i] = (char) (bay[i] >= 'a' && bay[i] <= 'z' ? bay[i] - 'a' + 'A' : bay[i]);
        (void) snprintf(code, sizeof(code), CONTROL_PREFIX "%s-%s", control_to_str(CONTROL_SHIP), upper);
        (void) snprintf(title, sizeof(title), ja ? "%s 集荷" : "collection %s", bay);
        r = cards_add(cards, code, title);
        if (r < 0)
                return r;
        (void) snprintf(code, sizeof(code), CONTROL_PREFIX "%s-%s", control_to_str(CONTROL_BAY_CLOSE), upper);
        (void) snprintf(title, sizeof(title), ja ? "出荷口 %s を締める" : "close bay %s", bay);
        return cards_add(cards, code, title);
}

int cards_add_bays(struct cards *cards, const char *list, bool ja, const char **badp) {
        while (*list) {
                size_t n = strcspn(list, ",");
                char bay[NAME_TEXT_MAX] = "";
                int r;

                if (n < sizeof(bay))
                        memcpy(bay, list, n);
                if (!name_is_valid(bay)) {
                        *badp = list;
                        return -EINVAL;
                }
                r = add_bay(cards, bay, ja);
                if (r < 0)
                        return r;
                list += n + (list[n] == ',');
        }
        return 0;
}
