// SPDX-License-Identifier: Apache-2.0
// Who is there? For the pages that ask.
"use strict";
// Keys on the screen, for who has neither keyboard nor scanner: each types into @input.
function keys(input, characters) {
        const type = c => () => {
                input.value = c ? input.value + c : input.value.slice(0, -1);
                input.focus();
        };
        return el(characters.length === 10 ? "div.keys.digits" : "div.keys", {role: "group", "aria-label": word("keys")}, ...[...characters].map(c => el("button", {type: "button", onclick: type(c)}, c)),
                el("button", {type: "button", "aria-label": word("delete"), onclick: type("")}, "⌫"));
}
// Why nobody is in by that badge.
function refusalText(answer) {
        if (answer.status === 429)
                return word("badge_wait", {n: answer.body.wait_s});
        return word(answer.status === 401 || answer.status === 400 ? "badge_bad" : "no_answer");
}

// A badge, and the PIN of whoever has one; digits also by the cards of the sheet, for who has nothing but a scanner.
function signIn(done, refused) {
        followPerson(session.person);
        let badge = null;
        const input = el("input", {type: "text", name: "badge", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-label": word("badge"), maxlength: 48});
        const pin = el("input", {type: "password", name: "pin", inputmode: "numeric", autocomplete: "off", "aria-label": word("pin"), maxlength: 24, hidden: ""});
        const said = el("p.said", {role: "alert"}, refused || ""), title = el("h1", {}, word("sign_in")), pad = el("div.pad");
        const more = el("button.more", {type: "button", "aria-expanded": "false", onclick: () => {
                pad.replaceChildren(keys(input, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"));
                more.hidden = true;
                input.focus();
        }}, word("keys"));
        const again = text => {
                badge = null;
                input.value = pin.value = "";
                input.hidden = more.hidden = false;
                pin.hidden = true;
                title.textContent = word("sign_in");
                said.textContent = text;
                pad.replaceChildren();
                input.focus();
        };
        const askPin = text => {
                pin.value = "";
                input.hidden = more.hidden = true;
                pin.hidden = false;
                title.textContent = word("pin_wanted");
                said.textContent = text;
                pad.replaceChildren(keys(pin, "1234567890"));
                pin.focus();
        };
        // Return: is it to be sent?
        const takeCard = () => {
                const card = /OKURU-[CP]-[A-Z0-9-]+$/.exec(pin.value);
                if (!card)
                        return true;
                pin.value = pin.value.slice(0, card.index);
                const digit = /^OKURU-C-D-(\d)$/.exec(card[0]);
                if (digit)
                        pin.value += digit[1];
                else if (card[0] !== "OKURU-C-OK")
                        again("");
                return card[0] === "OKURU-C-OK";
        };
        const form = el("form.sign", {onsubmit: async e => {
                e.preventDefault();
                if (badge !== null && !takeCard())
                        return;
                const asked = badge === null ? {badge: input.value.trim()} : {badge, pin: pin.value};
                const answer = await post("/api/v1/session", asked).catch(() => ({status: 0, body: {}}));
                if (answer.status === 200) {
                        session = answer.body;
                        done();
                } else if (answer.status === 401 && answer.body.error === "pin") {
                        badge = asked.badge;
                        askPin("");
                } else if (answer.status === 401 && answer.body.error === "pin-wrong") {
                        askPin(word("pin_bad"));
                } else {
                        again(refusalText(answer));
                }
        }}, title, input, pin, said, pad, el("button", {type: "submit"}, word("enter")), more, languageButton());
        document.body.replaceChildren(el("main", {}, form));
        input.focus();
}
