-- SPDX-License-Identifier: Apache-2.0
-- Where a parcel was last: a box with a new disk says it to whoever scans it again.
ALTER TABLE parcel ADD COLUMN bench TEXT;
