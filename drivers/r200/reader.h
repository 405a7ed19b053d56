/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A serial UHF reader on the M100 chip (R200, YRM100) at a serial line, mostly a USB converter. It is up when the module has said
 * who it is and taken its settings; a line without a module, or a module that falls silent, is tried again for ever.
 *
 * Source: as drivers/r200/frame.h.
 */
#include <systemd/sd-event.h>

#include "drivers/port.h"
#include "drivers/r200/session.h"

struct r200_reader;

struct r200_config {
        const char *path;  /* tty; copied; a link is followed anew at each try */
        unsigned int baud; /* 0 is 115200 */
        struct r200_settings settings;
        bool inventory; /* runs whenever the module is up, until r200_reader_set_inventory() */
        int64_t priority;
        uint64_t retry_usec, retry_max_usec; /* as attach_config's */
};

/**
 * r200_reader_new() - a reader that opens its line from within the loop
 * @rp:     set on 0 only; owned by the caller
 * @event:  a reference is held until r200_reader_free()
 * @config: copied
 * @sink:   copied; told DEVICE_UP or DEVICE_DOWN when the module answered, or did not. Its reads come from antenna 1, one at a
 *          time, with the time of their arrival; it never has inputs.
 *
 * Return: 0, -EINVAL for a baud rate or power that there is not, -ENOMEM, or what sd-event returns. A missing line is no error.
 */
int r200_reader_new(
        struct r200_reader **rp, sd_event *event, const struct r200_config *config, struct tag_sink sink);
struct r200_reader *r200_reader_free(struct r200_reader *r); /* takes NULL, returns NULL */
static inline void r200_reader_freep(struct r200_reader **p) {
        *p = r200_reader_free(*p);
}

/* Starts or stops the inventory; holds for a module that comes back, too. May call the sink. */
void r200_reader_set_inventory(struct r200_reader *r, bool is_wanted);
/* What the module says it is: "M100 26dBm V1.0"; "" before it said so. Valid until the reader is freed. */
const char *r200_reader_get_info(const struct r200_reader *r);
