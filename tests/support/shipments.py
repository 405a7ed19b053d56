# SPDX-License-Identifier: Apache-2.0
"""Realistic Japanese shipments of two merchants, the same for the same seed: what the demo and the tests pack."""
from __future__ import annotations

import argparse
import base64
import json
import random
import sys
from dataclasses import dataclass

import goods_pictures

FAMILY = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 髙山 渡邊 齋藤".split()
GIVEN = "花子 太郎 陽菜 蓮 葵 湊 結衣 大翔 さくら 悠真 美咲 健太 由美 翔 凛 一郎 麻衣 直樹 真由美 拓也".split()
ROMAN = "sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi".split()
REGIONS = ["JP-01", "JP-04", "JP-11", "JP-12", "JP-13", "JP-14", "JP-23", "JP-26", "JP-27", "JP-28", "JP-34", "JP-40", "JP-47"]


@dataclass(frozen=True)
class Item:
    """One stock-keeping unit: what stands on the label and the codes that may be scanned for it."""

    jan: str
    ja: str
    en: str
    label_ja: str
    label_en: str
    case_units: int = 0  # the outer case's ITF-14, 0 for none
    serial: str = "none"


def gtin_check(digits: str) -> str:
    """The digits with their GS1 check digit."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def itf14(jan: str) -> str:
    return gtin_check("1" + jan[:-1])


def waybill(serial: int) -> str:
    """12 digits: 11 and their remainder by 7, as Yamato, Sagawa and Japan Post print them."""
    return f"{serial:011d}{serial % 7}"


def _items(prefix: str, rows: list[tuple]) -> list[Item]:
    return [Item(gtin_check(f"{prefix}{i + 1:05d}"), *row) for i, row in enumerate(rows)]


AOZORA = _items("4512345", [
    ("ソックス 黒 23cm", "Socks black 23 cm", "黒 23cm", "black 23"),
    ("ソックス 黒 25cm", "Socks black 25 cm", "黒 25cm", "black 25"),
    ("ソックス 黒 27cm", "Socks black 27 cm", "黒 27cm", "black 27"),
    ("Tシャツ 白 M", "T-shirt white M", "白 M", "white M", 12),
    ("Tシャツ 白 L", "T-shirt white L", "白 L", "white L", 12),
    ("リネンシャツ 紺 M", "Linen shirt navy M", "紺 M", "navy M"),
    ("バケットハット ベージュ", "Bucket hat beige", "ベージュ", "beige"),
    ("帆布トートバッグ", "Canvas tote bag", "帆布", "canvas"),
    ("ハンカチ 市松", "Handkerchief checks", "市松", "checks"),
    ("腕時計 シルバー", "Wristwatch silver", "銀", "silver", 0, "require"),
])
MIDORI = _items("4987654", [
    ("煎茶 100g", "Sencha 100 g", "煎茶", "sencha", 24),
    ("ほうじ茶 80g", "Hojicha 80 g", "ほうじ茶", "hojicha", 24),
    ("抹茶 40g缶", "Matcha 40 g tin", "抹茶缶", "matcha tin"),
    ("梅ジャム 150g", "Plum jam 150 g", "梅ジャム", "plum jam"),
    ("柚子はちみつ 200g", "Yuzu honey 200 g", "柚子", "yuzu"),
    ("化粧水 しっとり 200mL", "Lotion rich 200 mL", "しっとり", "rich"),
    ("化粧水 さっぱり 200mL", "Lotion light 200 mL", "さっぱり", "light"),
    ("米ぬか石けん", "Rice-bran soap", "石けん", "soap"),
    ("茶筅", "Tea whisk", "茶筅", "whisk"),
])
MERCHANTS = {
    "aozora": {"items": AOZORA, "ja": "あおぞら洋品店", "en": "Aozora Outfitters", "colour": "#1f5fa8", "mail": "shop@aozora.example.jp", "carriers": ["yamato", "japanpost"]},
    "midori": {"items": MIDORI, "ja": "みどり茶舗", "en": "Midori Tea House", "colour": "#a9c23f", "mail": "hello@midori.example.jp", "carriers": ["sagawa", "yamato"]},
}
BAYS = {"yamato": "y1", "sagawa": "s1", "japanpost": "p1"}
HOW = {"yamato": "bay-closed", "sagawa": "scanned", "japanpost": "at-ready"}
CARRIERS_JA = {"yamato": "ヤマト運輸", "sagawa": "佐川急便", "japanpost": "日本郵便"}
CARRIERS_EN = {"yamato": "Yamato Transport", "sagawa": "Sagawa Express", "japanpost": "Japan Post"}


def policy(notice_delay_s: int) -> dict:
    """Policy of both merchants; Yamato ships at bay close, Sagawa at the driver's scan, Japan Post at ready."""
    return {"version": 1, "hand_confirm_limit": 3, "quantity_limit": 50, "idle_lock_s": 1800, "merchants": [
        {"merchant": m, "name": {"ja": d["ja"], "en": d["en"]}, "colour": d["colour"], "reach": {"mail": d["mail"], "phone": "03-0000-1234",
         "hours": {"ja": "平日10時〜17時", "en": "weekdays 10:00-17:00"}},
         "from": {"name": {"ja": d["ja"], "en": d["en"]}, "address": d["mail"]}, "unknown_shipment": "refuse",
         "notice_delay_s": {"shipped": notice_delay_s, "pickup-ready": notice_delay_s}, "carriers": [
             {"carrier": c, "name": {"ja": CARRIERS_JA[c], "en": CARRIERS_EN[c]}, "shipped": HOW[c], "report": "shipped", "bay": BAYS[c]}
             for c in d["carriers"]]} for m, d in MERCHANTS.items()]}


PIN_4071 = "$argon2id$v=19$m=65536,t=2,p=1$osMm5V3Mboc24d2MtNMr9w$AC7NkiugCqxxPYUKcl4WUgotYTfxfR9aAHjUZYbQl7c"  # `okuru people pin` of 4071


def people() -> dict:
    return {"version": 1, "people": [
        {"person": "p-017", "badge": "P017", "role": "packer", "call": "はな"},
        {"person": "p-023", "badge": "P023", "role": "packer", "call": "けん"},
        {"person": "p-002", "badge": "L002", "role": "leader", "call": "ゆう"},
        {"person": "p-041", "badge": "K041", "role": "clerk", "call": "みな"},
        {"person": "p-090", "badge": "E090", "role": "engineer", "call": "りく", "lang": "ja", "pin": PIN_4071}]}


def bays() -> list[dict]:
    return [{"version": 1, "bay": b, "carrier": c, "temperature": "ambient", "name": {"ja": f"{CARRIERS_JA[c]} 常温", "en": CARRIERS_EN[c]},
             "collections": ["14:30", "17:30"], "grace_min": 30} for c, b in BAYS.items()]


def _line(number: int, item: Item, quantity: int, order: str) -> dict:
    codes = [{"code": item.jan, "units": 1}]
    if item.case_units:
        codes.append({"code": itf14(item.jan), "units": item.case_units})
    return {"line": str(number), "order": order, "name": {"ja": item.ja, "en": item.en}, "label": {"ja": item.label_ja, "en": item.label_en},
            "quantity": quantity, "codes": codes, "serial": item.serial, "lot": "none", "expiry": "none",
            "picture": goods_pictures.picture(item.en)}


def _insert(ja: str, en: str, check: str, code: str = "") -> dict:
    return {"line": "i1", "name": {"ja": ja, "en": en}, "check": check, "quantity": 1, "codes": [{"code": code, "units": 1}] if code else [],
            "picture": goods_pictures.picture(en)}


def _inserts(rng: random.Random, merchant: str) -> list[dict]:
    kind = rng.random()
    if kind < 0.5:
        return []
    if kind < 0.8:
        return [_insert("秋のご案内", "Autumn leaflet", "confirm")]
    if kind < 0.9:
        return [_insert("試供品", "Sample", "scan", f"SAMPLE-{merchant.upper()}")]
    return [_insert("送料無料の札", "Free-shipping card", "none")]


def make(count: int, seed: int = 20261121, prefix: str = "") -> list[dict]:
    """@count shipments, each with `labels` and `contact` as `okuru-oms push` takes them."""
    rng = random.Random(seed)
    out = []
    for n in range(count):
        merchant = rng.choice(list(MERCHANTS))
        m = MERCHANTS[merchant]
        carrier = rng.choice(m["carriers"])
        shipment = f"{prefix}S-{n + 1:05d}"
        orders = [f"{merchant[0].upper()}-{70000 + n * 3 + k}" for k in range(2 if rng.random() < 0.12 else 1)]
        lines = []
        for k, item in enumerate(rng.sample(m["items"], rng.choices([1, 2, 3, 4], [45, 30, 17, 8])[0])):
            quantity = 1 if item.serial != "none" else rng.choices([1, 2, 3, 6], [70, 20, 8, 2])[0]
            lines.append(_line(k + 1, item, quantity, orders[k % len(orders)]))
        pieces = 2 if len(lines) > 1 and rng.random() < 0.08 else 1
        numbers = [waybill(44441000000 + seed % 1000 * 100000 + n * 4 + p) for p in range(pieces)]
        family, language = rng.choice(FAMILY), "en" if rng.random() < 0.1 else "ja"
        out.append({
            "v": 1, "merchant": merchant, "shipment": shipment, "orders": orders, "open_codes": [shipment, f"TOTE-{prefix}{n + 1:04d}"],
            "lines": lines, "inserts": _inserts(rng, merchant), "gift": None, "temperature": "ambient", "carrier": carrier,
            "service": "standard", "cod": None, "pieces": pieces, "waybill": "given", "bay": BAYS[carrier], "partial": False,
            "ship_to": {"region": rng.choice(REGIONS)}, "promised": "2026-11-24", "pickup": None, "notices": {"shipped": "station"},
            "held": False, "reason": None, "cancelled": False,
            "labels": [{"piece": p + 1, "carrier": carrier, "number": number,
                        "print": {"media": "application/vnd.zebra.zpl", "data": base64.b64encode(f"^XA^FO40,40^FD{number}^FS^XZ".encode()).decode()}}
                       for p, number in enumerate(numbers)],
            "contact": {"language": language, "delete_by": "2099-01-21T00:00:00+09:00", "channels": ["email"], "consent": {"shipped": True},
                        "contact": {"name": f"{family} {rng.choice(GIVEN)}", "email": f"{rng.choice(ROMAN)}.{n + 1}@example.jp"}},
        })
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=20261121)
    args = parser.parse_args()
    for shipment in make(args.count, args.seed):
        sys.stdout.write(json.dumps(shipment, ensure_ascii=False, separators=(",", ":")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
