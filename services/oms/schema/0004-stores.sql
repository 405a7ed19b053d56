-- SPDX-License-Identifier: Apache-2.0
-- Parcels that a DC ships to a store are told to all counters of that store. Which stations these are says the config; it lies
-- here, too, so that what is owed to them is found in the transaction of the fact.
CREATE TABLE counter (
        site TEXT NOT NULL, -- the store, as a shipment's pickup names it
        place INTEGER NOT NULL, -- 0: the one that writes to the customer, unless another one had the parcels ready first
        station INTEGER NOT NULL REFERENCES station,
        PRIMARY KEY (site, place)
) STRICT, WITHOUT ROWID;
-- 1: what a counter is told of a shipment that another station packs; its own wish stands at that station.
ALTER TABLE wish ADD COLUMN for_store INTEGER NOT NULL DEFAULT 0;
CREATE INDEX wish_for_store ON wish (merchant, subject) WHERE for_store = 1;
CREATE INDEX notice_shipment ON notice (merchant, shipment);
-- What is in it, as [{line, quantity}]; NULL for one that was packed before this column came.
ALTER TABLE parcel ADD COLUMN contents TEXT;
