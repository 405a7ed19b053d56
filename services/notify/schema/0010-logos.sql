-- SPDX-License-Identifier: Apache-2.0
-- Pictures that stand in the head of a mail; merchant '': of those without one of their own.
CREATE TABLE logo (
        merchant TEXT NOT NULL PRIMARY KEY,
        hash TEXT NOT NULL, -- SHA-256 of bytes
        bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
