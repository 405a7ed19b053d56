/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * LLRP for people, in its own words: a message as an indented list of its parameters and fields, and a
 * reader's status in one sentence.
 */
#include "drivers/llrp/decode.h"
#include "firmware/base/str.h"

/* Ends with a line feed. What a reader or a tag wrote is shown with everything but plain ASCII escaped. */
void llrp_print(const struct llrp_message *m, struct str *out);

/**
 * llrp_status_print() - what an LLRPStatus says, and of what
 * @request: the message that it answers, whose fields it may count; NULL when unknown
 *
 * E.g. "M_ParameterError: RFTransmitter: P_FieldError: field 3 (TransmitPower): A_OutOfRange (too much)".
 */
void llrp_status_print(const struct llrp_element *status, const struct llrp_type *request, struct str *out);
