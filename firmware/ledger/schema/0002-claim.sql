-- SPDX-License-Identifier: Apache-2.0
-- What other stations of the site say that they work on, or have done (facts peer.claimed): what each said last of each thing.

CREATE TABLE claim (
        station TEXT NOT NULL,
        thing TEXT NOT NULL,              -- the parcel; where there is none, merchant and subject
        ledger TEXT NOT NULL,
        seq INTEGER NOT NULL,             -- in lane `fact` of that ledger
        kind TEXT NOT NULL,
        merchant TEXT NOT NULL,
        subject TEXT NOT NULL,
        parcel TEXT NOT NULL,
        piece INTEGER NOT NULL,
        number TEXT NOT NULL,
        bench TEXT NOT NULL,
        at_usec INTEGER NOT NULL,         -- by the other station's clock
        at_offset INTEGER NOT NULL,
        heard_usec INTEGER NOT NULL,      -- by ours
        pos INTEGER NOT NULL,             -- of the fact that said it
        PRIMARY KEY (station, thing)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_subject ON claim (merchant, subject);
CREATE UNIQUE INDEX claim_pos ON claim (pos);

-- What a scan may say that means it: as told, and in its canonical form.
CREATE TABLE claim_code (
        station TEXT NOT NULL,
        thing TEXT NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (station, thing, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_code_code ON claim_code (code);

CREATE INDEX fact_claim ON fact (pos) WHERE type = 'peer.claimed'; -- they go earlier than others
