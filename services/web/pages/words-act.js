// SPDX-License-Identifier: Apache-2.0
// The words of what is asked of the station, and of the scanner on the screen.
"use strict";
Object.assign(WORDS, {
        scan: ["読む", "Scan"], label: ["送り状", "label"], close: ["閉じる", "Close"], scan_refused: ["読取りは受け付けない", "scans are not taken here"], no_answer: ["応答なし", "no answer"],
});
