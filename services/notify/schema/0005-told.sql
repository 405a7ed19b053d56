-- SPDX-License-Identifier: Apache-2.0
-- What the last copy was made of, by reference: the words ("ja/3": language and version of the template) and the sealed contact.
ALTER TABLE notice ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN contact TEXT NOT NULL DEFAULT '';
