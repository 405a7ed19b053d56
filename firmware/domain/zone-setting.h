/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A bench's zone as one line, at the head of recorded reads, so that a recording can be judged again where its board file is not:
 *   # zone {"bench":"b1","own":[{"reader":"r1","antenna":1}],"neighbours":[],"floor":-70,"reads":1,"dwell_ms":0,"margin":6,
 *           "heard_ms":2000,"settle_ms":250,"give_up_ms":10000,"gone_ms":3000}                       (all on one line)
 *   # begin b1 81520033             another box at this bench: its zone forgets what it heard, and takes no read from before
 *                                   that time any more (left out: any)
 * For zone_line_read() both are remarks. Whoever tunes edits a figure and replays.
 *
 * Source: the project's own.
 */
#include "firmware/domain/zone.h"

enum {
        ZONE_SETTING_E_OTHER = 1, /* neither: a read, a remark, nothing */
        ZONE_SETTING_E_BEGIN,     /* "# begin": @bench and @since_usec are filled, @config is not */
};

/**
 * zone_setting_read() - one line of a recording
 * @bench: NAME_TEXT_MAX bytes; written on 0 and ZONE_SETTING_E_BEGIN only, as @config is on 0
 * @since_usec: as zone_begin()'s
 *
 * Return: 0, ZONE_SETTING_E_*; -EBADMSG with @d telling the key and what is wrong; -ENOMEM.
 */
int zone_setting_read(const char *line, size_t n, char *bench, struct zone_config *config,
        uint64_t *since_usec, struct diag *d);
/* Append the line with its LF; errors are sticky in @out. */
void zone_setting_write(const char *bench, const struct zone_config *config, struct str *out);
void zone_setting_write_begin(const char *bench, uint64_t since_usec, struct str *out);
