/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/gs1.h"

#include <string.h>

const char *gs1_e_to_str(int code) {
        switch (code) {
        case 0:
                return "ok";
        case GS1_E_EMPTY:
                return "empty";
        case GS1_E_UNKNOWN_AI:
                return "unknown-ai";
        case GS1_E_TOO_LONG:
                return "too-long";
        case GS1_E_TOO_SHORT:
                return "too-short";
        case GS1_E_CHARACTER:
                return "character";
        case GS1_E_CHECK_DIGIT:
                return "check-digit";
        case GS1_E_DATE:
                return "date";
        case GS1_E_PIECE:
                return "piece";
        case GS1_E_SEPARATOR_MISSING:
                return "separator-missing";
        case GS1_E_SEPARATOR_DOUBLED:
                return "separator-doubled";
        case GS1_E_REPEATED:
                return "repeated";
        case GS1_E_TOO_MANY:
                return "too-many";
        default:
                return "invalid";
        }
}

/* One part of a field's format, e.g. "[X..17]" or "N13c". */
struct part {
        char set;
        size_t min, max;
        bool optional;
        char check;
};

/* Reads the part at @spec. Return: what follows it, or NULL when @spec is at its end. */
static const char *part_read(const char *spec, struct part *part) {
        *part = (struct part){0};
        while (*spec == ' ')
                spec++;
        if (!*spec)
                return NULL;

        part->optional = *spec == '[';
        spec += part->optional;
        part->set = *spec++;
        part->min = *spec == '.' ? 1 : 0;
        spec += strspn(spec, ".");
        for (; *spec >= '0' && *spec <= '9'; spec++)
                part->max = part->max * 10 + (size_t) (*spec - '0');
        if (part->min == 0)
                part->min = part->max;
        if (*spec >= 'a' && *spec <= 'z')
                part->check = *spec++;
        return spec + (*spec == ']');
}

static void spec_measure(const char *spec, size_t *minp, size_t *maxp) {
        struct part part;

        *minp = *maxp = 0;
        while ((spec = part_read(spec, &part))) {
                *minp += part.optional ? 0 : part.min;
                *maxp += part.max;
        }
}

static bool in_set(char set, char c) {
        bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';

        switch (set) {
        case 'N':
                return digit;
        case 'X':
                return digit || upper || lower || (c && strchr("!\"%&'()*+,-./:;<=>?_", c));
        case 'Y':
                return digit || upper || (c && strchr("#-/", c));
        default:
                return digit || upper || lower || (c && strchr("-_=", c));
        }
}

/* A year of two digits is leap when 4 divides it: 2000 was, and 1900 and 2100 are out of every carrier's
 * reach. */
static bool date_is_valid(const char *v, bool day_0) {
        static const char days[12][3] = {
                "31", "29", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"};
        int month = (v[2] - '0') * 10 + (v[3] - '0');
        bool leap = ((v[0] - '0') * 10 + (v[1] - '0')) % 4 == 0;

        if (month < 1 || month > 12 || memcmp(v + 4, days[month - 1], 2) > 0)
                return false;
        if (month == 2 && !leap && memcmp(v + 4, "28", 2) > 0)
                return false;
        return day_0 || memcmp(v + 4, "00", 2) != 0;
}

static bool piece_is_valid(const char *v) {
        return memcmp(v, "00", 2) > 0 && memcmp(v, v + 2, 2) <= 0;
}

/* Return: 0 or GS1_E_*; @atp then is where in @v. */
static int part_check(const struct part *part, const char *v, size_t n, size_t *atp) {
        for (size_t i = 0; i < n; i++)
                if (!in_set(part->set, v[i])) {
                        *atp = i;
                        return GS1_E_CHARACTER;
                }

        *atp = 0;
        switch (part->check) {
        case 'c':
                *atp = n - 1;
                return gs1_key_is_valid(v, n) ? 0 : GS1_E_CHECK_DIGIT;
        case 'd':
        case 'e':
                return date_is_valid(v, part->check == 'e') ? 0 : GS1_E_DATE;
        case 'p':
                return piece_is_valid(v) ? 0 : GS1_E_PIECE;
        case 'z':
                return v[0] == '0' ? 0 : GS1_E_CHARACTER;
        default:
                return 0;
        }
}

/* Checks the @n bytes of one field against its format, part by part. */
static int value_check(const char *spec, const char *v, size_t n, size_t *atp) {
        struct part part;
        size_t done = 0;

        while ((spec = part_read(spec, &part))) {
                size_t take = n - done < part.max ? n - done : part.max;

                if (take == 0 && part.optional)
                        break;
                if (take < part.min) {
                        *atp = n;
                        return GS1_E_TOO_SHORT;
                }

                int r = part_check(&part, v + done, take, atp);
                if (r) {
                        *atp += done;
                        return r;
                }
                done += take;
        }
        return 0;
}

const struct gs1_ai *gs1_ai_find(const char *bytes, size_t n) {
        const struct gs1_ai *row;

        for (size_t i = 0; (row = gs1_ai_at(i)); i++) {
                size_t n_ai = strlen(row->first);

                if (n < n_ai || memcmp(bytes, row->first, n_ai) < 0 || memcmp(bytes, row->last, n_ai) > 0)
                        continue;

                /* Between "00" and "02" there is also "0/"; between "3100" and "3165" also "3109". */
                bool digits = true;
                for (size_t k = 0; k < n_ai; k++)
                        digits = digits && in_set('N', bytes[k]);
                if (digits && (!row->last_digit || bytes[n_ai - 1] <= row->last_digit))
                        return row;
        }
        return NULL;
}

/*
 * Where the field at @v ends. A predefined length counts itself off; every other field ends at GS or at the
 * end of the data, and what is too long there is refused: only the missing separator could say where it
 * should have ended.
 */
static int field_end(
        const struct gs1_ai *row, const char *bytes, size_t n, size_t v, size_t *endp, size_t *atp) {
        const char *gs = v < n ? memchr(bytes + v, GS1_SEPARATOR, n - v) : NULL;
        size_t end = gs ? (size_t) (gs - bytes) : n;
        size_t min, max;

        spec_measure(row->spec, &min, &max);
        if (end - v < min) {
                *atp = end;
                return GS1_E_TOO_SHORT;
        }
        if (row->predefined) {
                *endp = v + max;
                return 0;
        }
        if (end - v > max) {
                *atp = v + max;
                return min == max ? GS1_E_SEPARATOR_MISSING : GS1_E_TOO_LONG;
        }
        *endp = end;
        return 0;
}

static int elements_add(struct gs1_elements *elements, const struct gs1_element *e) {
        const struct gs1_element *old = gs1_find(elements, e->ai);

        if (old)
                return old->n_value == e->n_value && memcmp(old->value, e->value, e->n_value) == 0
                               ? 0
                               : GS1_E_REPEATED;
        if (elements->n == GS1_ELEMENTS_MAX)
                return GS1_E_TOO_MANY;
        elements->at[elements->n++] = *e;
        return 0;
}

/* One field from @*posp on, and the separator behind it. On refusal @error holds all but its code. */
static int field_read(
        const char *bytes, size_t n, size_t *posp, struct gs1_elements *elements, struct gs1_error *error) {
        *error = (struct gs1_error){.offset = *posp};
        if (bytes[*posp] == GS1_SEPARATOR)
                return GS1_E_SEPARATOR_DOUBLED;

        const struct gs1_ai *row = gs1_ai_find(bytes + *posp, n - *posp);
        if (!row)
                return GS1_E_UNKNOWN_AI;

        size_t n_ai = strlen(row->first), v = *posp + n_ai, end, at;
        memcpy(error->ai, bytes + *posp, n_ai);

        int r = field_end(row, bytes, n, v, &end, &error->offset);
        if (r)
                return r;
        r = value_check(row->spec, bytes + v, end - v, &at);
        if (r) {
                error->offset = v + at;
                return r;
        }

        struct gs1_element e = {.offset = v, .value = bytes + v, .n_value = end - v};
        memcpy(e.ai, error->ai, sizeof e.ai);
        error->offset = *posp;
        r = elements_add(elements, &e);
        if (r)
                return r;
        *posp = end + (end < n && bytes[end] == GS1_SEPARATOR);
        return 0;
}

int gs1_parse(const char *bytes, size_t n, struct gs1_elements *elements, struct gs1_error *errorp) {
        struct gs1_elements found = {.n = 0};
        struct gs1_error error = {.code = 0};
        size_t pos = n > 0 && bytes[0] == GS1_SEPARATOR; /* FNC1 in first position, sent as it stands */
        int r = pos == n ? GS1_E_EMPTY : 0;

        while (!r && pos < n)
                r = field_read(bytes, n, &pos, &found, &error);
        if (r) {
                error.code = r;
                if (errorp)
                        *errorp = error;
                return r;
        }
        *elements = found;
        return 0;
}

const struct gs1_element *gs1_find(const struct gs1_elements *elements, const char *ai) {
        for (size_t i = 0; i < elements->n; i++)
                if (strcmp(elements->at[i].ai, ai) == 0)
                        return &elements->at[i];
        return NULL;
}
