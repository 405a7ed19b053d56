-- SPDX-License-Identifier: Apache-2.0
-- Webhooks whose receiver said that it wants no more, by a hash of the URL, which may hold a secret: as long as the config names it.
CREATE TABLE gone (
        url TEXT NOT NULL PRIMARY KEY,
        at_usec INTEGER NOT NULL -- wall clock when it said so
) STRICT, WITHOUT ROWID;
