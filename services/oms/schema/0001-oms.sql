-- SPDX-License-Identifier: Apache-2.0
-- What a receiver keeps. Times are microseconds since 1970 unless they came from a station: those stay as they were written.

CREATE TABLE station (
        station INTEGER NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE, -- site/station
        status TEXT, -- the last one heard, whole
        heard INTEGER NOT NULL DEFAULT 0 -- when that was
) STRICT;

-- One lane of one ledger. Every sequence up to `upto` is committed or refused for good: this is what `applied` says.
CREATE TABLE source (
        source INTEGER NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        station INTEGER NOT NULL REFERENCES station,
        ledger TEXT NOT NULL,
        lane TEXT NOT NULL,
        upto INTEGER NOT NULL,
        began INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
        pos INTEGER NOT NULL PRIMARY KEY, -- order of arrival, for those who follow
        source INTEGER NOT NULL REFERENCES source,
        sequence INTEGER NOT NULL,
        station INTEGER NOT NULL REFERENCES station,
        id TEXT NOT NULL,
        retold INTEGER NOT NULL, -- 1: this id was known already from another place; it had its effect then
        type TEXT NOT NULL,
        merchant TEXT,
        subject TEXT,
        received INTEGER NOT NULL,
        body TEXT NOT NULL, -- the message as it came
        UNIQUE (source, sequence)
) STRICT;
CREATE UNIQUE INDEX event_id ON event (station, id) WHERE retold = 0;

-- Facts that have no place in `event`: another one stands there already (forked), or it cannot be accepted (refused).
CREATE TABLE aside (
        aside INTEGER NOT NULL PRIMARY KEY,
        source INTEGER NOT NULL REFERENCES source,
        sequence INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('forked', 'refused')),
        id TEXT NOT NULL, -- '' when it could not be read
        reason TEXT NOT NULL,
        told INTEGER NOT NULL, -- 1: the station was told by fact.refused
        received INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (source, sequence, kind, id)
) STRICT;

-- Sequences that a station can no longer send, as its ledger.gap said.
CREATE TABLE gap (
        station INTEGER NOT NULL REFERENCES station,
        ledger TEXT NOT NULL,
        lane TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        received INTEGER NOT NULL,
        PRIMARY KEY (station, ledger, lane, first, last)
) STRICT, WITHOUT ROWID;

-- Two truths met: for a person. The same again only counts.
CREATE TABLE conflict (
        conflict INTEGER NOT NULL PRIMARY KEY,
        station INTEGER NOT NULL REFERENCES station,
        kind TEXT NOT NULL,
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        found INTEGER NOT NULL,
        last INTEGER NOT NULL,
        n INTEGER NOT NULL DEFAULT 1,
        UNIQUE (station, kind, merchant, subject, text)
) STRICT;

-- What the facts say about parcels, units with serials, and notices: derived, in the transaction of the fact.
CREATE TABLE parcel (
        parcel TEXT NOT NULL PRIMARY KEY,
        station INTEGER NOT NULL REFERENCES station,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        piece INTEGER NOT NULL,
        carrier TEXT,
        number TEXT,
        bay TEXT,
        state TEXT NOT NULL,
        at TEXT NOT NULL, -- the station's time of its last change
        changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX parcel_shipment ON parcel (merchant, shipment);
CREATE TABLE unit (
        merchant TEXT NOT NULL,
        code TEXT NOT NULL,
        serial TEXT NOT NULL,
        parcel TEXT NOT NULL,
        PRIMARY KEY (merchant, code, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_parcel ON unit (parcel);
CREATE TABLE notice (
        notice TEXT NOT NULL PRIMARY KEY,
        station INTEGER NOT NULL REFERENCES station,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        kind TEXT NOT NULL,
        generation INTEGER NOT NULL,
        state TEXT NOT NULL,
        at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is wished now: the newest document of each kind and subject. `station` 0 is every station.
CREATE TABLE wish (
        kind TEXT NOT NULL, -- shipment, label, contact, policy, people, bay, item.codes, label.block
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        station INTEGER NOT NULL,
        version INTEGER NOT NULL,
        open INTEGER NOT NULL, -- 0: done with; a snapshot leaves it out
        data TEXT NOT NULL, -- the command's data, whole
        changed INTEGER NOT NULL,
        PRIMARY KEY (kind, merchant, subject, station)
) STRICT, WITHOUT ROWID;
CREATE INDEX wish_station ON wish (station, open);

-- One numbered stream of commands for one box (its inbox). Streams belong to this receiver id and are dropped with it.
CREATE TABLE stream (
        stream INTEGER NOT NULL PRIMARY KEY,
        station INTEGER NOT NULL REFERENCES station,
        inbox TEXT NOT NULL,
        last INTEGER NOT NULL, -- newest sequence
        taken INTEGER NOT NULL,
        current INTEGER NOT NULL, -- 1: new commands go here
        UNIQUE (station, inbox)
) STRICT;
CREATE UNIQUE INDEX stream_current ON stream (station) WHERE current = 1;
CREATE TABLE command (
        stream INTEGER NOT NULL REFERENCES stream,
        sequence INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        time TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;
