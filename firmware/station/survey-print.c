/* SPDX-License-Identifier: Apache-2.0 */
/* How the survey is shown: to a person, or as JSON. */
#include "firmware/station/survey.h"

#include <stdio.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/say.h"

static bool is_wrong(const struct survey *s) {
        for (size_t i = 0; i < s->n_rules; i++)
                if (*s->rules[i].wrong)
                        return true;
        for (size_t i = 0; i < s->n_devices; i++)
                if (*s->devices[i].wrong)
                        return true;
        return false;
}

static void print_device(const struct survey_device *d) {
        static const char *const words[] = {
                "types as a keyboard", "scanner, POS mode", "serial port", "GPIO chip", "label printer"};

        (void) printf("  %-20s %-19s ", d->is->devnode, words[d->looks]);
        if (d->is->vendor)
                (void) printf("%04x:%04x ", d->is->vendor, d->is->product);
        say(stdout, d->is->name);
        if (*d->is->serial) {
                (void) printf(", serial number ");
                say(stdout, d->is->serial);
        }
        (void) printf("\n");
        if (*d->users)
                (void) printf("    is %s\n", d->users);
        if (*d->held)
                (void) printf("    is open in %s\n", d->held);
        if (*d->note)
                (void) printf("    %s\n", d->note);
        if (*d->wrong)
                (void) printf("    WRONG: %s\n", d->wrong);
}

/* "/dev/input/event3, up", "192.0.2.20 port 5084, can be reached" */
static void print_where(const struct survey_rule *r, bool is_told) {
        if (r->wants == SURVEY_NETWORK)
                (void) printf("%s port %u", r->host, r->port);
        else
                (void) printf("%s", r->is ? r->is->devnode : r->plug.path ? r->plug.path : "");
        if (r->state == SURVEY_STATE_UP)
                (void) printf(is_told ? ", up" : ", can be reached");
}

static void print_rule(const struct survey_rule *r, bool is_told) {
        (void) printf("  %s%s%s, %s: ", r->bench, *r->bench ? "/" : "", r->name, r->driver);
        if (*r->wrong) {
                (void) printf("WRONG: ");
                say(stdout, r->wrong);
        } else {
                print_where(r, is_told);
        }
        (void) printf("\n");
}

static void print_station(const struct survey *s) {
        static const char *const words[] = {
                [SURVEY_STATION_AWAY] = "does not run: what it would say is not known",
                [SURVEY_STATION_ANSWERS] = "runs; how each is comes from it",
        };

        (void) printf("station %s\n", s->station == SURVEY_STATION_FAILS ? s->why.text : words[s->station]);
}

static void write_device(struct json_writer *w, const struct survey_device *d) {
        char id[8];

        json_write_object(w, NULL);
        json_write_string(w, "node", d->is->devnode);
        json_write_string(w, "looks", survey_looks_to_str(d->looks));
        (void) snprintf(id, sizeof(id), "%04x", d->is->vendor);
        json_write_string(w, "vendor", id);
        (void) snprintf(id, sizeof(id), "%04x", d->is->product);
        json_write_string(w, "product", id);
        json_write_string(w, "serial", d->is->serial);
        json_write_string(w, "name", d->is->name);
        json_write_string(w, "links", d->is->links);
        json_write_string(w, "rules", d->users);
        json_write_string(w, "held", d->held);
        json_write_string(w, "note", d->note);
        json_write_string(w, "wrong", d->wrong);
        json_write_end_object(w);
}

static void write_rule(struct json_writer *w, const struct survey_rule *r) {
        json_write_object(w, NULL);
        json_write_string(w, "bench", r->bench);
        json_write_string(w, "name", r->name);
        json_write_string(w, "driver", r->driver);
        json_write_string(w, "node", r->is ? r->is->devnode : "");
        if (r->wants == SURVEY_NETWORK) {
                json_write_string(w, "host", r->host);
                json_write_int(w, "port", r->port);
        }
        json_write_string(w, "state", survey_state_to_str(r->state));
        json_write_string(w, "reason", r->reason);
        json_write_string(w, "hint", r->hint);
        json_write_string(w, "wrong", r->wrong);
        json_write_end_object(w);
}

static int print_json(const struct survey *s, const struct station_config *config) {
        static const char *const stations[] = {"away", "answers", "fails"};
        _cleanup_str_ struct str out = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &out);
        json_write_object(&w, NULL);
        json_write_string(&w, "board", config->board_name);
        json_write_string(&w, "station", stations[s->station]);
        json_write_array(&w, "plugged");
        for (size_t i = 0; i < s->n_devices; i++)
                write_device(&w, &s->devices[i]);
        json_write_end_array(&w);
        json_write_array(&w, "rules");
        for (size_t i = 0; i < s->n_rules; i++)
                write_rule(&w, &s->rules[i]);
        json_write_end_array(&w);
        json_write_end_object(&w);
        if (out.error)
                return out.error;
        say_json(&out);
        return 0;
}

int survey_print(const struct survey *s, const struct station_config *config, bool json) {
        int r = 0;

        if (json) {
                r = print_json(s, config);
        } else {
                (void) printf("plugged in%s\n", s->n_devices ? "" : ": nothing");
                for (size_t i = 0; i < s->n_devices; i++)
                        print_device(&s->devices[i]);
                (void) printf(
                        "board %s%s\n", config->board_name, s->n_rules ? "" : ": wants nothing plugged in");
                for (size_t i = 0; i < s->n_rules; i++)
                        print_rule(&s->rules[i], s->station == SURVEY_STATION_ANSWERS);
                print_station(s);
        }
        if (r < 0)
                return r;
        return is_wrong(s) ? 1 : 0;
}

static bool file_exists(const char *path) {
        return access(path, F_OK) == 0;
}

int survey_run(const struct station_config *config, bool json) {
        struct survey s = {0};
        int r = survey_look(&s);

        if (r == 0)
                r = survey_want(&s, config);
        if (r == 0) {
                survey_ask(&s, config->socket);
                survey_judge(&s, file_exists);
                r = survey_print(&s, config, json);
        }
        survey_deinit(&s);
        return r;
}
