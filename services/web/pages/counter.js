// SPDX-License-Identifier: Apache-2.0
// A pickup counter: one box for whatever the customer shows, the shelf in huge type, what is expected, ready and overdue. The station
// decides; nothing that a stranger must not read across the counter comes here.
//= words.js words-more.js words-act.js common.js post.js sound.js stage.js sign.js scanner.js contact.js case.js
"use strict";
// A name, or the last four digits of a telephone: what no scanner reads.
const WORDS_OF_PERSON = /[^\x20-\x7e]|^\d{4}$|^\d{4} |\D \D/;
const FLASH_MS = 900, CODE = /^OKURU-/, SHELF = /^[A-Z]{1,2}-?\d{1,3}$/i;
const LISTS = ["ready", "overdue", "untold", "expected", "arrived", "incomplete", "missing", "back", "conflict"];
let list = "ready", flashTimer, isFlash = false, drawn = "", collectedAt = 0, pressed = null, asksLeader = false, seen = -1;

const may = () => session.person && ["clerk", "leader"].includes(session.person.role);
const yen = n => n.toLocaleString("ja-JP");
const tail = text => text.slice(-4);
const named = x => x.order ? word("order_end", {x: tail(x.order)}) : word("shipment_end", {x: tail(x.shipment)});

// ---- what is typed or read into the box goes the way of a scan ----

const input = el("input", {type: "text", name: "q", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "go", maxlength: 256, oninput: () => draw()});
const said = el("p.said", {role: "alert"});
const board = el("div.board", {hidden: true});

function tell(text) {
        said.textContent = text;
}

async function enter(badge) {
        const answer = await post("/api/v1/session", {badge}).catch(() => ({status: 0, body: {}}));
        input.value = "";
        if (answer.status === 200) {
                session = answer.body;
                placeholder_();
                if (may())
                        return true;
                tell(word("role_clerk"));
        } else if (answer.body.error === "pin") {
                signIn(() => location.reload());
        } else {
                tell(refusalText(answer));
        }
        return false;
}

// A badge opens the box, and does what was pressed before it was asked for.
async function badge(text) {
        const isForLeader = asksLeader;
        asksLeader = false;
        if (!await enter(text.replace(/^OKURU-P-/, "")))
                return placeholder_();
        if (isForLeader)
                return agree();
        const next = pressed;
        pressed = null;
        act(next || `OKURU-P-${text.replace(/^OKURU-P-/, "")}`);
}

// A leader says yes, and is gone again: who stands at the counter does not go on as one.
async function agree() {
        if (session.person.role !== "leader") {
                tell(word("role_bad"));
                return;
        }
        await card("OK");
        session = (await post("/api/v1/session/end", {})).body;
        placeholder_();
        tell(word("badge_again"));
        draw();
}
function leader() {
        if (session.person && session.person.role === "leader")
                return card("OK");
        asksLeader = true;
        placeholder_();
        tell(word("leader_badge"));
        input.focus();
}

async function act(code) {
        tell("");
        if (!may()) {
                pressed = code;
                tell(word("ask_badge"));
                input.focus();
                return;
        }
        const isWords = !CODE.test(code) && WORDS_OF_PERSON.test(code);
        const answer = await post(`/api/v1/counter/${NAME}/${isWords ? "find" : "scan"}`, isWords ? {text: code} : {code}).catch(() => ({status: 0, body: {}}));
        if (answer.status === 401) {
                session.person = null;
                placeholder_();
                tell(word("ask_badge"));
        } else if (answer.status !== 200) {
                tell(answer.status === 0 || answer.status >= 500 ? word("no_answer") : word("refused", {x: answer.body.text}));
        }
        input.value = "";
        draw();
        if (session.person && followPerson(session.person)) // by the person's badge
                location.reload();
}
const card = word_ => act(`OKURU-C-${word_}`);

// What is typed is looked for in the lists first: a part of a number will do. What a scanner types is nobody's part.
function matches(text) {
        const t = text.trim().toUpperCase(), lists = doc && doc.counter ? doc.counter.lists : {};
        if (t.length < 2)
                return [];
        return Object.entries(lists).flatMap(([name, rows]) => rows.map(r => ({...r, list: name})))
                .filter(r => (r.order || "").toUpperCase().includes(t) || r.shipment.toUpperCase().includes(t) || r.shelves.includes(t));
}
const isExact = (row, text) => row.order === text || row.shipment === text;

// Does it leave open what is meant? One shipment stands in two lists while a part of it is here.
function isOpen(text, rows, exact) {
        const few = exact.length ? exact : rows, n = new Set(few.map(whose)).size;
        return n > 1 || (n === 1 && !exact.length && WORDS_OF_PERSON.test(text));
}

function showRows() {
        isFlash = false;
        draw();
        const first = $(".rows [data-key]");
        first ? first.focus() : act(input.value.trim()); // a customer is being served: it is about theirs
}

function submit() {
        const text = input.value.trim(), rows = matches(text), exact = rows.filter(r => isExact(r, text)), step = doc && doc.counter && doc.counter.step;
        if (!text)
                return;
        if (!may() || asksLeader || text.startsWith("OKURU-P-"))
                badge(text);
        else if (step && step.step === "choose" && /^[1-9]$/.test(text))
                card(`D-${text}`);
        else if (CODE.test(text))
                act(text);
        else if (doc.counter && doc.counter.hand && SHELF.test(text))
                act(`OKURU-S-${text.toUpperCase()}`);
        else if (isOpen(text, rows, exact))
                showRows();
        else if (!exact.length && rows.length)
                act(rows[0].order || rows[0].shipment);
        else
                act(text);
}

function placeholder_() {
        const text = word(asksLeader ? "leader_badge" : may() ? "ask" : "ask_badge");
        input.placeholder = text;
        input.setAttribute("aria-label", text);
        leave.hidden = !session.person;
}

function keyboard() {
        const key = (label, what, name) => el("button", {type: "button", "aria-label": name || label, onclick: () => { what(); input.focus(); draw(); }}, label);
        const type = c => key(c, () => { input.value += c; });
        board.append(...[..."1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-"].map(type), key("⌫", () => { input.value = input.value.slice(0, -1); }, "backspace"));
}

const button = (key, text, what, kind = "") => el("button" + kind, {type: "button", "data-key": key, onclick: what}, ...[].concat(text));
const giveUp = text => button("undo", text || word("stop_case"), () => card("UNDO"));

// ---- the lists ----

function rowsOf(c, name) {
        return name === "untold" ? c.lists.ready.filter(r => isUntold(r.notice)) : c.lists[name] || [];
}
function countOf(c, name) {
        return name === "conflict" ? c.conflicts : name === "untold" ? rowsOf(c, name).length : c.counts[name];
}

// Until when, as somebody at the shelf wants it: today is the last day, or so many days ago it was.
function keepText(r) {
        const days = daysSince(r.keep_until);
        if (days < 0)
                return day(r.keep_until);
        return days ? word("days_over", {n: days}) : word(Date.parse(r.keep_until) > now() ? "last_today" : "over_today", {t: clock(r.keep_until)});
}
const isLastDay = r => r.keep_until && daysSince(r.keep_until) >= 0;

function rowView(r, name) {
        const isShelf = !["expected", "arrived"].includes(name), isKept = ["ready", "untold", "overdue"].includes(name) && r.keep_until;
        const more = [word("n_here", {n: r.here}), r.away ? word("n_away", {n: r.away}) : "", r.held ? word("c_parked") : ""].filter(Boolean).join(" · ");
        return el("li", {}, el("button", {type: "button", "data-key": `${r.shipment}@${name}`, onclick: () => act(r.order || r.shipment)},
                el("b.shelf" + (r.shelves.length > 1 ? ".many" : ""), {}, isShelf ? shelfText(r.shelves) : "–"), el("span.order", {}, named(r), r.unpaid ? el("span.pay", {}, `¥${yen(r.unpaid)}`) : ""), el("span.n", {}, more),
                el("span.when" + (name === "overdue" ? ".bad" : isKept && isLastDay(r) ? ".last" : ""), {}, isKept ? keepText(r) : age(r.since)),
                r.notice && ["ready", "overdue", "untold"].includes(name) ? el("span.told" + (isUntold(r.notice) ? ".warn" : ""), {}, noticeMark(r.notice), noticeText(r.notice)) : ""));
}

// Found later, by the office or another counter: no scan was wrong.
function conflictView(f) {
        return el("li.found", {}, mark("amber"), el("b.order", {}, word("conflict_row", {x: f.shipment ? word("shipment_end", {x: tail(f.shipment)}) : ""})), el("span.n", {}, `${day(f.at)} · ${word("d_conflict")}`));
}

function listsView(c) {
        const text = input.value.trim(), found = may() && !CODE.test(text) && text.length >= 2 ? matches(text) : null;
        const tabs = el("div.tabs", {role: "tablist"}, ...LISTS.filter(n => countOf(c, n) || ["ready", "expected", "overdue"].includes(n)).map(n => el("button" + (["overdue", "missing", "untold", "conflict"].includes(n) && countOf(c, n) ? ".warn" : ""),
                {type: "button", role: "tab", "aria-selected": String(!found && n === list), "data-key": "tab-" + n, onclick: () => { list = n; input.value = ""; draw(); }}, el("b", {}, String(countOf(c, n))), word("l_" + n))));
        const byPerson = found && found.length && WORDS_OF_PERSON.test(text) ? [el("li", {}, button("find", [el("span.order", {}, word("find_person", {x: text}))], () => act(text)))] : [];
        const rows = found ? [...byPerson, ...found.map(r => rowView(r, r.list))] : list === "conflict" ? c.found.map(conflictView) : rowsOf(c, list).map(r => rowView(r, list));
        const undo = now() - collectedAt < 60000 ? button("undo", word("take_back"), () => card("UNDO"), ".back") : "";
        const begin = el("div.begin", {}, button("take-back", word("begin_return"), () => card("TAKE-BACK")), button("arrive", word("begin_arrive"), () => card("ARRIVE")));
        return [tabs, el("div.now", {}, undo, declareButton(c), !found && ["overdue", "back"].includes(list) && rows.length ? el("p.how", {}, word("back_how")) : ""), el("ul.rows", {"aria-label": word(found ? "l_found" : "l_" + list)}, ...(rows.length ? rows : [el("li.none", {}, word(found ? "nothing" : "none_here"))])), begin];
}

// A red stays until the right scan; who has no scanner at hand goes on from here, and it stays in sight.
const afterView = c => [declareButton(c), button("lists", word("to_lists"), () => { seen = doc.n_shown; draw(); })];

// ---- the whole ----

function mode() {
        const c = doc && doc.counter, v = doc && doc.shown;
        if (!c || isLost || !doc.station.up || isFlash)
                return "stop";
        if (c.case)
                return "case";
        if (c.step && c.step.step !== "crate" && c.step.step !== "pay" && !(input.value && c.step.step === "choose"))
                return "step";
        if (c.hand)
                return "hand";
        if (c.step && c.step.step === "crate")
                return "step";
        return seen !== doc.n_shown && v && !v.prompt && ["red", "amber"].includes(v.light) && document.body.dataset.light === v.light && !input.value ? "stop" : "lists";
}

function draw() {
        const m = mode(), c = doc && doc.counter, text = m + stopOf + list + input.value + Boolean(may()) + isFlash + seen + doc?.n_shown + JSON.stringify(c) + (now() - collectedAt < 60000) + Math.floor(now() / 30000);
        if (text === drawn)
                return;
        drawn = text;
        if (m !== "case")
                stopOf = "";
        if (privateOf && !(m === "case" && c.case.shipments.some(s => whose(s) === privateOf)))
                hideContact();
        const key = document.activeElement && document.activeElement.dataset.key;
        document.body.dataset.mode = m;
        $(".case").hidden = !["case", "hand", "step"].includes(m);
        $(".after").hidden = m !== "stop" || isFlash || !c || isLost || !doc.station.up;
        $(".after").replaceChildren(...($(".after").hidden ? [] : afterView(c)));
        $(".lists").hidden = m !== "lists";
        $(".case").replaceChildren(...(m === "case" ? caseView(c.case) : m === "hand" ? handView(c.hand) : m === "step" ? stepView(c.step, c) : []));
        $(".lists").replaceChildren(...(m === "lists" ? listsView(c) : []));
        const merchants = (m === "case" ? c.case.shipments : []).map(s => s.merchant);
        document.querySelectorAll("i.hue").forEach((e, i) => paint(e, merchants[i]));
        const again = key && [...document.querySelectorAll("[data-key]")].find(e => e.dataset.key === key);
        if (again)
                again.focus();
}

function showBar(d) {
        const c = d.counter || {}, person = c.person;
        $(".merchant").textContent = say(c.store) || word("counter");
        $(".who").textContent = person ? `${person.call} ${word(person.role)}` : word("nobody");
        $(".where").textContent = [d.bench, c.conflicts ? word(innerWidth < 1100 ? "conflicts_short" : "conflicts", {n: c.conflicts}) : ""].filter(Boolean).join(" · ");
        $(".hint").textContent = d.devices_down.map(x => word("device_down", {n: x.name})).join(" · ");
        showOffice(d.office);
        $(".office").title = d.office.waiting ? word("waiting_here", {n: d.office.waiting}) : "";
}

function flash(v) {
        clearTimeout(flashTimer);
        isFlash = !v.prompt && v.light !== "dark";
        flashTimer = setTimeout(() => { isFlash = false; draw(); }, FLASH_MS);
        if (v.kind === "collected")
                collectedAt = now();
        if (v.kind === "undone")
                collectedAt = 0;
}

function show(d, first) {
        doc = d;
        if (!session.person && d.counter && followPerson(d.counter.person))
                location.reload();
        document.title = `${d.bench} okuru`;
        if (showShown(d, first))
                flash(d.shown);
        showBar(d);
        draw();
        if (d.station.scanner)
                scannerButton(scannerCards, () => Boolean(doc.counter && (doc.counter.case || doc.counter.hand)));
        document.body.dataset.ready = "yes";
}

// ---- the on-screen scanner of a demonstration: what fits now ----

const SHELVES = ["A-1", "A-2", "B-1", "B-2", "C-1", "C-2"], OFFERED_MAX = 8;

function caseCards(c) {
        const proofs = [...new Set(c.shipments.flatMap(s => s.proofs))].filter(p => c.proof === "none" && !p.endsWith("code"));
        const left = c.shipments.flatMap(s => s.parcels).filter(p => p.state === "shelved" && !p.checked);
        return [...c.shipments.filter(s => s.unpaid && !c.paid).slice(0, 1).map(s => [`RECEIPT-10${s.shipment.replace(/\D/g, "").slice(-9)}`, word("receipt")]), ...proofs.map(p => [`OKURU-C-PROOF-${p.toUpperCase()}`, word("p_" + p)]),
                ...left.map(p => [p.number, word("parcel_end", {x: p.number_end})]), ["OKURU-C-MISSING", word("not_there")]];
}

function scannerCards() {
        const c = doc.counter || {}, lists = c.lists || {}, rows = (...names) => names.flatMap(n => lists[n] || []);
        const over = rows("overdue", "back").flatMap(r => (r.codes || []).map(p => [p, `${word("l_back")} ${word("parcel_end", {x: tail(p)})}`]));
        const isOver = c.hand && (c.hand.shipments[0] || {parcels: []}).parcels.some(p => p.parcel === c.hand.parcel && p.state === "expired");
        const shelves = [...new Set([...rows("incomplete").flatMap(r => r.shelves), ...SHELVES])];
        const parcels = rows("arrived", "expected").flatMap(r => (r.codes || []).map(p => [p, `${word("parcel_end", {x: tail(p)})} ${named(r)}`])), orders = rows("ready").filter(r => r.order);
        return [...(isOver ? [["OKURU-C-RETURN", word("restock")]] : c.hand ? shelves.map(s => [`OKURU-S-${s}`, `${word("shelf")} ${s}`]) : c.case ? caseCards(c.case)
                : [...parcels.slice(0, OFFERED_MAX), ...orders.slice(0, OFFERED_MAX).map(r => [r.order, named(r)]), ...over.slice(0, OFFERED_MAX)]),
        ...["OK", "UNDO", "SIGN-OUT"].map(name => [`OKURU-C-${name}`, name])];
}

const leave = el("button", {type: "button", hidden: true, onclick: () => post("/api/v1/session/end", {}).finally(() => location.reload())}, word("leave"));
keyboard();
$(".ask").append(input, el("button.go", {type: "submit"}, word("go")), el("button", {type: "button", "aria-expanded": "false", onclick: e => {
        board.hidden = !board.hidden;
        document.body.dataset.keys = board.hidden ? "" : "yes";
        e.currentTarget.setAttribute("aria-expanded", String(!board.hidden));
}}, word("keys")), board, said);
$(".ask").addEventListener("submit", e => { e.preventDefault(); submit(); });
$(".buttons").append(soundButton, languageButton(), leave);

// Keyboard alone: whatever is typed goes into the box; up and down walk the rows.
addEventListener("keydown", e => {
        const rows = [...document.querySelectorAll(".rows button")], at = rows.indexOf(document.activeElement);
        if ((e.key === "ArrowDown" || e.key === "ArrowUp") && rows.length) {
                const to = e.key === "ArrowDown" ? at + 1 : at - 1;
                (to < 0 ? input : rows[Math.min(to, rows.length - 1)]).focus();
                e.preventDefault();
        } else if (e.key === "Escape") {
                hideContact();
                stopOf = input.value = "";
                input.focus();
                draw();
        } else if (e.key.length === 1 && !e.ctrlKey && !e.altKey && !e.metaKey && (document.activeElement === document.body || (document.activeElement.tagName === "BUTTON" && e.key !== " "))) {
                input.focus();
        }
});

showStale();
loadSession().then(() => {
        placeholder_();
        input.focus();
        follow(`/api/v1/live/counter/${NAME}`, "counter", show, is => lost(is) && draw());
}).catch(() => setTimeout(() => location.reload(), 2000));
setInterval(() => { if (doc) { showBar(doc); draw(); } }, 5000); // ages grow by themselves
