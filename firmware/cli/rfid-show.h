/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a bench's zone makes of reads, told line by line: the same of a live stream and of a recording. */
#include <stdio.h>

#include "firmware/domain/zone.h"

struct rfid_show; /* zeroed is empty and valid */
struct rfid_show {
        const char *bench; /* borrowed; NULL: the first that comes */
        bool json;
        FILE *out;
        char name[NAME_TEXT_MAX];
        struct zone *zone; /* owned; NULL before its setting came */
        uint64_t begun_usec, last_usec, change;
};
void rfid_show_deinit(struct rfid_show *s);

/* One line of a recording. Return: 0; -EBADMSG with @d; -ENOMEM. */
int rfid_show_line(struct rfid_show *s, const char *line, size_t n, struct diag *d);
/* Time has passed without a read. */
void rfid_show_tick(struct rfid_show *s, uint64_t now_usec);
/* The recording is over: what would fall due yet, and what came of it all. */
void rfid_show_end(struct rfid_show *s);
