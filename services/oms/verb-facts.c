/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that show what came: facts, gaps, conflicts. */
#include "services/oms/storage-views.h"
#include "services/oms/verb.h"

#include <inttypes.h>
#include <unistd.h>

#define PAGE        1000   /* facts of one read, which must not stay open */
#define FOLLOW_USEC 250000 /* the longest that --follow is behind */

/* As it came, on one line: in strict JSON no string holds a raw line break, so they are all between the values. */
static int print_fact_json(const struct view_fact *f, void *userdata) {
        (void) userdata;
        for (const char *at = f->body; *at; at++)
                (void) putchar_unlocked(*at == '\n' || *at == '\r' ? ' ' : *at);
        (void) putchar_unlocked('\n');
        return 0;
}

static int print_fact(const struct view_fact *f, void *userdata) {
        (void) userdata;
        (void) printf("%10" PRId64 "  ", f->pos);
        say(stdout, f->station);
        (void) printf("  %" PRIu64 "%s  ", f->sequence, f->retold ? " retold" : "");
        say(stdout, f->type);
        if (*f->merchant) {
                (void) fputs("  ", stdout);
                say(stdout, f->merchant);
        }
        if (*f->subject) {
                (void) fputs("  ", stdout);
                say(stdout, f->subject);
        }
        (void) putchar('\n');
        return 0;
}

/* Return: 0 or as view_facts(). */
static int print_page(const struct invocation *in, struct storage *s, int64_t *afterp, bool *morep) {
        const struct view_filter filter = verb_filter(in);
        int64_t before = *afterp;
        int r = view_facts(
                s, &filter, before, PAGE, in->options->json ? print_fact_json : print_fact, NULL, afterp);

        *morep = r == 0 && *afterp != before;
        return r;
}

/* The file was replaced, or is on its way: what is behind @after goes on in the one that is there now. */
static void open_again(const struct invocation *in, struct storage **sp) {
        struct storage *again = NULL;

        if (storage_open_reader(&again, in->options->config.database, NULL) != 0)
                return;
        (void) storage_close(*sp);
        *sp = again;
}

int verb_facts(const struct invocation *in) {
        _cleanup_(storage_closep) struct storage *s = NULL;
        int64_t after = 0;
        int r = verb_open_reader(in, &s);

        if (r != VERB_OK)
                return r;
        for (;;) {
                bool more;

                r = print_page(in, s, &after, &more);
                if (r == STORAGE_E_NOT_YET && in->options->follow)
                        open_again(in, &s);
                else if (r != 0)
                        return verb_settle_view(r);
                if (more)
                        continue;
                if (fflush(stdout) == EOF)
                        return VERB_FAILED; /* nobody reads any more */
                if (!in->options->follow)
                        return VERB_OK;
                (void) usleep(FOLLOW_USEC);
        }
}

static int print_source(const struct view_source *row, void *userdata) {
        (void) userdata;
        say(stdout, row->source);
        (void) printf("  upto %" PRIu64 ", kept %" PRId64, row->upto, row->n_kept);
        if (row->n_refused > 0)
                (void) printf(", refused %" PRId64, row->n_refused);
        if (row->n_forked > 0)
                (void) printf(", forked %" PRId64, row->n_forked);
        (void) putchar('\n');
        return 0;
}

static int print_gap(const struct view_gap *row, void *userdata) {
        (void) userdata;
        (void) fputs("lost: ", stdout);
        say(stdout, row->station);
        (void) fputs("  ", stdout);
        say(stdout, row->ledger);
        (void) fputs("  ", stdout);
        say(stdout, row->lane);
        (void) printf("  %" PRIu64 " to %" PRIu64 "\n", row->first, row->last);
        return 0;
}

static int print_source_json(const struct view_source *row, void *userdata) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        (void) userdata;
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", row->station);
        json_write_string(&w, "source", row->source);
        json_write_string(&w, "lane", row->lane);
        json_write_int(&w, "upto", (int64_t) row->upto);
        json_write_int(&w, "kept", row->n_kept);
        json_write_int(&w, "refused", row->n_refused);
        json_write_int(&w, "forked", row->n_forked);
        return verb_print_object(&text, &w);
}

static int print_gap_json(const struct view_gap *row, void *userdata) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        (void) userdata;
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", row->station);
        json_write_string(&w, "ledger", row->ledger);
        json_write_string(&w, "lane", row->lane);
        json_write_int(&w, "from", (int64_t) row->first);
        json_write_int(&w, "to", (int64_t) row->last);
        return verb_print_object(&text, &w);
}

int verb_gaps(const struct invocation *in) {
        const struct view_filter filter = verb_filter(in);
        _cleanup_(storage_closep) struct storage *s = NULL;
        int r = verb_open_reader(in, &s);

        if (r != VERB_OK)
                return r;
        r = view_sources(s, &filter, in->options->json ? print_source_json : print_source, NULL);
        if (r == 0)
                r = view_gaps(s, &filter, in->options->json ? print_gap_json : print_gap, NULL);
        return verb_settle_view(r);
}

static int print_conflict(const struct view_conflict *row, void *userdata) {
        (void) userdata;
        verb_print_time(stdout, row->last_usec);
        (void) fputs("  ", stdout);
        say(stdout, row->station);
        (void) fputs("  ", stdout);
        say(stdout, row->kind);
        (void) fputs("  ", stdout);
        say(stdout, row->merchant);
        (void) fputs(*row->merchant ? " " : "", stdout);
        say(stdout, row->subject);
        (void) fputs(": ", stdout);
        say(stdout, row->text);
        if (row->n > 1)
                (void) printf(" (%" PRId64 " times)", row->n);
        (void) putchar('\n');
        return 0;
}

static int print_conflict_json(const struct view_conflict *row, void *userdata) {
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        (void) userdata;
        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        json_write_string(&w, "station", row->station);
        json_write_string(&w, "kind", row->kind);
        json_write_string(&w, "merchant", row->merchant);
        json_write_string(&w, "subject", row->subject);
        json_write_string(&w, "text", row->text);
        json_write_int(&w, "n", row->n);
        return verb_print_object(&text, &w);
}

int verb_conflicts(const struct invocation *in) {
        const struct view_filter filter = verb_filter(in);
        _cleanup_(storage_closep) struct storage *s = NULL;
        int r = verb_open_reader(in, &s);

        if (r == VERB_OK)
                r = verb_settle_view(view_conflicts(
                        s, &filter, in->options->json ? print_conflict_json : print_conflict, NULL));
        return r;
}
