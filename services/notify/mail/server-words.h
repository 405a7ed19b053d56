/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a mail server says of a mail in words alone, as those do that write no report (dsn.h): qmail, old sendmail, gateways of carriers.
 * Pure.
 *
 * An enhanced code ("550 5.1.1", "(#5.1.1)") decides, of several the mildest. Without one, words do, a list of those that are common: it goes
 * on trying, or something is full or forbidden, or there is no such address, in this order. A reply code alone says nothing:
 * block lists say 550, too. Words that nobody knows are a failure that bars nothing by itself: never hard.
 *
 * What it returns of our mail is not looked at: that holds our words.
 *
 * Source: qmail 1.03, qmail-send.c and qmail-remote.c (D. J. Bernstein, "The qmail-send Bounce Message Format"); sendmail 8, savemail.c; RFC
 * 3463. Of Japanese carriers: words as they are quoted by their support pages.
 */
#include "services/notify/mail/dsn.h"

/* @subject, @text: UTF-8, any bytes. @saysp: set on 0: DSN_DELAYED, DSN_SOFT or DSN_HARD. Return: 0, -ENOMEM. */
int server_words_judge(const struct str *subject, const struct str *text, enum dsn_says *saysp);
