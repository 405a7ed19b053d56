/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What board.c and board-readers.c share. Private to them. */
#include "firmware/base/yaml.h"
#include "firmware/station/config.h"

/* Return: -EBADMSG, to be returned on. */
int board_refuse(const struct yaml *node, const char *path, struct diag *d, const char *text);

struct zone_setting {              /* as it is written, before it is a zone_config */
        struct zone_config config; /* its neighbours only */
        char reader[33];
        int64_t antennas[ZONE_ANTENNAS_MAX];
        size_t n_antennas;
        int64_t floor_dbm, n_reads, dwell_usec, margin_db, heard_usec, settle_usec, give_up_usec, gone_usec;
};
/* For yaml_walk(): one reader of the station; the zone of a bench. */
int board_read_reader(const struct yaml *node, const char *path, void *target, struct diag *d);
int board_read_zone(const struct yaml *node, const char *path, void *target, struct diag *d);
/* For yaml_walk(): the scale of a bench. */
int board_read_scale(const struct yaml *node, const char *path, void *target, struct diag *d);
/* For yaml_walk(): the printer of slips; then, with all benches known, whether one of them has it. */
int board_read_slips(const struct yaml *node, const char *path, void *target, struct diag *d);
int board_check_slips(struct station_config *c, const struct yaml *root, struct diag *d);
/* Zones against readers and against each other. Return: 0, -EBADMSG with @d naming the place. */
int board_check_zones(const struct station_config *c, const struct yaml *root, struct diag *d);
