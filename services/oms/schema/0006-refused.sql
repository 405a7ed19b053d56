-- SPDX-License-Identifier: Apache-2.0
-- Addresses that a notice was refused at, by hashes whose key the station has: told to its next disk, which then tries none of them again.
ALTER TABLE notice ADD COLUMN refused TEXT; -- JSON, as the fact has it; NULL none
