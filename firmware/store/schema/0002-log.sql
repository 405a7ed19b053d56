-- SPDX-License-Identifier: Apache-2.0
-- An append-only log that another program tails; only where the schema asks for one. Positions are gapless from 1 and never
-- used twice: the newest row is never deleted. "check" is CRC-32C over the columns before it, since SQLite checks no pages.
CREATE TABLE log (
        pos INTEGER NOT NULL PRIMARY KEY,
        type TEXT NOT NULL,
        subject TEXT NOT NULL,
        data TEXT NOT NULL,
        "check" INTEGER NOT NULL
) STRICT;
