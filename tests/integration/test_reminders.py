# SPDX-License-Identifier: Apache-2.0
"""Nobody comes for a parcel: told, reminded, told of the last day, put back. Real programs, and a clock that is the test's."""
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from compare import read_mail  # noqa: E402
from rig import wait_for  # noqa: E402
from store import HAT, SOCKS, Store  # noqa: E402
from story import store_wish  # noqa: E402

KINDS = ("pickup-ready", "pickup-reminder", "last-day")


class Days(Store):
    """A store whose days are passed by hand; it opens at nine."""

    def day(self, n: int, hour: int = 12) -> None:
        """To that hour of the @n-th day after the one on which P-1 was ready."""
        ready = datetime.fromisoformat(self.rig.query("station/ledger.db", "SELECT time FROM fact WHERE type = 'pickup.ready' AND subject = 'P-1'")[0][0])
        then = (ready + timedelta(days=n)).replace(hour=hour, minute=0, second=0)
        self.move_clock((then - datetime.now(then.tzinfo)).total_seconds())

    def reserved(self) -> list[tuple[str, str, int]]:
        return [(f["subject"], f["kind"], f["generation"]) for f in self.facts("notice.reserved")]

    def subjects(self) -> list[str]:
        return sorted(str(read_mail(m)["Subject"]).split("】")[1].split("（")[0] for m in self.rig.mails())

    def wish(self, name: str, **owners) -> dict:
        order = store_wish(name, (SOCKS, 2), (HAT, 1))
        order["notices"] = {"shipped": "none", **{k: "station" for k in KINDS}, **owners}
        order["contact"]["consent"] = {k: True for k in KINDS}
        self.push(order)
        return order

    def hand_over(self, order: dict) -> None:
        self.scan(order["orders"][0], "proof")
        self.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        first, second = self.codes(order)
        self.scan(first, "ok")
        self.scan(second, "collected")

    def restart(self) -> None:
        self.rig.kill("station")
        self.rig.start("station")
        wait_for("the station", self.rig.try_status)
        self.clerk.light.drain()


@pytest.fixture
def store(build, tmp_path):
    store = Days(build, tmp_path, clock_moves=True).open()
    try:
        yield store
        config = str(store.rig.folder / "etc/station.yaml")
        store.rig.okuru("rebuild", "--check", "--config", config)
    finally:
        store.close()


def test_who_does_not_come_is_told_three_times_and_then_it_goes_back(store):
    waits, collected, theirs = store.wish("P-1"), store.wish("P-2"), store.wish("P-3", **{"pickup-reminder": "oms", "last-day": "none"})
    for order in (waits, collected, theirs):
        store.shelve(order)
    wait_for("the first mails", lambda: len(store.rig.mails()) == 3, 30)
    store.hand_over(collected)

    store.day(1, hour=8)
    wait_for("that it is tomorrow", lambda: store.rig.ask_station({"verb": "status"})["clock"]["quality"] == "synced")
    store.scan("OKURU-P-K041")  # a commit of that morning: ticks have come and gone
    assert len(store.reserved()) == 3, "the store is not open yet"

    store.day(1)
    wait_for("the reminder", lambda: ("P-1", "pickup-reminder", 0) in store.reserved(), 30)
    wait_for("its mail", lambda: len(store.rig.mails()) == 4, 30)
    assert store.subjects().count("店舗でのお受け取りをお待ちしております") == 1
    store.restart()  # knows that it was told

    store.day(4)
    wait_for("the last day's", lambda: ("P-1", "last-day", 0) in store.reserved(), 30)
    wait_for("its mail", lambda: len(store.rig.mails()) == 5, 30)
    mail = next(read_mail(m) for m in store.rig.mails() if "お取り置きの期限が近づいております" in str(read_mail(m)["Subject"]))
    text = mail.get_body(("plain",)).get_content()
    for said in (waits["orders"][0], "青葉通り店", "20時まで", SOCKS.ja, HAT.ja, "お早めにお越しください"):
        assert said in text, said

    store.day(5)
    store.restart()
    store.day(5, hour=21)
    wait_for("what goes back", lambda: {f["subject"] for f in store.facts("pickup.expired")} == {"P-1", "P-3"}, 30)
    assert sorted(store.reserved()) == sorted([("P-1", k, 0) for k in KINDS] + [("P-2", "pickup-ready", 0), ("P-3", "pickup-ready", 0)])
    assert store.count("notice.accepted") == 5 and len(store.rig.mails()) == 5


def test_who_comes_after_the_reminder_was_owed_is_not_sent_it(store):
    order = store.wish("P-1")
    store.shelve(order)
    wait_for("the first mail", lambda: len(store.rig.mails()) == 1, 30)
    store.rig.stop("notify")
    store.day(1)
    wait_for("the reminder", lambda: ("P-1", "pickup-reminder", 0) in store.reserved(), 30)
    store.restart()
    store.clerk.sign_in("K041")
    store.hand_over(order)
    store.rig.start("notify")
    wait_for("its end", lambda: store.count("notice.cancelled") == 1, 30)
    assert [f["reason"] for f in store.facts("notice.cancelled")] == ["nothing-waits"]
    store.day(4)
    store.restart()
    store.scan("OKURU-P-K041")
    assert len(store.rig.mails()) == 1 and len(store.reserved()) == 2
