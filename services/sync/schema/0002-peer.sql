-- SPDX-License-Identifier: Apache-2.0
-- How far each other station of the site has been heard. What it claimed lies in the log, as `peer:claims`, for the station.

CREATE TABLE peer (
        station TEXT NOT NULL PRIMARY KEY,
        ledger TEXT NOT NULL,
        upto INTEGER NOT NULL,
        reader TEXT NOT NULL, -- whose marks these are: our ledger, and how many kinds of claims are understood
        heard TEXT NOT NULL   -- RFC 3339
) STRICT;
