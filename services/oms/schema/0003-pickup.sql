-- SPDX-License-Identifier: Apache-2.0
-- What stores say of parcels that customers come for. Beside `parcel`: the DC that packed one must go on knowing that it was shipped,
-- whatever the store does with it.
CREATE TABLE counter_parcel (
        parcel TEXT NOT NULL PRIMARY KEY,
        station INTEGER NOT NULL REFERENCES station,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        piece INTEGER NOT NULL,
        number TEXT,   -- what it was read by when it came
        state TEXT NOT NULL,
        shelf TEXT,
        bench TEXT,
        at TEXT NOT NULL,
        changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counter_parcel_shipment ON counter_parcel (merchant, shipment);
CREATE TABLE pickup (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        station INTEGER NOT NULL REFERENCES station,
        ready TEXT NOT NULL,
        keep_until TEXT, -- NULL: that store had no clock to trust
        partial INTEGER NOT NULL,
        paid INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        PRIMARY KEY (merchant, shipment, station)
) STRICT, WITHOUT ROWID;
