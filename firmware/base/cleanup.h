/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Scope cleanup for everything that is owned, and the two moves of ownership. Nothing here allocates.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

static inline void freep(void *p) {
        free(*(void **) p);
}
static inline void closep(int *fd) {
        if (*fd >= 0)
                (void) close(*fd); /* nothing can be decided on a failed close of what is given up */
}
static inline void fclosep(FILE **f) {
        if (*f)
                (void) fclose(*f);
}
static inline void closedirp(DIR **d) {
        if (*d)
                (void) closedir(*d);
}

#define _autofree_   _cleanup_(freep)
#define _autoclose_  _cleanup_(closep)
#define _autofclose_ _cleanup_(fclosep)

/* DEFINE_FREEP(ledger_free) gives ledger_freep() of _cleanup_(ledger_freep) struct ledger *l; for x_free(x)
 * that takes NULL. */
#define DEFINE_FREEP(type, func)                                                                             \
        static inline void func##p(type *p) {                                                                \
                if (*p)                                                                                      \
                        (void) func(*p);                                                                     \
        }

/* The value moves out and the source is emptied, in one visible line. */
#define take_ptr(p)                                                                                          \
        __extension__({                                                                                      \
                __typeof__(p) *take_source_ = &(p);                                                          \
                __typeof__(p) take_value_ = *take_source_;                                                   \
                *take_source_ = NULL;                                                                        \
                take_value_;                                                                                 \
        })
#define take_fd(fd)                                                                                          \
        __extension__({                                                                                      \
                int *take_source_ = &(fd);                                                                   \
                int take_value_ = *take_source_;                                                             \
                *take_source_ = -1;                                                                          \
                take_value_;                                                                                 \
        })

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))
