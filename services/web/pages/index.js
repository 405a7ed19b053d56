// SPDX-License-Identifier: Apache-2.0
//= words.js words-more.js common.js
"use strict";
loadSession().then(s => document.body.replaceChildren(el("main", {}, el("div.sign", {}, el("h1", {}, `${word("home")} · ${s.site}/${s.station}`),
        el("nav.home", {}, ...s.benches.map(b => s.counters.includes(b) ? el("a", {href: `/counter/${b}`}, `${word("counter")} ${b}`) : el("a", {href: `/bench/${b}`}, `${word("bench")} ${b}`)), el("a", {href: "/floor"}, word("floor")), s.ready_board ? el("a", {href: "/ready-board"}, word("ready_board")) : "", el("a", {href: "/settings"}, word("settings"))), languageButton()))));
