-- SPDX-License-Identifier: Apache-2.0
-- Finding a customer's order, and slowing down who guesses.

-- Beside the facts, as `sealed` is: what a contact may be found by, each as a hash under a key that the station holds. Goes with it.
CREATE TABLE pickup_lookup (
        purpose TEXT NOT NULL,            -- code, phone, name
        hash TEXT NOT NULL,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        delete_by INTEGER NOT NULL,       -- 0: with its shipment
        PRIMARY KEY (purpose, hash, merchant, shipment)
) STRICT, WITHOUT ROWID;
CREATE INDEX pickup_lookup_shipment ON pickup_lookup (merchant, shipment);
CREATE INDEX pickup_lookup_date ON pickup_lookup (delete_by) WHERE delete_by > 0;

-- Derived: a row while a counter has been asked for wrong codes and for no right one since.
CREATE TABLE counter (
        bench TEXT NOT NULL PRIMARY KEY,
        tries INTEGER NOT NULL,
        pos INTEGER NOT NULL              -- the pickup.asked
) STRICT, WITHOUT ROWID;
