-- SPDX-License-Identifier: Apache-2.0
-- Coupons that customers used: a counter with a new disk, and those beside it, must not honour them again.
CREATE TABLE redeemed (
        n INTEGER NOT NULL PRIMARY KEY,
        merchant TEXT NOT NULL,
        offer TEXT NOT NULL,
        coupon TEXT NOT NULL,
        station INTEGER NOT NULL REFERENCES station,
        bench TEXT,
        at TEXT NOT NULL,
        UNIQUE (merchant, offer, coupon, station)
) STRICT;
INSERT OR IGNORE INTO redeemed (merchant, offer, coupon, station, bench, at)
SELECT merchant, subject, body ->> '$.data.coupon', station, body ->> '$.bench', body ->> '$.time' FROM event
WHERE type = 'offer.redeemed' AND merchant <> '' AND subject <> '' AND body ->> '$.data.coupon' <> '' AND body ->> '$.time' <> '' ORDER BY pos;
