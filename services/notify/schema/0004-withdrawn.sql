-- SPDX-License-Identifier: Apache-2.0
-- Customers who want to hear no more from a merchant, by shipment and by a keyed hash of their address.
CREATE TABLE withdrawn (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        address TEXT NOT NULL,    -- '' not known
        at_usec INTEGER NOT NULL, -- wall clock when it was said
        PRIMARY KEY (merchant, shipment)
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawn_address ON withdrawn (merchant, address) WHERE address <> '';
