-- SPDX-License-Identifier: Apache-2.0
-- How each way out is, for who looks at the box: written when it changes, begun anew with each start of the program.
CREATE TABLE route (
        name TEXT PRIMARY KEY,
        channel TEXT NOT NULL,       -- "email"
        position INTEGER NOT NULL,   -- in the order in which they are tried
        state TEXT NOT NULL,         -- "untried", "up", "down"
        reason TEXT NOT NULL,        -- of what is down: "no-server"; '' otherwise
        since_usec INTEGER NOT NULL  -- wall clock
) STRICT, WITHOUT ROWID;
