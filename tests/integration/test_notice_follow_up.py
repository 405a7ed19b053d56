# SPDX-License-Identifier: Apache-2.0
"""One word of all pieces of a shipment: what leaves after it, or makes it untrue, is told by a follow-up, and never as a second "shipped"."""
import email
import email.policy

import pytest
from ledger import notice_id, number
from mail_relay import RelayServer
from notify import M, mails_in
from test_notice_kinds import HAT, at_the_bench, first_box, in_two_boxes, store  # noqa: F401
from waiting import wait_for

FIRST, MORE, CHANGED = "商品発送のお知らせ", "追加発送のお知らせ", "発送内容変更のお知らせ"


def subject(word: str, shipment: str = "S-1") -> str:
    return f"【アクメ商店】{word}（ご注文番号：A-{shipment}）"


def text(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def gone(texts) -> list:
    return [email.message_from_bytes(t, policy=email.policy.default) for _, t in texts]


def first_of_two(ledger, notify) -> str:
    """The first box of two has gone, and its mail; the parcel."""
    ledger.shipment(M, "S-1", pieces=2)
    ledger.contact(M, "S-1")
    parcel = ledger.ship(M, "S-1", piece=1, pieces=2, quantity=1)
    assert notify.outcome_of(ledger.reserve(M, "S-1"))[0] == "notice.accepted"
    return parcel


def second(ledger, notify, **more) -> str:
    """The next generation's outcome."""
    return notify.outcome_of(ledger.reserve(M, "S-1", generation=1, **more))


def in_order(maildir, n: int) -> list:
    mails = mails_in(maildir)
    assert len(mails) == n
    return sorted(mails, key=lambda m: m["Message-ID"] != f"<{notice_id(M, 'S-1', 'shipped', 0)}@bench-1.tokyo.test.okuru.invalid>")


def test_a_box_that_leaves_after_the_mail_is_told_by_a_follow_up(notify, ledger, maildir):
    first_of_two(ledger, notify)
    ledger.ship(M, "S-1", piece=2, pieces=2, quantity=1)
    kind, data = second(ledger, notify)
    assert (kind, data["generation"], len(data["parcels"])) == ("notice.accepted", 1, 2)
    a, b = in_order(maildir, 2)
    assert a["Subject"] == subject(FIRST) and b["Subject"] == subject(MORE)
    assert number(2) not in text(a) and number(1) in text(b) and number(2) in text(b)
    assert "別のお荷物を追加で発送いたしました" in text(b) and "ご注文いただきました商品を発送いたしましたので" not in text(b)
    assert a["References"] == b["References"] != None and a["Message-ID"] != b["Message-ID"]  # noqa: E711


def test_what_was_told_and_is_not_so_any_more_is_put_right(notify, ledger, maildir):
    parcel = first_of_two(ledger, notify)
    ledger.void(M, "S-1", parcel)
    wait_for("the correction that is owed", lambda: [d for _, d in notify.outcomes() if d.get("correction")])
    ledger.ship(M, "S-1", piece=1, pieces=2, quantity=1)
    kind, data = second(ledger, notify)
    assert kind == "notice.accepted" and "correction" not in data
    _, b = in_order(maildir, 2)
    assert b["Subject"] == subject(CHANGED) and "変更がございました" in text(b)
    assert number(1) not in text(b) and number(2) in text(b)


def test_a_follow_up_whose_box_is_undone_first_says_nothing(notify, ledger, maildir):
    parcel = first_of_two(ledger, notify)
    later = ledger.ship(M, "S-1", piece=2, pieces=2, quantity=1)
    notice = ledger.reserve(M, "S-1", generation=1, delay=1800)
    wait_for("its state", lambda: notify.state(notice)[0] == "reserved")
    ledger.void(M, "S-1", later)
    notify.pass_time(1801)
    kind, data = notify.outcome_of(notice)
    assert (kind, data["reason"], data["attempts"], data["parcels"]) == ("notice.cancelled", "nothing-new", 0, [parcel])
    assert len(mails_in(maildir)) == 1


@pytest.mark.parametrize("state, word", [("accepted", MORE), ("unknown", MORE), ("cancelled", FIRST), ("failed", FIRST)])
def test_what_another_disk_told_is_followed_up_too(notify, ledger, maildir, state, word):
    """A snapshot says how it ended; what it named is not known here."""
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    ledger.fact("known.received", M, M, merchant=M, parcels=[], units=[], notices=[
        {"notice": notice_id(M, "S-1", "shipped", 0), "shipment": "S-1", "kind": "shipped", "generation": 0, "state": state}])
    assert second(ledger, notify)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert mail["Subject"] == subject(word)


def test_a_follow_up_that_may_have_gone_and_is_not_so_is_put_right(by_smtp, ledger, relay):
    """Killed while the relay has it, and its box is undone before the next start."""
    relay.release.set()
    ledger.shipment(M, "S-1", pieces=2)
    ledger.contact(M, "S-1", email="mute@example.jp")
    ledger.ship(M, "S-1", piece=1, pieces=2, quantity=1)
    assert by_smtp.outcome_of(ledger.reserve(M, "S-1"))[0] == "notice.accepted"
    relay.release.clear()
    later = ledger.ship(M, "S-1", piece=2, pieces=2, quantity=1)
    notice = ledger.reserve(M, "S-1", generation=1)
    wait_for("the relay", lambda: len(relay.seen) == 2)
    by_smtp.kill()
    ledger.void(M, "S-1", later)
    relay.release.set()
    by_smtp.start()
    kind, data = by_smtp.outcome_of(notice)
    assert (kind, data["reason"], data["correction"]) == ("notice.unknown", "nothing-new", True)
    assert by_smtp.outcome_of(ledger.reserve(M, "S-1", generation=2))[0] == "notice.accepted"
    mails = [mail["Subject"] for mail in gone(relay.taken)]
    assert mails[0] == subject(FIRST) and mails[-1] == subject(CHANGED) and set(mails[1:-1]) <= {subject(MORE)} and len(mails) <= 3


# ---- with a bench, the station and the OMS ----

def test_a_box_packed_after_the_mail_sends_the_next_one_by_itself(store):  # noqa: F811
    packer = at_the_bench(store)
    order = in_two_boxes(store, "P-1", kinds=("shipped",))
    first_box(packer, order)
    assert FIRST in store.mail(order, "shipped")
    packer.scan(HAT.jan, "packed", "ok")
    packer.scan(order["labels"][1]["number"], "ready", "shipped")
    mail = store.mail(order, "shipped", 1)
    assert MORE in mail and all(label["number"] in mail.replace("-", "") for label in order["labels"])
    generations = [f["generation"] for f in store.facts("notice.reserved") if f["kind"] == "shipped"]
    assert generations == [0, 1]


def by_relay(store, relay) -> RelayServer:  # noqa: F811
    """Its mails go there from now on."""
    server = RelayServer(relay)
    server.start()
    store.rig.stop("notify")
    store.rig.smtp = {"host": "127.0.0.1", "port": server.port, "tls": "none-on-loopback"}
    store.rig.write_configs()
    store.rig.start("notify")
    return server


def test_a_box_that_leaves_while_the_mail_is_in_the_relays_hands_is_told_by_the_next(store, relay):  # noqa: F811
    server = by_relay(store, relay)
    try:
        packer = at_the_bench(store)
        order = in_two_boxes(store, "P-1", kinds=("shipped",), email="silent@example.jp")
        first_box(packer, order)
        wait_for("the mail", lambda: relay.seen, 30)
        packer.scan(HAT.jan, "packed", "ok")
        packer.scan(order["labels"][1]["number"], "ready", "shipped")
        assert [f["generation"] for f in store.facts("notice.reserved")] == [0]  # nobody knows yet what the first one told
        relay.release.set()
        wait_for("the follow-up", lambda: len(relay.taken) == 2, 30)
        first, second = gone(relay.taken)
        assert FIRST in first["Subject"] and MORE in second["Subject"]
        assert [label["number"] in text(first).replace("-", "") for label in order["labels"]] == [True, False]
        assert all(label["number"] in text(second).replace("-", "") for label in order["labels"])
    finally:
        relay.release.set()
        server.stop()
