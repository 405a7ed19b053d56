// SPDX-License-Identifier: Apache-2.0
// A customer's name and contact, for a counter: for some seconds, while that customer is served, and nowhere but in these elements.
"use strict";
const PRIVATE_MS = 8000;
let privateTimer, privateOf = "";
const whose = s => `${s.merchant && s.merchant.merchant} ${s.shipment}`; // two merchants may have one number

function hideContact() {
        clearTimeout(privateTimer);
        privateOf = "";
        $(".private").replaceChildren();
        $(".private").hidden = true;
        const b = $("[data-key=contact]");
        if (b)
                b.setAttribute("aria-pressed", "false");
}

async function showContact(s) {
        const isShown = privateOf;
        hideContact();
        if (isShown)
                return;
        privateOf = whose(s);
        const answer = await post(`/api/v1/counter/${NAME}/contact`, {merchant: s.merchant.merchant, shipment: s.shipment}).catch(() => ({status: 0, body: {}}));
        if (privateOf !== whose(s) || document.hidden)
                return hideContact();
        if (answer.status !== 200) {
                hideContact();
                tell(answer.status === 401 ? word("ask_badge") : answer.status === 403 ? word("contact_none") : word("no_answer"));
                return;
        }
        $(".private").replaceChildren(...Object.entries(answer.body.contact).map(([key, text]) => el("div", {}, el("dt", {}, word("k_" + key)), el("dd", {}, text))));
        placeContact();
        $(".private").hidden = false;
        const b = $("[data-key=contact]");
        if (b)
                b.setAttribute("aria-pressed", "true");
        privateTimer = setTimeout(hideContact, PRIVATE_MS);
}
// Over what was said, and over no button.
function placeContact() {
        $(".private").style.top = `${$(".ask").getBoundingClientRect().bottom + 4}px`;
}
addEventListener("resize", placeContact);
addEventListener("blur", hideContact);
addEventListener("pagehide", hideContact);
document.addEventListener("visibilitychange", hideContact);
