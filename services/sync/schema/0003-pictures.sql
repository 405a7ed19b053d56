-- SPDX-License-Identifier: Apache-2.0
-- Which pictures shipments name. Their bytes lie in a folder, each under its name; what is not named here any more goes.

CREATE TABLE picture (
        name TEXT NOT NULL PRIMARY KEY, -- SHA-256 of its bytes
        wanted INTEGER NOT NULL         -- rising: roughly when a shipment last named it
) STRICT, WITHOUT ROWID;
