// SPDX-License-Identifier: Apache-2.0
// What comes to a bench's page behind its first picture.
//= words-act.js post.js picture.js sound.js scanner.js
"use strict";
if (doc)
        showLines(doc.work); // with their pictures
// The on-screen scanner of a demonstration: what fits now.
function scannerCards() {
        const work = doc.work || {}, parcel = work.parcel;
        return [...((parcel && work.lines) || []).filter(l => l.code && l.done < l.quantity).map(l => [l.code, `${say(l.label)} ${l.code}`]),
                ...(parcel && parcel.number ? [[parcel.number, `${word("label")} …${parcel.number_end}`]] : []),
                ...["OK", "UNDO", "SHORT", "PARK", "SIGN-OUT"].map(name => [`OKURU-C-${name}`, name])];
}

const isAtWork = () => Boolean(doc.work && doc.work.parcel);
if (doc && doc.station.scanner)
        scannerButton(scannerCards, isAtWork);
