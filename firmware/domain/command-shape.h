/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The shapes and limits of command documents, in one place for all who look at them: the OMS before it makes a command of what
 * people hand in, the station before it acts on one, and the command line where it reads the same files. Pure.
 *
 * `shipment` and `policy` are read whole by shipment_read() and policy_init(), which are their shapes.
 *
 * Source: services/sync/contract/schema/command; tests/integration/test_contract.py holds both against each other.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"

enum command_form {
        COMMAND_HANDED_IN, /* by people: no version yet, personal data in clear */
        COMMAND_RECEIVED, /* at the station: with its version; contact and print are sealed, {ref, hash} stands for them */
};

/**
 * command_shape_check() - is this the data of such a command
 * @type: "label", "label.block", "contact", "contact.erase", "people", "bay", "item.codes", "expected", "fact.refused", "snapshot.begin",
 *        "snapshot.end" or "notice", "offer", "keys" or "known"
 * @d: names the first member that is wrong
 *
 * Return: 0; -EBADMSG; -EINVAL for another type.
 */
int command_shape_check(const char *type, const struct json *doc, enum command_form form, struct diag *d);
