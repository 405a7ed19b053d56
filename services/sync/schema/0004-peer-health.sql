-- SPDX-License-Identifier: Apache-2.0
-- How each other station of the site said that it is, for the leader's screen.

CREATE TABLE peer_health (
        station TEXT NOT NULL PRIMARY KEY,
        health TEXT NOT NULL -- JSON, as peer_health_copy() wrote it
) STRICT, WITHOUT ROWID;
