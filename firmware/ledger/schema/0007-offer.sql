-- SPDX-License-Identifier: Apache-2.0
-- Coupons that were redeemed at this store's counters: each once.
CREATE TABLE redeemed (
        merchant TEXT NOT NULL,
        offer TEXT NOT NULL,
        coupon TEXT NOT NULL,
        bench TEXT NOT NULL,
        at_usec INTEGER NOT NULL,
        at_offset INTEGER NOT NULL,
        PRIMARY KEY (merchant, offer, coupon)
) STRICT, WITHOUT ROWID;
