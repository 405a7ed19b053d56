# SPDX-License-Identifier: Apache-2.0
"""Text that would be a script if a page took it for markup: one for each free text of each command, all different, so that what is shown can be told
apart. What the schema leaves free is what counts: see free_texts()."""
from __future__ import annotations

import json
import re
from pathlib import Path

import shipments as goods
from story import HAT, SOCKS, store_wish, wish
from tokens import Signer

SCHEMA = Path(__file__).resolve().parents[2] / "services/sync/contract/schema"
FORMS = ('<x-owned onfocus=owned() tabindex=1 autofocus>{}', '"\'><img src=x onerror=owned()>{}', "</script><script>owned()</script>{}", "<svg onload=owned()>${{owned()}}{}",
         "<a href=javascript:owned()>{}</a>", "<iframe srcdoc='<script>parent.owned()</script>'>{}")
INJECTED = "x-owned, [onerror], [onload], [onfocus], [href^=javascript], [srcdoc], iframe, script:not([src])"

# Free by the schema, and yet no text of these may hold: what is checked again where it is used, or never comes to a screen.
OTHERWISE = {
    "label.json /labels[]/number": "a waybill number has a check digit", "label.block.json /from": "a waybill number", "label.block.json /to": "a waybill number",
    "label.json /labels[]/print/media": "one of the printers' languages", "shipment.json /notices/*": "a word",
    "contact.json /contact/email": "an address of mail", "contact.json /contact/phone": "digits", "contact.json /contact/line": "a LINE user id",
    "policy.json /merchants[]/reach/mail": "an address of mail", "policy.json /merchants[]/from/address": "an address of mail",
    "expected.json /parcels[]/codes[]": "the waybill of a box on its way",
    **{f"notice.json /data/{of}{end}": f"for the customer's eyes: tests/integration/test_notice_kinds.py"
        for of in ("items[]/name", "items[]/variant", "items[]/note", "payment", "invoice_number", "eta_slot", "cause", "action", "place", "method", "channel", "inquiry",
                   "summary", "coupon/headline", "coupon/code", "coupon/where", "coupon/terms") for end in ("", "/ja", "/en")},
    **{f"policy.json /store/{of}": "for the customer's eyes, in a mail: tests/integration/test_notice_templates.py"
        for of in ("brand/address", "brand/hours/ja", "brand/hours/en", "brand/mail", "brand/phone", "brand/tagline", "brand/url", "from/address", "from/name/ja", "from/name/en")},
    "fact.refused.json /reason": "the office's, of a fact: for okuru facts alone",
    "known.json /parcels[]/number": "a waybill number", "known.json /parcels[]/codes[]": "of the past", "known.json /units[]/code": "of the past",
    "known.json /units[]/serial": "of the past",
}


class Corpus:
    def __init__(self) -> None:
        self.made: dict[str, str] = {}  # command and path -> text
        self.merchant = goods.policy(2)["merchants"][0]["merchant"]

    def text(self, where: str, limit: int = 200, at: str = "") -> str:
        """@where: command and path, as free_texts() names it."""
        key = f"{where} {at}".strip()
        if key not in self.made:
            n = len(self.made)
            self.made[key] = "<b>owned</b>" if limit < 40 else f"{FORMS[n % len(FORMS)]}".format(f"F{n:02d}.")[:limit]
        return self.made[key]

    def names(self, where: str) -> dict:
        return {language: self.text(f"{where}/{language}") for language in ("ja", "en")}

    # ---- the commands ----

    def policy(self, store: dict) -> dict:
        p = goods.policy(2)
        m = p["merchants"][0]
        m["name"], m["from"]["name"], m["unknown_shipment"] = self.names("policy.json /merchants[]/name"), self.names("policy.json /merchants[]/from/name"), "refuse"
        m["reach"] = {"mail": "shop@aozora.example.jp", "phone": self.text("policy.json /merchants[]/reach/phone"), "url": self.text("policy.json /merchants[]/reach/url"),
                      "hours": self.names("policy.json /merchants[]/reach/hours")}
        m["brand"] = {"address": self.text("policy.json /merchants[]/brand/address"), "tagline": self.text("policy.json /merchants[]/brand/tagline")}
        for c in m["carriers"]:
            c["name"], c["track_url"] = self.names("policy.json /merchants[]/carriers[]/name"), self.text("policy.json /merchants[]/carriers[]/track_url")
        p["store"] = {**store, "name": self.names("policy.json /store/name"), "address": self.names("policy.json /store/address"), "note": self.names("policy.json /store/note"),
                      "hours": self.names("policy.json /store/hours"), "phone": self.text("policy.json /store/phone", 40)}
        return p

    def people(self) -> dict:
        call = self.text("people.json /people[]/call", 12)
        return {"version": 7, "people": [{"person": f"p-{badge.lower()}", "badge": badge, "role": role, "call": call}
                                         for badge, role in (("P017", "packer"), ("K041", "clerk"), ("L002", "leader"), ("E090", "engineer"))]}

    def bay(self) -> dict:
        return {**goods.bays()[0], "version": 7, "name": self.names("bay.json /name")}

    def codes(self) -> dict:
        return {"merchant": self.merchant, "items": [{"code": self.text("item.codes.json /items[]/code", 64), "units": 1, "name": self.names("item.codes.json /items[]/name")}]}

    def offer(self) -> dict:
        return {"merchant": self.merchant, "offer": "O-9", "kind": "in-store", "headline": self.names("offer.json /headline"), "terms": self.names("offer.json /terms")}

    def coupon(self) -> str:
        return Signer("K2", "offer").token(t="o", m=self.merchant, o="O-9", n="C-9")

    def keys(self) -> dict:
        return {"keys": [Signer("K2", "offer").public()]}

    def goods_of(self, where: str, item) -> dict:
        return {"name": self.names(f"shipment.json /{where}[]/name"), "label": self.names(f"shipment.json /{where}[]/label"),
                "codes": [{"code": item.jan, "units": 1}, {"code": self.text(f"shipment.json /{where}[]/codes[]/code", 64), "units": 1}]}

    def shipment(self, name: str, **more) -> dict:
        s = wish(name, "yamato", (SOCKS, 1), (HAT, 1), merchant=self.merchant, **more)
        s["open_codes"].append(self.text("shipment.json /open_codes[]", 64, name))
        s["lines"][0].update(self.goods_of("lines", SOCKS))
        s["inserts"] = [{"line": "i1", "check": "confirm", "quantity": 1, **self.goods_of("inserts", HAT)}]
        s["gift"] = {"instructions": self.names("shipment.json /gift/instructions")}
        s["contact"]["contact"]["name"] = self.text("contact.json /contact/name")
        return s

    def held(self, name: str) -> dict:
        return self.shipment(name, held=True, reason=self.text("shipment.json /reason"))

    def order(self, name: str) -> dict:
        s = store_wish(name, (SOCKS, 1), (HAT, 1), merchant=self.merchant, crate=self.text("expected.json /parcels[]/crate", 64))
        s["lines"][0].update(self.goods_of("lines", SOCKS))
        s["contact"]["contact"]["name"] = self.text("contact.json /contact/name")
        return s

    def missing(self) -> list[str]:
        """What the schema leaves free and no document of here fills."""
        filled = {key.rsplit(" ", 1)[0] if key.count(" ") == 2 else key for key in self.made}
        return [place for place in free_texts() if place not in filled and place not in OTHERWISE and not place.startswith("pull.json")]


def _walk(path: Path, schema: dict, at: str, out: set[str]) -> None:
    if "$ref" in schema:
        file, _, inside = schema["$ref"].partition("#")
        path = (path.parent / file).resolve() if file else path
        target = json.loads(path.read_text())
        for key in filter(None, inside.split("/")):
            target = target[key]
        _walk(path, target, at, out)
        return
    for key in ("anyOf", "oneOf", "allOf"):
        for other in schema.get(key, []):
            _walk(path, other, at, out)
    for key in ("then", "else"):
        if isinstance(schema.get(key), dict):
            _walk(path, schema[key], at, out)
    for name, of in schema.get("properties", {}).items():
        if isinstance(of, dict):
            _walk(path, of, f"{at}/{name}", out)
    for key, mark in (("items", "[]"), ("additionalProperties", "/*")):
        if isinstance(schema.get(key), dict):
            _walk(path, schema[key], at + mark, out)
    kinds = schema.get("type")
    is_text = kinds == "string" or isinstance(kinds, list) and "string" in kinds
    if is_text and not {"enum", "const"} & set(schema) and re.search(schema.get("pattern", ""), "<b>"):
        out.add(at)


def free_texts() -> list[str]:
    """"shipment.json /lines[]/name/ja" and all others where a command may hold markup."""
    out: list[str] = []
    for path in sorted((SCHEMA / "command").glob("*.json")):
        found: set[str] = set()
        _walk(path, json.loads(path.read_text()), "", found)
        out += [f"{path.name} {at}" for at in sorted(found)]
    return out
