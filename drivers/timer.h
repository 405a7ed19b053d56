/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one-shot timers of a driver, on CLOCK_MONOTONIC. Arming counts from now, not from when the loop woke: a late loop must not
 * shorten a silence.
 *
 * Source: sd_event_add_time(3), sd_event_source_set_enabled(3).
 */
#include <stdint.h>
#include <systemd/sd-event.h>

/**
 * timer_new() - a timer that is off
 * @timerp: set on 0 only; owned by the caller, sd_event_source_disable_unref() frees it
 * @priority: of the loop's; one below the device's own means that a timer that is due goes first
 *
 * Return: 0 or what sd-event returns.
 */
int timer_new(sd_event_source **timerp, sd_event *event, int64_t priority, sd_event_time_handler_t handler,
        void *userdata);
/* Rings once, @in_usec from now. Return: 0; an error only in a forked process. */
int timer_arm(sd_event_source *timer, uint64_t in_usec);
/* Takes NULL, so that what is half built can be closed. */
void timer_disarm(sd_event_source *timer);
