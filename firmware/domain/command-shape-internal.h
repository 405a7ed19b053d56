/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Between the files that check commands: what people hand in (command-shape.c), and what only an OMS program says (command-shape-oms.c). */
#include "firmware/domain/command-shape.h"

#define WAYBILL_MAX 40 /* of a number as its carrier writes it */

/* @text: what is wrong with the member @key. Return: -EBADMSG. */
int shape_wrong(struct diag *d, const char *key, const char *text);
/* Every element of the array @key by @rules. Return: 0, -EBADMSG. */
int shape_check_each(
        const struct json *doc, const char *key, const struct json_rule *rules, size_t n, struct diag *d);

/* As command_shape_check() of "fact.refused", of both ends of a snapshot, and of "known". */
int shape_check_refused(const struct json *doc, enum command_form form, struct diag *d);
int shape_check_snapshot(const struct json *doc, enum command_form form, struct diag *d);
int shape_check_known(const struct json *doc, enum command_form form, struct diag *d);
