/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * PINs: few digits, so each guess is made dear. Their hashes are made away from the stations and checked there, by a thread that
 * nobody waits for; see domain/pin-hash.h for the text's form and its limits, which the caller has checked.
 *
 * Source: libsodium 1.0.18, crypto_pwhash_str_alg() and _verify() with argon2id; RFC 9106. Cost as its INTERACTIVE: 64 MiB, 2 passes.
 */
#include <stddef.h>

#define SEAL_PIN_SIZE 128 /* of a hash as text, with the NUL */

enum { SEAL_E_WRONG = 1 };

/* @hash: set on 0 only; another one each time. Return: 0, -ENOMEM. */
int seal_pin_make(const char *pin, char hash[SEAL_PIN_SIZE]);
/* Takes a tenth of a second of a small box, and as much memory as @hash says. Return: 0, SEAL_E_WRONG (also when @hash is none, or
 * there is no memory for it). */
int seal_pin_check(const char *hash, const char *pin);
