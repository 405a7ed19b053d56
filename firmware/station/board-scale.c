/* SPDX-License-Identifier: Apache-2.0 */
/* A bench's scale in the board file. What it sends is a format of board/scales, which are built in, or said with the same keys. */
#include "firmware/station/board-internal.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "scale-formats.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct setting { /* as it is written, before it is a weigh_config */
        char path[STATION_PATH_MAX];
        int64_t baud, every_usec, silence_usec, rest_usec, n_readings, within_g, age_usec;
        int64_t tolerance_g, tolerance_percent, lightest_g, heaviest_g;
        int line, format;
        bool hints, has_frame;
        /* frame */
        int end, ask_end; /* ask_end -1: as end */
        bool stx;
        char ask[SCALE_ASK_SIZE], unit[SCALE_UNIT_SIZE];
        int64_t ask_byte, weight_at, weight_width, decimals, unit_at, unit_width;
        struct scale_mark marks[SCALE_MARKS_MAX];
        size_t n_marks;
};

static const char *const lines[] = {"8n1", "7e1", "7o1", "8e1", NULL};
static const char *const ends[] = {"cr", "lf", "crlf", "etx", NULL};
static const char *const ask_ends[] = {"cr", "lf", "crlf", "etx", "none", NULL};
static const char *const meanings[] = {"stable", "moving", "weight", "overload", "ignore", NULL};

struct mark_setting {
        char text[SCALE_MARK_SIZE];
        int64_t at;
        int means;
};
#define MARK(member) offsetof(struct mark_setting, member), sizeof(((struct mark_setting *) 0)->member)
static const struct yaml_rule mark_rules[] = {
        {"text", YAML_WANT_TEXT, true, MARK(text), 0, 0, NULL, NULL, NULL},
        {"at", YAML_WANT_INT, false, MARK(at), 0, SCALE_FRAME_MAX, NULL, NULL, NULL},
        {"means", YAML_WANT_WORD, true, MARK(means), 0, 0, meanings, NULL, NULL},
        {0},
};

static int read_mark(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct mark_setting mark = {.at = 1};
        struct setting *s = target;
        int r;

        if (s->n_marks == SCALE_MARKS_MAX)
                return board_refuse(node, path, d, "at most 16 marks");
        r = yaml_walk(node, path, mark_rules, &mark, d);
        if (r < 0)
                return r;
        s->marks[s->n_marks] =
                (struct scale_mark){.at = (unsigned int) mark.at, .means = (enum scale_meaning) mark.means};
        (void) copy_text(s->marks[s->n_marks].text, SCALE_MARK_SIZE, mark.text);
        s->n_marks++;
        return 0;
}

#define SETTING(member) offsetof(struct setting, member), sizeof(((struct setting *) 0)->member)
#define COLUMNS(key, member)                                                                                 \
        { key, YAML_WANT_INT, false, SETTING(member), 1, SCALE_FRAME_MAX, NULL, NULL, NULL }
static const struct yaml_rule weight_rules[] = {
        COLUMNS("at", weight_at),
        COLUMNS("width", weight_width),
        {"decimals", YAML_WANT_INT, false, SETTING(decimals), 0, 6, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule unit_rules[] = {
        COLUMNS("at", unit_at),
        COLUMNS("width", unit_width),
        {"is", YAML_WANT_TEXT, false, SETTING(unit), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule frame_rules[] = {
        {"end", YAML_WANT_WORD, false, SETTING(end), 0, 0, ends, NULL, NULL},
        {"stx", YAML_WANT_BOOL, false, SETTING(stx), 0, 0, NULL, NULL, NULL},
        {"marks", YAML_WANT_LIST, false, 0, 0, 0, 0, NULL, NULL, read_mark},
        {"weight", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, weight_rules, NULL},
        {"unit", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, unit_rules, NULL},
        {"ask", YAML_WANT_TEXT, false, SETTING(ask), 0, 0, NULL, NULL, NULL},
        {"ask_byte", YAML_WANT_INT, false, SETTING(ask_byte), 1, 127, NULL, NULL, NULL},
        {"ask_end", YAML_WANT_WORD, false, SETTING(ask_end), 0, 0, ask_ends, NULL, NULL},
        {0},
};

static const char *columns_wrong(const struct setting *s) {
        if ((s->weight_at > 0) != (s->weight_width > 0) || (s->unit_at > 0) != (s->unit_width > 0))
                return "columns are said by both at and width";
        if (s->weight_at + s->weight_width > SCALE_FRAME_MAX + 1 ||
                s->unit_at + s->unit_width > SCALE_FRAME_MAX + 1)
                return "a frame has at most 64 columns";
        if (*s->ask && s->ask_byte)
                return "a scale is asked by ask or by ask_byte, not both";
        if (*s->unit && scale_unit_mg(s->unit, strlen(s->unit)) == 0)
                return "unit.is wants mg, g or kg";
        return NULL;
}

/* Also over a format: what is named here takes the place of what that says. */
static int read_frame(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct setting *s = target;
        const char *wrong;
        int r;

        if (yaml_get(node, "marks"))
                s->n_marks = 0;
        s->has_frame = true;
        r = yaml_walk(node, path, frame_rules, s, d);
        wrong = r == 0 ? columns_wrong(s) : NULL;
        return wrong ? board_refuse(node, path, d, wrong) : r;
}

static const struct yaml_rule scale_rules[] = {
        {"path", YAML_WANT_PATH, true, SETTING(path), 0, 0, NULL, NULL, NULL},
        {"baud", YAML_WANT_INT, false, SETTING(baud), 1200, 921600, NULL, NULL, NULL},
        {"line", YAML_WANT_WORD, false, SETTING(line), 0, 0, lines, NULL, NULL},
        {"format", YAML_WANT_WORD, false, SETTING(format), 0, 0, scale_formats_names, NULL, NULL},
        {"frame", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, read_frame},
        {"every", YAML_WANT_DURATION, false, SETTING(every_usec), 50 * USEC_PER_MSEC, 10 * USEC_PER_SEC, NULL,
                NULL, NULL},
        {"silence", YAML_WANT_DURATION, false, SETTING(silence_usec), 0, 3600LL * USEC_PER_SEC, NULL, NULL,
                NULL},
        {"rest", YAML_WANT_DURATION, false, SETTING(rest_usec), 0, 10 * USEC_PER_SEC, NULL, NULL, NULL},
        {"readings", YAML_WANT_INT, false, SETTING(n_readings), 1, 100, NULL, NULL, NULL},
        {"within", YAML_WANT_INT, false, SETTING(within_g), 0, 1000, NULL, NULL, NULL},
        {"age", YAML_WANT_DURATION, false, SETTING(age_usec), 100 * USEC_PER_MSEC, 600LL * USEC_PER_SEC, NULL,
                NULL, NULL},
        {"tolerance", YAML_WANT_INT, false, SETTING(tolerance_g), 0, 100000, NULL, NULL, NULL},
        {"tolerance_percent", YAML_WANT_INT, false, SETTING(tolerance_percent), 0, 100, NULL, NULL, NULL},
        {"lightest", YAML_WANT_INT, false, SETTING(lightest_g), 0, SHIPMENT_WEIGHT_G_MAX, NULL, NULL, NULL},
        {"heaviest", YAML_WANT_INT, false, SETTING(heaviest_g), 1, SHIPMENT_WEIGHT_G_MAX, NULL, NULL, NULL},
        {"hint", YAML_WANT_BOOL, false, SETTING(hints), 0, 0, NULL, NULL, NULL},
        {0},
};

/* The built-in text of a format, as if it were written as `frame`. */
static int read_format(const char *name, struct setting *s, struct diag *d) {
        for (size_t i = 0; i < ELEMENTSOF(scale_formats); i++) {
                _cleanup_(yaml_freep) struct yaml *root = NULL;
                struct diag own = {0}; /* @d goes on to name the board */
                char file[64];
                int r;

                if (strcmp(scale_formats[i].name, name) != 0)
                        continue;
                (void) snprintf(file, sizeof(file), "board/scales/%s.yaml", name);
                r = yaml_load_text(file, scale_formats[i].text, strlen(scale_formats[i].text), &root, &own);
                if (r == 0)
                        r = read_frame(root, "", s, &own);
                if (r < 0)
                        *d = own;
                return r;
        }
        return 0; /* the walk says what is wrong with it */
}

static void keep(const struct setting *s, struct weigh_config *c) {
        struct scale_format *f = &c->settings.format;

        *c = (struct weigh_config){.baud = (unsigned int) s->baud,
                .frame = (enum tty_frame) s->line,
                .settings = {.rest = {.for_usec = (uint64_t) s->rest_usec,
                                     .n_readings = (unsigned int) s->n_readings,
                                     .within_mg = s->within_g * 1000,
                                     .age_usec = (uint64_t) s->age_usec},
                        .every_usec = (uint64_t) s->every_usec,
                        .silence_usec = (uint64_t) s->silence_usec},
                .limits = {.is_there = true,
                        .hints = s->hints,
                        .tolerance_g = s->tolerance_g,
                        .tolerance_percent = s->tolerance_percent,
                        .lightest_g = s->lightest_g,
                        .heaviest_g = s->heaviest_g}};
        (void) copy_text(c->path, sizeof(c->path), s->path);
        *f = (struct scale_format){.end = (enum scale_end) s->end,
                .stx = s->stx,
                .n_marks = s->n_marks,
                .weight_at = (unsigned int) s->weight_at,
                .weight_width = (unsigned int) s->weight_width,
                .unit_at = (unsigned int) s->unit_at,
                .unit_width = (unsigned int) s->unit_width,
                .decimals = (unsigned int) s->decimals,
                .ask_end = (enum scale_end)(s->ask_end < 0 ? s->end : s->ask_end)};
        memcpy(f->marks, s->marks, sizeof(f->marks));
        (void) copy_text(f->unit, sizeof(f->unit), s->unit);
        (void) copy_text(f->ask, sizeof(f->ask), s->ask);
        if (s->ask_byte) { /* a control character, such as ENQ, stands alone */
                f->ask[0] = (char) s->ask_byte;
                f->ask_end = s->ask_end < 0 ? SCALE_END_NONE : (enum scale_end) s->ask_end;
        }
}

int board_read_scale(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct setting s = {.baud = 9600,
                .every_usec = 200 * USEC_PER_MSEC,
                .silence_usec = 3 * USEC_PER_SEC,
                .rest_usec = 500 * USEC_PER_MSEC,
                .n_readings = 3,
                .within_g = 2,
                .age_usec = 2 * USEC_PER_SEC,
                .tolerance_g = 30,
                .tolerance_percent = 5,
                .end = SCALE_END_CRLF,
                .ask_end = -1,
                .hints = true};
        struct bench_config *b = target;
        const struct yaml *format = yaml_get(node, "format");
        speed_t speed;
        int r = format && yaml_text(format) ? read_format(yaml_text(format), &s, d) : 0;

        if (r == 0)
                r = yaml_walk(node, path, scale_rules, &s, d);
        if (r < 0)
                return r;
        if (!s.has_frame)
                return board_refuse(
                        node, path, d, "a scale needs a format, or a frame that says what it sends");
        if (tty_speed_from_baud((unsigned int) s.baud, &speed) < 0)
                return board_refuse(
                        yaml_get(node, "baud"), path, d, "baud wants a usual rate, such as 2400 or 9600");
        if (s.heaviest_g > 0 && s.heaviest_g <= s.lightest_g)
                return board_refuse(node, path, d, "heaviest wants more than lightest");
        keep(&s, &b->scale);
        return 0;
}
