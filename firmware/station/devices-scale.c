/* SPDX-License-Identifier: Apache-2.0 */
/* A bench's scale. */
#include "firmware/station/devices-internal.h"

#include "drivers/scale/scale.h"
#include "firmware/base/time.h"

static void weigher_on_weight(void *userdata) {
        struct weigher *w = userdata;

        device_on_weight(&w->is);
}

static void weigher_on_state(void *userdata, enum device_state state, int error, enum scale_trouble trouble) {
        struct weigher *w = userdata;

        w->is.words = trouble != SCALE_WELL ? scale_trouble_words(trouble) : NULL;
        device_on_state(&w->is, state, error);
}

int weigher_open(struct weigher *w, sd_event *event, const struct weigh_config *config) {
        const struct scale_config scale = {.path = config->path,
                .baud = config->baud,
                .frame = config->frame,
                .settings = config->settings,
                .priority = SD_EVENT_PRIORITY_NORMAL}; /* behind the scanners */
        const struct scale_sink sink = {weigher_on_weight, weigher_on_state, w};

        w->is.name = "scale";
        w->is.driver = "scale";
        w->config = config;
        return scale_new(&w->scale, event, &scale, sink);
}

void weigher_close(struct weigher *w) {
        w->scale = scale_free(w->scale);
}

void weigher_weigh(const struct weigher *w, struct weighing *out) {
        *out = (struct weighing){0};
        if (!w->scale)
                return;
        *out = w->config->limits;
        out->weight_g = scale_get_grams(w->scale, monotonic_usec());
}
