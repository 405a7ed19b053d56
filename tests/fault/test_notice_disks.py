# SPDX-License-Identifier: Apache-2.0
"""A new disk, or one from a copy, while one customer has been told and another has not: what the snapshot or the facts show as sent is
not sent again, and what is owed is sent, under the same id."""
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from compare import events  # noqa: E402
from faults import Ground, SteadyPacker, simple  # noqa: E402
from ports import free_port  # noqa: E402
from smtp_sink import Sink  # noqa: E402
from waiting import wait_for  # noqa: E402

BOX = ("station", "sync", "notify")
EMPTY, COPY = "empty", "copy"
LOSSES = {  # which folders are lost, and what takes their place
    "a-new-disk": {"station": EMPTY, "sync": EMPTY, "notify": EMPTY},
    "a-disk-from-a-copy": {"station": COPY, "sync": COPY, "notify": COPY},
    "a-ledger-from-a-copy": {"station": COPY},
    "a-ledger-from-a-copy-and-no-memory": {"station": COPY, "notify": EMPTY},
    "notices-from-a-copy": {"notify": COPY},
    "no-notices": {"notify": EMPTY},
}


class Box:
    """A floor by a relay, and a copy of its disk."""

    def __init__(self, build: Path, folder: Path, notice_delay_s: int = 0):
        self.sink, self.copies = Sink(free_port()), folder / "copies"
        smtp = {"host": "127.0.0.1", "port": self.sink.port, "tls": "none-on-loopback", "timeout": "2s"}
        self.g = Ground(build, folder / "floor", simple(6), notice_delay_s=notice_delay_s, smtp=smtp)
        self.one, self.two, self.three = list(self.g.shipments)[:3]
        self.contact(self.two)["email"] = self.contact(self.one)["email"]  # one customer

    def contact(self, shipment: str) -> dict:
        return self.g.shipments[shipment]["contact"]["contact"]

    def open(self) -> "Box":
        self.g.open()
        self.sink.open()
        self.packer = SteadyPacker(self.g, self.g.rig.benches[0])
        self.packer.sign_in("P017")
        return self

    def close(self) -> None:
        self.sink.close()
        self.g.close()

    def stop(self) -> None:
        for name in BOX:
            self.g.rig.stop(name)

    def start(self, anew: bool = False) -> None:
        """@anew: the station gets its snapshot first, and begins a new ledger for it."""
        for name in BOX:
            self.g.rig.start(name)
        if anew:
            wait_for("the snapshot", self.has_snapshot, 30)
        self.g.wait_ready()
        self.packer.light.drain()

    def has_snapshot(self) -> bool:
        try:
            return bool(self.g.rig.query("station/ledger.db", "SELECT 1 FROM fact WHERE type = 'snapshot.ended' AND pos > "
                                                              "(SELECT max(pos) FROM fact WHERE type IN ('ledger.started', 'ledger.told'))"))
        except sqlite3.OperationalError:
            return False  # it is being made

    def sign_in(self) -> None:
        """What the light says by itself after a start may come late."""
        def signed_in() -> bool:
            self.packer.light.drain()
            verdict = self.packer.try_scan("OKURU-P-P017")
            return verdict is not None and verdict["kind"] in ("signed-in", "already")
        wait_for("the packer to be signed in", signed_in, 10, 0.2)

    def copy(self) -> None:
        self.stop()
        for name in BOX:
            shutil.copytree(self.g.rig.folder / name, self.copies / name)
        self.start()

    def lose(self, losses: dict) -> None:
        self.stop()
        for name, instead in losses.items():
            shutil.rmtree(self.g.rig.folder / name)
            if instead == COPY:
                shutil.copytree(self.copies / name, self.g.rig.folder / name)
            else:
                (self.g.rig.folder / name).mkdir(mode=0o750)

    def heard(self, kind: str, shipment: str) -> list[dict]:
        """What the office was told of a notice."""
        return [e["data"] for e in events(self.g.rig) if (e["type"], e["subject"]) == (kind, shipment)]

    def mails(self, shipment: str) -> list[bytes]:
        ids = {data["notice"] for kind in ("notice.reserved", "notice.accepted") for data in self.heard(kind, shipment)}
        return [text for name, text in self.sink.taken if name in ids]

    def pack(self, shipment: str, until: str) -> None:
        self.packer.pack(shipment)
        wait_for(f"{until} of {shipment} at the office", lambda: self.heard(until, shipment), 30)


@pytest.fixture
def box(build, tmp_path):
    box = Box(build, tmp_path)
    try:
        yield box.open()
    finally:
        box.close()


@pytest.mark.parametrize("loss", LOSSES)
def test_who_was_told_is_not_told_again_and_who_was_not_is(box, loss):
    if COPY in LOSSES[loss].values():
        box.copy()
    box.pack(box.one, "notice.accepted")
    box.sink.close()
    box.pack(box.two, "notice.reserved")
    box.lose(LOSSES[loss])
    box.sink.open()
    box.start(anew="station" in LOSSES[loss])
    wait_for("the mail that is owed", lambda: box.mails(box.two), 30)
    wait_for("its outcome", lambda: box.heard("notice.accepted", box.two), 30)
    box.sign_in()
    box.pack(box.three, "notice.accepted")
    assert [len(box.mails(shipment)) for shipment in (box.one, box.two, box.three)] == [1, 1, 1]
    assert len({data["notice"] for kind in ("notice.reserved", "notice.accepted") for data in box.heard(kind, box.two)}) == 1
    assert box.heard("notice.cancelled", box.two) == [] and box.g.rebuild_check().returncode == 0


def test_what_went_while_the_office_did_not_hear_it_goes_once_more_by_a_new_disk_as_the_same_mail(box):
    """Nobody can know that it went: the station that knew is gone. Once more, and by the same name."""
    box.sink.close()
    box.pack(box.one, "notice.reserved")
    box.g.rig.stop("sync")
    box.sink.open()
    wait_for("the mail", lambda: box.sink.taken, 60)
    box.lose(LOSSES["a-new-disk"])
    box.start(anew=True)
    wait_for("its outcome", lambda: box.heard("notice.accepted", box.one), 30)
    box.sign_in()
    box.pack(box.two, "notice.accepted")
    assert len(box.mails(box.one)) == len(box.sink.taken) - 1 == 2


@pytest.mark.parametrize("loss", ["a-new-disk", "no-notices"])
def test_an_address_that_was_refused_is_not_tried_again_by_a_new_disk(box, loss):
    box.sink.refuse_recipient = "550 5.1.1 no such user"
    box.pack(box.one, "notice.failed")
    assert [data["reason"] for data in box.heard("notice.failed", box.one)] == ["recipient-refused"]
    box.sink.refuse_recipient = ""
    box.lose(LOSSES[loss])
    box.start(anew="station" in LOSSES[loss])
    box.sign_in()
    box.pack(box.two, "notice.failed")  # to the same address
    assert [data["reason"] for data in box.heard("notice.failed", box.two)] == ["address-refused"] and not box.sink.taken


def test_control_what_nobody_else_had_heard_of_is_gone_with_its_disk(box):
    box.sink.close()
    box.g.rig.stop("sync")
    box.packer.pack(box.one)
    box.lose(LOSSES["a-new-disk"])
    box.sink.open()
    box.start(anew=True)
    box.sign_in()
    box.pack(box.two, "notice.accepted")
    assert box.mails(box.one) == [] and len(box.sink.taken) == 1
