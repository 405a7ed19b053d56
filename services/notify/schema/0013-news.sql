-- SPDX-License-Identifier: Apache-2.0
-- Marketing that went, or may have gone, to each address (hashes as barred's), so that nobody gets too much of it.
CREATE TABLE news (
        notice TEXT NOT NULL,
        address TEXT NOT NULL,
        merchant TEXT NOT NULL,
        at_usec INTEGER NOT NULL, -- wall clock
        PRIMARY KEY (notice, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX news_address ON news (merchant, address, at_usec);
CREATE INDEX news_at ON news (at_usec);
-- Orders of which something was brought back: nobody is asked how they liked it.
CREATE TABLE brought_back (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        at_usec INTEGER NOT NULL,
        PRIMARY KEY (merchant, shipment)
) STRICT, WITHOUT ROWID;
