/* SPDX-License-Identifier: Apache-2.0 */
/* A bench's label printer. */
#include "firmware/station/devices-internal.h"

#include "drivers/printer/printer.h"

/* The domain knows no driver: what hands can mend keeps its name, the rest is told apart for people at the printer only. */
static const enum printer_stop stops[LABEL_N_TROUBLES] = {
        [LABEL_WELL] = PRINTER_STOP_GONE,
        [LABEL_SILENT] = PRINTER_STOP_SILENT,
        [LABEL_STALLED] = PRINTER_STOP_SILENT,
        [LABEL_OFFLINE] = PRINTER_STOP_OFFLINE,
        [LABEL_PAUSED] = PRINTER_STOP_OFFLINE,
        [LABEL_FAULT] = PRINTER_STOP_FAULT,
        [LABEL_RIBBON_OUT] = PRINTER_STOP_RIBBON_OUT,
        [LABEL_PAPER_OUT] = PRINTER_STOP_PAPER_OUT,
        [LABEL_HEAD_OPEN] = PRINTER_STOP_HEAD_OPEN,
};

static void paper_on_end(void *userdata, enum label_end end, bool maybe) {
        struct paper *p = userdata;

        device_on_label(&p->is, end, maybe);
}

static void paper_on_state(void *userdata, enum device_state state, int error, enum label_trouble trouble) {
        struct paper *p = userdata;

        p->is.words = trouble != LABEL_WELL ? label_trouble_words(trouble) : NULL;
        device_on_state(&p->is, state, error);
        device_on_printer(&p->is, state == DEVICE_UP, stops[trouble]);
}

int paper_open(struct paper *p, sd_event *event, const struct bench_config *config) {
        static const enum printer_link links[] = {
                [PRINTER_BY_TCP] = PRINTER_TCP,
                [PRINTER_BY_USB] = PRINTER_USB,
                [PRINTER_BY_SERIAL] = PRINTER_SERIAL,
        };
        static const enum printer_language languages[] = {PRINTER_NONE, PRINTER_ZPL, PRINTER_ESCPOS};
        const struct place_config *place = &config->printer;
        const struct printer_config printer = {
                .link = links[place->link],
                .host = place->host,
                .port = (uint16_t) place->port,
                .path = config->labels.path,
                .baud = (unsigned int) place->baud,
                .language = languages[place->language],
                .priority = SD_EVENT_PRIORITY_NORMAL, /* behind the scanners */
        };
        const struct label_sink sink = {paper_on_end, paper_on_state, p};
        int r;

        p->is.name = "printer";
        p->is.driver = printer_language_to_str(printer.language);
        r = printer_new(&p->printer, event, &printer, sink);
        if (r == 0)
                p->port = printer_get_port(p->printer);
        return r;
}

void paper_close(struct paper *p) {
        p->printer = printer_free(p->printer);
        p->port = (struct label_port){0};
}
