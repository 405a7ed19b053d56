-- SPDX-License-Identifier: Apache-2.0
-- "quotes", back\slashes and ; in a comment survive the embedding
ALTER TABLE parcel ADD COLUMN bay TEXT NOT NULL DEFAULT 'a;b\c"d';
