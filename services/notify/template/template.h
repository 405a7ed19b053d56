/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The words of a notice: one source of Markdown with {{fields}} and a few blocks, rendered as mail (HTML and plain text),
 * SMS, LINE message and printed slip. Parsed once, rendered many times. Pure: no file, clock or global.
 *
 * The Markdown of the template is read first, and data is put into the finished tree: what a customer's name or an article's
 * holds is never read as Markdown, as a tag, or as markup of the output. Each output has its own escaper.
 *
 * Not here: whom to tell, when, by which route; MIME and its headers.
 *
 * Source: CommonMark 0.30 by md4c 0.4.8 (measured: slow on long runs of marks in one paragraph, hence the limits below);
 * mustache(5) without lambdas, delimiters and unescaped tags. firmware/docs/guides/notices.md is the merchant's page.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "firmware/base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_SOURCE_MAX    (64 * 1024)  /* bytes of one source, and of what its partials add up to */
#define TEMPLATE_PARAGRAPH_MAX (4 * 1024)   /* bytes without an empty line between */
#define TEMPLATE_HTML_MAX      (102 * 1000) /* a longer mail is clipped by its readers */
#define TEMPLATE_FIELD_MAX     500          /* characters of one field; the rest becomes … */
#define TEMPLATE_FIELD_SHORT   80           /* the same, of HTML that would be too long otherwise */
#define TEMPLATE_SMS_MAX       670          /* UTF-16 units: what phones put together again */
#define TEMPLATE_LINE_MAX      5000         /* UTF-16 units of one text message */
#define TEMPLATE_SLIP_COLUMNS  48           /* 80 mm paper; full-width characters take two */

enum template_language { TEMPLATE_JA, TEMPLATE_EN };

enum template_output {
        TEMPLATE_SUBJECT,
        TEMPLATE_HTML,
        TEMPLATE_TEXT,
        TEMPLATE_SMS,
        TEMPLATE_LINE, /* JSON: the array of messages of a push request */
        TEMPLATE_SLIP,
};

enum {
        TEMPLATE_E_NONE = 1, /* the template has no words for this output (no "sms" in its header) */
        TEMPLATE_E_TOO_LONG, /* longer than the output takes: choose another one */
};

struct template;
struct brand;
struct logo;

struct template_part { /* a partial: {{> name}} */
        const char *name;
        const char *text;
        const char *file; /* for messages; NULL: @name */
};

struct template_source {  /* all borrowed, during the call */
        const char *file; /* for messages */
        const char *text; /* @n bytes */
        size_t n;
        enum template_language language;
        const struct template_part *parts; /* NULL none */
        size_t n_parts;
};

/**
 * template_parse() - read a source
 * @tp: set on 0 only; owned, template_free()
 * @d:  NULL, or told file, line and what is wrong
 *
 * Return: 0, -EBADMSG for what is no template, -ENOMEM.
 */
int template_parse(const struct template_source *source, struct template **tp, struct diag *d);
struct template *template_free(struct template *t); /* takes NULL, returns NULL */
DEFINE_FREEP(struct template *, template_free)

/**
 * template_check() - hold it against its kind (kinds.h): each field known, all said that must be said, a subject that states
 * the point. What passed is ready to be rendered; types of fields are bound here.
 * @d: NULL, or told file, line, the field and what is wrong
 *
 * Return: 0, -EBADMSG.
 */
int template_check(struct template *t, struct diag *d);

/* @line: from 1; @text: one sentence; both for people. */
typedef void (*template_advice_fn)(void *userdata, const char *file, int line, const char *text);
/* What would read better, of a template that passed template_check(): a subject whose point a telephone does not show, long paragraphs. */
void template_advise(const struct template *t, template_advice_fn say, void *userdata);

const char *template_kind(const struct template *t); /* borrowed */
int template_version(const struct template *t);
bool template_is_marketing(const struct template *t); /* only with consent */

struct template_view {           /* all borrowed */
        const struct json *data; /* the fields of the kind (kinds.h) */
        const struct brand *brand;
        const struct logo *logo; /* that the mail brings; NULL: the name stands in the head */
        /* What is personal, where the caller keeps it apart to wipe it: go before @data's; NULL: in @data. */
        const char *customer, *code, *contact;
        const char *cid_host; /* pictures are "cid:qr@host" and "cid:logo@host"; NULL: without the host */
        bool marketing;       /* consent: coupons are shown */
        int columns;          /* of the slip; 0: TEMPLATE_SLIP_COLUMNS */
};

/**
 * template_render() - append the words to @out
 *
 * Fields that are absent are empty, and what held nothing else vanishes with them: a line, a paragraph, a row.
 * TEMPLATE_HTML names the pictures "cid:qr" and, with a logo, "cid:logo" (qr.h, logo.h; the mail has to bring them). What held
 * personal words meanwhile is wiped, but for @out when it had to grow.
 *
 * Return: 0, TEMPLATE_E_NONE, TEMPLATE_E_TOO_LONG (@out as it was), or -ENOMEM.
 */
int template_render(const struct template *t, enum template_output output, const struct template_view *view,
        struct str *out);
/* Do its body's words say this, as kinds.h writes what must be said: "several>orders.order"? Of one that passed template_check(). */
bool template_says(const struct template *t, const char *must);
/* The text behind the first @qr of the template, "" for none; borrowed from the view. */
const char *template_qr_text(const struct template *t, const struct template_view *view);
size_t template_utf16_length(const char *text); /* in units */
/* What providers bill @text as: 160 characters of GSM 7 bit (3GPP TS 23.038) or 70 units of UTF-16 are one SMS, of several each has
 * 153 or 67. 0 for nothing. */
size_t template_sms_parts(const char *text);
