/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The folder where the pictures lie, each under its name: ours to write, the screens' to read. A file is there whole or not at all.
 */
#include "services/sync/pictures.h"

/* @fdp: set on 0; owned. Return: 0, -errno. */
int picture_folder_open(const char *path, int *fdp);
/* Tells @p what is there, and takes away what nobody wants and what was left half. Other people's files stay. Return: 0, -errno. */
int picture_folder_scan(int fd, struct pictures *p);
/* Durable, or not there. Return: 0, -errno. */
int picture_folder_keep(int fd, const char *name, const void *bytes, size_t n);
void picture_folder_remove(int fd, const char *name);
