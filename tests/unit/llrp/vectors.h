/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Messages with a known meaning, and the capture of 2007 where it is there (llrp/session.bin below
 * OKURU_TEST_DATA).
 */
#include "drivers/llrp/decode.h"

/* Made by llrpjs 1.0.1, decoded by tshark 4.0.17. */
#define VECTOR_ADD_ROSPEC                                                                                    \
        "0414000000560000000100b1004c00000001000000b2001d00b300100300b5000b0001800000000000b60009010000"     \
        "0bb800b700180001000000b80009000000000000ba000700010100ed000d02000100ee00069780"
#define VECTOR_SET_READER_CONFIG                                                                             \
        "040300000032000000020000f4001900f5000700018000f5000700088000f5000700048000dc0009010000138800e2"     \
        "000580"
/* From the capture of 2007. */
#define VECTOR_CONNECTED "043f000000200000000000f600160080000c00042b1923a01bda010000060000"
/* Zebra FX9600: a report of nothing. */
#define VECTOR_EMPTY_REPORT "043d0000000a00000000"

struct vector {
        uint8_t bytes[512];
        size_t n;
};
/* Fails the test unless @hex is even and short enough. */
struct vector vector_of(const char *hex);
/* @bytes read as one message that must be right. */
struct llrp_message message_of(const uint8_t *bytes, size_t n);

/* Return: owned bytes of the capture, or NULL after the test has said what it skips. */
uint8_t *capture_read(size_t *np);
#define CAPTURE_N_MESSAGES 934
