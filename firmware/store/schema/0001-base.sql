-- SPDX-License-Identifier: Apache-2.0
-- What every database of the project has, before its own first migration.
CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far this program has read another database's log; written in the transaction of the work that it stands for.
CREATE TABLE cursor (
        name TEXT NOT NULL PRIMARY KEY,
        log_id TEXT NOT NULL,
        position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
