// SPDX-License-Identifier: Apache-2.0
// Pictures of goods, and what stands in their place.
"use strict";
// No picture has come: a shape and a colour that differ from those of the lines beside it.
function placeholder(text, nth) {
        let h = 2166136261;
        for (const c of text)
                h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
        const hue = (h % 60 + nth * 137) % 360, ink = `hsl(${hue} 55% 32%)`, shapes = [
                {tag: "circle", a: {cx: 32, cy: 32, r: 18}}, {tag: "rect", a: {x: 15, y: 15, width: 34, height: 34, rx: 5}},
                {tag: "path", a: {d: "M32 12l21 38H11z"}}, {tag: "path", a: {d: "M32 11l21 21-21 21-21-21z"}},
                {tag: "path", a: {d: "M20 13h24l11 19-11 19H20L9 32z"}}, {tag: "rect", a: {x: 10, y: 22, width: 44, height: 20, rx: 10}}];
        const shape = shapes[nth % shapes.length];
        return svg("svg", {class: "pic", viewBox: "0 0 64 64", "aria-hidden": "true"},
                svg("rect", {width: 64, height: 64, rx: 8, fill: `hsl(${hue} 60% 90%)`}), svg(shape.tag, {...shape.a, fill: ink}));
}

// The picture of goods, or that shape: while none is here, and when what came is none.
const broken = new Set();
function picture(path, text, nth) {
        if (!path || broken.has(path))
                return placeholder(text, nth);
        const image = el("img.pic", {src: path, alt: text, decoding: "sync", draggable: "false"});
        image.onerror = () => { broken.add(path); image.replaceWith(placeholder(text, nth)); };
        return image;
}
