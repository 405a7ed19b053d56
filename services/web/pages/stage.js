// SPDX-License-Identifier: Apache-2.0
// What the screens of a bench and of a counter share: the verdict in a blink, with its sound; the way up.
"use strict";
const NAME = location.pathname.split("/")[2];
const $ = selector => document.querySelector(selector);
let doc = null, isLost = true, heardShown = -1, greenTimer;

// Full width counts two, as the station counts.
const width = text => [...text].reduce((n, c) => n + (c.codePointAt(0) > 0x2e7f ? 2 : 1), 0);

function showStage(head, sub, light, pattern) {
        document.body.dataset.light = light;
        document.body.dataset.pattern = pattern || "steady";
        $(".head").textContent = head;
        $(".head").classList.toggle("long", width(head) > 12);
        $(".sub").replaceChildren(...(light === "dark" || !sub ? [] : [mark(light)]), el("span", {}, sub));
        $(".sub").classList.toggle("long", width(sub) > 40);
}

function showVerdict(d, first) {
        const v = d.shown, isNew = !first && d.n_shown !== heardShown;
        clearTimeout(greenTimer);
        heardShown = d.n_shown;
        showStage(say(v.head), say(v.sub), v.prompt ? "dark" : v.light, v.prompt ? "steady" : v.pattern);
        if (isNew)
                v.sound === "none" ? sound.stop() : sound.play(v.sound);
        // The station shows the next thing by then; a green that outlives its moment would be taken for the next one's.
        if (v.light === "green" && !v.prompt && !v.until_acknowledged)
                greenTimer = setTimeout(() => showStage(say(v.head), say(v.sub), "dark"), 1500);
}

function showStale() {
        clearTimeout(greenTimer);
        sound.stop();
        showStage(word(doc ? "stale_head" : "wait_head"), doc ? word("stale_sub") : "", doc ? "amber" : "dark", "steady");
}

// What is to be seen now: the verdict, or that nothing is known. Return: the verdict is a new one.
function showShown(d, first) {
        const wasStale = Boolean(document.body.dataset.stale), isNew = !first && d.n_shown !== heardShown;
        if (isLost || !d.station.up) {
                document.body.dataset.stale = "yes";
                showStale();
                return false;
        }
        document.body.dataset.stale = "";
        if (!d.shown || !first && !isNew && !wasStale)
                return false;
        showVerdict(d, first || wasStale);
        return isNew;
}

// Is the line gone? Return: that is news.
function lost(is) {
        if (is === isLost)
                return false;
        isLost = is;
        if (is) {
                showStale();
                document.body.dataset.stale = "yes";
        }
        return true;
}

function showOffice(office) {
        const e = $(".office"), off = !office.up && office.known;
        const text = office.waiting && (off || office.oldest && now() - Date.parse(office.oldest) > 20000)
                ? `${word(innerWidth < 1100 ? "waiting_short" : "waiting", {n: office.waiting})} ${office.oldest ? age(office.oldest) : ""}`
                : word(office.known ? office.up ? innerWidth < 1100 ? "office_up_short" : "office_up" : "office_down" : "office_none");
        e.classList.toggle("off", off);
        e.replaceChildren(mark(off ? "cloud_off" : "up"), text);
}

const soundButton = el("button", {type: "button", onclick: () => {
        sound.toggle();
        soundButton.textContent = word(sound.on ? "sound_on" : "sound_off");
}}, word(sound.on ? "sound_on" : "sound_off"));
