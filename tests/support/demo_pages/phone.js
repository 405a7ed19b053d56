// SPDX-License-Identifier: Apache-2.0
// A customer's phone, for the demo: mails as they came, and what is shown at the counter.
"use strict";
const ja = document.documentElement.lang === "ja";
const W = ja ? {
        title: "お客様のスマホ", other: "English", back: "戻る", mails: "届いたメール", orders: "まだメールのない注文", coupon: "クーポン（靴下10%引き）", none: "まだありません。荷物が棚に揃うと届きます。",
        qr: "QRをカウンターで見せる", code: "受取コードを伝える", order: "注文番号を伝える", shown: "カウンターで読まれました。カウンターの画面を見てください。", failed: "見せられませんでした。", text: "QRの文字", number: "ご注文番号", app: "お店のアプリのQR",
} : {
        title: "The customer's phone", other: "日本語", back: "Back", mails: "Mails that came", orders: "Orders without a mail yet", coupon: "Coupon (10% off socks)", none: "None yet. One comes when an order lies complete on its shelf.",
        qr: "Show the QR at the counter", code: "Say the pickup code", order: "Say the order number", shown: "Read at the counter. Look at the counter's screen.", failed: "It could not be shown.", text: "The QR's text", number: "Order", app: "QR of the shop's app",
};
const main = document.querySelector("main"), seen = new Set();
let state = {mails: [], customers: [], coupon: ""}, open = null, drawn = "";

function el(tag, attributes, ...children) {
        const e = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes))
                if (name.startsWith("on"))
                        e.addEventListener(name.slice(2), value);
                else
                        e.setAttribute(name, value);
        e.append(...children);
        return e;
}

async function show(customer, part) {
        const answer = await fetch("/show", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({customer, part})}).catch(() => ({ok: false}));
        document.querySelector(".said").textContent = answer.ok ? W.shown : W.failed;
}

function card(name, token, customer) {
        const act = (part, kind) => el("button", {type: "button", class: kind, "data-part": part, onclick: () => show(name, part)}, W[part]);
        return [el("p", {}, customer ? `${W.number} ${customer.number} · ${W.app}` : W.coupon), el("img", {src: `/qr/${name}`, alt: "QR"}),
                ...(customer ? [el("p", {class: "code"}, customer.code)] : []),
                el("div", {class: "acts"}, act("qr", "main"), ...(customer ? [act("code", "other"), act("order", "other")] : [])),
                el("p", {class: "said", role: "status"}), el("details", {}, el("summary", {}, W.text), token)];
}

const go = to => { open = to; drawn = ""; draw(); scrollTo(0, 0); };
const entry = (title, small, to, isNew) => el("li", {class: isNew ? "new" : ""}, el("button", {type: "button", "data-open": to.id || to.name, onclick: () => go(to)}, el("b", {}, title), el("span", {}, small)));

function lists() {
        const mails = [...state.mails].sort((a, b) => Boolean(b.customer) - Boolean(a.customer) || b.at - a.at).slice(0, 60), waiting = state.customers.filter(c => !c.told);
        return [el("h2", {}, W.mails), el("ul", {class: "mails"}, ...(mails.length ? mails.map(m => {
                const c = state.customers.find(x => x.name === m.customer);
                return entry(m.subject, `${new Date(m.at * 1000).toLocaleTimeString(ja ? "ja" : "en-GB", {timeZone: "Asia/Tokyo"})} ${m.to}${c && c.says[ja ? "ja" : "en"] ? " · " + c.says[ja ? "ja" : "en"] : ""}`, {id: m.id}, !seen.has(m.id));
        }) : [el("li", {class: "none"}, W.none)])),
        el("h2", {}, W.orders), el("ul", {}, entry(W.coupon, "", {name: "coupon"}), ...waiting.map(c => entry(`${W.number} ${c.number}`, c.says[ja ? "ja" : "en"], {name: c.name})))];
}

function page() {
        const mail = open.id && state.mails.find(m => m.id === open.id), name = mail ? mail.customer : open.name, customer = state.customers.find(c => c.name === name);
        if (mail)
                seen.add(mail.id);
        return [el("article", {}, ...(mail ? [el("b", {}, mail.subject), el("span", {}, `${mail.from} → ${mail.to}`)] : []),
                ...(name ? card(name, customer ? customer.token : state.coupon, customer) : []), ...(mail ? [el("pre", {}, mail.text)] : []))];
}

function draw() {
        const text = JSON.stringify(open ? [open, state.customers.length] : [state, [...seen]]);
        if (text === drawn)
                return;
        drawn = text;
        main.replaceChildren(el("header", {}, ...(open ? [el("button", {type: "button", class: "back", onclick: () => go(null)}, W.back)] : []), el("h1", {}, W.title), el("a", {class: "lang", href: ja ? "/phone?lang=en" : "/phone?lang=ja"}, W.other)), ...(open ? page() : lists()));
        document.body.dataset.ready = "yes";
}

async function look() {
        const answer = await fetch("/state").catch(() => null);
        if (answer && answer.ok) {
                state = await answer.json();
                draw();
        }
        setTimeout(look, 1000);
}
look();
