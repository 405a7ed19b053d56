-- SPDX-License-Identifier: Apache-2.0
-- What a leader looks for beside codes and waybills: an order's number, a serial.

---- derived ----

CREATE TABLE shipment_order (
        number TEXT NOT NULL,             -- as the OMS writes it
        merchant TEXT NOT NULL,
        shipment TEXT NOT NULL,
        PRIMARY KEY (number, merchant, shipment)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO shipment_order (number, merchant, shipment)
SELECT e.value, s.merchant, s.id FROM shipment s JOIN fact f ON f.pos = s.doc_pos JOIN json_each(f.data, '$.orders') e
WHERE s.doc_pos > 0 AND e.type = 'text';

CREATE INDEX unit_serial ON unit (serial);
CREATE INDEX tombstone_unit_serial ON tombstone_unit (serial);
