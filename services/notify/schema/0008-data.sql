-- SPDX-License-Identifier: Apache-2.0
-- What a notice says beside the shipment, as the fact that reserved it has it: a JSON object, never personal; "" nothing.
ALTER TABLE notice ADD COLUMN data TEXT NOT NULL DEFAULT '';
