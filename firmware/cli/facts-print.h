/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One fact as a line, for a person or for a program. */
#include "firmware/views/facts.h"

struct str;

void facts_print_row(struct str *out, const struct fact_row *row);
/* All members; `data` as the object it is. */
void facts_print_json(struct str *out, const struct fact_row *row);
