-- SPDX-License-Identifier: Apache-2.0
-- The pickup counter: parcels that a store expects, keeps and hands over. Parcels of either kind are rows of one table, since a store
-- may pack what its own customers come for.

ALTER TABLE shipment ADD COLUMN expected_version INTEGER NOT NULL DEFAULT 0; -- of the newest `expected`; 0 none
ALTER TABLE parcel ADD COLUMN crate TEXT NOT NULL DEFAULT ''; -- in which it comes
CREATE INDEX parcel_crate ON parcel (crate) WHERE crate <> '';

-- A row for each shipment that has been ready for its customer.
CREATE TABLE pickup (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        ready_usec INTEGER NOT NULL,
        ready_offset INTEGER NOT NULL,
        keep_until_usec INTEGER NOT NULL, -- 0: no clock was to be trusted
        partial INTEGER NOT NULL,
        paid INTEGER NOT NULL,            -- at this counter
        open INTEGER NOT NULL,            -- something of it is still here
        PRIMARY KEY (merchant, shipment)
) STRICT, WITHOUT ROWID;
CREATE INDEX pickup_due ON pickup (keep_until_usec) WHERE open = 1 AND keep_until_usec > 0;
