-- SPDX-License-Identifier: Apache-2.0
-- The ledger, whole. Three kinds of tables: facts (append-only), derived (what the facts say now; `okuru rebuild --check` holds
-- them against a replay), and what stands beside the facts (sealed boxes, tombstones and marks of what was purged).
-- Texts are '' where there is nothing; times are microseconds since 1970 UTC, with the offset of local time in seconds beside
-- those that a person reads.

---- facts ----

CREATE TABLE fact (
        pos INTEGER NOT NULL PRIMARY KEY, -- the one local order; the newest row is never deleted, so none is used twice
        lane INTEGER NOT NULL,            -- 0 fact, 1 trace, 2 intake
        seq INTEGER NOT NULL,             -- gapless per lane when written
        id TEXT NOT NULL,                 -- UUIDv7, made once
        type TEXT NOT NULL,
        v INTEGER NOT NULL,
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        bench TEXT NOT NULL,
        actor TEXT NOT NULL,
        cause TEXT NOT NULL,
        time TEXT NOT NULL,               -- RFC 3339 with offset, milliseconds
        boot TEXT NOT NULL,
        mono INTEGER NOT NULL,            -- CLOCK_BOOTTIME, microseconds
        clock TEXT NOT NULL,              -- synced, holdover, unknown
        data TEXT NOT NULL,
        "check" INTEGER NOT NULL,         -- CRC-32C over the columns before it, see ledger.h
        UNIQUE (lane, seq)
) STRICT;
CREATE INDEX fact_subject ON fact (subject, merchant);
CREATE INDEX fact_gap ON fact (pos) WHERE type = 'ledger.gap'; -- what sync looks for when a sequence is missing

-- Counters instead of counting. The newest row of a lane is never deleted: its seq less these is how many there are.
CREATE TABLE lane (
        lane INTEGER NOT NULL PRIMARY KEY,
        gone INTEGER NOT NULL -- rows that are no longer in the file
) STRICT, WITHOUT ROWID;
INSERT INTO lane (lane, gone) VALUES (0, 0), (1, 0), (2, 0);

---- derived: shipments ----

CREATE TABLE shipment (
        merchant TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,         -- 0 while no `shipment` has come
        doc_pos INTEGER NOT NULL,         -- the intake fact whose data is the OMS's newest wish; 0 none
        label_version INTEGER NOT NULL,
        contact_version INTEGER NOT NULL,
        contact_pos INTEGER NOT NULL,     -- the intake fact; 0 none, or erased
        held INTEGER NOT NULL,
        cancelled INTEGER NOT NULL,
        unverified INTEGER NOT NULL,      -- packed before it was known
        stage TEXT NOT NULL,              -- new, packing, parked, ready, shipped, cancelled
        closed_usec INTEGER NOT NULL,     -- since when nothing more is to be done; 0 open
        PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shipment_closed ON shipment (closed_usec) WHERE closed_usec > 0;

-- A code stands here as scanned and, where it has one, in its canonical form (12 digits of a waybill, 18 of an SSCC).
CREATE TABLE open_code (
        code TEXT NOT NULL,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        PRIMARY KEY (code, merchant, shipment)
) STRICT, WITHOUT ROWID;

-- Which goods are known: from the lines of shipments, and from item.codes. GTINs on 14 digits.
CREATE TABLE line_code (
        code TEXT NOT NULL,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        line TEXT NOT NULL,
        name_ja TEXT NOT NULL,
        name_en TEXT NOT NULL,
        PRIMARY KEY (code, merchant, shipment, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
        code TEXT NOT NULL,
        merchant TEXT NOT NULL,
        units INTEGER NOT NULL,
        name_ja TEXT NOT NULL,
        name_en TEXT NOT NULL,
        PRIMARY KEY (code, merchant)
) STRICT, WITHOUT ROWID;

CREATE TABLE label (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        piece INTEGER NOT NULL,
        carrier TEXT NOT NULL,
        number TEXT NOT NULL,
        ref TEXT NOT NULL,                -- of the sealed print data; '' when the paper exists already
        PRIMARY KEY (merchant, shipment, piece)
) STRICT, WITHOUT ROWID;

---- derived: parcels ----

CREATE TABLE parcel (
        id TEXT NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        piece INTEGER NOT NULL,
        pieces INTEGER NOT NULL,
        state TEXT NOT NULL,
        bench TEXT NOT NULL,
        actor TEXT NOT NULL,
        carrier TEXT NOT NULL,
        number TEXT NOT NULL,
        printed INTEGER NOT NULL,
        prints INTEGER NOT NULL,
        bay TEXT NOT NULL,
        shelf TEXT NOT NULL,
        reason TEXT NOT NULL,
        pull_reason TEXT NOT NULL,        -- a pull task
        how TEXT NOT NULL,
        unverified INTEGER NOT NULL,
        partial INTEGER NOT NULL,
        known INTEGER NOT NULL,           -- told by a snapshot, not packed here: its contents are not known
        version INTEGER NOT NULL,
        since_usec INTEGER NOT NULL,
        since_offset INTEGER NOT NULL,
        ready_usec INTEGER NOT NULL,
        opened_pos INTEGER NOT NULL       -- order of age
) STRICT, WITHOUT ROWID;
CREATE INDEX parcel_shipment ON parcel (merchant, shipment);
CREATE INDEX parcel_living ON parcel (state, bay, ready_usec) WHERE state <> 'shipped' AND state <> 'voided';
CREATE INDEX parcel_pull ON parcel (bay) WHERE pull_reason <> '';

CREATE TABLE parcel_line (
        parcel TEXT NOT NULL,
        line TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        by_hand INTEGER NOT NULL,
        counted INTEGER NOT NULL,
        confirmed INTEGER NOT NULL,
        PRIMARY KEY (parcel, line)
) STRICT, WITHOUT ROWID;

-- One row for each serial that is in a parcel: the guard against the same unit twice.
CREATE TABLE unit (
        merchant TEXT NOT NULL,
        code TEXT NOT NULL,
        serial TEXT NOT NULL,
        shipment TEXT NOT NULL,
        parcel TEXT NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (merchant, code, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_parcel ON unit (parcel);

-- Whose is this number. A number may be given to a piece (parcel ''), stand on a parcel, or be dead for ever.
CREATE TABLE number (
        number TEXT NOT NULL,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        piece INTEGER NOT NULL,
        carrier TEXT NOT NULL,
        parcel TEXT NOT NULL,
        dead INTEGER NOT NULL,
        PRIMARY KEY (number, merchant, shipment)
) STRICT, WITHOUT ROWID;
CREATE INDEX number_shipment ON number (merchant, shipment);

CREATE TABLE block (
        merchant TEXT NOT NULL,
        carrier TEXT NOT NULL,
        block TEXT NOT NULL,
        first TEXT NOT NULL,
        last TEXT NOT NULL,
        used TEXT NOT NULL,               -- the number given out last; '' none
        pos INTEGER NOT NULL,             -- blocks are used in the order in which they came
        PRIMARY KEY (merchant, carrier, block)
) STRICT, WITHOUT ROWID;

---- derived: floor and people ----

-- The newest wish of a fleet command: policy, people, bay, snapshot.
CREATE TABLE wish (
        type TEXT NOT NULL,
        subject TEXT NOT NULL,
        version INTEGER NOT NULL,
        pos INTEGER NOT NULL,
        PRIMARY KEY (type, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE bay_collection (
        bay TEXT NOT NULL,
        minute INTEGER NOT NULL,          -- of the local day
        grace_min INTEGER NOT NULL,
        PRIMARY KEY (bay, minute)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
        person TEXT NOT NULL PRIMARY KEY,
        badge TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL,
        call TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- A row while somebody is signed in or a parcel is open there.
CREATE TABLE bench (
        name TEXT NOT NULL PRIMARY KEY,
        person TEXT NOT NULL,
        role TEXT NOT NULL,
        person_pos INTEGER NOT NULL,      -- the person.in
        parcel TEXT NOT NULL
) STRICT, WITHOUT ROWID;

---- derived: notices and conflicts ----

CREATE TABLE notice (
        id TEXT NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        kind TEXT NOT NULL,
        generation INTEGER NOT NULL,
        state TEXT NOT NULL,
        not_before_usec INTEGER NOT NULL,
        expires_usec INTEGER NOT NULL,
        pos INTEGER NOT NULL,             -- of notice.reserved, or of the snapshot that told it
        changed_pos INTEGER NOT NULL,
        channel TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        reason TEXT NOT NULL,
        correction INTEGER NOT NULL       -- may have gone before it was undone
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_shipment ON notice (merchant, shipment, kind, generation);
CREATE INDEX notice_waiting ON notice (not_before_usec) WHERE state = 'reserved';
CREATE INDEX notice_correction ON notice (changed_pos) WHERE correction = 1;

CREATE TABLE conflict (
        pos INTEGER NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        kind TEXT NOT NULL,
        parcel TEXT NOT NULL,
        text TEXT NOT NULL
) STRICT;
CREATE INDEX conflict_shipment ON conflict (merchant, shipment);

---- beside the facts ----

CREATE TABLE sealed (
        ref TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        box BLOB NOT NULL,
        hash TEXT NOT NULL,
        delete_by INTEGER NOT NULL        -- 0: with its shipment
) STRICT;
CREATE INDEX sealed_subject ON sealed (merchant, subject);
CREATE INDEX sealed_date ON sealed (delete_by) WHERE delete_by > 0;

-- What is left of a purged subject: one row for each parcel, or one without parcel for a shipment that never had one.
CREATE TABLE tombstone (
        id INTEGER NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        parcel TEXT NOT NULL,
        piece INTEGER NOT NULL,
        state TEXT NOT NULL,
        bench TEXT NOT NULL,
        at_usec INTEGER NOT NULL,
        at_offset INTEGER NOT NULL,
        known INTEGER NOT NULL            -- stays as long as the snapshot that told it
) STRICT;
CREATE INDEX tombstone_shipment ON tombstone (merchant, shipment);
CREATE INDEX tombstone_age ON tombstone (at_usec);
CREATE TABLE tombstone_alias (
        alias TEXT NOT NULL,
        kind TEXT NOT NULL,               -- code, number, dead, parcel
        tombstone INTEGER NOT NULL,
        PRIMARY KEY (alias, kind, tombstone)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_alias_of ON tombstone_alias (tombstone);
CREATE TABLE tombstone_unit (
        merchant TEXT NOT NULL,
        code TEXT NOT NULL,
        serial TEXT NOT NULL,
        tombstone INTEGER NOT NULL,
        PRIMARY KEY (merchant, code, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_unit_of ON tombstone_unit (tombstone);

-- How far purged facts had used a number block.
CREATE TABLE purged_block (
        merchant TEXT NOT NULL,
        carrier TEXT NOT NULL,
        block TEXT NOT NULL,
        used TEXT NOT NULL,
        PRIMARY KEY (merchant, carrier, block)
) STRICT, WITHOUT ROWID;
