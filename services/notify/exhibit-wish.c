/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/exhibit-wish.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
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

static void list_kinds(FILE *to) {
        for (size_t i = 0; i < n_kinds; i++)
                (void) fprintf(to, "%s%s", i ? " " : "Kinds: ", kinds[i].name);
        (void) fputc('\n', to);
}

int exhibit_wish_misuse(const char *usage, const char *format, ...) {
        va_list words;

        if (format) {
                va_start(words, format);
                (void) vfprintf(stderr, format, words);
                va_end(words);
        }
        (void) fputs(usage, stderr);
        return 2;
}

static int help(const char *usage) {
        (void) fputs(usage, stdout);
        list_kinds(stdout);
        return 0;
}

/* Return: whether it is a common one. */
static bool take(struct exhibit_wish *w, int option, const char *word) {
        switch (option) {
        case 'l':
                w->has_language = strcmp(word, "en") == 0 || strcmp(word, "ja") == 0;
                w->language = strcmp(word, "en") == 0 ? TEMPLATE_EN : TEMPLATE_JA;
                return true;
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

static int take_kind(struct exhibit_wish *w, int n, char **words, const char *usage) {
        if (n == 0)
                return exhibit_wish_misuse(usage, "KIND is missing\n");
        if (n > 1)
                return exhibit_wish_misuse(usage, "%s: one KIND at a time\n", words[1]);
        if (!kind_find(words[0])) {
                (void) fprintf(stderr, "%s: no such kind\n", words[0]);
                list_kinds(stderr);
                return exhibit_wish_misuse(usage, NULL);
        }
        w->kind = words[0];
        return -1;
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
                        return exhibit_wish_misuse(usage, NULL); /* getopt has said which */
                if (option == 'l' && !w->has_language)
                        return exhibit_wish_misuse(usage, "--lang %s: ja or en\n", optarg);
        }
        return take_kind(w, argc - optind, argv + optind, usage);
}
