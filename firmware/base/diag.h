/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a person needs to mend an input: which file (or topic, or device), where in it, what is wrong.
 * Filled beside a returned error code; empty when nothing more is known. Never holds a secret or personal
 * data.
 */
#include <stddef.h>

#define DIAG_PATH_MAX 128
#define DIAG_TEXT_MAX 256

struct diag {
        char file[DIAG_PATH_MAX]; /* file name, topic or device; "" when there is none */
        int line;                 /* from 1; 0 when unknown */
        int column;               /* from 1; 0 when unknown */
        char key[DIAG_PATH_MAX];  /* dotted path of the key, e.g. "benches[0].scanner.match"; "" when there is
                                     none */
        char text[DIAG_TEXT_MAX]; /* one sentence, no final stop */
};

/**
 * diag_set() - fill everything but @d->file; longer texts are cut at a UTF-8 boundary
 * @d: may be NULL: then nothing happens, so that callers need not ask
 */
void diag_set(struct diag *d, int line, int column, const char *key, const char *format, ...)
        __attribute__((format(printf, 5, 6)));

/* The key of what was told, where no key is said: who asked for a file knows by which one. */
void diag_name_key(struct diag *d, const char *key);

/**
 * diag_str() - "file:line:column: key: text" without the parts that are unknown
 * @buf: at least 1 byte; always terminated
 *
 * Return: @buf.
 */
char *diag_str(const struct diag *d, char *buf, size_t size);
