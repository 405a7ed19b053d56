/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A merchant's logo: what kind of picture it is, how large, and whether it is whole, so that no customer gets a broken one. Nothing of
 * it is drawn here. Pure.
 *
 * Source: PNG (ISO/IEC 15948) 5.2 to 5.6 and 11.2.2; JPEG (ITU-T T.81) B.1.1.3, B.2.2.
 */
#include <stddef.h>
#include <stdint.h>

#define LOGO_BYTES_MAX  (64 * 1024) /* it goes with every mail */
#define LOGO_PIXELS_MIN 8
#define LOGO_PIXELS_MAX 2000 /* of each side */
#define LOGO_SHOWN_H    40   /* as the head shows it: no higher … */
#define LOGO_SHOWN_W    200  /* … and no wider, which a telephone has room for */

struct logo {
        const char *type; /* "image/png", "image/jpeg" */
        int width, height;
        const uint8_t *bytes; /* borrowed */
        size_t n;
};

/**
 * logo_read() - look at a picture
 * @logo: filled on 0 only; borrows @bytes
 * @whyp: on -EBADMSG what is wrong, for people
 *
 * Return: 0, -EBADMSG.
 */
int logo_read(const uint8_t *bytes, size_t n, struct logo *logo, const char **whyp);
/* How large it is shown: never larger than it is. */
void logo_fit(const struct logo *logo, int *widthp, int *heightp);
