/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * UUIDs in the forms the project uses: v7 (time-ordered, made once on the box) and v5 (the same wherever it
 * is computed). Source: RFC 9562, sections 5.5, 5.7 and 6.2 (method 1: a counter keeps ids of one process
 * rising within a millisecond).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_MAX 37 /* 36 characters and the NUL */
#define HEX_ID_MAX    33 /* 32 hex digits and the NUL: ledger, inbox, receiver ids */

struct uuid_source { /* one per program; zero is valid */
        int64_t last_msec;
        uint16_t counter;
        uint8_t pool[250]; /* random bytes for the next ids: a system call for 25 of them */
        uint8_t n_pool;    /* left */
};
/* @text: lower-case canonical form. Return: 0, or -errno of getrandom(). */
int uuid7_make(struct uuid_source *source, int64_t wall_usec, char text[UUID_TEXT_MAX]);
/* SHA-1 name-based in the namespace URL (6ba7b811-9dad-11d1-80b4-00c04fd430c8). */
void uuid5_url(const char *name, size_t n, char text[UUID_TEXT_MAX]);
bool uuid_is_valid(const char *text);
/* The kernel's id of this boot; CLOCK_BOOTTIME means nothing beside another one. Return: 0; -EBADMSG or -errno without the kernel's
 * file. Source: random(4). */
int uuid_read_boot(char text[UUID_TEXT_MAX]);
/* 128 random bits as 32 lower-case hex digits. Return: 0, or -errno of getrandom(). */
int hex_id_make(char text[HEX_ID_MAX]);
bool hex_id_is_valid(const char *text);
