/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A thread beside the loop. Signals are the loop's, which reads them from a descriptor: none may land here. */
#include <pthread.h>

/**
 * thread_start() - pthread_create() with all signals blocked
 * @attributes: NULL: the usual ones
 *
 * Return: 0, -errno.
 */
int thread_start(
        pthread_t *threadp, const pthread_attr_t *attributes, void *(*run)(void *userdata), void *userdata);
