/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What stands for a PIN: its argon2id hash as text, made where the PIN was thought of (`okuru people pin`) and carried by the command
 * `people`. Read here before anything computes with it, because the text says how much memory and time a check of it takes, and
 * it comes from outside. Pure.
 *
 * Source: the encoded form of the argon2 reference implementation, "$argon2id$v=19$m=KiB,t=passes,p=1$salt$hash", base64 without
 * padding; RFC 9106 for version 0x13 and the ranges. libsodium 1.0.18 makes p=1, 16 bytes of salt and 32 of hash.
 */
#include <stdbool.h>
#include <stdint.h>

#define PIN_HASH_SIZE       128         /* with the NUL; as libsodium's crypto_pwhash_STRBYTES */
#define PIN_HASH_MEMORY_MAX (64 * 1024) /* KiB: what a check may take of a small box */
#define PIN_HASH_PASSES_MAX 8
#define PIN_MIN             4 /* digits */
#define PIN_MAX             12

/* May a check of it be computed: of this form, and within the limits. */
bool pin_hash_is_valid(const char *text);
/* A PIN: PIN_MIN to PIN_MAX digits, so that a number pad suffices, and not one that everybody tries first (all the same, or in a row). */
bool pin_is_good(const char *pin);
