// SPDX-License-Identifier: Apache-2.0
// The leader's floor: how the station is, what is to do and how, cut-offs, benches, what was done, and one box to find things.
//= words.js words-more.js words-act.js words-approve.js common.js post.js sign.js approve.js
"use strict";
let doc = null, isLost = false;

const SHOWN_MAX = 40;
function task(kind, title, todo, since, light) {
        return {kind, title, todo, since, light};
}
const box = p => `${p.shipment} ${p.piece}/${p.pieces}`;

const bayName = (lists, bay) => say(((lists.bays.find(b => b.bay === bay) || {}).wish || {}).name) || bay;

// The other stations of the site, by what they last said of themselves: the worst of it in a word. One that is not heard for a month is gone for good.
function others(d) {
        return (d.stations || []).filter(s => now() - Date.parse(s.heard) < 30 * 86400e3).map(s => {
                const h = s.health || {}, is = (light, text) => ({...s, light, text, h});
                if (!s.now)
                        return is("red", word("not_heard"));
                if (h.storage === "away" || h.storage === "stuck")
                        return is("red", word(h.storage === "away" ? "station_away" : "stuck_storage"));
                if (h.ill)
                        return is("red", word("n_ill", {n: h.ill}));
                if (h.down)
                        return is("amber", word("n_down", {n: h.down}));
                if (h.stopped)
                        return is("amber", word("s_room"));
                if (h.storage === "slow" || h.clock && h.clock !== "synced")
                        return is("amber", word(h.storage === "slow" ? "slow" : "t_clock"));
                if (h.silent || h.oldest_s > 60)
                        return is("amber", word("office_down"));
                return is("green", word("station_ok"));
        });
}

// Most urgent first: what makes a shipment go wrong, then what stands still, then what can wait.
function tasks(d) {
        const l = d.lists || {}, out = [];
        for (const p of l.pull || [])
                out.push(task("bad", word("t_pull", {x: `${p.carrier} …${p.number.slice(-4)}`}), word("d_pull", {bay: bayName(l, p.bay)}), p.since, "red"));
        for (const c of l.conflicts || [])
                out.push(task("bad", word("t_conflict", {x: c.shipment}), `${word("d_conflict")} (${c.kind})`, c.at, "red"));
        for (const x of d.devices_down)
                out.push(task("bad", word("t_device", {x: `${x.bench} ${x.name}`}), `${word("d_device")} (${x.reason || ""})`, null, "red"));
        for (const i of d.ill || [])
                out.push(task("bad", word("t_ill", {x: i.part}), `${word("d_ill")}: ${i.text}`, i.since, "red"));
        for (const s of others(d))
                if (s.light === "red")
                        out.push(task("bad", word("t_station", {x: s.station}), s.now ? `${s.text}: ${word("d_ill")}` : word("d_station"), s.now ? null : s.heard, "red"));
        if (d.damaged)
                out.push(task("bad", word("t_damaged"), word("d_ill"), null, "red"));
        if (d.clock && !d.clock.trusted)
                out.push(task("warn", word("t_clock"), word("d_clock"), d.clock.since, "amber"));
        for (const n of l.corrections || [])
                out.push(task("bad", word("t_correction", {x: n.shipment}), word("d_correction"), null, "red"));
        for (const n of l.notices || [])
                out.push(task("warn", word("t_notice", {x: n.shipment}), `${word("d_notice")} (${n.state}${n.reason ? ": " + n.reason : ""})`, null, "amber"));
        for (const p of l.pulled || [])
                out.push(task("warn", word("t_pulled", {x: box(p)}), word("d_pulled"), p.since, "amber"));
        for (const p of l.parked || [])
                out.push(task("warn", word("t_parked", {x: box(p)}), `${word("d_parked")} (${[p.shelf, p.reason].filter(Boolean).join(", ")})`, p.since, "amber"));
        for (const p of l.stuck || [])
                out.push(task("info", word("t_stuck", {x: box(p)}), word("d_stuck", {bench: p.bench}), p.since, "white"));
        return out;
}

// The list stays where it is while what stands in it changes: somebody may be about to press. What makes a shipment go wrong stands before the notices, the rest after.
const todoHead = el("h2", {tabindex: "-1"}), urgent = el("ul"), rest = el("ul"), fine = el("p.fine", {}, mark("green"), word("all_fine"));
const todoBox = el("section.box.todo", {}, todoHead, judged, urgent, asking, askedMore, rest, fine);

function showTodo(d) {
        const all = tasks(d), shown = all.slice(0, SHOWN_MAX), n = all.length + showAsking(d);
        const row = t => el("li." + t.kind, {}, mark(t.light), el("b", {}, t.title), el("span.do", {}, t.todo), el("span.age", {}, t.since ? age(t.since) : ""));
        todoHead.replaceChildren(word("todo"), el("small", {}, n ? String(n) : ""));
        urgent.replaceChildren(...shown.filter(t => t.light === "red").map(row));
        rest.replaceChildren(...shown.filter(t => t.light !== "red").map(row));
        for (const list of [urgent, rest])
                list.hidden = !list.firstChild;
        fine.hidden = n > 0;
}

function state(kind, shape, text) {
        return el("span.state." + kind, {role: "status"}, mark(shape), text);
}

function topBar(d) {
        const s = d.station, o = d.office, states = [];
        if (isLost || !s.up)
                states.push(state("bad", "red", word("station_away")));
        else if (s.storage !== "fine")
                states.push(state("bad", "red", word(s.storage === "stuck" ? "stuck_storage" : "slow")));
        else
                states.push(state("good", "green", word("station_ok")));
        states.push(o.up ? state("good", "up", word("office_up")) : state("warn", "cloud_off", `${word(o.known ? "office_down" : "office_none")}${o.since && o.known ? " " + age(o.since) : ""}`));
        const due = isLost ? "" : dueWords(d);
        if (due)
                states.unshift(state("bad", "red", due));
        if (o.waiting && o.oldest && now() - Date.parse(o.oldest) > 5000)
                states.push(state("warn", "up", `${word("waiting", {n: o.waiting})} ${age(o.oldest)}`));
        return [el("h1", {}, `${s.site}/${s.station}`), ...states];
}

function tiles(d) {
        const c = (d.lists || {}).counts || {};
        const tile = (key, n, kind) => el("li" + (n && kind ? "." + kind : ""), {}, el("b", {}, n === undefined ? "–" : String(n)), el("span", {}, word("c_" + key)));
        return el("ul.tiles", {}, tile("open", c.open), tile("ready", c.ready), tile("pull", c.pull, "bad"), tile("parked", c.parked, "warn"), tile("notices", c.notices_waiting), tile("conflicts", c.conflicts, "bad"));
}

function bayBox(d) {
        const bays = ((d.lists || {}).bays || []).map(b => ({...b, cut: nextCut(b.wish)})).sort((a, b) => (a.cut ? a.cut.s : 1e9) - (b.cut ? b.cut.s : 1e9));
        return el("section.box.bays", {}, el("h2", {}, word("bays")), el("ul", {}, ...bays.map(b => el("li", {},
                el("b", {}, say((b.wish || {}).name) || b.bay),
                el("span" + (b.cut && b.cut.s < 1800 ? ".soon" : ""), {}, b.cut ? word("next_cut", {t: b.cut.t, a: span(b.cut.s)}) : (b.wish || {}).collections && b.wish.collections.length ? word("no_cut") : ""),
                el("span", {}, word("n_ready", {n: b.ready}), b.pull ? el("span.pull", {}, ` ${word("c_pull")} ${b.pull}`) : "")))));
}

function benchBox(d) {
        const people = Object.fromEntries(((d.lists || {}).people || []).map(p => [p.bench, p]));
        return el("section.box.benches", {}, el("h2", {}, word("people")), el("ul", {}, ...d.benches.map(b => {
                const v = b.shown || {head: {ja: "", en: ""}, light: "dark"}, p = people[b.bench];
                const light = v.prompt ? "dark" : v.light;
                return el("li", {}, el("a." + light, {href: `/bench/${b.bench}`}, mark(light), el("b", {}, `${b.bench} ${p && p.call || ""}`), el("span.says", {}, say(v.head))));
        })));
}

function stationBox(d) {
        const all = others(d);
        return all.length === 0 ? "" : el("section.box.stations", {}, el("h2", {}, word("stations")), el("ul", {}, ...all.map(s => el("li." + s.light, {}, mark(s.light),
                el("b", {}, s.station), el("span", {}, s.text, !s.now ? ` ${age(s.heard)}` : ""),
                el("span.waits", {}, s.h.waiting ? `${word("waiting", {n: s.h.waiting})}${s.h.oldest_s ? " " + span(s.h.oldest_s) : ""}` : "")))));
}

// Bars: boxes ready in each quarter of an hour. Line: how many items were right at the first scan.
function chart(d) {
        const t = d.tally, most = Math.max(4, ...t.map(s => s.ready)), W = 640, H = 150, left = 30, bottom = 20, top = 8;
        const x = i => left + i * (W - left - 42) / t.length, w = (W - left - 42) / t.length - 3, y = n => top + (H - top - bottom) * (1 - n / most), rates = t.filter(s => s.right + s.wrong).map(s => s.right / (s.right + s.wrong)), least = Math.min(.8, Math.floor(Math.min(1, ...rates) * 5) / 5),
                yr = r => top + (H - top - bottom) * (1 - (r - least) / (1 - least));
        const out = svg("svg", {viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${word("ready_boxes")}: ${t.map(s => s.ready).join(", ")}`});
        for (const n of [0, Math.round(most / 2), most])
                out.append(svg("line", {class: "axis", x1: left, x2: W - 42, y1: y(n), y2: y(n)}), svg("text", {x: left - 6, y: y(n) + 4, "text-anchor": "end"}, String(n)));
        for (const r of [least, (1 + least) / 2, 1])
                out.append(svg("text", {x: W - 38, y: yr(r) + 4}, `${Math.round(r * 100)}%`));
        t.forEach((s, i) => {
                out.append(svg("rect", {class: "bar", x: x(i), y: y(s.ready), width: w, height: y(0) - y(s.ready)}));
                if (s.from.slice(14, 16) === "00" && i % 4 === t.findIndex(q => q.from.slice(14, 16) === "00") % 4)
                        out.append(svg("text", {x: x(i) + w / 2, y: H - 4, "text-anchor": "middle"}, clock(s.from)));
        });
        const rated = t.map((s, i) => ({i, n: s.right + s.wrong, r: s.right / (s.right + s.wrong)})).filter(s => s.n > 0);
        const points = rated.map(s => `${x(s.i) + w / 2},${yr(s.r)}`);
        out.append(svg("polyline", {class: "rate", points: points.join(" ")}), ...points.map(p => svg("circle", {class: "dot", cx: p.split(",")[0], cy: p.split(",")[1], r: 3})));
        const right = t.reduce((n, s) => n + s.right, 0), all = right + t.reduce((n, s) => n + s.wrong, 0);
        return el("section.box.chart", {}, el("h2", {}, word("chart"), el("small", {}, all ? `${word("first_right")} ${(100 * right / all).toFixed(1)}%` : "")), out,
                el("p.legend", {}, el("span", {}, el("i"), word("ready_boxes")), el("span", {}, el("i.rate"), word("first_right"))));
}

// Drawn when something was looked for and not with each document: what is read out to who cannot see it stays as it is meanwhile.
const results = el("div.results", {"aria-live": "polite"});
function showFound(found) {
        results.replaceChildren(!found ? "" : el("section.box.found", {}, found.length === 0 ? el("p", {}, word("nothing")) : el("table", {}, ...found.map(f => el("tr", {},
                el("td", {}, f.merchant ? say(f.merchant.name) : ""), el("td", {}, el("b", {}, f.shipment)), el("td", {}, f.state + (f.dead ? " ✕" : "")), el("td", {}, f.bench || ""), el("td", {}, f.at ? `${f.at.slice(0, 10)} ${clock(f.at)}` : ""), el("td", {}, f.by))))));
}

const input = el("input", {type: "search", name: "q", placeholder: word("search"), "aria-label": word("search"), autocomplete: "off", spellcheck: "false", maxlength: 128});
const form = el("form", {role: "search", onsubmit: async e => {
        e.preventDefault();
        const text = input.value.trim();
        const answer = text ? await fetch(`/api/v1/find?q=${encodeURIComponent(text)}`).catch(() => null) : null;
        if (answer && answer.status === 401)
                location.reload();
        showFound(answer && answer.ok ? (await answer.json()).found : text ? [] : null);
}}, input, el("button", {type: "submit"}, word("find")));
const leave = el("button", {type: "button", onclick: () => post("/api/v1/session/end", {}).finally(() => location.reload())}, word("leave"));
const language = languageButton();
const top_ = el("header.top"), body = el("main.floor", {}, top_, results, todoBox);

// The header keeps its form and what was found stays, so that who types or reads is not disturbed by what comes.
function show(d) {
        if (!d)
                return;
        doc = d;
        document.title = `${d.station.station} okuru`;
        for (const e of [...top_.children])
                if (e !== form && e !== leave && e !== language)
                        e.remove();
        top_.prepend(...topBar(d));
        for (const e of [...body.children])
                if (e !== top_ && e !== results && e !== todoBox)
                        e.remove();
        todoBox.before(tiles(d));
        showTodo(d);
        todoBox.after(el("div.side", {}, bayBox(d), benchBox(d), stationBox(d), chart(d)));
        document.body.dataset.ready = "yes";
}

function begin() {
        top_.append(form, leave, language);
        document.body.replaceChildren(body);
        follow("/api/v1/live/floor", "floor", show, is => { isLost = is; show(doc); });
        setInterval(() => show(doc), 10000);
}

loadSession().then(s => {
        if (s.person && s.person.role === "leader")
                begin();
        else
                signIn(() => location.reload(), s.person ? word("role_bad") : "");
}).catch(() => setTimeout(() => location.reload(), 2000));
