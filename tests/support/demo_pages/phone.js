// SPDX-License-Identifier: Apache-2.0
// A customer's phone, for the demo: mails and messages as they came, what is shown at the counter, and the lines to cut.
"use strict";
const ja = document.documentElement.lang === "ja";
const W = ja ? {
        title: "お客様のスマホ", other: "English", back: "戻る", mails: "届いたお知らせ", orders: "まだお知らせのない注文", coupon: "クーポン（靴下10%引き）", none: "まだありません。荷物が棚に揃うと届きます。",
        qr: "QRをカウンターで見せる", code: "受取コードを伝える", order: "注文番号を伝える", shown: "カウンターで読まれました。カウンターの画面を見てください。", failed: "見せられませんでした。", text: "QRの文字", number: "ご注文番号", app: "お店のアプリのQR",
        way: {email: "メール", sms: "SMS", line: "LINE"}, lines: "回線を切ってみる", how: s => [`「メール」を切り、注文を棚に置く。${s}秒待つとSMSが代わりに届きます。`, `両方切ると、30秒ほどでカウンターに紙が出ます。つなぐと、待っていたお知らせが30秒以内に出ます。`],
        line: {mail: "メール", texts: "SMS・LINE"}, up: "つながっています", down: "切れています", cut: "切る", mend: "つなぐ", more: "注文をひとつ棚に置く", moreDone: "棚に置きました：", waits: "お知らせ待ち：", nothing: "待っているお知らせはありません", paper: "カウンターのプリンタから出た紙",
} : {
        title: "The customer's phone", other: "日本語", back: "Back", mails: "What came", orders: "Orders that nobody was told of yet", coupon: "Coupon (10% off socks)", none: "None yet. One comes when an order lies complete on its shelf.",
        qr: "Show the QR at the counter", code: "Say the pickup code", order: "Say the order number", shown: "Read at the counter. Look at the counter's screen.", failed: "It could not be shown.", text: "The QR's text", number: "Order", app: "QR of the shop's app",
        way: {email: "Mail", sms: "SMS", line: "LINE"}, lines: "Cut a line", how: s => [`Cut “Mail”, then put an order on its shelf: ${s} seconds later an SMS comes instead.`, `Cut both, and paper comes out at the counter after some 30 seconds. Mend them, and what waits goes within 30 seconds.`],
        line: {mail: "Mail", texts: "SMS and LINE"}, up: "up", down: "cut", cut: "Cut", mend: "Mend", more: "Put an order on its shelf", moreDone: "On its shelf: ", waits: "Still to be told: ", nothing: "Nobody is still to be told", paper: "Paper from the counter's printer",
};
const main = document.querySelector("main"), aside = document.querySelector("aside"), seen = new Set();
let state = {messages: [], customers: [], coupon: "", lines: null}, open = null, drawn = "", drawnLines = "", busy = false, said = "";

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

const post = (path, body) => fetch(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)}).catch(() => ({ok: false}));

async function show(customer, part) {
        const answer = await post("/show", {customer, part});
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
const entry = (title, small, to, isNew, way) => el("li", {class: isNew ? "new" : ""}, el("button", {type: "button", "data-open": to.id || to.name, onclick: () => go(to)}, el("b", {}, ...(way ? [el("i", {class: way}, W.way[way])] : []), title), el("span", {}, small)));

function lists() {
        const mails = [...state.messages].sort((a, b) => Boolean(b.customer) - Boolean(a.customer) || b.at - a.at).slice(0, 60), waiting = state.customers.filter(c => !c.told);
        return [el("h2", {}, W.mails), el("ul", {class: "mails"}, ...(mails.length ? mails.map(m => {
                const c = state.customers.find(x => x.name === m.customer);
                return entry(m.subject || m.text, `${new Date(m.at * 1000).toLocaleTimeString(ja ? "ja" : "en-GB", {timeZone: "Asia/Tokyo"})} ${m.to}${c && c.says[ja ? "ja" : "en"] ? " · " + c.says[ja ? "ja" : "en"] : ""}`, {id: m.id}, !seen.has(m.id), m.way);
        }) : [el("li", {class: "none"}, W.none)])),
        el("h2", {}, W.orders), el("ul", {}, entry(W.coupon, "", {name: "coupon"}), ...waiting.map(c => entry(`${W.number} ${c.number}`, c.says[ja ? "ja" : "en"], {name: c.name})))];
}

function page() {
        const mail = open.id && state.messages.find(m => m.id === open.id), name = mail ? mail.customer : open.name, customer = state.customers.find(c => c.name === name);
        if (mail)
                seen.add(mail.id);
        const text = mail ? [el("pre", {class: mail.way}, mail.text)] : [], isMail = mail && mail.way === "email";
        return [el("article", {}, ...(mail ? [el("b", {}, el("i", {class: mail.way}, W.way[mail.way]), mail.subject), el("span", {}, `${mail.from} → ${mail.to}`)] : []), ...(isMail ? [] : text),
                ...(name ? card(name, customer ? customer.token : state.coupon, customer) : []), ...(isMail ? text : []))];
}

function draw() {
        const text = JSON.stringify(open ? [open, state.customers.length] : [state, [...seen]]);
        if (text === drawn)
                return;
        drawn = text;
        main.replaceChildren(el("header", {}, ...(open ? [el("button", {type: "button", class: "back", onclick: () => go(null)}, W.back)] : []), el("h1", {}, W.title), el("a", {class: "lang", href: ja ? "/phone?lang=en" : "/phone?lang=ja"}, W.other)), ...(open ? page() : lists()));
        document.body.dataset.ready = "yes";
}

function about(order) {
        const c = state.customers.find(x => x.number === order), says = c ? c.says[ja ? "ja" : "en"] : "";
        return `${W.number} ${order}${says ? " · " + says : ""}`;
}

async function more() {
        busy = true;
        drawLines();
        const answer = await post("/more", {});
        said = answer.ok ? W.moreDone + (await answer.json()).order : W.failed;
        busy = false;
        look();
}

function drawLines() {
        const l = state.lines, text = JSON.stringify([l, busy, said]);
        if (!l || text === drawnLines)
                return;
        drawnLines = text;
        const focus = document.activeElement && document.activeElement.dataset.act, button = (act, label, kind, onclick) => el("button", {type: "button", class: kind, "data-act": act, onclick}, label);
        aside.replaceChildren(el("h2", {}, W.lines), el("ul", {class: "how"}, ...W.how(l.after).map(t => el("li", {}, t))),
                ...["mail", "texts"].map(name => el("p", {class: l[name] ? "up" : "down", "data-line": name}, el("b", {}, W.line[name]), el("span", {}, l[name] ? W.up : W.down),
                        button(name, l[name] ? W.cut : W.mend, l[name] ? "cut" : "mend", async () => { await post("/line", {line: name, up: !l[name]}); look(); }))),
                button("more", W.more, "more", more), el("p", {class: "said", role: "status"}, said), el("p", {class: "waits"}, l.waiting.length ? W.waits + l.waiting.join(" ") : W.nothing),
                ...(l.slips.length ? [el("h2", {}, W.paper), ...l.slips.slice(0, 3).flatMap(s => [el("p", {class: "for"}, about(s.order)), el("pre", {class: "slip", lang: "ja", tabindex: "0"}, s.text)])] : []));
        aside.querySelector(".more").disabled = busy;
        if (focus)
                aside.querySelector(`[data-act=${focus}]`).focus();
}

let timer = 0;
async function look() {
        clearTimeout(timer);
        const answer = await fetch("/state").catch(() => null);
        if (answer && answer.ok) {
                state = await answer.json();
                draw();
                drawLines();
        }
        clearTimeout(timer);
        timer = setTimeout(look, 1000);
}
look();
