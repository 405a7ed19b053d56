/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A label printer that is sent its own bytes: at TCP port 9100, as /dev/usb/lp*, or at a serial line. It is up when it can be
 * reached, speaks the language it is said to speak, and is well; one label is in its hand at a time. The label's bytes are opened
 * when they are to be written and wiped when the kernel has them; another try opens them again.
 *
 * The connection is held while the station runs: a printer that lets in only one keeps others out by that, and says early that
 * its paper is out. It is tried again for ever.
 *
 * Source: raw port 9100 as printers serve it (AppSocket); Linux, drivers/usb/class/usblp.c; tcp(7), SIOCOUTQ.
 */
#include <systemd/sd-event.h>

#include "drivers/port.h"
#include "drivers/printer/session.h"

#define PRINTER_PORT           9100
#define PRINTER_CONNECT_USEC   5000000
#define PRINTER_RETRY_MAX_USEC 10000000
#define PRINTER_LABEL_MAX      (1024 * 1024) /* bytes */

enum printer_link { PRINTER_TCP, PRINTER_USB, PRINTER_SERIAL };

struct printer_config {
        enum printer_link link;
        const char
                *host; /* TCP: an IPv4 or IPv6 address: names are not looked up, that would block the loop */
        uint16_t port; /* 0 is 9100 */
        const char *path;  /* USB, serial; a link is followed anew at each try */
        unsigned int baud; /* serial; 0 is 9600. 8N1 */
        enum printer_language language;
        int64_t priority;
        uint64_t retry_usec, retry_max_usec; /* as attach_config's; 0: 1 s and PRINTER_RETRY_MAX_USEC */
};

struct printer;

/**
 * printer_new() - a printer that is connected to from within the loop
 * @pp:     set on 0 only; owned by the caller
 * @event:  a reference is held until printer_free()
 * @config: copied
 * @sink:   copied
 *
 * Return: 0, -EINVAL for an address or baud rate that there is not, -ENOMEM, or what sd-event returns. A missing printer is no
 * error.
 */
int printer_new(
        struct printer **pp, sd_event *event, const struct printer_config *config, struct label_sink sink);
/* A label in hand is given up without a word: what is in the printer may come out. Takes NULL, returns NULL. */
struct printer *printer_free(struct printer *p);
static inline void printer_freep(struct printer **p) {
        *p = printer_free(*p);
}
/*
 * Valid until @p is freed. print(): LABEL_E_ACCEPTED, LABEL_E_NOT_READY unless it is up and has none in hand, LABEL_E_NO_DATA,
 * -EMSGSIZE, or what the label's open() returns.
 */
struct label_port printer_get_port(struct printer *p);
const struct printer_session *printer_get_session(const struct printer *p);
