/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What takes long and hurries nobody, on a thread of its own at the lowest rank that we may give it: a PIN's check, a measurement of the disk. One after the
 * other, a few waiting; the loop never waits for it. A job is run there, and ends in the loop.
 */
#include <systemd/sd-event.h>

#define ASIDE_MAX 8 /* jobs, with the one that runs */

enum { ASIDE_E_BUSY = 1 };

struct aside;

struct aside_job {
        void (*run)(void *job);                 /* in the thread: touches @job alone */
        void (*end)(void *userdata, void *job); /* in the loop: frees it */
        void (*drop)(void *job);                /* frees it instead, when the program ends first */
        void *job;
};

/* @userdata: of every end(). The thread comes with the first job. Return: 0, -errno. */
int aside_new(struct aside **ap, sd_event *event, void *userdata);
/* Waits for the job that runs. */
struct aside *aside_free(struct aside *a);
/* @job moves in on 0 only. Return: 0, ASIDE_E_BUSY, -errno. */
int aside_do(struct aside *a, const struct aside_job *job);
