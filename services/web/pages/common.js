// SPDX-License-Identifier: Apache-2.0
// What all screens share: language, session, elements, shapes, times.
"use strict";
const SVG = "http://www.w3.org/2000/svg";
let lang, isAskedAnew = false; // asked by the address, of whoever turns out to be there
function useLang(l) {
        document.documentElement.lang = lang = l;
        sessionStorage.setItem("lang", l); // a page that is loaded again begins with it
}
(() => {
        const asked = new URLSearchParams(location.search).get("lang");
        if (asked === "ja" || asked === "en") {
                localStorage.setItem("lang", asked);
                isAskedAnew = true;
                history.replaceState(null, "", location.pathname + location.hash); // loading it again asks for nothing anew
        }
        useLang(!isAskedAnew && sessionStorage.getItem("lang") || localStorage.getItem("lang") || "ja");
})();
// Whose language is it now? @person's, unless the screen was told another one while the same person was there. Return: it changed.
function followPerson(person) {
        const id = person ? person.person : "", before = lang, own = localStorage.getItem("lang");
        if (isAskedAnew)
                sessionStorage.setItem("lang-over", id);
        isAskedAnew = false;
        if (sessionStorage.getItem("lang-over") !== id)
                sessionStorage.removeItem("lang-over");
        const isOver = sessionStorage.getItem("lang-over") !== null;
        useLang(person && person.lang && !(own && isOver) ? person.lang : own || "ja");
        sessionStorage.setItem("lang-of", id);
        return lang !== before;
}

function word(key, values) {
        const text = WORDS[key] ? WORDS[key][lang === "ja" ? 0 : 1] : key;
        return values ? text.replace(/\{(\w+)\}/g, (all, name) => name in values ? values[name] : all) : text;
}
const say = names => names ? names[lang] || names.ja || "" : "";

// el("p.sub", {title: "x"}, "text", child …): text is text, never markup.
function el(what, attributes, ...children) {
        const [tag, ...classes] = what.split(".");
        const e = document.createElement(tag);
        if (classes.length)
                e.className = classes.join(" ");
        for (const [name, value] of Object.entries(attributes || {}))
                if (name.startsWith("on"))
                        e.addEventListener(name.slice(2), value);
                else if (value !== null && value !== undefined && value !== false)
                        e.setAttribute(name, value);
        e.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
        return e;
}
function svg(tag, attributes, ...children) {
        const e = document.createElementNS(SVG, tag);
        for (const [name, value] of Object.entries(attributes))
                e.setAttribute(name, value);
        e.append(...children);
        return e;
}
const PATHS = {
        green: "M4 12.5l5 5L20 6.5", red: "M5 5l14 14M19 5L5 19", amber: "M12 4v10M12 18.6v1.4", white: "M5 12h14", dark: "M12 12h.01",
        up: "M12 20V5M5 11l7-7 7 7", cloud_off: "M12 20V7M7 11l5-5 5 5M3 3l18 18", check: "M4 12.5l5 5L20 6.5",
};
// A shape for each light: circle with a tick, octagon with a cross, triangle with a stroke, square with a bar.
const FRAMES = {
        green: svg("circle", {cx: 12, cy: 12, r: 11}), red: svg("path", {d: "M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"}),
        amber: svg("path", {d: "M12 1L23.4 22H.6z"}), white: svg("rect", {x: 1.5, y: 1.5, width: 21, height: 21, rx: 4}),
};
function mark(kind) {
        const small = kind === "amber" ? {d: "M12 8.5v6.5M12 18.4v.4", stroke: "currentColor"} : {d: PATHS[kind] || PATHS.dark, stroke: "currentColor"};
        const s = svg("svg", {class: "mark", viewBox: "0 0 24 24", fill: "none", "stroke-width": 2.6, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true"});
        if (FRAMES[kind]) {
                const frame = FRAMES[kind].cloneNode();
                frame.setAttribute("stroke", "currentColor");
                s.append(frame);
                if (kind !== "amber")
                        small.transform = "translate(4.4 4.4) scale(.63)";
        }
        s.append(svg("path", small));
        return s;
}
// A merchant's colour behind its name: the policy's, else a hue that its id gives. Of black and white one always has a contrast above 4.5.
function paint(e, merchant) {
        const colour = merchant && merchant.colour;
        e.style.setProperty("--hue", merchant ? merchant.hue : 210);
        if (!colour) {
                e.style.removeProperty("--colour");
                e.style.removeProperty("--on-colour");
                return;
        }
        const [r, g, b] = [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16) / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        e.style.setProperty("--colour", colour);
        e.style.setProperty("--on-colour", .2126 * r + .7152 * g + .0722 * b > .179 ? "#000" : "#fff");
}

// The station's clock, not this machine's.
let clockAhead = 0, clockOffset = 540;
function setClock(now) {
        const m = /([+-])(\d\d):(\d\d)$/.exec(now);
        clockAhead = Date.parse(now) - Date.now();
        clockOffset = m ? (m[1] === "-" ? -1 : 1) * (m[2] * 60 + +m[3]) : 0;
}
const now = () => Date.now() + clockAhead;
function age(since) {
        const s = Math.max(0, Math.round((now() - (typeof since === "number" ? since : Date.parse(since))) / 1000));
        return span(s);
}
function span(s) {
        if (s < 90)
                return word("age_s", {n: s});
        if (s < 5400)
                return word("age_min", {n: Math.round(s / 60)});
        return s < 172800 ? word("age_h", {n: Math.round(s / 3600)}) : word("age_d", {n: Math.round(s / 86400)});
}
const clock = time => time ? time.slice(11, 16) : "";
const two = n => String(n).padStart(2, "0");
// Seconds until "14:30" today by the station's clock; negative when it is over.
function secondsUntil(hhmm) {
        const local = new Date(now() + clockOffset * 60000), [h, m] = hhmm.split(":").map(Number);
        return (h * 60 + m) * 60 - (local.getUTCHours() * 3600 + local.getUTCMinutes() * 60 + local.getUTCSeconds());
}
function nextCut(wish) {
        const times = ((wish || {}).collections || []).filter(t => secondsUntil(t) > 0).sort();
        return times.length ? {t: times[0], s: secondsUntil(times[0])} : null;
}

let session = {token: "", person: null, benches: []};
async function loadSession() {
        const begun = window.early && early.session;
        if (begun)
                early.session = null; // an answer is read once
        const answer = await (begun || fetch("/api/v1/session"));
        session = await answer.json();
        setClock(session.now);
        if (session.person && followPerson(session.person))
                location.reload(); // what is written already is in another language
        return session;
}
// Follows @path; @show gets each document, @lost whether it is cut off.
function follow(path, event, show, lost) {
        let source, timer;
        const alive = () => {
                clearTimeout(timer);
                timer = setTimeout(() => { lost(true); source.close(); setTimeout(open, 1000); }, 10000);
        };
        function open() {
                let first = true;
                const begun = window.early && early.path === path && early.source.readyState !== EventSource.CLOSED ? early : null;
                window.early = null;
                source = begun ? begun.source : new EventSource(path);
                const on = {
                        hello: e => { setClock(JSON.parse(e.data).now); alive(); },
                        [event]: e => { alive(); lost(false); show(JSON.parse(e.data), first); first = false; },
                        beat: alive, over: () => location.reload(),
                };
                for (const kind in on) {
                        source.addEventListener(kind, on[kind]);
                        if (begun)
                                source.removeEventListener(kind, begun.keep);
                }
                source.onerror = () => {
                        clearTimeout(timer);
                        lost(true);
                        source.close();
                        timer = setTimeout(open, 1000);
                };
                alive();
                if (begun)
                        begun.heard.forEach(e => on[e.type](e));
        }
        open();
}

function languageButton() {
        return el("button.language", {type: "button", onclick: () => {
                localStorage.setItem("lang", lang === "ja" ? "en" : "ja");
                sessionStorage.setItem("lang-over", sessionStorage.getItem("lang-of") || "");
                useLang(localStorage.getItem("lang"));
                location.reload();
        }}, word("language"));
}
