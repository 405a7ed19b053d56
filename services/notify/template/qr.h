/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A QR symbol as a picture and as text. All of libqrencode and libpng: nobody else includes them. Pure.
 *
 * Source: ISO/IEC 18004 by libqrencode 4.1.1: level M, four modules of white around.
 */
#include "firmware/base/str.h"

#define QR_TEXT_MAX 512 /* bytes of what it holds */

/**
 * qr_png() - append a PNG, black on white
 * @text:   UTF-8, not empty
 * @module: pixels of one module, 1-16
 *
 * Return: 0, -EINVAL for no or too long a text, -ENOMEM.
 */
int qr_png(const char *text, unsigned module, struct str *png);
/* The same as lines of text for a printer with a fixed pitch: a module is one column wide, two to a line. The white around is
 * one module: paper is white. Lines end with LF. */
int qr_lines(const char *text, struct str *out);
