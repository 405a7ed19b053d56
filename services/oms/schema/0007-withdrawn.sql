-- SPDX-License-Identifier: Apache-2.0
-- Customers who said at a counter that they want to hear no more: the station's next disk must not write to them by an older yes.
CREATE TABLE withdrawn (
        station INTEGER NOT NULL REFERENCES station,
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        at TEXT NOT NULL, -- when it was said; by the time we heard of it, where nobody there knew the time
        PRIMARY KEY (station, merchant, shipment)
) STRICT, WITHOUT ROWID;
INSERT OR REPLACE INTO withdrawn (station, merchant, shipment, at)
SELECT station, merchant, subject, CASE body ->> '$.clock' WHEN 'unknown' THEN strftime('%Y-%m-%dT%H:%M:%SZ') ELSE body ->> '$.time' END FROM event
WHERE type = 'consent.changed' AND merchant <> '' AND subject <> '' AND body ->> '$.data.given' = 0 AND body ->> '$.time' <> '' ORDER BY pos;
