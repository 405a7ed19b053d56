/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The node of yaml.h's tree, shared by its loader and its walk. Private to base. */
#include "firmware/base/yaml.h"

struct yaml {
        enum yaml_kind kind;
        bool is_plain;    /* a scalar without quotes: the only form of a number, true, false and nothing */
        int line, column; /* of the value */
        int key_line, key_column; /* of a member's key; the value's in lists */
        char *key;                /* owned; NULL in lists */
        char *text;               /* owned; NULL unless a scalar */
        struct yaml *first, *last, *next;
        size_t n_children;
        char *file; /* owned by the root, borrowed by the others */
};
