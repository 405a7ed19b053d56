/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A scan sink that writes down what it was told, one word each: "scan ABC", "refused control", "up", "down
 * EIO". For tests. */
#include <systemd/sd-event.h>

#include "drivers/port.h"

#define RECORDER_MAX 2048

struct recorder {
        char *lines[RECORDER_MAX]; /* owned */
        size_t n;
        uint64_t last_usec; /* of the last scan */
};

void recorder_deinit(struct recorder *r);
struct scan_sink recorder_get_sink(struct recorder *r);
/* Turns the loop until @n lines are there; fails the test after 10 s. */
void recorder_wait(struct recorder *r, sd_event *event, size_t n);
/* Line @i, or "" when there is none. */
const char *recorder_line(const struct recorder *r, size_t i);
/* Open file descriptors of this process that /proc says to be something beginning with @prefix. */
size_t count_fds(const char *prefix);
