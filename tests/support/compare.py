# SPDX-License-Identifier: Apache-2.0
"""Does the world agree with the light? What went green at the scanner's side against the OMS's disk and the mailbox."""
from __future__ import annotations

import collections
import email
import email.policy
import json
from dataclasses import dataclass, field
from pathlib import Path

from packer import Green
from rig import Rig


@dataclass
class Outcome:
    facts_at_oms: int = 0
    parcels_shipped: int = 0
    shipments_shipped: int = 0
    notices_accepted: int = 0
    pickups_ready: int = 0
    pickups_collected: int = 0
    lost: list = field(default_factory=list)
    duplicated: list = field(default_factory=list)


@dataclass
class Counter:
    """What a pickup counter's light promised."""

    ready: set       # orders, by their shipment
    collected: dict  # shipment -> how many parcels are in its customer's hands
    orders: dict     # all of them, as they were pushed
    texts: list = field(default_factory=list)  # (shipment, text) of each SMS


def events(rig: Rig) -> list[dict]:
    """Every event of the OMS, by (source, sequence), as it lies on its disk."""
    rows = rig.query("oms/oms.db", "SELECT s.name, e.sequence, e.id, e.type, e.subject, e.retold, e.body FROM event e JOIN source s USING (source) ORDER BY s.name, e.sequence")
    keys = ("source", "sequence", "id", "type", "subject", "retold", "body")
    return [dict(zip(keys, row)) | {"data": json.loads(row[6])["data"]} for row in rows]


def read_mail(path: Path) -> email.message.EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def lanes_are_gapless(found: list[dict]) -> list[str]:
    out, last = [], {}
    for event in found:
        if event["sequence"] != last.get(event["source"], 0) + 1:
            out.append(f"{event['source']}: {event['sequence']} follows {last.get(event['source'], 0)}")
        last[event["source"]] = event["sequence"]
    return out


def _facts(out: Outcome, found: list[dict], green: Green) -> dict:
    """Each promise of the light is one fact at the OMS; twice the same id is twice the effect."""
    ids = collections.Counter(e["id"] for e in found if not e["retold"])
    out.duplicated += [f"fact {i} stands {n} times" for i, n in ids.items() if n > 1]
    by_type = collections.defaultdict(collections.Counter)
    for event in found:
        if not event["retold"]:
            by_type[event["type"]][event["subject"]] += 1
    for kind, parcels in (("parcel.packed", green.packed), ("parcel.ready", green.ready), ("parcel.shipped", green.shipped)):
        out.lost += [f"{kind} of {p}: green at the bench, not at the OMS" for p in parcels if not by_type[kind][p]]
    for kind in ("parcel.shipped", "notice.accepted"):
        out.duplicated += [f"{kind} of {s}: {n} times" for s, n in by_type[kind].items() if n > 1]
    return by_type


def _units(out: Outcome, found: list[dict], green: Green) -> None:
    """Units that went green lie in a packed parcel of their shipment (or the parcel was undone in words)."""
    packed = collections.Counter()
    undone = set()
    for event in found:
        data, kind = event["data"], event["type"]
        if kind == "parcel.packed" and not event["retold"]:
            for line in data["contents"]:
                packed[(data["shipment"], line["line"])] += line["quantity"]
        if kind in ("parcel.voided", "parcel.parked"):
            undone.add(data["shipment"])
    for (shipment, line), n in green.units.items():
        if shipment not in undone and packed[(shipment, line)] < n:
            out.lost.append(f"{shipment} line {line}: {n} units went green, {packed[(shipment, line)]} are packed at the OMS")
        if shipment not in undone and packed[(shipment, line)] > n:
            out.duplicated.append(f"{shipment} line {line}: {n} units went green, {packed[(shipment, line)]} are packed at the OMS")


def _mails(out: Outcome, rig: Rig, shipped: set, shipments: dict, texts: list) -> None:
    """One mail or SMS for each shipment that went out, to its own customer, with its own number; none for any other."""
    mails = collections.defaultdict(list)
    for name, text in texts:
        mails[name].append(text)
        out.lost += [f"the SMS of {name} does not say {order}" for order in shipments[name]["orders"] if order not in text]
    out.duplicated += [f"an SMS went to {name}, which was not shipped" for name in mails if name not in shipped]
    addresses = {s["contact"]["contact"]["email"]: name for name, s in shipments.items() if "contact" in s}
    for path in rig.mails():
        mail = read_mail(path)
        name = addresses.get(str(mail["To"].addresses[0].addr_spec))
        mails[name].append(mail)
        if name not in shipped:
            out.duplicated.append(f"a mail went to {name}, which was not shipped")
            continue
        text = mail.get_body(("plain",)).get_content()
        wanted = shipments[name]["orders"] + [label["number"] for label in shipments[name].get("labels", [])[:1]]
        out.lost += [f"mail of {name} does not say {w}" for w in wanted if w not in text.replace("-", "") and w not in text]
    out.lost += [f"no mail for {name}" for name in shipped if not mails[name]]
    out.duplicated += [f"{len(m)} mails for {name}" for name, m in mails.items() if len(m) > 1]


def _pickups(out: Outcome, found: list[dict], counter: Counter) -> None:
    """Each order that went ready is one fact; each parcel that was handed over is so once more than it was taken back."""
    ready, taken = collections.Counter(), collections.defaultdict(collections.Counter)
    for event in found:
        if event["type"] == "pickup.ready" and not event["retold"]:
            ready[event["subject"]] += 1
        if event["type"] in ("pickup.collected", "pickup.undone") and not event["retold"]:
            taken[event["data"]["shipment"]][event["subject"]] += 1 if event["type"] == "pickup.collected" else -1
    out.lost += [f"pickup.ready of {s}: green at the counter, not at the OMS" for s in counter.ready if not ready[s]]
    out.duplicated += [f"pickup.ready of {s}: {n} times" for s, n in ready.items() if n > 1 or s not in counter.ready]
    for s, n in counter.collected.items():
        at_oms = sum(taken[s].values())
        if at_oms < n:
            out.lost.append(f"{s}: {n} parcels were handed over, {at_oms} at the OMS")
    out.duplicated += [f"parcel {p} of {s} was handed over {n} times" for s, parcels in taken.items() for p, n in parcels.items() if n > 1 or (n == 1 and s not in counter.collected)]
    out.pickups_ready, out.pickups_collected = len(ready), sum(1 for parcels in taken.values() if any(n > 0 for n in parcels.values()))


def compare(rig: Rig, green: Green, shipments: dict, counter: Counter | None = None) -> Outcome:
    """@shipments: by id, as they were pushed. What is lost or doubled is named, not only counted."""
    counter = counter or Counter(set(), {}, {})
    out, found = Outcome(), events(rig)
    by_type = _facts(out, found, green)
    out.lost += [f"gap: {g}" for g in lanes_are_gapless(found)]
    _units(out, found, green)
    _pickups(out, found, counter)
    told = {s for s in green.shipped.values() if shipments[s].get("notices", {}).get("shipped") != "none"} | counter.ready
    _mails(out, rig, told, {**shipments, **counter.orders}, counter.texts)
    unknown = set(by_type["parcel.shipped"]) - set(green.shipped)
    out.duplicated += [f"parcel.shipped of {p} at the OMS, but the bench never said so" for p in unknown]
    out.facts_at_oms = len(found)
    out.parcels_shipped = len(by_type["parcel.shipped"])
    out.shipments_shipped = len({e["data"]["shipment"] for e in found if e["type"] == "parcel.shipped"})
    out.notices_accepted = sum(by_type["notice.accepted"].values())
    return out
