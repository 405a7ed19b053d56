// SPDX-License-Identifier: Apache-2.0
// The scanner on the screen, where the station says that there is one: for a demonstration, never on a floor.
"use strict";

// What the address gives to read, after its #: codes, each by itself or as text=code.
const givenCards = () => decodeURIComponent(location.hash.slice(1)).split(",").filter(Boolean).map(c => c.includes("=") ? [c.slice(c.indexOf("=") + 1), c.slice(0, c.indexOf("="))] : [c, c]);

// @cards: what fits now, [code, text] each. @isAtWork: something is in hand: then these come before what the address gave.
function scannerButton(cards, isAtWork) {
        if ($(".open-scanner"))
                return;
        document.head.append(el("link", {rel: "stylesheet", href: "/static/scanner.css"}));
        $(".buttons").append(el("button.open-scanner", {type: "button", onclick: () => openScanner(cards, isAtWork)}, word("scanner")));
        if (location.hash)
                openScanner(cards, isAtWork);
}

function openScanner(cards, isAtWork) {
        if ($(".scanner"))
                return;
        const input = el("input", {type: "text", "aria-label": word("scanner"), autocomplete: "off", spellcheck: "false"}), said = el("span", {role: "alert"}), row = el("div.cards");
        const read = async code => {
                sound.wake();
                const answer = await post(`/api/v1/bench/${NAME}/scan`, {code: code.replace("|", "\u001d")}).catch(() => ({status: 0}));
                said.textContent = answer.status === 200 ? "" : answer.status ? word("scan_refused") : word("no_answer");
        };
        let shown = "";
        const fill = () => {
                const all = isAtWork() ? [...cards(), ...givenCards()] : [...givenCards(), ...cards()], text = JSON.stringify(all);
                if (text === shown) // a button that is replaced under a finger is not pressed
                        return;
                row.scrollLeft = 0;
                row.replaceChildren(...all.map(([code, name]) => el("button", {type: "button", title: code.slice(0, 40), onclick: () => read(code)}, name)));
                shown = text;
        };
        const timer = setInterval(fill, 300);
        fill();
        document.body.append(el("section.scanner", {"aria-label": word("scanner")}, el("form", {onsubmit: e => {
                e.preventDefault();
                if (input.value.trim())
                        read(input.value.trim());
                input.value = "";
        }}, input, el("button", {type: "submit"}, word("scan")), el("button", {type: "button", onclick: () => { clearInterval(timer); $(".scanner").remove(); }}, word("close"))), said, row));
        input.focus();
}
