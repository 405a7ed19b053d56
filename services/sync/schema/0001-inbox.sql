-- SPDX-License-Identifier: Apache-2.0
-- inbox.db, written by okuru-sync: what the OMS said, and how far it has got with what we said. Commands lie in the log
-- (type = command type, subject = the command's, data = {"id":uuid,"data":{…}}); the station tails it. See firmware/views/databases.h.

-- Personal data of a command, sealed before it touched the disk. The station takes it over with the command, under this ref.
CREATE TABLE sealed (
        ref TEXT NOT NULL PRIMARY KEY,
        box BLOB NOT NULL,
        hash TEXT NOT NULL,
        pos INTEGER NOT NULL              -- of the command in the log: both are trimmed together
) STRICT;
CREATE INDEX sealed_pos ON sealed (pos);

-- How far a stream of commands is committed here: what `taken` says.
CREATE TABLE downlink (
        source TEXT NOT NULL PRIMARY KEY,
        upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the OMS has committed one lane of our ledger: what `applied` said.
CREATE TABLE uplink (
        lane TEXT NOT NULL PRIMARY KEY,   -- fact, trace
        ledger TEXT NOT NULL,
        upto INTEGER NOT NULL,
        receiver TEXT NOT NULL,           -- which store of the OMS's; upto may go down only with a new one
        verdict TEXT NOT NULL             -- '', or forked, beyond: the station must begin a new ledger
) STRICT, WITHOUT ROWID;
