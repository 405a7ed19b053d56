// SPDX-License-Identifier: Apache-2.0
// The engineer's settings: devices and what to do about them, people, the sheet, trying sound, lights, printer and disk, a report to send along.
// Each act has a digit: pressed on a keyboard, touched, or read from the control sheet's cards, each is enough alone.
//= words.js words-more.js words-act.js common.js post.js sound.js sign.js
"use strict";
let doc = null, people = [], more = false, bench = null, isLost = false, typed = "";
const results = {};

const state = (kind, shape, text) => el("span.state." + kind, {}, mark(shape), text);
function topStates() {
        if (!doc || isLost)
                return [state("bad", "red", word("station_away"))];
        const out = [doc.storage === "fine" ? state("good", "green", word("station_ok")) : state("bad", "red", word(doc.storage === "stuck" ? "stuck_storage" : "slow"))];
        if (doc.room !== "room")
                out.push(state("warn", "amber", word("s_room")));
        if (!doc.clock_trusted)
                out.push(state("warn", "amber", word("t_clock")));
        return [...out, ...doc.ill.map(i => state("bad", "red", `${word("t_ill", {x: i.part})}: ${i.text}`))];
}

function deviceBox() {
        const worst = d => !d.up ? 0 : d.hint ? 1 : 2;
        const todo = d => !d.up ? `${word("d_device")} (${d.reason || ""})` : d.hint ? `${word("s_hint")} (${d.hint})` : "";
        return el("section.box.devices", {}, el("h2", {}, word("s_devices"), el("small", {}, String(doc.devices.length))), el("ul", {}, ...[...doc.devices].sort((a, b) => worst(a) - worst(b)).map(d =>
                el("li." + ["bad", "warn", "good"][worst(d)], {}, mark(["red", "amber", "green"][worst(d)]), el("b", {}, `${d.bench} ${d.name}`), el("span", {}, d.driver), el("span.do", {}, todo(d))))));
}

function peopleBox() {
        return el("section.box.people", {}, el("h2", {}, word("s_people"), el("small", {}, `${people.length}${more ? "+" : ""}`)),
                people.length ? el("table", {}, el("tr", {}, ...["s_person", "s_call", "s_role", "badge", "pin"].map(k => el("th", {scope: "col"}, word(k)))), ...people.map(p =>
                        el("tr", {}, el("td", {}, p.person), el("td", {}, p.call || ""), el("td", {}, word(p.role)), el("td", {}, `…${p.badge}`), el("td", {}, word(p.pin ? "s_has" : "s_has_not"))))) : el("p", {}, word("s_nobody")),
                more ? el("button", {type: "button", onclick: loadPeople}, word("s_more")) : "");
}

// digit -> what it does; a result stands below its button.
const ACTS = [
        {key: "1", name: "s_bench", run: () => { bench = doc.benches[(doc.benches.findIndex(b => b.bench === bench) + 1) % doc.benches.length].bench; }, of: () => bench || ""},
        {key: "2", name: "s_light", run: () => act("s_light", "light", {bench}, a => word("s_light_on", {n: Math.round(a.steps * a.step_ms / 1000)}))},
        {key: "3", name: "s_light_loud", run: () => act("s_light_loud", "light", {bench, loud: true}, a => word("s_light_on", {n: Math.round(a.steps * a.step_ms / 1000)}))},
        {key: "4", name: "s_label", run: () => act("s_label", "label", {bench}, () => word("s_label_out"))},
        {key: "5", name: "s_sound", run: playAll},
        {key: "6", name: "s_disk", run: () => act("s_disk", "storage", {}, a => word(a.slow ? "s_disk_slow" : a.doubtful ? "s_disk_doubtful" : "s_disk_ok", {n: a.n, p50: ms(a.p50_us), p99: ms(a.p99_us)}))},
        {key: "7", name: "s_sheet", run: () => { location.href = `/settings/sheet?lang=${lang}&bays=${encodeURIComponent(bays.value.trim())}`; }},
        {key: "8", name: "s_support", run: () => { location.href = "/api/v1/settings/support"; }},
        {key: "9", name: "language", run: () => languageButton().click()},
        {key: "0", name: "leave", run: () => post("/api/v1/session/end", {}).finally(() => location.reload())},
];
const ms = us => (us / 1000).toFixed(us < 10000 ? 2 : 0);
const why = text => ({"busy: somebody scans": word("s_busy"), "busy: lights are tried already": word("s_busy_light"), "bench: a box is in hand there": word("s_in_use"), "bench: a customer is served there": word("s_in_use"),
        "printer: labels wait for it": word("s_label_waits"), "printer: not ready": word("s_label_not_ready"), "printer: the board file does not say its language": word("s_label_language"), "bench: its lights say how the storage is": word("slow")}[text] || text);

async function act(name, path, body, say_) {
        results[name] = {kind: "wait", text: word("s_running")};
        show();
        const answer = await post(`/api/v1/settings/${path}`, body).catch(() => ({status: 0, body: {}}));
        if (answer.status === 401)
                location.reload();
        results[name] = answer.status === 200 ? {kind: answer.body.slow || answer.body.doubtful ? "warn" : "good", text: say_(answer.body)} : {kind: "bad", text: answer.status === 409 ? why(answer.body.text) : answer.status === 504 ? word("s_unknown") : word("no_answer")};
        show();
}
function playAll() {
        const names = Object.keys(SOUNDS).filter(n => n !== "D");
        sound.on = true;
        names.forEach((n, i) => setTimeout(() => {
                results.s_sound = {kind: "good", text: `${word("s_playing")} ${n} (${i + 1}/${names.length})`};
                sound.play(n);
                show();
        }, i * 1200));
}
async function run(a) {
        if (!a || !doc)
                return;
        await a.run();
        show();
}

const bays = el("input", {type: "text", name: "bays", placeholder: "y1,s1", "aria-label": word("s_bays"), autocomplete: "off", spellcheck: "false", maxlength: 200});
const buttons = Object.fromEntries(ACTS.map(a => [a.key, el("button", {type: "button", "data-key": a.key, onclick: () => run(a)})]));
const top_ = el("header.top"), left = el("div.left"), right = el("div.right"), acts = el("section.box.acts", {}, el("h2", {}, word("s_try")), el("ul", {}, ...ACTS.map(a =>
        el("li", {}, buttons[a.key], a.name === "s_sheet" ? bays : "", el("p.result", {role: "status", "data-of": a.name})))));

// What is touched keeps its form, so that nothing moves under a finger.
function show() {
        top_.replaceChildren(el("h1", {}, `${word("settings")} · ${session.site}/${session.station}`), ...topStates());
        for (const a of ACTS)
                buttons[a.key].replaceChildren(el("kbd", {}, a.key), el("span", {}, word(a.name)), a.of ? el("b", {}, a.of()) : "");
        for (const p of acts.querySelectorAll(".result")) {
                const r = results[p.dataset.of];
                p.className = `result ${r ? r.kind : ""}`;
                p.replaceChildren(...r ? [mark({bad: "red", good: "green", warn: "amber"}[r.kind] || "dark"), r.text] : []);
        }
        if (doc) {
                left.replaceChildren(deviceBox());
                right.replaceChildren(peopleBox());
                document.body.dataset.ready = "yes";
        }
}

async function load() {
        const answer = await fetch("/api/v1/settings").catch(() => null);
        if (answer && (answer.status === 401 || answer.status === 403))
                location.reload();
        isLost = !answer || !answer.ok;
        if (!isLost) {
                doc = await answer.json();
                if (!doc.benches.some(b => b.bench === bench))
                        bench = (doc.benches[0] || {}).bench || null;
        }
        show();
}
async function loadPeople() {
        const after = people.length ? `?after=${encodeURIComponent(people[people.length - 1].person)}` : "";
        const answer = await fetch(`/api/v1/settings/people${after}`).catch(() => null);
        if (answer && answer.ok) {
                const page = await answer.json();
                people = people.concat(page.people);
                more = page.more;
        }
        show();
}

// A scanner types like a keyboard, faster, and ends with Enter; a digit alone is a finger's.
function onKey(e) {
        if (e.target === bays || e.ctrlKey || e.altKey || e.metaKey)
                return;
        clearTimeout(onKey.timer);
        if (e.key === "Enter") {
                const card = /^OKURU-C-(?:D-(\d)|(SIGN-OUT))$/.exec(typed);
                if (typed)
                        e.preventDefault();
                typed = "";
                if (card)
                        run(ACTS.find(a => a.key === (card[1] || "0")));
                return;
        }
        if (e.key.length === 1)
                typed = (typed + e.key).slice(-64);
        const digit = /^[0-9]$/.test(typed) ? typed : null;
        onKey.timer = setTimeout(() => {
                typed = "";
                if (digit)
                        run(ACTS.find(a => a.key === digit));
        }, digit ? 150 : 1000);
}

function begin() {
        document.title = `${word("settings")} okuru`;
        document.body.replaceChildren(el("main.settings", {}, top_, acts, left, right));
        document.addEventListener("keydown", onKey);
        show();
        load().then(loadPeople);
        setInterval(load, 3000);
}

loadSession().then(s => {
        if (s.person && s.person.role === "engineer")
                begin();
        else
                signIn(() => location.reload(), s.person ? word("role_engineer") : "");
}).catch(() => setTimeout(() => location.reload(), 2000));
