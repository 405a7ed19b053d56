/* SPDX-License-Identifier: Apache-2.0 */
/* A shipment that a DC packs, as the counters of the store must know it. */
#include "services/oms/wish.h"

#include <string.h>

#define WISH_LINE_MAX     32 /* as in commands.md */
#define WISH_QUANTITY_MAX 9999
#define WISH_CODE_MAX     64

bool wish_is_of_counter(const char *kind) {
        static const char *const kinds[] = {
                "pickup-ready", "pickup-reminder", "last-day", "handed-over", "returned", "return-accepted"};

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (strcmp(kind, kinds[i]) == 0)
                        return true;
        return false;
}

/* Who tells the customer, as one counter sees it: what the DC tells is none of its business. */
static void write_notices(struct json_writer *w, const struct json *notices, bool owns) {
        if (json_type(notices) != JSON_OBJECT)
                return;
        json_write_object(w, "notices");
        for (const struct json *m = json_first(notices); m; m = json_next(m)) {
                const char *owner = json_string(m);
                bool ours = owns && wish_is_of_counter(json_key(m));

                if (owner && strcmp(owner, "station") == 0 && !ours)
                        json_write_string(w, json_key(m), "oms");
                else
                        json_write_value(w, json_key(m), m);
        }
        json_write_end_object(w);
}

/* What only sends a parcel away. */
static bool is_for_packing(const char *key) {
        static const char *const keys[] = {"bay", "cutoff", "cod", "weight_g"};

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (strcmp(key, keys[i]) == 0)
                        return true;
        return false;
}

int wish_write_for_store(const struct json *home, bool owns, int64_t version, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        for (const struct json *m = json_first(home); m; m = json_next(m))
                if (strcmp(json_key(m), "version") == 0)
                        json_write_int(&w, "version", version);
                else if (strcmp(json_key(m), "notices") == 0)
                        write_notices(&w, m, owns);
                else if (!is_for_packing(json_key(m)))
                        json_write_value(&w, json_key(m), m);
        json_write_end_object(&w);
        return out->error;
}

int wish_write_contents(const struct json *contents, struct str *out) {
        struct json_writer w;

        json_writer_init(&w, out);
        json_write_array(&w, NULL);
        for (const struct json *e = json_first(contents); e; e = json_next(e)) {
                int64_t quantity = json_get_int(e, "quantity", 0);
                const char *line = json_get_string(e, "line", "");

                if (!id_is_valid(line, WISH_LINE_MAX) || quantity < 1 || quantity > WISH_QUANTITY_MAX)
                        continue;
                json_write_object(&w, NULL);
                json_write_string(&w, "line", line);
                json_write_int(&w, "quantity", quantity);
                json_write_end_object(&w);
        }
        json_write_end_array(&w);
        return out->error;
}

void wish_write_parcel(struct json_writer *w, const struct wish_parcel *p, bool with_contents) {
        bool readable = p->number && *p->number && ascii_is_printable(p->number) &&
                        strlen(p->number) <= WISH_CODE_MAX;

        json_write_object(w, NULL);
        json_write_string(w, "parcel", p->parcel);
        json_write_int(w, "piece", p->piece);
        json_write_array(w, "codes");
        json_write_string(w, NULL, readable ? p->number : p->parcel);
        json_write_end_array(w);
        if (with_contents && p->contents)
                json_write_raw(w, "contents", p->contents);
        json_write_end_object(w);
}
