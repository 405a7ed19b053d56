# SPDX-License-Identifier: Apache-2.0
"""A thousand real order lines (UCI Online Retail, D. Chen 2012, CC BY 4.0), packed with xN and compared line by line."""
import collections
import csv
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from compare import events  # noqa: E402
from packer import Packer  # noqa: E402
from rig import Rig, wait_for  # noqa: E402

TIMES_MAX = 999


def read_orders(path: Path) -> tuple[dict, int]:
    """invoice -> {stock code: (name, quantity)}; and how many lines are no goods: postage, discounts, cancellations, corrections."""
    orders, left_out = collections.defaultdict(dict), 0
    with open(path, encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            quantity = int(row["Quantity"])
            if row["InvoiceNo"].startswith("C") or quantity <= 0 or not row["StockCode"][:5].isdigit():
                left_out += 1
                continue
            name, before = orders[row["InvoiceNo"]].get(row["StockCode"], (row["Description"].strip() or row["StockCode"], 0))
            orders[row["InvoiceNo"]][row["StockCode"]] = (name, before + quantity)
    return dict(orders), left_out


def shipment_of(n: int, invoice: str, lines: dict) -> dict:
    return {"v": 1, "merchant": "retail", "shipment": invoice, "orders": [invoice], "open_codes": [invoice], "lines": [
        {"line": str(i + 1), "order": invoice, "name": {"ja": name, "en": name}, "quantity": quantity, "codes": [{"code": code, "units": 1}]}
        for i, (code, (name, quantity)) in enumerate(lines.items())],
        "inserts": [], "carrier": "yamato", "pieces": 1, "waybill": "given", "notices": {"shipped": "none"}, "held": False, "cancelled": False,
        "labels": [{"piece": 1, "carrier": "yamato", "number": goods.waybill(55500000000 + n), "print": {"media": "text/plain", "data": "eA=="}}]}


def test_a_thousand_real_order_lines_are_packed_and_arrive_as_they_were_ordered(build, shared_data, tmp_path, capsys):
    orders, left_out = read_orders(shared_data / "orders" / "online-retail-first-1000.csv")
    rig = Rig(build, tmp_path)
    try:
        rig.start_all()
        policy = {"version": 1, "quantity_limit": TIMES_MAX, "merchants": [{"merchant": "retail", "carriers": [{"carrier": "yamato", "shipped": "at-ready"}]}]}
        (tmp_path / "policy.json").write_text(json.dumps(policy))
        rig.oms("policy", str(tmp_path / "policy.json"))
        shipments = {invoice: shipment_of(n, invoice, lines) for n, (invoice, lines) in enumerate(orders.items())}
        (tmp_path / "orders.jsonl").write_text("".join(json.dumps(s) + "\n" for s in shipments.values()))
        rig.oms("push", str(tmp_path / "orders.jsonl"), "--station", "dc1/pack-01")
        wait_for("the orders at the bench", lambda: len(rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'label.given'")) == len(orders), 60)
        packer = Packer(rig.benches[0])
        for invoice, shipment in shipments.items():
            packer.scan(invoice, "opened")
            for line in shipment["lines"]:
                if line["quantity"] > 1:
                    packer.scan(f"OKURU-C-X-{line['quantity']}", "times")
                verdict = packer.scan(line["codes"][0]["code"], "ok", "packed")
            packer.match(verdict)
        wait_for("every parcel at the OMS", lambda: sum(e["type"] == "parcel.shipped" for e in events(rig)) == len(orders), 60)
        packed = {e["data"]["shipment"]: {c["line"]: c["quantity"] for c in e["data"]["contents"]} for e in events(rig) if e["type"] == "parcel.packed"}
    finally:
        rig.stop_all()
    wanted = {i: {line["line"]: line["quantity"] for line in s["lines"]} for i, s in shipments.items()}
    assert packed == wanted
    lines = sum(len(w) for w in wanted.values())
    with capsys.disabled():
        print(f"\n{lines} lines of {len(wanted)} orders packed, {left_out} lines left out as no goods")
    assert (len(wanted), lines, left_out) == (62, 932, 12)
