# SPDX-License-Identifier: Apache-2.0
"""What WCAG 2.2 AA asks of a page, measured in the browser as it is shown: contrast, size of targets, names, keyboard, language, width."""
from __future__ import annotations

# Colours are mixed as they lie over each other; large is 24 px, or 18.66 px and bold.
LOOK = r"""
const out = [], rgb = c => { const m = c.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m.length > 3 ? m[3] : 1]; };
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const chain = e => { const all = []; for (; e; e = e.parentElement) all.push(e); return all.reverse(); };
const ground = e => chain(e).reduce((below, x) => over(rgb(getComputedStyle(x).backgroundColor), below), [255, 255, 255, 1]);
const veil = e => chain(e).reduce((o, x) => o * getComputedStyle(x).opacity, 1);
const isSeen = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height > 0;
const name = e => `${e.tagName.toLowerCase()}.${e.getAttribute("class") || ""} "${(e.textContent || "").trim().slice(0, 20)}"`;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let t; (t = walk.nextNode());) {
        const e = t.parentElement, s = getComputedStyle(e);
        if (!t.data.trim() || !isSeen(e) || e.disabled)
                continue;
        const below = ground(e), c = rgb(e.namespaceURI.endsWith("svg") ? s.fill : s.color);
        const r = ratio(over([c[0], c[1], c[2], c[3] * veil(e)], below), below), size = parseFloat(s.fontSize);
        if (r < (size >= 24 || (size >= 18.66 && s.fontWeight >= 700) ? 3 : 4.5) - .005)
                out.push(`contrast ${r.toFixed(2)}: ${name(e)}`);
}
for (const e of document.querySelectorAll("input")) {
        if (isSeen(e) && e.placeholder && ratio(over(rgb(getComputedStyle(e, "::placeholder").color), ground(e)), ground(e)) < 4.495)
                out.push(`contrast of what is asked for: ${e.placeholder}`);
}
const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, [role=button]")].filter(e => isSeen(e) && !e.disabled);
for (const e of controls) {
        const box = e.getBoundingClientRect();
        if (box.width < 23.9 || box.height < 23.9)
                out.push(`target ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${name(e)}`);
        if (!(e.getAttribute("aria-label") || e.innerText || "").trim() && !(e.labels && e.labels.length))
                out.push(`no name: ${name(e)}`);
        if (e.tabIndex < 0)
                out.push(`not by keyboard: ${name(e)}`);
}
for (const e of document.querySelectorAll("svg, img"))
        if (isSeen(e) && e.getAttribute("aria-hidden") !== "true" && !e.getAttribute("aria-label") && !e.getAttribute("alt") && !e.closest("[aria-hidden=true]"))
                out.push(`picture without words: ${name(e.parentElement)}`);
if (!["ja", "en"].includes(document.documentElement.lang))
        out.push(`language: "${document.documentElement.lang}"`);
if (!document.title)
        out.push("no title");
return out;
"""
FOCUS = r"""
const e = document.activeElement, s = getComputedStyle(e);
if (e === document.body)
        return null;
e.dataset.reached = "yes";
return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 ? "" : `no sign of the focus: ${e.tagName} ${e.className} ${e.textContent}`;
"""
MISSED = r"""
return [...document.querySelectorAll("a[href], button, input, select, textarea")].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.getBoundingClientRect().width > 0 && !e.dataset.reached)
        .map(e => `the keyboard does not come to: ${e.tagName} ${e.className} ${e.textContent}`);
"""
WIDE = "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"


def look(chromium) -> list[str]:
    """What is wrong with the page as it stands."""
    return chromium.js(LOOK)


def walk(chromium, most: int = 80) -> list[str]:
    """Tab through it all, once around; again where something was missed: what is drawn anew meanwhile does not know that it was reached."""
    wrong = []
    for _ in range(3):
        chromium.js("document.querySelectorAll('[data-reached]').forEach(e => delete e.dataset.reached); document.activeElement.blur()")
        for _ in range(most):
            for kind in ("keyDown", "keyUp"):
                chromium.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9})
            said = chromium.js(FOCUS)
            if said:
                wrong.append(said)
            if not (missed := chromium.js(MISSED)):
                return wrong
    return wrong + missed


def width(chromium) -> list[str]:
    """At 320 px, which is 1280 px at 400 %."""
    chromium.size(320, 640)
    over = chromium.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(" + WIDE.removeprefix("return ") + "))))")
    return [f"{over} px too wide at 320 px"] if over > 0 else []
