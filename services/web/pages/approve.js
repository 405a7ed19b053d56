// SPDX-License-Identifier: Apache-2.0
// Notices that wait for a leader's word: what each will say, and its yes and no, each asked once more.
"use strict";
const ASKED_MAX = 5; // the others come when these are decided
const askedRows = new Map(); // by notice; a row stays the same element while it is listed, so that a finger or the focus on it stays there
const asking = el("ul.asking", {hidden: ""}), askedMore = el("p.more"), judged = el("p.judged", {role: "status"});
const noticeKind = n => word("nk_" + n.kind) === "nk_" + n.kind ? n.kind : word("nk_" + n.kind);
const askedTitle = n => `${noticeKind(n)} ${n.shipment}`;

// ---- what it will say, as the office wrote it ----

const isMoment = v => typeof v === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(v);
const isText = v => v && typeof v === "object" && typeof v.ja === "string";
function plain(v) {
        if (isMoment(v))
                return `${v.slice(0, 10)} ${clock(v)}`;
        if (isText(v))
                return say(v);
        if (typeof v === "number")
                return v.toLocaleString(lang);
        return v && typeof v === "object" ? Object.values(v).map(plain).filter(Boolean).join(" · ") : typeof v === "string" ? v : "";
}
// Which language the customer reads is not known here: of a text in two both are shown.
function said(v) {
        if (isText(v))
                return [el("span", {lang: "ja"}, v.ja), v.en ? el("span", {lang: "en"}, v.en) : ""];
        return (Array.isArray(v) ? v : [v]).map(x => el("span", {}, plain(x)));
}
function says(n) {
        const rows = Object.entries(n.data || {}).filter(([, v]) => v !== null && v !== "");
        return rows.length === 0 ? el("p.says", {}, word("a_usual"))
                : el("dl.says", {}, ...rows.map(([key, v]) => el("div", {}, el("dt", {}, word("nf_" + key).replace(/^nf_/, "")), el("dd", {}, ...said(v)))));
}

// ---- until when ----

const isUrgent = n => Boolean(n.urgent_from) && now() >= Date.parse(n.urgent_from);
const isOver = n => Boolean(n.expires) && now() >= Date.parse(n.expires);
const today = () => new Date(now() + clockOffset * 60000).toISOString().slice(0, 10);
const dueClock = n => n.expires.slice(0, 10) === today() ? clock(n.expires) : `${n.expires.slice(5, 10)} ${clock(n.expires)}`;
// Told by a word and a shape, too: who is in a hurry looks for what stands out, and not everybody sees that it is red.
function mind(row, n) {
        const urgent = isUrgent(n), over = isOver(n), how = over ? "over" : urgent ? "urgent" : "";
        const until = !n.expires ? "" : over ? word("a_ended", {t: dueClock(n)}) : word("a_until", {t: dueClock(n), a: span((Date.parse(n.expires) - now()) / 1000)});
        row.until.textContent = until;
        row.age.textContent = n.since ? age(n.since) : "";
        if (row.how === how)
                return;
        row.how = how;
        row.element.className = how ? "bad" : "warn";
        row.element.firstChild.replaceWith(mark(how ? "red" : "amber"));
        row.due.textContent = how ? word("a_" + how) : "";
}
// For the top of the screen: what a leader must not walk past. Return: "" nothing is urgent.
function dueWords(d) {
        const urgent = d.lists ? d.lists.asking.filter(n => isUrgent(n) && !isOver(n)) : [];
        return urgent.length ? word("a_due", {n: urgent.length, t: dueClock(urgent[0])}) : "";
}

// ---- the words themselves ----

// As the customer's channel carries them; whose they are is not in it. Asked for when somebody wants to read.
async function read(n, box) {
        box.replaceChildren(el("p", {}, word("a_reading")));
        const answer = await fetch(`/api/v1/floor/notice/words?notice=${n.notice}`).catch(() => ({status: 0}));
        if (answer.status === 401)
                return location.reload();
        const words = answer.status === 200 ? (await answer.json()).words : undefined;
        if (!words)
                return box.replaceChildren(el("p", {}, word(words === null ? "a_no_words" : "a_unread")));
        const channel = word("ch_" + words.channel) === "ch_" + words.channel ? words.channel : word("ch_" + words.channel);
        box.replaceChildren(el("p.by", {}, channel), words.subject ? el("p.subject", {lang: words.language}, words.subject) : "", el("pre", {lang: words.language, tabindex: "0", "aria-label": word("a_words")}, words.text.trimEnd()));
}

function wording(n) {
        const box = el("div.box-words", {role: "status"});
        const all = el("details.wording", {}, el("summary", {"data-key": "a_words"}, word("a_words")), box);
        all.ontoggle = () => all.open && read(n, box);
        return all;
}

// ---- its two acts ----

const act = (key, text, what, kind = "") => el("button" + kind, {type: "button", "data-key": key, onclick: what}, text);

async function judge(row, n, approve) {
        for (const b of row.acts.querySelectorAll("button"))
                b.disabled = true;
        const answer = await post("/api/v1/floor/notice", {notice: n.notice, approve}).catch(() => ({status: 0, body: {}}));
        if (answer.status === 401)
                return location.reload();
        const verdict = (answer.body.verdicts || []).at(-1), isDone = Boolean(verdict && verdict.kind === "ok");
        if (isDone)
                row.acts.replaceChildren(mark("green"));
        judged.replaceChildren(isDone ? word(approve ? "a_yes_done" : "a_no_done", {x: askedTitle(n)}) : verdict ? `${askedTitle(n)}: ${say(verdict.sub)}`
                : answer.status === 403 ? word("refused", {x: answer.body.text || ""}) : word("a_unknown"));
        if (isDone)
                todoHead.focus(); // its row is about to go
        else
                ask(row, n, approve ? "a_yes" : "a_no");
}

// Decided it cannot be taken back: the way out has the focus, so that it takes one key more than Enter.
function confirm_(row, n, approve) {
        const key = approve ? "a_yes" : "a_no", back = () => ask(row, n, key);
        judged.replaceChildren();
        row.acts.replaceChildren(el("p.sure", {role: "alert"}, word(key + "_sure")), act(key + "_do", word(key + "_do"), () => judge(row, n, approve), approve ? ".yes" : ".no"), act("a_back", word("a_back"), back));
        row.acts.onkeydown = e => {
                if (e.key === "Escape")
                        back();
        };
        row.acts.querySelector("[data-key=a_back]").focus();
}

function ask(row, n, focus) {
        row.acts.onkeydown = null;
        row.acts.replaceChildren(act("a_yes", word("a_yes"), () => confirm_(row, n, true), ".yes"), act("a_no", word("a_no"), () => confirm_(row, n, false)));
        if (focus)
                row.acts.querySelector(`[data-key=${focus}]`).focus();
}

function askedRow(n) {
        const row = {how: "", says: JSON.stringify(n.data), age: el("span.age"), due: el("strong.due"), until: el("span.until"), acts: el("div.acts", {role: "group", "aria-label": askedTitle(n)})};
        row.element = el("li.warn", {"data-notice": n.notice}, mark("amber"), el("b", {}, word("a_title", {x: askedTitle(n)})), el("span.do", {}, row.due, row.until, el("span", {}, say(n.merchant && n.merchant.name))), row.age, says(n), wording(n), row.acts);
        ask(row, n);
        return row;
}

// While somebody reads or is about to press, what is there stays where it is, and what comes goes behind it.
const SETTLE_MS = 10000;
let touchedAt = -SETTLE_MS;
for (const kind of ["pointerdown", "pointermove", "keydown", "focusin"])
        asking.addEventListener(kind, () => { touchedAt = performance.now(); });
const isInUse = () => performance.now() - touchedAt < SETTLE_MS || asking.contains(document.activeElement) || asking.querySelector(".sure, details[open]") !== null;

// The one that expires first, first. Return: how many wait.
function showAsking(d) {
        if (!d.lists)
                return askedRows.size;
        const stays = isInUse(), isKnown = x => stays && askedRows.has(x.notice), all = d.lists.asking, n = d.lists.counts.notices_asking;
        const shown = [...all.filter(isKnown), ...all.filter(x => !isKnown(x))].slice(0, ASKED_MAX);
        for (const [id, row] of askedRows)
                if (!shown.some(x => x.notice === id && row.says === JSON.stringify(x.data))) { // nobody says yes to what it said before
                        const hadFocus = row.element.contains(document.activeElement);
                        row.element.remove();
                        askedRows.delete(id);
                        if (hadFocus)
                                todoHead.focus();
                }
        for (const x of shown) {
                if (!askedRows.has(x.notice)) {
                        askedRows.set(x.notice, askedRow(x));
                        asking.append(askedRows.get(x.notice).element);
                }
                mind(askedRows.get(x.notice), x);
        }
        if (!stays)
                shown.forEach((x, i) => {
                        const row = askedRows.get(x.notice).element;
                        if (asking.children[i] !== row)
                                asking.insertBefore(row, asking.children[i] || null);
                });
        asking.hidden = shown.length === 0;
        askedMore.textContent = n > shown.length ? word("a_more", {n: n - shown.length}) : "";
        return n;
}
