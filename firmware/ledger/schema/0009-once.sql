-- SPDX-License-Identifier: Apache-2.0
-- What counts once: a till's receipt, and a coupon that another counter of the store took.

---- derived ----

-- For which orders a receipt stood. When and where is in the fact.
CREATE TABLE receipt (
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        code TEXT NOT NULL,
        pos INTEGER NOT NULL,             -- of the pickup.collected that said so first
        PRIMARY KEY (merchant, shipment, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_code ON receipt (code);
INSERT OR IGNORE INTO receipt (merchant, shipment, code, pos)
SELECT f.merchant, f.data ->> 'shipment', f.data ->> 'receipt', f.pos FROM fact f
WHERE f.type = 'pickup.collected' AND f.data ->> 'receipt' <> '' ORDER BY f.pos;

ALTER TABLE redeemed ADD COLUMN station TEXT NOT NULL DEFAULT ''; -- '' here
ALTER TABLE redeemed ADD COLUMN pos INTEGER NOT NULL DEFAULT 0;   -- of the fact that says so
UPDATE redeemed SET pos = coalesce((SELECT max(f.pos) FROM fact f WHERE f.type = 'offer.redeemed' AND f.subject = redeemed.offer
        AND f.merchant = redeemed.merchant AND f.data ->> 'coupon' = redeemed.coupon), 0);
CREATE INDEX redeemed_pos ON redeemed (pos);
