/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/fake/fake.h"

#include <errno.h>

#include "firmware/base/str.h"

int fake_scanner_scan(const struct fake_scanner *f, const char *text, uint64_t mono_usec) {
        struct scan_text scan = {0};

        for (; *text; text++)
                scan_text_add(&scan, (uint8_t) *text);
        if (scan.n == 0 || scan.refused != SCAN_REFUSED_NONE)
                return -EINVAL;
        f->sink.on_scan(f->sink.userdata, scan.bytes, scan.n, mono_usec);
        return 0;
}

void fake_scanner_refuse(const struct fake_scanner *f, enum scan_refusal why) {
        f->sink.on_refused(f->sink.userdata, why);
}

void fake_scanner_state(const struct fake_scanner *f, enum device_state state, int error) {
        f->sink.on_state(f->sink.userdata, state, error);
}

static int fake_signal_show(void *userdata, const struct signal *s) {
        struct fake_signal *f = userdata;

        f->shown[f->n++ % FAKE_KEEPS] = *s;
        return f->answer;
}

struct signal_port fake_signal_get_port(struct fake_signal *f) {
        return (struct signal_port){fake_signal_show, f};
}

const struct signal *fake_signal_get(const struct fake_signal *f, size_t back) {
        return back < f->n && back < FAKE_KEEPS ? &f->shown[(f->n - 1 - back) % FAKE_KEEPS] : NULL;
}

static void keep(char *to, size_t size, const char *from) {
        (void) copy_text(to, size, from ? from : ""); /* a longer one is cut, as the header says */
}

static int fake_label_print(void *userdata, const struct label_job *job) {
        struct fake_label *f = userdata;
        struct fake_paper *p = &f->printed[f->n % FAKE_KEEPS];

        if (f->answer != 0)
                return f->answer;
        *p = (struct fake_paper){.piece = job->piece, .pieces = job->pieces, .n_data = job->n_data};
        keep(p->bench, sizeof(p->bench), job->bench);
        keep(p->parcel, sizeof(p->parcel), job->parcel);
        keep(p->carrier, sizeof(p->carrier), job->carrier);
        keep(p->number, sizeof(p->number), job->number);
        f->n++;
        return 0;
}

struct label_port fake_label_get_port(struct fake_label *f) {
        return (struct label_port){fake_label_print, f};
}

const struct fake_paper *fake_label_get(const struct fake_label *f, size_t back) {
        return back < f->n && back < FAKE_KEEPS ? &f->printed[(f->n - 1 - back) % FAKE_KEEPS] : NULL;
}
