// SPDX-License-Identifier: Apache-2.0
// One bench: the one thing to do next, what is done and left, what the last scans came to. What is shown is the station's to say.
//= words.js common.js quiet.js stage.js
"use strict";
function boxes(line) {
        if (line.quantity > 8)
                return [`${line.done}/${line.quantity}`];
        return Array.from({length: line.quantity}, (x, i) => el(i < line.done ? "i.on" : "i"));
}

// 残3, 3 left: the number is what is read from afar.
function leftText(n) {
        const [before, after] = word("left_n").split("{n}");
        return [before ? el("small", {}, before) : "", String(n), after ? el("small", {}, after.trim()) : ""];
}

function lineCard(line, isNow) {
        const isConfirm = line.check === "confirm" || line.check === "none", left = line.quantity - line.done, isDone = left <= 0;
        const label = say(line.label);
        return el("li.line" + (isDone ? ".done" : isNow ? ".now" : ""), {}, window.picture ? picture(line.picture, label, line.nth) : el("span.pic"),
                el("span.count", {}, el("span.left", {}, ...(isDone ? [mark("check")] : isConfirm ? [el("small", {}, word("confirm"))] : leftText(left))),
                        isDone || isConfirm ? "" : el("span.boxes", {}, ...boxes(line))),
                el("span.label" + (width(label) > 14 ? ".long" : ""), {}, label),
                el("span.name", {}, (line.check === "item" ? "" : word("insert") + " · ") + say(line.name) + (line.serial ? " · " + word("serial") : "")));
}

function showLines(work) {
        const lines = (work && work.parcel && work.lines) || [], isPhone = innerWidth <= 560, room = isPhone ? lines.length : 4;
        const shown = lines.slice(0, lines.length > room ? room - 1 : room);
        const cards = shown.map((line, i) => lineCard(line, i === 0 && line.done < line.quantity));
        if (shown.length < lines.length)
                cards.push(el("li.more", {}, word("more", {n: (work.n_lines || lines.length) - shown.length})));
        $(".lines").replaceChildren(...cards);
}

// The end of a code is what differs; of a badge only that it was one.
function codeText(s) {
        if (!s.scanned)
                return say(s.head);
        if (s.scanned.startsWith("OKURU-P-"))
                return word("badge");
        const code = s.scanned.replace(/^OKURU-C-/, "");
        return innerWidth >= 1100 || code.length <= 9 ? code : "…" + code.slice(-8);
}

function showScans(scans) {
        $(".scans").dataset.title = word("scans");
        $(".scans").replaceChildren(...scans.map(s => {
                const m = mark(s.light);
                m.classList.add(s.light);
                return el("li", {}, m, el("span.code", {}, codeText(s)), el("span.at", {}, clock(s.at)),
                        el("span.words", {}, `${say(s.head)} ${say(s.sub)}`));
        }));
}

function cutText(work) {
        const bay = work && (work.bays || []).find(b => work.goes && b.bay === work.goes.bay) || (work && (work.bays || []).filter(b => nextCut(b.wish)).sort((a, b) => nextCut(a.wish).s - nextCut(b.wish).s)[0]);
        const cut = bay && nextCut(bay.wish);
        return cut ? word("cut", {t: `${say((bay.wish || {}).name) || bay.bay} ${cut.t}`, a: span(cut.s)}) : "";
}

function showBar(d) {
        const work = d.work || {}, merchant = work.merchant, person = work.person;
        $(".merchant").textContent = merchant ? say(merchant.name) : "okuru";
        paint($(".merchant"), merchant);
        $(".who").textContent = person ? person.call + (person.role === "leader" ? ` ${word("leader")}` : "") : word("nobody");
        $(".where").textContent = [d.bench, work.parcel && work.parcel.pieces > 1 ? word("piece", {n: work.parcel.piece, m: work.parcel.pieces}) : "",
                work.goes && work.goes.temperature && work.goes.temperature !== "ambient" ? word(work.goes.temperature) : "", work.goes && work.goes.gift ? word("instructions_gift") : ""].filter(Boolean).join(" · ");
        $(".cut").textContent = cutText(d.work);
        $(".hint").textContent = d.devices_down.map(x => word("device_down", {n: x.name})).join(" · ");
        showOffice(d.office);
}

function show(d, first) {
        doc = d;
        if ((session.person || d.work && "person" in d.work) && followPerson(session.person || d.work.person))
                showWords(d);
        document.title = `${d.bench} okuru`;
        showShown(d, first);
        showBar(d);
        showLines(d.work);
        showScans(d.scans);
        if (d.station.scanner && window.scannerCards)
                scannerButton(scannerCards, isAtWork);
        document.body.dataset.ready = "yes";
        loadMore();
}

// ---- what need not be there for the first picture of the page: those of goods, the sounds, and the on-screen scanner ----

let isMoreAsked = false;
function loadMore() {
        if (isMoreAsked)
                return;
        isMoreAsked = true;
        document.head.append(el("script", {src: "/static/bench-more.js", onerror: e => {
                e.target.remove();
                setTimeout(() => { isMoreAsked = false; }, 2000); // with the next document
        }}));
}

// What was written in another language: the words of the buttons, and of the verdict that still stands.
function showWords(d) {
        const open = $(".open-scanner");
        soundButton.textContent = word(sound.on ? "sound_on" : "sound_off");
        $(".language").textContent = word("language");
        if (open)
                open.textContent = word("scanner");
        if (d.shown && d.n_shown === heardShown)
                showStage(say(d.shown.head), say(d.shown.sub), document.body.dataset.light, document.body.dataset.pattern);
}

$(".buttons").append(soundButton, languageButton());
showStale();
loadSession().then(() => follow(`/api/v1/live/bench/${NAME}`, "bench", show, lost)).catch(() => setTimeout(() => location.reload(), 2000));
addEventListener("resize", () => {
        if (doc) {
                showBar(doc);
                showLines(doc.work);
                showScans(doc.scans);
        }
});
setInterval(() => doc && showBar(doc), 5000); // ages grow by themselves
