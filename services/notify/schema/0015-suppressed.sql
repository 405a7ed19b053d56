-- SPDX-License-Identifier: Apache-2.0
-- The version of the shipment's contact with which an address was refused: only a newer one lifts it, whatever the clock said. 0: any.
ALTER TABLE barred ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
