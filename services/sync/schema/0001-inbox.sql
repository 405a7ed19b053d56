-- SPDX-License-Identifier: Apache-2.0
-- Commands lie in the store's log (position, type, subject, data); here is what belongs to them and how far each side has got.

-- Personal data, closed to the station's key before it came here. Gone when the ledger has it.
CREATE TABLE sealed (
        ref TEXT NOT NULL PRIMARY KEY,
        box BLOB NOT NULL,
        hash TEXT NOT NULL,
        pos INTEGER NOT NULL -- of the command in the log
) STRICT;
CREATE INDEX sealed_pos ON sealed (pos);

-- How far the receiver has committed each lane of the ledger that we send from.
CREATE TABLE uplink (
        lane TEXT NOT NULL PRIMARY KEY,
        ledger TEXT NOT NULL,
        upto INTEGER NOT NULL,
        receiver TEXT NOT NULL, -- '' before the first `applied`
        verdict TEXT NOT NULL   -- '', 'forked', 'beyond': the station must begin a new ledger
) STRICT;

-- How far each stream of commands is in the log. The row written last has the highest rowid.
CREATE TABLE downlink (
        source TEXT NOT NULL PRIMARY KEY,
        upto INTEGER NOT NULL
) STRICT;

-- What a person should see of the line, e.g. "office" = "silent"; written when it changes.
CREATE TABLE line (
        name TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL,
        since TEXT NOT NULL -- RFC 3339
) STRICT;
