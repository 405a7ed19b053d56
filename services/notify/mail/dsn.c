/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/dsn.h"

#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/part-text.h"
#include "services/notify/mail/server-words.h"
#include "services/notify/mail/status.h"
#include "services/notify/mail/view.h"

#define DEPTH_MAX         4   /* of multiparts: a gateway may wrap a report */
#define ADDRESSES_MAX     32  /* looked at: each costs an HMAC */
#define ADDRESS_TRIED_MAX 320 /* 64, "@", and a domain */

struct reader {
        const struct verp *verp;
        struct dsn *d;
        int tried;
        bool is_ours, is_forged, is_report;
        bool is_server; /* who wrote it is a mail server */
        bool is_other;  /* a report of another kind */
        struct view subject;
        struct str text; /* of its first part */
        int error;
};

const char *dsn_says_to_str(enum dsn_says s) {
        static const char *const names[N_DSN_SAYS] = {"delivered", "relayed", "delayed", "soft", "hard"};

        return names[s];
}

/* ---- the address by which it names its notice ---- */

static bool is_local(char c) {
        return char_is_alnum(c) || c == '.' || c == '+' || c == '-' || c == '_' || c == '=';
}

static bool is_domain(char c) {
        return char_is_alnum(c) || c == '.' || c == '-';
}

static void try_address(struct reader *r, const char *begin, size_t n) {
        char address[ADDRESS_TRIED_MAX + 1];
        int e;

        if (n > ADDRESS_TRIED_MAX || r->tried == ADDRESSES_MAX)
                return;
        r->tried++;
        memcpy(address, begin, n);
        address[n] = '\0';
        e = verp_read(r->verp, address, r->d->notice);
        r->is_ours |= e == 0;
        r->is_forged |= e == VERP_E_FORGED;
        if (e < 0)
                r->error = e;
}

static void look_for_address(struct reader *r, struct view v) {
        const char *end = v.at + v.n;

        for (const char *p = v.at; p < end && !r->is_ours; p++) {
                const char *from = p, *to = p + 1;

                if (*p != '@')
                        continue;
                while (from > v.at && is_local(from[-1]))
                        from--;
                while (to < end && is_domain(*to))
                        to++;
                try_address(r, from, (size_t) (to - from));
                p = to - 1;
        }
}

/* ---- what a server says ---- */

struct recipient { /* what the fields of one of them say */
        bool has_action;
        enum dsn_says action;
        int class, subject, detail;                /* of Status; class 0 none */
        int said_class, said_subject, said_detail; /* of what the other server said */
};

static void read_action(struct view v, struct recipient *to) {
        static const struct {
                const char *word;
                enum dsn_says says;
        } table[] = {{"failed", DSN_HARD}, {"delayed", DSN_DELAYED}, {"delivered", DSN_DELIVERED},
                {"relayed", DSN_RELAYED}, {"expanded", DSN_RELAYED}};
        size_t n = 0;

        while (n < v.n && char_is_alnum(v.at[n]))
                n++;
        v.n = n;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (view_is(v, table[i].word)) {
                        to->has_action = true;
                        to->action = table[i].says;
                }
}

/* "smtp; 550-5.1.1 no such user": the reply, and the code in it where there is one. */
static void read_diagnostic(struct view v, struct recipient *to) {
        const char *semicolon = memchr(v.at, ';', v.n);

        if (!view_begins(v, "smtp") || !semicolon)
                return;
        view_skip(&v, (size_t) (semicolon + 1 - v.at));
        view_skip_space(&v);
        if (v.n < 3 || v.at[0] < '2' || v.at[0] > '5' || !char_is_alnum(v.at[1]) || !char_is_alnum(v.at[2]))
                return;
        to->said_class = v.at[0] - '0';
        view_skip(&v, 3);
        if (v.n > 0 && (*v.at == '-' || *v.at == ' '))
                view_skip(&v, 1);
        if (status_read(v.at, v.n, &to->said_subject, &to->said_detail, NULL) != to->said_class)
                to->said_subject = to->said_detail = 0;
}

static enum dsn_says judge(const struct recipient *to) {
        bool is_vague = to->class == 0 || (to->subject == 0 && to->detail == 0);

        if (to->action != DSN_HARD)
                return to->action;
        if (is_vague && to->said_class != 0) /* Exim's 5.0.0 is also for what was tried for days */
                return status_is_hard(to->said_class, to->said_subject, to->said_detail) ? DSN_HARD
                                                                                         : DSN_SOFT;
        return status_is_hard(to->class, to->subject, to->detail) ? DSN_HARD : DSN_SOFT;
}

/* One group of fields about the mail, then one about each recipient; a server that forgets the line between is understood, too. */
static void read_report(struct reader *r, struct view body) {
        struct view name, value;

        while (body.n > 0) {
                struct recipient to = {0};

                while (view_field(&body, &name, &value)) {
                        if (view_is(name, "Action"))
                                read_action(value, &to);
                        else if (view_is(name, "Status"))
                                to.class = status_read(value.at, value.n, &to.subject, &to.detail, NULL);
                        else if (view_is(name, "Diagnostic-Code"))
                                read_diagnostic(value, &to);
                }
                if (!to.has_action)
                        continue;
                if (!r->is_report || judge(&to) < r->d->says)
                        r->d->says = judge(&to);
                r->is_report = true;
        }
}

/* ---- parts ---- */

static void read_headers(struct reader *r, struct view headers) {
        struct view name, value;

        while (view_field(&headers, &name, &value))
                if (view_is(name, "Return-Path"))
                        look_for_address(r, value);
}

static void read_entity(struct reader *r, struct view entity, int depth);

static void read_parts(struct reader *r, struct view type, struct view body, int depth) {
        char boundary[VIEW_PARAMETER_MAX + 1];
        size_t n = view_parameter(type, "boundary", boundary);
        struct view part;

        if (n == 0 || depth == DEPTH_MAX || !view_part(&body, boundary, n, &part))
                return; /* what stands before the first one is nobody's */
        while (view_part(&body, boundary, n, &part))
                read_entity(r, part, depth + 1);
}

/* To whom the mail went: the field that the sender wrote, and those in which servers note the envelope. */
static bool is_of_envelope(struct view name) {
        static const char *const names[] = {
                "To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"};

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (view_is(name, names[i]))
                        return true;
        return false;
}

static bool is_returned(struct view type) {
        return view_begins(type, "message/rfc822") || view_begins(type, "text/rfc822-headers") ||
               view_begins(type, "message/global");
}

/* Whom its address names: "Mail Delivery Subsystem <MAILER-DAEMON@…>". */
static bool is_of_server(struct view v) {
        static const char *const names[] = {"mailer-daemon", "postmaster", "mail-daemon", "maildaemon"};
        const char *at = memrchr(v.at, '@', v.n), *from = at;

        while (from && from > v.at && is_local(from[-1]))
                from--;
        for (size_t i = 0; from && i < ELEMENTSOF(names); i++)
                if (view_is((struct view){from, (size_t) (at - from)}, names[i]))
                        return true;
        return false;
}

static void read_field_of_mail(struct reader *r, struct view name, struct view value) {
        if (is_of_envelope(name))
                look_for_address(r, value);
        else if (view_is(name, "X-Failed-Recipients") || (view_is(name, "From") && is_of_server(value)))
                r->is_server = true;
        else if (view_is(name, "Subject"))
                r->subject = value;
}

/* What the sender wrote; a part that names no type is text. */
static void read_text(struct reader *r, struct view type, struct view encoding, struct view body) {
        char charset[VIEW_PARAMETER_MAX + 1], word[24] = "";
        size_t n = view_parameter(type, "charset", charset);

        if (r->text.len > 0 || (type.n > 0 && !view_begins(type, "text/")))
                return;
        charset[n] = '\0';
        while (encoding.n > 0 && char_is_space(encoding.at[encoding.n - 1]))
                encoding.n--;
        if (encoding.n < sizeof(word))
                memcpy(word, encoding.at, encoding.n);
        part_text(word, charset, body.at, body.n, &r->text);
        if (r->text.error)
                r->error = r->text.error;
}

static void read_entity(struct reader *r, struct view entity, int depth) {
        struct view name, value, type = {"", 0}, encoding = {"", 0};

        while (view_field(&entity, &name, &value)) {
                if (view_is(name, "Content-Type"))
                        type = value;
                else if (view_is(name, "Content-Transfer-Encoding"))
                        encoding = value;
                else if (depth == 0)
                        read_field_of_mail(r, name, value);
        }
        if (view_begins(type, "multipart/"))
                read_parts(r, type, entity, depth);
        else if (view_begins(type, "message/delivery-status") ||
                 view_begins(type, "message/global-delivery-status"))
                read_report(r, entity);
        else if (is_returned(type))
                read_headers(r, entity);
        else if (view_begins(type, "message/disposition-notification") ||
                 view_begins(type, "message/feedback-report"))
                r->is_other = true;
        else
                read_text(r, type, encoding, entity);
}

/* A server that made no report says it in words. */
static void judge_words(struct reader *r) {
        _cleanup_str_ struct str subject = STR_INIT;
        int e;

        if (!r->is_server || r->is_report || r->is_other || !r->is_ours)
                return;
        str_add_n(&subject, r->subject.at, r->subject.n);
        e = subject.error ? subject.error : server_words_judge(&subject, &r->text, &r->d->says);
        if (e < 0)
                r->error = e;
        r->is_report = true;
}

int dsn_read(const struct verp *verp, const char *mail, size_t n, struct dsn *d) {
        struct dsn found = {.notice = ""};
        struct reader r = {.verp = verp, .d = &found, .subject = {"", 0}};

        read_entity(&r, (struct view){mail, n}, 0);
        judge_words(&r);
        str_wipe(&r.text);
        if (r.error)
                return r.error;
        if (!r.is_ours)
                return r.is_forged ? DSN_E_FORGED : DSN_E_FOREIGN;
        *d = found;
        return r.is_report ? 0 : DSN_E_NO_REPORT;
}
