/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-notify: tells customers. Reads its arguments and its config, then runs until it is told to stop. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/program.h"
#include "services/notify/notify.h"
#include "services/notify/phrases.h"
#include "services/notify/preview.h"
#include "services/notify/way.h"

/* Words that leave something out are found before anything is sent with them. */
static int check_words(const struct notify_config *config, struct diag *d) {
        char database[CONFIG_PATH_MAX + sizeof(OUTBOX_FILE) + 1];

        (void) snprintf(database, sizeof(database), "%s/" OUTBOX_FILE, config->folder);
        return phrases_check(config->words, database, d);
}

int main(int argc, char **argv) {
        static const struct program self = {"okuru-notify",
                "Sends the shipment notices that the station reserved, and tells it what became of them.\n"
                "okuru-notify preview, test-send and diff show, try and compare the words of a kind (each "
                "with --help).\n"};
        static const struct {
                const char *word;
                int (*run)(int argc, char **argv);
        } tools[] = {{"preview", preview_main}, {"test-send", test_send_main}, {"diff", words_diff_main}};
        struct notify_config config;
        struct program_arguments a;
        struct diag d = {0};
        int r;

        for (size_t i = 0; i < ELEMENTSOF(tools) && argc > 1; i++)
                if (strcmp(argv[1], tools[i].word) == 0)
                        return tools[i].run(argc - 1, argv + 1);
        r = program_read_arguments(&self, argc, argv, &a);
        if (r >= 0)
                return r;
        r = notify_config_load(&config, a.config, &d);
        if (r < 0)
                return program_complain(&d, r);
        if (a.check) {
                r = check_words(&config, &d);
                if (r == 0)
                        r = way_check(&config, &d);
                return r != 0 ? program_complain(&d, r < 0 ? r : -EBADMSG) : program_say_ok();
        }
        r = notify_run(&config, &d);
        return r < 0 ? program_complain(&d, r) : 0;
}
