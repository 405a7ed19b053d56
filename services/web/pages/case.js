// SPDX-License-Identifier: Apache-2.0
// What a counter has in hand: a customer's case, a parcel that waits for its shelf, what was begun and not ended.
"use strict";

// ---- the case ----

const isAway = p => ["expected", "arrived", "missing"].includes(p.state);
const shelfText = list => list.length ? list.join(" ") : "–";

function day(time) {
        const d = new Date(Date.UTC(+time.slice(0, 4), time.slice(5, 7) - 1, +time.slice(8, 10)));
        const week = d.toLocaleDateString(lang, {weekday: "short", timeZone: "UTC"});
        return lang === "ja" ? `${+time.slice(5, 7)}月${+time.slice(8, 10)}日（${week}）${clock(time)}` : `${week} ${time.slice(5, 10)} ${clock(time)}`;
}

// Whole days from the day of @time to today, as the station's calendar counts them.
function daysSince(time) {
        const today = new Date(now() + clockOffset * 60000);
        return Math.floor(today / 86400e3) - Date.UTC(+time.slice(0, 4), time.slice(5, 7) - 1, +time.slice(8, 10)) / 86400e3;
}

function noticeText(n) {
        if (!n)
                return word("n_none");
        const why = n.reason ? word("r_" + n.reason) === "r_" + n.reason ? n.reason : word("r_" + n.reason) : "";
        return [word("n_" + n.state), n.at && mayResend(n) ? clock(n.at) : "", why].filter(Boolean).join(" ");
}
const isUntold = n => n && ["failed", "unknown", "expired"].includes(n.state);
const noticeMark = n => mark(!n ? "dark" : isUntold(n) ? "amber" : n.state === "accepted" || n.state === "delivered" ? "green" : "white");
const isNobodyThere = n => n && n.state === "failed" && ["bounced", "recipient-refused", "address-refused", "bad-address"].includes(n.reason);
const mayResend = n => n && !["reserved", "sending"].includes(n.state);

function row(name, ...what) {
        return el("div.row", {}, el("dt", {}, word(name)), el("dd", {}, ...what));
}

// What became of the notice. First of all where nobody got it: the customer can be asked only while they are here.
function noticeRow(s, c) {
        const n = s.notice, isNobody = isNobodyThere(n), note = el("span.note" + (isUntold(n) ? ".warn" : ""), {}, noticeMark(n), isNobody ? word("r_" + n.reason) : s.told_elsewhere && !n ? "" : noticeText(n), s.told_elsewhere ? word("told_elsewhere") : "");
        const stop = c.shipments && s === c.shipments[0] && may() ? button("opt-out", word("opt_out"), () => askStop(c)) : "";
        return row("notice", isNobody ? el("b.bad", {}, word("ask_way")) : "", note, stop);
}

function shipmentFacts(s, c) {
        const last = s.keep_until ? word("until_day", {d: day(s.keep_until)}) : word("keep_none");
        const told = noticeRow(s, c), isFirst = isNobodyThere(s.notice);
        return el("dl", {}, el("h2", {}, el("i.hue"), `${say(s.merchant && s.merchant.name)} ${named(s)}`), isFirst ? told : "",
                row("keep", el(s.overdue ? "b.bad" : "b", {}, s.overdue ? `${word("l_overdue")} ${last}` : last)),
                s.unpaid && !c.paid ? row("pay", el("b.pay", {}, word("unpaid", {n: yen(s.unpaid)}))) : row("pay", word("paid")),
                row("who_may", word(s.proxy ? "self_proxy" : "self_only")),
                row("contents", ...s.contents.map(l => el("span.item", {}, `${say(l.label)} ×${l.quantity}`))), isFirst ? "" : told);
}

// It cannot be taken back here, so it is asked once more, with what it means.
let stopOf = "";

function stopView() {
        const answer = is => () => {
                stopOf = "";
                draw();
                input.focus();
                if (is)
                        card("OPT-OUT");
        };
        return el("div.acts", {role: "group", "aria-label": word("opt_out")}, el("p.how.means", {role: "alert"}, word("opt_out_what")),
                button("opt-out-yes", word("opt_out_yes"), answer(true), ".resend"), button("opt-out-no", word("opt_out_no"), answer(false)));
}

function askStop(c) {
        stopOf = whose(c.shipments[0]);
        draw();
        $("[data-key=opt-out-no]").focus(); // one key more than Enter
}

// On the screen in the shop; pressed once more it is taken back.
async function call(shipments) {
        const end = shipments.some(s => s.called);
        for (const s of shipments.filter(x => x.ready)) {
                const answer = await post(`/api/v1/counter/${NAME}/call`, {merchant: s.merchant.merchant, shipment: s.shipment, end}).catch(() => ({status: 0}));
                if (answer.status !== 200)
                        tell(answer.status === 401 ? word("ask_badge") : answer.status === 409 ? word("call_not") : word("no_answer"));
        }
}

function caseView(c) {
        const parcels = c.shipments.flatMap(s => s.parcels).filter(p => p.state === "shelved"), left = parcels.filter(p => !p.checked);
        const away = c.shipments.flatMap(s => s.parcels).filter(isAway);
        const shelves = [...new Set((left.length ? left : parcels).map(p => p.shelf))], unpaid = c.paid ? 0 : c.shipments.reduce((n, s) => n + s.unpaid, 0);
        const proofs = c.shipments.map(s => s.proofs).reduce((a, b) => a.filter(x => b.includes(x)));
        const acts = [], isProved = c.proof !== "none" && proofs.includes(c.proof);
        if (unpaid)
                acts.push(el("p.due", {}, mark("amber"), el("b", {}, `¥${yen(unpaid)}`), word("pay_how")), button("leader", word("leader_yes"), leader));
        else if (!isProved)
                acts.push(...proofs.filter(p => p !== "code" && (p !== "proxy-code" || c.proof === "code")).map(p => button(p, word("p_" + p), () => card(`PROOF-${p.toUpperCase()}`), ".main")));
        else
                acts.push(el("p.proved", {}, mark("green"), word("p_" + c.proof)), c.proof === "code" && proofs.includes("proxy-code") ? button("proxy-code", word("p_proxy-code"), () => card("PROOF-PROXY-CODE")) : "");
        if (left.length < parcels.length && left.length && !unpaid && isProved)
                acts.push(button("ok", word("hand_some"), () => card("OK"), ".main"));
        if (may())
                acts.push(el("button", {type: "button", "data-key": "contact", "aria-pressed": String(privateOf === whose(c.shipments[0])), onclick: () => showContact(c.shipments[0])}, word("contact")));
        if (may() && session.ready_board && c.shipments.some(s => s.ready))
                acts.push(el("button", {type: "button", "data-key": "call", "aria-pressed": String(c.shipments.some(s => s.called)), onclick: () => call(c.shipments)}, word("call")));
        acts.push(button("missing", word("not_there"), () => card("MISSING")));
        if (c.shipments.some(s => mayResend(s.notice) && !s.told_elsewhere))
                acts.push(button("resend", [mark("up"), word("resend")], () => card("RESEND"), ".resend"));
        acts.push(giveUp());
        return [el("div.where", {}, el("p.label", {}, word("shelf")), el("p.shelf.n" + Math.min(4, shelves.length), {}, shelfText(shelves)),
                el("p.count", {}, el("b", {}, left.length ? word("to_go", {n: left.length}) : word("all_read")), el("span", {}, word("of_n", {n: parcels.length})), away.length ? el("span.away", {}, word("n_away", {n: away.length})) : ""),
                el("ul.pieces", {}, ...parcels.map(p => el("li" + (p.checked ? ".on" : ""), {}, p.checked ? mark("check") : el("i"), el("b", {}, p.shelf), `…${p.number_end}`)))),
                el("div.facts", {}, ...c.shipments.map(s => shipmentFacts(s, c))), stopOf === whose(c.shipments[0]) ? stopView() : el("div.acts", {}, ...acts)];
}

function handView(h) {
        const s = h.shipments[0], lying = s ? [...new Set(s.parcels.filter(p => p.state === "shelved" && p.parcel !== h.parcel).map(p => p.shelf))] : [];
        const known = [...new Set(Object.values(doc.counter.lists).flat().flatMap(r => r.shelves))].filter(Boolean).sort().slice(0, 12);
        const isExpired = s && s.parcels.some(p => p.parcel === h.parcel && p.state === "expired");
        return [isExpired ? el("div.where", {}, el("p.label", {}, named(s)), el("p.big", {}, word("l_back")))
                : el("div.where", {}, el("p.label", {}, word(lying.length ? "same_shelf" : "hand")), el("p.shelf.n" + Math.max(1, Math.min(4, lying.length)), {}, lying.length ? shelfText(lying) : "?"), el("p.count", {}, el("b", {}, word("hand_how")))),
                s ? el("div.facts", {}, shipmentFacts(s, {paid: false})) : "",
                isExpired ? el("div.acts", {}, button("restock", word("restock"), () => card("RETURN"), ".main"), giveUp()) : el("div.acts", {}, ...known.map(x => button("shelf-" + x, x, () => act(`OKURU-S-${x}`))), giveUp())];
}

// ---- what was begun ----

// Two of one name: what tells them apart is no name.
function choicesView(choices) {
        const numbers = [...new Set(choices.map(x => x.number))];
        return el("ul.choices", {"aria-label": word("choose")}, ...numbers.map(n => {
                const all = choices.filter(x => x.number === n).flatMap(x => x.shipments), parcels = all.flatMap(s => s.parcels).filter(p => p.state === "shelved");
                const since = parcels.map(p => p.since).filter(Boolean).sort()[0], away = all.flatMap(s => s.parcels).filter(isAway).length;
                return el("li", {}, button("choice-" + n, [el("b.digit", {}, String(n)), el("span.order", {}, all.map(named).join(" · "), el("small", {}, say(all[0] && all[0].merchant && all[0].merchant.name))),
                        el("span.n", {}, [since ? word("came", {t: day(since)}) : "", word("n_here", {n: parcels.length}), away ? word("n_away", {n: away}) : ""].filter(Boolean).join(" · ")),
                        el("b.shelf", {}, shelfText([...new Set(parcels.map(p => p.shelf))]))], () => card("D-" + n)));
        }));
}

function crateView(c) {
        const left = c.parcels.filter(p => p.state === "arrived"), isThere = p => ["shelved", "collected"].includes(p.state);
        return [el("div.where", {}, el("p.label", {}, `${word("crate")} …${tail(c.crate)}`), el("p.big", {}, word(left.length ? "crate_left" : "crate_done", {n: left.length})),
                el("ul.pieces", {}, ...c.parcels.map(p => el("li" + (isThere(p) ? ".on" : ""), {}, isThere(p) ? mark("check") : el("i"), el("b", {}, p.shelf || `…${p.number_end}`), named(p))))),
                el("div.acts", {}, button("ok", word("crate_empty"), () => card("OK"), ".main"), giveUp())];
}

function offerView(o) {
        return [el("div.where", {}, el("p.label", {}, `${say(o.merchant && o.merchant.name)} ${word("o_" + o.kind)}`), el("p.big", {}, say(o.headline)), el("p.terms", {}, say(o.terms)),
                el("p.count", {}, el("b", {}, o.until ? word("offer_until", {d: day(o.until)}) : word("offer_no_end")), el("span", {}, word(o.once ? "offer_once" : "offer_many")))),
                el("div.acts", {}, button("ok", word("offer_use"), () => card("OK"), ".main"), giveUp(word("offer_not")))];
}

function stepView(step, c) {
        const says = (head, sub, ...acts) => [el("div.where", {}, el("p.big", {}, head), el("p.count", {}, el("b", {}, sub))), el("div.acts", {}, ...acts, giveUp())];
        switch (step.step) {
        case "choose": return [choicesView(step.choices), el("div.acts", {}, el("p.how", {}, word("choose_how")), giveUp())];
        case "crate": return crateView(step.crate);
        case "offer": return offerView(step.offer);
        case "inspect": return says(word("inspect_what"), "", button("ok", word("good"), () => card("OK"), ".main"), button("bad", word("bad"), () => card("DAMAGED")));
        case "arrive": return says(word("arrive_what"), word("return_how"));
        case "partial": return says(word("leader_wanted"), c.declarable.length ? declareText(c.declarable[0]) : "", button("leader", word("leader_yes"), leader, ".main"));
        default: return says(word("return_what"), word("return_how"));
        }
}

const declareText = s => word("declare", {x: named(s), n: s.parcels.filter(p => p.state === "shelved").length});
const declareButton = c => c.declarable.length && (!c.step || c.step.step === "crate") ? button("declare", declareText(c.declarable[0]), () => card("SHORT"), ".declare") : "";
