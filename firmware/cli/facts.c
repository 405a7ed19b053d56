/* SPDX-License-Identifier: Apache-2.0 */
/* okuru facts: what the ledger says, in the order in which it happened here; with --follow also what is still to happen. */
#include "firmware/base/ask.h"
#include "firmware/base/say.h"
#include "firmware/cli/facts-print.h"
#include "firmware/cli/look.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define SLICE_ROWS    200 /* of one read: it stays short however slowly somebody reads our output */
#define FOLLOW_BEGIN  10  /* facts shown before what is new, when nobody says --from */
#define LOOK_AGAIN_MS 1000
#define NOT_YET_MS    1000

struct listing {
        const struct options *options;
        enum lane lane;
        bool one_lane;
        int64_t last;    /* position */
        struct str text; /* of a slice: printed when the read is over */
};

static int on_row(const struct fact_row *row, void *userdata) {
        struct listing *l = userdata;

        if (l->one_lane && row->lane != l->lane)
                return 0;
        if (l->options->type && fnmatch(l->options->type, row->type, 0) != 0)
                return 0;
        if (l->options->json)
                facts_print_json(&l->text, row);
        else
                facts_print_row(&l->text, row);
        return l->text.error;
}

/* All there is now. Return: as facts_read_all(). */
static int list(struct facts *f, struct listing *l) {
        int64_t before;
        int r;

        do {
                before = l->last;
                r = facts_read_all(f, before, SLICE_ROWS, on_row, l, &l->last);
                if (l->text.len > 0)
                        (void) fwrite(l->text.data, 1, l->text.len,
                                stdout); /* run() of main asks whether it went */
                str_clear(&l->text);
        } while (r == 0 && l->last != before && !ferror(stdout));
        return r;
}

/* Until the station says that something is there, and a second at the most. */
static void wait_for_more(struct ask **bellp, const char *socket) {
        struct json *line = NULL;

        if (!*bellp && ask_open(bellp, socket) == 0 && ask_send(*bellp, "{\"verb\":\"follow\"}") < 0)
                *bellp = ask_close(*bellp);
        if (!*bellp) {
                (void) usleep(NOT_YET_MS * 1000);
                return;
        }
        if (ask_next(*bellp, LOOK_AGAIN_MS, &line) < 0)
                *bellp = ask_close(*bellp); /* station stopped: the files are still there to be looked at */
        line = json_free(line);
}

static int reopen(struct look *l) {
        struct facts *fresh = NULL;
        int r = facts_open(&fresh, l->setup.ledger, NULL);

        if (r != 0)
                return r;
        (void) facts_close(l->facts);
        l->facts = fresh;
        look_watch(l);
        return 0;
}

static int follow(struct look *look, struct listing *l) {
        _cleanup_(ask_closep) struct ask *bell = NULL;

        while (!ferror(stdout) && fflush(stdout) == 0) {
                int r;

                wait_for_more(&bell, look->setup.socket);
                if (facts_is_stale(look->facts)) {
                        if (reopen(look) != 0)
                                continue; /* the new one is not there yet */
                        (void) fprintf(stderr, "okuru: another ledger took its place: its facts follow\n");
                        l->last = 0;
                }
                r = list(look->facts, l);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_options(struct listing *l) {
        const char *from = l->options->from;
        char *end;

        if (l->options->lane) {
                l->one_lane = true;
                if (lane_from_str(l->options->lane, &l->lane) < 0) {
                        (void) say_failed("--lane: fact, trace or intake");
                        return VERB_USAGE;
                }
        }
        if (!from)
                return VERB_OK;
        errno = 0;
        l->last = strtoll(from, &end, 10) - 1;
        if (errno != 0 || end == from || *end || l->last < -1) {
                (void) say_failed("--from: a position, a whole number from 1");
                return VERB_USAGE;
        }
        return VERB_OK;
}

int verb_facts(const struct invocation *in) {
        struct listing l = {.options = in->options};
        struct look look = {0};
        int64_t end;
        int r = read_options(&l);

        if (r != VERB_OK)
                return r;
        if (look_open(&look, in) != VERB_OK) {
                look_deinit(&look);
                return VERB_FAILED;
        }
        r = facts_last(look.facts, &end);
        if (r == 0 && in->options->follow && !in->options->from && end > FOLLOW_BEGIN)
                l.last = end - FOLLOW_BEGIN;
        if (r == 0)
                r = list(look.facts, &l);
        if (r == 0 && in->options->follow)
                r = follow(&look, &l);
        if (r == -EBADMSG)
                r = say_failed("%s: damaged behind position %" PRId64, look.setup.ledger, l.last);
        else
                r = look_end(&look, r);
        str_deinit(&l.text);
        look_deinit(&look);
        return r;
}
