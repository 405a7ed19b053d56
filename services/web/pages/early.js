// SPDX-License-Identifier: Apache-2.0
// Begun before all else is there: on a thin link session and first document then come along with the scripts, whose loadSession() and
// follow() take them over.
"use strict";
window.early = {path: `/api/v1/live${location.pathname}`, heard: [], keep: e => early.heard.push(e), session: fetch("/api/v1/session")};
early.source = new EventSource(early.path);
for (const kind of ["hello", "bench", "counter"])
        early.source.addEventListener(kind, early.keep);
