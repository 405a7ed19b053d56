-- SPDX-License-Identifier: Apache-2.0
-- Where each notice's mail went, by the hash of barred, for as long as its bounce may come; and how many bounces came, by a word.
CREATE TABLE mailed (
        notice TEXT NOT NULL PRIMARY KEY,
        address TEXT NOT NULL,
        at_usec INTEGER NOT NULL,             -- wall clock
        soft_usec INTEGER NOT NULL DEFAULT 0  -- wall clock when it was given back softly; 0 never
) STRICT, WITHOUT ROWID;
CREATE INDEX mailed_soft ON mailed (address) WHERE soft_usec > 0;
CREATE INDEX mailed_at ON mailed (at_usec);
CREATE TABLE bounce (
        what TEXT NOT NULL PRIMARY KEY,
        n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
