# SPDX-License-Identifier: Apache-2.0
"""A store whose lines are cut one after the other, in namespaces: what is ready at its counter is told by LTE, by the modem's SMS, by paper and
board, and by the first line that comes back; each customer is told once."""
import json
import os
import sys
from collections import Counter
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(TOP / "tests" / "integration"))
from store import HAT, Store  # noqa: E402
from story import store_wish  # noqa: E402
from test_lines import PORT, RELAY, Lines, lines, relay, wire  # noqa: E402, F401
from test_modem import SMS, Manager, bus  # noqa: E402, F401
from waiting import wait_for  # noqa: E402
from web import Client  # noqa: E402

FALLBACK_S = 600
PATIENCE_S = 60


class Site(Store):
    """Its okuru-notify alone has the two lines; what the other programs ask for lies on this machine."""

    def __init__(self, build: Path, folder: Path, lines: Lines, ca: Path):
        super().__init__(build, folder, clock_moves=True, ready_board=["127.0.0.1"])
        self.lines, rig = lines, self.rig
        routes = "".join(f"  - {{name: {name}, host: {RELAY}, port: {PORT}, tls: starttls, ca: {ca}, timeout: 2s, device: {name}0}}\n"
                         for name in ("fixed", "lte"))
        config = (rig.folder / "etc/notify.yaml").read_text().replace(f"maildir: {rig.mailbox}\n", "routes:\n" + routes)
        rig.write_yaml("notify.yaml", config + f"fallback_after: {FALLBACK_S}s\nsms:\n  - {{name: modem, modem: {{}}}}\nslip: {{folder: {rig.folder}/slips, columns: 42}}\n")
        wrapper = rig.folder / "okuru-notify-at-site"
        wrapper.write_text(f"#!/bin/sh\nexec nsenter -t {lines.site} -n {rig.program('okuru-notify')} \"$@\"\n")
        wrapper.chmod(0o755)
        plain = rig.program
        rig.program = lambda name: str(wrapper) if name == "okuru-notify" else plain(name)
        rig.environment["DBUS_SYSTEM_BUS_ADDRESS"] = os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
        self.ahead = 0

    def pass_time(self, seconds: int) -> None:
        self.ahead += seconds
        self.move_clock(self.ahead)

    def announce(self, name: str) -> dict:
        """The customer wants mail, else an SMS."""
        order = store_wish(name, (HAT, 1))
        order["orders"] = [f"250-{name}"]
        order["lines"][0]["order"] = f"250-{name}"
        order["contact"]["contact"] |= {"email": f"{name.lower()}@example.jp", "phone": "090-1234-5678", "code": "ABCD2345"}
        order["contact"] |= {"channels": ["email", "sms"]}
        self.push(order)
        return order

    def is_tried(self, order: dict) -> bool:
        """It is due, and was looked at while its line was down."""
        rows = self.rig.query("notify/notices.db", "SELECT state, reason FROM notice WHERE shipment = ?", order["shipment"])
        return bool(rows and rows[0][0] == "reserved" and rows[0][1])

    def outcomes(self) -> Counter:
        return Counter(kind for kind in ("notice.accepted", "notice.failed", "notice.unknown", "notice.expired", "notice.cancelled")
                       for _ in range(self.count(kind)))

    def at_office(self) -> int:
        return sum(json.loads(line)["type"].endswith("notice.accepted") for line in self.rig.oms("facts", "--json").splitlines())

    def slips(self) -> list:
        return sorted(self.rig.folder.glob("slips/*/*.txt"))

    def board(self) -> list:
        return sorted(o["tail"] for o in Client(self.address).get("/api/v1/ready-board")[1]["board"]["ready"])


def test_each_customer_of_a_store_is_told_once_whatever_is_cut(build, tmp_path, lines, relay, wire, bus):  # noqa: F811
    modem = Manager(bus).add_modem().add_sms()
    (tmp_path / "store").mkdir()
    site = Site(build, tmp_path / "store", lines, tmp_path / "ca.pem")
    mailed = lambda: [to for _, to in relay()]  # noqa: E731
    try:
        site.open()
        orders = {name: site.announce(name) for name in ("A-1001", "B-1002", "C-1003", "D-1004")}
        # Both lines are well.
        site.shelve(orders["A-1001"])
        site.told(orders["A-1001"])
        assert mailed() == ["a-1001@example.jp"] and wire() == {"fixed"}
        # The fixed line is cut.
        lines.cut("fixed")
        site.pass_time(60)
        site.shelve(orders["B-1002"], "B-4")
        site.told(orders["B-1002"])
        assert mailed()[1:] == ["b-1002@example.jp"] and wire() == {"lte"}
        # LTE carries nothing either, and the office is away; its modem still takes messages.
        lines.cut("lte")
        site.rig.broker.stop()
        site.shelve(orders["C-1003"], "B-5")
        wait_for("both routes to be down", lambda: site.is_tried(orders["C-1003"]), PATIENCE_S)
        assert not modem.calls(SMS, "Send") and site.outcomes() == {"notice.accepted": 2}
        site.pass_time(FALLBACK_S + 60)
        wait_for("the SMS", lambda: site.count("notice.accepted", "C-1003"), PATIENCE_S)
        assert len(modem.calls(SMS, "Send")) == 1 and len(mailed()) == 2 and wire() == set()
        # All are cut.
        modem.stop()
        site.shelve(orders["D-1004"], "B-6")
        wait_for("it to wait", lambda: site.is_tried(orders["D-1004"]), PATIENCE_S)
        site.pass_time(FALLBACK_S + 60)
        wait_for("the modem to be missed", lambda: "no sms goes" in site.rig.logs["notify"].read_text(), PATIENCE_S)
        site.pass_time(FALLBACK_S + 60)
        wait_for("a slip for the clerk", lambda: len(site.slips()) == 1, PATIENCE_S)
        site.pass_time(FALLBACK_S + 60)
        assert "250-D-1004" in site.slips()[0].read_text() and site.outcomes() == {"notice.accepted": 3}
        wait_for("the board", lambda: len(site.board()) == 4)
        assert not any("@" in tail or "250" in tail for tail in site.board())
        # The fixed line is mended.
        lines.mend("fixed")
        site.rig.broker.start()
        wait_for("the last mail", lambda: site.pass_time(60) or site.outcomes() == {"notice.accepted": 4}, 60, 0.5)
        assert Counter(mailed()) == {f"{name.lower()}@example.jp": 1 for name in ("A-1001", "B-1002", "D-1004")} and wire() == {"fixed"}
        assert len(site.slips()) == 1
        by = {f["subject"]: f for f in site.facts("notice.accepted")}
        assert {name: by[name]["channel"] for name in orders} == {"A-1001": "email", "B-1002": "email", "C-1003": "sms", "D-1004": "email"}
        wait_for("the office to have it all", lambda: site.at_office() == 4)
    finally:
        site.close()
        modem.stop()
