/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One numbered message, fact or command: a CloudEvents 1.0 event in structured JSON, with our extension
 * attributes. Pure.
 *
 * Unknown types and unknown attributes are let pass: data grows by addition. What we do read is checked for
 * its shape here, so that callers may use it as it is.
 *
 * Source: CloudEvents 1.0.2, JSON event format 1.0.2, sequence extension; protocol: services/sync/contract.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "firmware/base/str.h"

#include <stdint.h>

#define ENVELOPE_TEXT_MAX     65536 /* bytes of one message */
#define ENVELOPE_SEQUENCE_MAX INT64_MAX
#define ENVELOPE_TYPE_MAX     64    /* bytes, without "jp.okuru." */
#define ENVELOPE_SUBJECT_MAX  128   /* bytes */
#define ENVELOPE_DATA_MAX     49152 /* bytes of a fact's data, checked when it is decided */
#define ENVELOPE_V_MAX        9999

struct envelope {
        const char *id;     /* UUID */
        const char *source; /* source.h; checked here to be one */
        uint64_t sequence;  /* from 1 */
        const char *type;   /* without "jp.okuru.", e.g. "parcel.shipped" */
        int v;              /* version of the data, from 1: dataschema is urn:okuru:schema:{type}:{v} */
        const char *time;   /* RFC 3339 */
        /* From here on NULL (0) when absent; writing takes "" for absent too. */
        const char *subject;
        const char *merchant, *bench; /* names */
        const char *actor;            /* opaque person id */
        const char *cause;            /* id of the command or fact that led to it */
        const char *boot;             /* boot id */
        const char *inbox;            /* commands: the inbox that it is for */
        uint64_t mono_usec;           /* CLOCK_BOOTTIME there */
        const char *clock;            /* "synced", "holdover", "unknown" */
        /* The payload: writing takes @data_text when it is not NULL, else @data. Reading sets @data, never
         * NULL. */
        const struct json *data; /* an object */
        const char *data_text;   /* text that is known to be a JSON object */

        struct json *root; /* owned; what was read, and all the texts above with it */
};
void envelope_deinit(struct envelope *e); /* twice is harmless; what the caller filled in is not freed */
#define _cleanup_envelope_ _cleanup_(envelope_deinit)

/**
 * envelope_write() - append the JSON text
 *
 * Return: 0, -EMSGSIZE when the text is larger than ENVELOPE_TEXT_MAX, -EINVAL when a required member is
 * missing or a member could not be read again, -ENOMEM.
 */
int envelope_write(const struct envelope *e, struct str *out);

/**
 * envelope_read() - parse and check one message
 * @text: @n bytes, as they came
 * @e: filled on 0 only; envelope_deinit()
 * @d: NULL, or told which attribute is wrong and how; quotes nothing of the content
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int envelope_read(const char *text, size_t n, struct envelope *e, struct diag *d);
