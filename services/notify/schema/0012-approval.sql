-- SPDX-License-Identifier: Apache-2.0
-- 0 nobody asks for it, 1 a leader is asked, 2 given, 3 refused.
ALTER TABLE notice ADD COLUMN approval INTEGER NOT NULL DEFAULT 0;
