-- SPDX-License-Identifier: Apache-2.0
-- Several channels: which one a notice goes by (`channel`, '' not planned yet), which others could take it, where it ended, by which
-- route its last copy went; and whether paper was laid for the clerk. Sets of channels: 1 email, 2 sms, 4 line, 8 line-notification,
-- 16 webhook, 32 slip, 64 paper.
ALTER TABLE notice ADD COLUMN others INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN used TEXT NOT NULL DEFAULT '';  -- "email:recipient-refused "
ALTER TABLE notice ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN paper INTEGER NOT NULL DEFAULT 0; -- 0 none, 1 owed, 2 laid
DROP INDEX notice_open;
CREATE INDEX notice_open ON notice (channel, rank, next_usec) WHERE state = 'reserved';
CREATE INDEX notice_others ON notice (channel, rank, due_usec) WHERE state = 'reserved' AND others <> 0;
CREATE INDEX notice_paper ON notice (paper) WHERE paper = 1;
-- A customer has several addresses, and each of them is withdrawn.
CREATE TABLE withdrawn_2 (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        address TEXT NOT NULL,    -- '' not known
        at_usec INTEGER NOT NULL, -- wall clock when it was said
        PRIMARY KEY (merchant, shipment, address)
) STRICT, WITHOUT ROWID;
INSERT INTO withdrawn_2 SELECT merchant, shipment, address, at_usec FROM withdrawn;
DROP TABLE withdrawn;
ALTER TABLE withdrawn_2 RENAME TO withdrawn;
CREATE INDEX withdrawn_address ON withdrawn (merchant, address) WHERE address <> '';
-- Routes of two channels may have one name.
DROP TABLE route;
CREATE TABLE route (
        channel TEXT NOT NULL,       -- "email"
        name TEXT NOT NULL,
        position INTEGER NOT NULL,   -- in the order in which they are tried
        state TEXT NOT NULL,         -- "untried", "up", "down"
        reason TEXT NOT NULL,        -- of what is down: "no-server"; '' otherwise
        since_usec INTEGER NOT NULL, -- wall clock
        PRIMARY KEY (channel, name)
) STRICT, WITHOUT ROWID;
