-- SPDX-License-Identifier: Apache-2.0
-- How many units of a line were read by their tags.

ALTER TABLE parcel_line ADD COLUMN by_tag INTEGER NOT NULL DEFAULT 0;
