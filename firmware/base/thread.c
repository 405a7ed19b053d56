/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/thread.h"

#include <signal.h>

int thread_start(
        pthread_t *threadp, const pthread_attr_t *attributes, void *(*run)(void *userdata), void *userdata) {
        sigset_t all, before;
        int r;

        (void) sigfillset(&all);
        r = pthread_sigmask(SIG_SETMASK, &all, &before);
        if (r != 0)
                return -r;
        r = pthread_create(threadp, attributes, run, userdata);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL); /* valid arguments: cannot fail */
        return -r;
}
