# SPDX-License-Identifier: Apache-2.0
"""okuru-notify against a ledger and a maildir. Python's own mail parser is the oracle of what it writes."""
import json
import socket
import sqlite3
import subprocess
import time

import pytest
from ledger import Ledger, notice_id, number
from notify import M, Notify, mails_in, shipped
from waiting import wait_for

PATIENCE = 20


def test_a_shipped_parcel_becomes_one_mail_and_one_outcome(notify, ledger, maildir):
    notice = shipped(ledger, "S-1")
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted"
    assert data["merchant"] == M and data["kind"] == "shipped" and data["generation"] == 0
    assert data["attempts"] == 1 and data["channel"] == "email" and "reason" not in data and "correction" not in data
    mail, = mails_in(maildir)
    assert not mail.defects
    assert mail["Message-ID"] == f"<{notice}@bench-1.tokyo.test.okuru.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [(a.display_name, a.addr_spec) for a in mail["From"].addresses] == [("アクメ商店", "shop@acme.example.jp")]
    assert [(a.display_name, a.addr_spec) for a in mail["To"].addresses] == [("山田 花子", "hanako@example.jp")]
    assert mail["Reply-To"].addresses[0].addr_spec == "help@acme.example.jp"
    assert mail["Subject"] == "【アクメ商店】商品発送のお知らせ（ご注文番号：A-S-1）"
    text = mail.get_body(("plain",)).get_content()
    assert "山田 花子 様" in text and "靴下 黒　2点" in text and number(1) in text and "ヤマト運輸" in text
    assert "2026年11月23日（月）" in text and "03-0000-0000" in text and "含まれていない" not in text


def test_a_customer_who_reads_english_gets_english(notify, ledger, maildir):
    notice = shipped(ledger, "S-1", name="Hanako Yamada", language="en")
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert mail["Subject"] == "Acme: your order A-S-1 has been shipped"
    assert "Dear Hanako Yamada," in mail.get_body(("plain",)).get_content() and "2 x Socks" in mail.get_body(("plain",)).get_content()


def test_several_pieces_are_one_mail_that_says_what_has_gone(notify, ledger, maildir):
    ledger.shipment(M, "S-1", pieces=2)
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1", piece=1, pieces=2, quantity=1)
    notice = ledger.reserve(M, "S-1", delay=30)
    wait_for("its state", lambda: notify.state(notice)[0] == "reserved")
    ledger.ship(M, "S-1", piece=2, pieces=2, quantity=1)
    notify.pass_time(31)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert number(1) in mail.get_body(("plain",)).get_content() and number(2) in mail.get_body(("plain",)).get_content()
    assert "含まれていない" not in mail.get_body(("plain",)).get_content()


def test_a_box_undone_within_the_waiting_time_is_never_told(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=1800)
    wait_for("its state", lambda: notify.state(notice)[0] == "reserved")
    assert notify.outcomes() == []
    ledger.void(M, "S-1", parcel)
    notify.pass_time(1801)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"]) == ("notice.cancelled", "nothing-shipped", 0)
    assert mails_in(maildir) == []


def test_a_box_undone_after_the_mail_owes_a_correction(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1")
    notify.outcome_of(notice)
    ledger.void(M, "S-1", parcel)
    wait_for("the outcomes", lambda: len(notify.outcomes()) == 2)
    kind, data = notify.outcome_of(notice)
    assert kind == "notice.accepted" and data["correction"] is True
    assert len(mails_in(maildir)) == 1


def test_a_notice_that_the_oms_took_over_is_cancelled(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1", delay=60)
    ledger.shipment(M, "S-1", version=2, owner="oms")
    notify.pass_time(61)
    assert notify.outcome_of(notice)[1]["reason"] == "owner-changed"
    assert mails_in(maildir) == []


def test_a_contact_that_comes_late_is_written_to_at_once(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.ship(M, "S-1")
    notice = ledger.reserve(M, "S-1")
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-contact"))
    ledger.contact(M, "S-1", consent=False)
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "no-consent"))
    ledger.contact(M, "S-1", version=2)
    assert notify.outcome_of(notice)[0] == "notice.accepted"


def test_a_swapped_box_is_not_opened(notify, ledger, maildir):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    ledger.close()
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE sealed SET box = randomblob(100)")
    ledger.open()
    notice = ledger.reserve(M, "S-1")
    wait_for("its state", lambda: notify.state(notice)[:2] == ("reserved", "bad-seal"))
    assert mails_in(maildir) == []


@pytest.mark.parametrize("address", [
    "evil@example.com>\r\nRCPT TO:<other@example.com", "a b@example.jp", "花子@example.jp", "<a@example.jp>", "a@b",
    "a@example.jp\n", "a@example.jp, b@example.jp"])
def test_an_address_that_could_hurt_is_refused_and_said(notify, ledger, maildir, address):
    notice = shipped(ledger, "S-1", email=address)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"]) == ("notice.failed", "bad-address")
    assert address not in json.dumps(data, ensure_ascii=False) and mails_in(maildir) == []


def test_a_name_cannot_add_a_header_or_a_line(notify, ledger, maildir):
    name = "花子\r\nBcc: evil@example.com\r\n\r\n<b>\x1b[31m"
    assert notify.outcome_of(shipped(ledger, "S-1", name=name))[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert mail["Bcc"] is None and not mail.defects
    assert mail["To"].addresses[0].addr_spec == "hanako@example.jp" and len(mail["To"].addresses) == 1
    assert "\nBcc" not in mail.get_body(("plain",)).get_content() and "\x1b" not in mail.get_body(("plain",)).get_content()


def test_nothing_personal_is_logged_or_kept(notify, ledger, maildir):
    notify.outcome_of(shipped(ledger, "S-1", name="秘密太郎", email="himitsu@example.jp"))
    notify.stop()
    kept = notify.errors.read_bytes() + b"".join(p.read_bytes() for p in notify.folder.iterdir())
    for secret in ("秘密太郎", "himitsu", "A-S-1"):
        assert secret.encode() not in kept


def test_what_the_facts_show_as_sent_is_not_sent_by_a_new_disk(notify, ledger, maildir):
    notice = shipped(ledger, "S-1")
    kind, data = notify.outcome_of(notice)
    ledger.fact(kind, M, "S-1", **data)  # as the station does
    wait_for("that it is told", lambda: notify.query("SELECT told FROM notice WHERE id = ?", notice) == [(1,)])
    notify.stop()
    for p in notify.folder.iterdir():
        p.unlink()
    (maildir / "new" / f"{notice}.okuru").unlink()
    notify.start()
    other = shipped(ledger, "S-2")
    notify.outcome_of(other)
    assert notify.state(notice)[0] == "accepted"
    assert [d["notice"] for _, d in notify.outcomes()] == [other] and len(mails_in(maildir)) == 1


def test_what_a_snapshot_knows_as_sent_is_not_sent(notify, ledger, maildir):
    notice = notice_id(M, "S-1")
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.fact("known.received", M, M, merchant=M, parcels=[], units=[], notices=[
        {"notice": notice, "shipment": "S-1", "kind": "shipped", "generation": 0, "state": "accepted"}])
    other = shipped(ledger, "S-2")
    notify.outcome_of(other)
    assert notify.state(notice)[0] == "accepted" and len(mails_in(maildir)) == 1


def test_without_a_ledger_it_waits_for_one(build, tmp_path, maildir):
    ledger = Ledger(build, tmp_path / "ledger")
    ledger.folder.mkdir(mode=0o750)
    subprocess.run([ledger.tool, "--keys", ledger.secret, ledger.public], check=True)
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", socket=tmp_path / "nobody-rings.sock") as notify:
        wait_for("its database", lambda: (notify.folder / "notices.db").exists())
        with ledger:
            assert notify.outcome_of(shipped(ledger, "S-1"))[0] == "notice.accepted"
        notify.stop()


def test_bells_that_follow_each_other_without_end_keep_nobody_waiting(notify, ledger):
    """As many benches do, each of which rings with each scan."""
    notify.outcome_of(shipped(ledger, "S-1"))  # it follows the bell
    notice = shipped(ledger, "S-2")

    def ring_and_look() -> bool:
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            ledger.bell.ring()
            time.sleep(0.003)
        return any(d["notice"] == notice for _, d in notify.outcomes())

    wait_for("the outcome", ring_and_look, timeout=5, step=0)


def test_the_bell_is_heard_and_the_station_is_told(build, tmp_path, ledger, maildir):
    """Between two ticks of a second each a mail goes within some tens of milliseconds of the bell."""
    path = tmp_path / "station.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        server.settimeout(PATIENCE)
        with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", socket=path) as notify:
            peer, _ = server.accept()
            with peer, peer.makefile("rw") as station:
                peer.settimeout(PATIENCE)
                assert json.loads(station.readline()) == {"verb": "follow"}
                waited = []
                for i in range(5):
                    notice = shipped(ledger, f"S-{i}")
                    begun = time.monotonic()
                    station.write('{"ok":true}\n{"verdict":{}}\n{"bell":1}\n')
                    station.flush()
                    assert json.loads(station.readline()) == {"verb": "poke"}
                    waited.append(time.monotonic() - begun)
                    notify.outcome_of(notice)
                assert sorted(waited)[2] < 0.5
            notify.stop()


def test_a_mail_is_a_page_beside_its_text(notify, ledger, maildir):
    notify.outcome_of(shipped(ledger, "S-1", name="花子 <b>{{order}}</b>"))
    mail, = mails_in(maildir)
    assert mail.get_content_type() == "multipart/alternative" and not mail.defects
    page = mail.get_body(("html",)).get_content()
    assert "花子 &lt;b&gt;{{order}}&lt;/b&gt; 様" in page and "ヤマト運輸" in page and number(1) in page and 'lang="ja"' in page
