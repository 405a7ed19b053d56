/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/exhibit-wish.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/kinds.h"

#define OWN 256 /* the first of a program's own options: past every letter */

static const struct option common[] = {
        {"lang", required_argument, NULL, 'l'},
        {"words", required_argument, NULL, 'w'},
        {"data", required_argument, NULL, 'd'},
        {"no-consent", no_argument, NULL, 'n'},
        {"config", required_argument, NULL, 'f'},
        {"shipment", required_argument, NULL, 's'},
        {"merchant", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
};

int exhibit_wish_misuse(const char *usage) {
        (void) fputs(usage, stderr);
        return 2;
}

static int help(const char *usage) {
        (void) fputs(usage, stdout);
        for (size_t i = 0; i < n_kinds; i++)
                (void) printf("%s%s", i ? " " : "Kinds: ", kinds[i].name);
        (void) puts("");
        return 0;
}

/* Return: whether it is a common one, and its word one that is known. */
static bool take(struct exhibit_wish *w, int option, const char *word) {
        switch (option) {
        case 'l':
                w->has_language = true;
                w->language = strcmp(word, "en") == 0 ? TEMPLATE_EN : TEMPLATE_JA;
                return strcmp(word, "en") == 0 || strcmp(word, "ja") == 0;
        case 'w':
                w->words = word;
                return true;
        case 'd':
                w->data = word;
                return true;
        case 'n':
                w->no_consent = true;
                return true;
        case 'f':
                w->config = word;
                return true;
        case 's':
                w->shipment = word;
                return true;
        case 'm':
                w->merchant = word;
                return true;
        default:
                return false;
        }
}

int exhibit_wish_read(
        struct exhibit_wish *w, int argc, char **argv, const char *usage, const struct exhibit_own *own) {
        struct option options[ELEMENTSOF(common) + EXHIBIT_OWN_MAX + 1] = {0};
        int option;

        memcpy(options, common, sizeof(common));
        for (int i = 0; own[i].name; i++) {
                assert(i < EXHIBIT_OWN_MAX);
                options[ELEMENTSOF(common) + (size_t) i] =
                        (struct option){own[i].name, required_argument, NULL, OWN + i};
        }
        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (option == 'h')
                        return help(usage);
                if (option >= OWN)
                        *own[option - OWN].wordp = optarg;
                else if (!take(w, option, optarg))
                        return exhibit_wish_misuse(usage);
        }
        if (optind + 1 != argc || !kind_find(argv[optind]))
                return exhibit_wish_misuse(usage);
        w->kind = argv[optind];
        return -1;
}
