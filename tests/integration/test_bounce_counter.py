# SPDX-License-Identifier: Apache-2.0
"""A mail comes back to a store: the whole way from what the mail server wrote to the clerk, the floor's list, the command line and the office."""
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from bounces import KEY, Box, bounce  # noqa: E402
from store import HAT, Store  # noqa: E402
from waiting import wait_for  # noqa: E402


@pytest.fixture
def store(build, tmp_path):
    s = Store(build, tmp_path / "store").open()
    key, config = s.rig.folder / "keys/bounce.key", s.rig.folder / "etc/notify.yaml"
    key.write_bytes(KEY + b"\n")
    key.chmod(0o600)
    s.rig.stop("notify")
    config.write_text(config.read_text() + f"bounce: {{domain: bounce.example.jp, key_file: {key}, mailbox: {{maildir: {tmp_path}/bounces, every: 100ms}}}}\n")
    s.rig.start("notify")
    yield s
    s.close()


def hand_over(store, order: dict) -> dict:
    store.scan(order["orders"][0], "proof")
    store.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
    return store.scan(store.codes(order)[0], "collected")["sub"]


def test_who_hands_over_hears_that_the_mail_came_back(store, tmp_path):
    order, control = store.order("S-1", (HAT, 1), mail="hanako@example.net"), store.order("S-2", (HAT, 1), mail="jiro@example.net")
    for o in (order, control):
        store.shelve(o)
        store.told(o)
    notice = next(f["notice"] for f in store.facts("notice.accepted") if f["subject"] == "S-1")
    Box(tmp_path / "bounces").put(bounce("docomo", notice))
    store.told(order, "notice.failed")
    failed = [f for f in store.facts("notice.failed") if f["subject"] == "S-1"]
    assert [(f["reason"], f["channel"], f["notice"]) for f in failed] == [("bounced", "email", notice)]
    told = subprocess.run([store.rig.program("okuru"), "notices", "--all", "--config", store.rig.folder / "etc/station.yaml"], text=True, capture_output=True,
                          env=store.rig.environment)
    assert "bounced" in told.stdout and told.returncode == 0, told.stdout + told.stderr
    wait_for("the office knows", lambda: store.rig.query("oms/oms.db", "SELECT state FROM notice WHERE notice = ?", notice) == [("failed",)])
    said = hand_over(store, order)
    assert "別の連絡先を聞く" in said["ja"] and "ask for another way" in said["en"]
    assert "別の連絡先を聞く" not in hand_over(store, control)["ja"]
    done = subprocess.run([store.rig.program("okuru"), "rebuild", "--check", "--config", store.rig.folder / "etc/station.yaml"], text=True, capture_output=True,
                          env=store.rig.environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_reminder_is_not_sent_to_where_nobody_is_until_the_office_mends_it(store, tmp_path):
    order = store.order("S-1", (HAT, 1), mail="hanako@example.net")
    store.shelve(order)
    store.told(order)
    notice = next(f["notice"] for f in store.facts("notice.accepted") if f["subject"] == "S-1")
    Box(tmp_path / "bounces").put(bounce("gmail", notice))
    store.told(order, "notice.failed")
    other = store.order("S-2", (HAT, 1), mail="Hanako@example.net")
    store.shelve(other)
    store.told(other, "notice.failed")
    assert [f["reason"] for f in store.facts("notice.failed") if f["subject"] == "S-2"] == ["address-refused"]
    other["contact"] = {**other["contact"], "version": other["contact"].get("version", 1) + 1,
                        "contact": {**other["contact"]["contact"], "email": "mended@example.net"}}
    store.rig.oms("push", store.file("push.jsonl", other), "--station", "dc1/pack-01")
    wait_for("the mended contact", lambda: store.count("contact.received", "S-2") == 2)
    store.scan(other["orders"][0], "proof")
    store.scan("OKURU-C-RESEND", "ok")
    wait_for("it went", lambda: store.count("notice.accepted", "S-2") == 1, 30)
