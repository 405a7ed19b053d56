/* SPDX-License-Identifier: Apache-2.0 */
/* Does the program run that writes a database? What it last wrote of itself ("broker up") says nothing of that. */
#pragma once

#include <stdio.h>

/**
 * writer_runs() - is the lock beside a database held?
 * @database: path of the file; its lock is "<path>.lock" (firmware/store/store.h)
 *
 * Looked up in /proc/locks, never tried: who tries a lock holds it for a moment, and a program that starts just then would go.
 *
 * Return: 1 held; 0 free, or no lock was ever made; -errno: cannot be seen from here.
 */
int writer_runs(const char *database);

/* The same from an open list of locks: is there a flock on @inode? Return: 1 or 0. */
int writer_in_locks(FILE *locks, unsigned long inode);
