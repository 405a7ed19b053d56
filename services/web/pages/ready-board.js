// SPDX-License-Identifier: Apache-2.0
// The screen in the shop: whose order is ready, by the end of its number, in both languages beside each other. Nobody touches it: it
// begins anew by itself, and says nothing that it does not know to be so.
//= words.js words-more.js common.js
"use strict";
const $ = selector => document.querySelector(selector);
const STALE_MS = 20000, PAGE_MS = 9000, SIZES = [170, 140, 116, 96];
let board = null, heardAt = -Infinity, isLost = true, isUp = true, isOff = false, page = 0, isHeld = false, drawn = "";

const both = (key, values) => ["ja", "en"].map((l, i) => el("span", {lang: l}, WORDS[key][i].replace(/\{(\w+)\}/g, (all, name) => values[name])));
const names = n => n ? [el("span", {lang: "ja"}, n.ja || n.en || ""), n.en && n.en !== n.ja ? el("span", {lang: "en"}, n.en) : ""] : [];
const clockOf = time => time.slice(11, 16);

// ---- one order ----

function tile(r) {
        const told = [r.counter ? r.counter.toUpperCase() : "", r.merchant ? say(r.merchant) : "", r.merchant && r.since ? clockOf(r.since) : ""].filter(Boolean).join(" ");
        return el("li", {}, el("b", {}, r.tail), told ? el("small", {}, told) : "");
}

// As large as all of them fit; if they do not, page after page.
function layOut(list, rows) {
        const u = Math.max(Math.min(innerWidth, innerHeight) / 1080, .42), w = list.clientWidth, h = list.clientHeight, gap = 22 * u;
        const letters = Math.max(4, ...rows.map(r => r.tail.length)), isTold = rows.some(r => r.merchant);
        let fits;
        for (const size of SIZES) {
                const wide = size * u * (letters * .66 + .7), high = size * u * 1.16 + (isTold ? 52 * u : 0) + 26 * u;
                const columns = Math.max(1, Math.floor((w + gap) / (wide + gap))), lines = Math.max(1, Math.floor((h + gap) / (high + gap)));
                fits = {size: size * u, columns, high, n: columns * lines};
                if (fits.n >= rows.length)
                        break;
        }
        list.style.setProperty("--size", `${fits.size}px`);
        list.style.gridTemplateColumns = `repeat(${fits.columns}, minmax(0, 1fr))`;
        list.style.gridAutoRows = `${fits.high}px`;
        return fits.n;
}

function drawWaiting(rows, more) {
        const list = $(".waiting"), turn = $(".page"), left = more ? ` +${more}` : "";
        turn.hidden = true;
        turn.textContent = `99/99${left}`;
        turn.hidden = layOut(list, rows) >= rows.length;
        const n = layOut(list, rows), pages = Math.max(1, Math.ceil(rows.length / n)); // with the button there is less room
        page %= pages;
        list.replaceChildren(...rows.slice(page * n, (page + 1) * n).map(tile));
        turn.textContent = `${page + 1}/${pages}${left}`;
}

// ---- the whole ----

function state() {
        if (isOff)
                return "off";
        if (!board && isUp && isLost)
                return "wait";
        if (isLost || !isUp || !board || performance.now() - heardAt > STALE_MS)
                return "stale";
        return board.ready.length ? "ready" : "none";
}

function notice(s) {
        if (s === "ready")
                return [];
        const last = s === "stale" && board ? [el("p.last", {}, ...both("rb_last", {t: clockOf(board.as_of)}))] : [];
        return [s === "stale" ? mark("amber") : "", el("p", {}, ...both("rb_" + s)), s === "stale" ? el("p", {}, ...both("rb_ask")) : "", ...last];
}

function draw() {
        const s = state(), isTold = s === "ready" || s === "none", rows = s === "ready" ? board.ready : [];
        const text = JSON.stringify([s, isTold && {...board, as_of: clockOf(board.as_of)}, page, isHeld, innerWidth, innerHeight]);
        if (text === drawn)
                return;
        drawn = text;
        document.body.dataset.state = s;
        $(".store").replaceChildren(...names(board && board.store));
        $(".as-of").replaceChildren(...(isTold ? [el("b", {}, clockOf(board.as_of)), ...both("rb_as_of")] : []));
        const called = rows.filter(r => r.called);
        $(".called").hidden = !called.length;
        $(".called ul").replaceChildren(...called.map(tile));
        $(".hours").replaceChildren(...(board && board.hours ? both("rb_hours", {ja: board.hours.ja || "", en: board.hours.en || board.hours.ja || ""}) : []));
        $(".how").hidden = $(".hours").hidden = s === "off";
        $(".notice").replaceChildren(...notice(s));
        drawWaiting(rows.filter(r => !r.called), s === "ready" ? board.more : 0);
        document.body.dataset.ready = "yes";
}

function show(d, first) {
        const isNew = d.board && (!board || d.board.as_of !== board.as_of), isOld = first && d.board && now() - Date.parse(d.board.as_of) > STALE_MS;
        isUp = d.up;
        isOff = false;
        if (isNew && !isOld)
                heardAt = performance.now();
        if (d.board)
                board = d.board;
        draw();
}

// A browser does not say why it gets no stream: this screen may not be one.
async function askWhy() {
        const answer = await fetch("/api/v1/ready-board").catch(() => ({status: 0}));
        isOff = [401, 403, 404].includes(answer.status);
        draw();
}

function lost(is) {
        if (is && !isLost || is && !board)
                askWhy();
        isLost = is;
        draw();
}

$("h1").append(...both("rb_title"));
$(".called h2").append(...both("rb_come"));
$(".how").append(...both("rb_how"));
$(".waiting").setAttribute("aria-label", WORDS.rb_title.join(" / "));
$(".page").setAttribute("aria-label", WORDS.rb_hold.join(" / "));
$(".page").setAttribute("aria-pressed", "false");
$(".page").addEventListener("click", e => { isHeld = !isHeld; e.currentTarget.setAttribute("aria-pressed", String(isHeld)); });
document.title = WORDS.rb_title.join(" / ");
draw();
follow("/api/v1/live/ready-board", "ready-board", (d, first) => show(d, first), lost);
setInterval(draw, 1000);
setInterval(() => { if (!isHeld) { page++; draw(); } }, PAGE_MS);
addEventListener("resize", draw);
