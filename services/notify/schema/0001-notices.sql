-- SPDX-License-Identifier: Apache-2.0
-- What notify owes and what became of it. References only: no address, no name. Its log tells the station the outcomes.
CREATE TABLE notice (
        id TEXT NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        kind TEXT NOT NULL,
        generation INTEGER NOT NULL,
        state TEXT NOT NULL,              -- reserved, sending, accepted, failed, cancelled, expired, unknown; delivered
        boot TEXT NOT NULL,               -- of due_usec and next_usec
        due_usec INTEGER NOT NULL,        -- CLOCK_BOOTTIME when the waiting time is over
        next_usec INTEGER NOT NULL,       -- CLOCK_BOOTTIME when to look at it again
        not_before_usec INTEGER NOT NULL, -- wall clock, when the fact's clock was trusted; else 0
        wait_usec INTEGER NOT NULL,
        expires_usec INTEGER NOT NULL,    -- wall clock; 0 until a trusted clock was seen
        max_age_usec INTEGER NOT NULL,
        attempts INTEGER NOT NULL,        -- connections that got as far as naming the recipient
        unknowns INTEGER NOT NULL,        -- of them, those whose answer was never heard
        channel TEXT NOT NULL,
        reason TEXT NOT NULL,             -- a word: why it waits, or of the outcome
        correction INTEGER NOT NULL,      -- it may have gone before it was undone
        first_usec INTEGER NOT NULL,      -- wall clock of the first attempt: the Date of every copy
        first_offset INTEGER NOT NULL,
        parcels TEXT NOT NULL,            -- ids that the last copy named, each followed by a space
        told INTEGER NOT NULL,            -- the outcome is a fact of the ledger
        changed_usec INTEGER NOT NULL,    -- wall clock
        log_pos INTEGER NOT NULL          -- of the outcome in our log; 0 none
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_open ON notice (next_usec) WHERE state = 'reserved';
CREATE INDEX notice_sending ON notice (state) WHERE state = 'sending';
CREATE INDEX notice_shipment ON notice (merchant, shipment);
CREATE INDEX notice_done ON notice (changed_usec) WHERE told = 1;
