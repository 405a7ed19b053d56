-- SPDX-License-Identifier: Apache-2.0
-- Addresses that a provider refused for good, by a keyed hash of channel and address, and whose notices that stopped.
CREATE TABLE barred (
        address TEXT NOT NULL,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        at_usec INTEGER NOT NULL, -- wall clock
        PRIMARY KEY (address, merchant, shipment)
) STRICT, WITHOUT ROWID;
CREATE INDEX barred_shipment ON barred (merchant, shipment);
