/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What programs read of each other's databases: kinds and versions, and the rows that are not the ledger's own. Each database has
 * one writer; everybody else opens it through firmware/store read-only and keeps a cursor of his own.
 *
 * ledger.db (okuru-station): its tables are firmware/ledger/schema; only views reads them for others.
 *
 * inbox.db (okuru-sync). Log rows: type = command type without jp.okuru., subject = the command's, data = {"id":uuid,"data":{…}}
 * with sealed parts replaced by {ref, hash}. Table sealed(ref TEXT PRIMARY KEY, box BLOB, hash TEXT, pos INTEGER). Table
 * uplink(lane TEXT PRIMARY KEY, ledger TEXT, upto INTEGER, receiver TEXT, verdict TEXT): how far the OMS has committed; verdict ""
 * or "forked" or "beyond": the station must begin a new ledger, of which the facts above `upto` are told again. Log rows of type
 * "peer:claims" come from other stations of the site: subject = the station, data as CLAIMS_TYPE. Table peer(station TEXT PRIMARY KEY,
 * ledger TEXT, upto INTEGER, reader TEXT, heard TEXT), from version 2 on: who was heard, how far, and when last. Table
 * peer_health(station TEXT PRIMARY KEY, health TEXT), from version 4 on: how each said that it is, JSON.
 *
 * notices.db (okuru-notify). Log rows: type = fact type of the outcome ("notice.accepted"), subject = shipment, data =
 * {"merchant":…, then the members of facts.md}.
 */
#include "firmware/base/diag.h"

#include <stdbool.h>

#define LEDGER_APPLICATION_ID  0x6f6b6c31 /* "okl1"; the same as ledger.h says */
#define LEDGER_VERSION_MIN     9
#define LEDGER_VERSION_MAX     9
#define INBOX_APPLICATION_ID   0x6f6b6931 /* "oki1" */
#define INBOX_VERSION_MIN      1
#define INBOX_VERSION_MAX      4
#define NOTICES_APPLICATION_ID 0x6f6b6e31 /* "okn1" */
#define NOTICES_VERSION_MIN    1
#define NOTICES_VERSION_MAX    20
#define NOTICES_WORDS_VERSION  6 /* from here on it holds the words of notices */

enum database_kind { DATABASE_LEDGER, DATABASE_INBOX, DATABASE_NOTICES };
enum {
        DATABASE_E_NOT_YET = 1, /* not there, or not readable by us */
};
struct database_look {
        char log_id[33];
        int version; /* of its schema */
        bool of_this_machine;
};
/**
 * database_look() - can it be read, and what is it? For people who ask how a box is.
 * @out: filled on 0 only
 * @d:   NULL, or told why not
 *
 * Return: 0, DATABASE_E_NOT_YET, else as store_open_reader().
 */
int database_look(const char *path, enum database_kind kind, struct database_look *out, struct diag *d);
