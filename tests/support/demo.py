# SPDX-License-Identifier: Apache-2.0
"""The main job, live: a floor with a broker, an OMS and a mailbox, and a store; a person plays packer, clerk and customer, or a script does."""
from __future__ import annotations

import argparse
import os
import select
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import shipments as goods  # noqa: E402
from compare import events  # noqa: E402
from demo_auto import auto, settle  # noqa: E402
from demo_floor import Floor, say, show  # noqa: E402
from demo_phone import Phone  # noqa: E402
from demo_store import HAT, SOCKS, customer, stock  # noqa: E402
from packer import Packer  # noqa: E402
from rig import RigError  # noqa: E402
from waiting import TimedOut  # noqa: E402


# ---- a person ----

WELCOME = """
okuru demo: a distribution centre, a store and its customers, all on this machine. Play each of them in a browser; no hardware is
needed, for each screen has a scanner on it here.

  start here   {start}
               all of this with what to press, in Japanese and English
  packer       {bench}#OKURU-P-P017,{slips}
  clerk        {counter}#OKURU-P-K041
  customer     {phone}
               mails, SMS and LINE as they come, the QR to show at the counter, and two lines to cut
  leader       {floor}   (badge L002; the store's: {store})
  shop         {board}
               the board that says whose order is ready

  Pack {first}: an order of the store. Shelve it there, open its customer's mail, show the QR, hand it over.
"""
HELP = """Type or pipe codes, one a line, as a scanner would send them. Try:
  OKURU-P-P017              sign in (OKURU-P-L002 is a leader)
  {slip:25} open the shipment by its order slip
{items}  (the label's number)      it is printed when the last unit is green: scan it
  OKURU-C-SHORT             not there · OKURU-C-X-3 three of the next · OKURU-C-UNDO
{truck}An empty line shows the next shipment; ctrl-D ends."""
TRUCK = {"bay-closed": "  OKURU-C-BAY-CLOSE-{bay:8} the truck is here: count, OKURU-C-D-1 (a digit), OKURU-C-OK\n",
         "scanned": "  OKURU-C-SHIP-{bay:12} the driver is here: scan each label, then OKURU-C-OK\n", "at-ready": ""}


def help_for(shipment: dict) -> str:
    items = ""
    for line in shipment["lines"]:
        code = line["codes"][0]["code"]
        if line["serial"] == "require":
            code = f"]d201{int(code):014d}21{shipment['shipment'][-3:]}"
        items += f"  {code:25} {line['name']['ja']} x{line['quantity']}\n"
    if shipment["pieces"] > 1:
        items += f"  {'OKURU-C-NEXT-PIECE':25} this box is full; {shipment['pieces']} are planned\n"
    for insert in shipment["inserts"]:
        code = {"scan": insert["codes"][0]["code"] if insert["codes"] else "", "confirm": "OKURU-C-OK"}.get(insert["check"], "")
        items += f"  {code:25} {insert['name']['ja']}\n" if code else ""
    truck = TRUCK[goods.HOW[shipment["carrier"]]].format(bay=shipment["bay"].upper())
    return HELP.format(slip=shipment["open_codes"][0], items=items, truck=truck)


def bytes_of(typed: str) -> str | None:
    """What a scanner would send; None for what none can: they send ASCII."""
    code = typed.strip().replace("|", "\x1d")
    return code if code.isascii() else None


class Elsewhere:
    """What arrived elsewhere since the last look: each thing is told once, whichever lane it came by."""

    def __init__(self, floor: Floor, packer: Packer):
        self.floor, self.packer = floor, packer
        self.events = {(e["source"], e["sequence"]) for e in events(floor.rig)}
        self.mails: set[Path] = set()
        self.n_texts = self.n_slips = 0

    def report(self) -> None:
        for label in self.packer.labels.drain():
            say(f"   printer: {label['carrier']} {label['number']} ({label['piece']}/{label['pieces']})")
        for event in events(self.floor.rig):
            place = (event["source"], event["sequence"])
            if place not in self.events and event["type"] != "item.verified":
                say(f"   OMS: {event['type']} {event['subject']}")
            self.events.add(place)
        for path in self.floor.rig.mails():
            if path not in self.mails:
                say(f"   mail: {path}")
            self.mails.add(path)
        texts, slips = self.floor.shop.lines.texts.texts, self.floor.shop.slips()
        for text in texts[self.n_texts:]:
            say(f"   {text['way']}: {text['to']}: {text['text'].splitlines()[0]}")
        for _ in slips[self.n_slips:]:
            say("   paper at the counter: it stands beside the customer's phone")
        self.n_texts, self.n_slips = len(texts), len(slips)


def welcome(floor: Floor, phone: Phone) -> None:
    a = phone.addresses
    say(WELCOME.format(**a, start=f"{phone.address}/", phone=f"{phone.address}/phone", slips=",".join(s["open_codes"][0] for s in phone.slips), first=phone.slips[0]["shipment"]))


def person(floor: Floor) -> int:
    packer, clerk = Packer(floor.rig.benches[0], show=show), Packer(floor.shop.rig.counters[0])
    names = iter(floor.shipments.values())
    elsewhere = Elsewhere(floor, packer)
    say(help_for(next(names)))
    while True:
        if not select.select([sys.stdin], [], [], 0.3)[0]:
            elsewhere.report()
            for verdict in packer.light.drain() + clerk.light.drain():
                show("", verdict)
            continue
        line = sys.stdin.readline()
        if not line:
            break
        code = bytes_of(line)
        if code is None:
            say("   a scanner sends ASCII only")
        elif code:
            packer.scan(code)
        else:
            shipment = next(names, None)
            say(help_for(shipment) if shipment else "   that were all shipments")
    if not sys.stdin.isatty():
        settle(floor, len(set(packer.green.shipped.values())))
    elsewhere.report()
    floor.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--auto", type=int, metavar="N", help="a virtual packer brings N shipments out (cancelled and parked ones come on top), a virtual clerk hands parcels over")
    parser.add_argument("--offline", action="store_true", help="with --auto: the broker is down for the middle third")
    parser.add_argument("--folder", help="keep everything there; by default a temporary folder that is removed")
    parser.add_argument("--from", dest="caller", default=".", help=argparse.SUPPRESS)
    parser.add_argument("--build", default=os.environ.get("OKURU_BUILD", "build/dev"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.auto is not None and args.auto < 1:
        parser.error("--auto wants at least 1")
    if args.offline and not args.auto:
        parser.error("--offline goes with --auto: a person pulls the cable")
    args.build = Path(args.build).resolve()
    if args.folder:
        args.folder = Path(args.caller, args.folder).resolve()
        if args.folder.exists() and (not args.folder.is_dir() or any(args.folder.iterdir())):
            parser.error(f"--folder {args.folder} is not empty: a floor begins in a new one")
    floor = Floor(args)
    phone = None
    try:
        floor.open()
        shop = floor.open_store()
        slips = list(floor.shipments.values())[:3]
        if not args.auto:
            stock(shop)
            slips = floor.send_to_store(customer(3001, (SOCKS, 2), prefix="T", ja="梱包台から店へ", en="from the bench to the store"), customer(3002, (HAT, 1), prefix="T")) + slips
            settle(floor, 0)
        phone = Phone(shop, floor.addresses(), slips)
        welcome(floor, phone)
        say(f"floor: {floor.folder}")
        return auto(floor, args) if args.auto else person(floor)
    except (RigError, TimedOut) as e:
        say(f"demo: {e}")
        return 1
    except KeyboardInterrupt:
        say("demo: interrupted")
        return 130
    finally:
        if phone:
            phone.close()
        floor.kill()
        if not args.folder:
            shutil.rmtree(floor.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
