# SPDX-License-Identifier: Apache-2.0
"""An incident of many orders: each customer reads one mail that lists all of theirs, each order is a notice of its own, and a death
changes neither."""
import email
import email.policy
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from bounces import Box, bounce, config  # noqa: E402
from fake_http import Answer, FakeServer  # noqa: E402
from ledger import Ledger, notice_id  # noqa: E402
from notify import M, Notify, mails_in, smtp_route  # noqa: E402
from smtp_sink import Sink  # noqa: E402
from waiting import wait_for  # noqa: E402
from ways import BOX, TAKEN, by_hook, by_line, by_sms  # noqa: E402

SAID = {"cause": {"ja": "大雪で配送が止まっているため", "en": "snow holds up the lane"}, "action": {"ja": "別の便に積み替えます", "en": "another van takes it"},
        "next_by": "2026-11-23T12:00:00+09:00"}
ORDER = re.compile(r"A-S-\d{4}")


def order_of(ledger, n: int, who: str, merchant: str = M, **contact) -> str:
    """The name of a shipment of which the office can tell."""
    name = f"S-{n:04d}"
    ledger.shipment(merchant, name, notices={"shipped": "none", "incident": "station"})
    ledger.contact(merchant, name, email=f"{who}@example.jp", kinds=("incident",), **contact)
    return name


def incident(ledger, name: str, merchant: str = M, generation: int = 0, again: bool = False, **said) -> str:
    """@again: the office has it as waiting, from a disk that is gone."""
    if again:
        ledger.fact("known.received", merchant, merchant, merchant=merchant, parcels=[], units=[], notices=[
            {"notice": notice_id(merchant, name, "incident", generation), "shipment": name, "kind": "incident", "generation": generation, "state": "reserved"}])
    return ledger.reserve(merchant, name, kind="incident", generation=generation, data={**SAID, **said}, **({"again": True} if again else {}))


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def orders_in(mail) -> list:
    """The numbers in a mail's list; of one order, the one."""
    return sorted(set(ORDER.findall(text_of(mail))))


def copy_id(mail) -> str:
    return str(mail["Message-ID"]).strip("<>").split("@")[0]


@pytest.fixture
def notify(build, tmp_path, ledger, maildir):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", gather="60s") as notify:
        yield notify
        notify.stop()


def wait_gathered(notify, *notices) -> None:
    wait_for("all of them to gather", lambda: all(notify.state(n)[1] == "gathering" for n in notices))


def ended(notify, n: int) -> list:
    wait_for(f"{n} outcomes", lambda: len(notify.outcomes()) >= n, 60)
    return notify.outcomes()


def test_300_orders_of_40_customers_are_40_mails(notify, ledger, maildir):
    owned = {f"c{i % 40}": [] for i in range(40)}
    for i in range(300):
        owned[f"c{i % 40}"].append(order_of(ledger, i, f"c{i % 40}", language="en" if i % 3 == 0 and i % 40 > 35 else "ja"))
    notices = [incident(ledger, name) for names in owned.values() for name in names]
    wait_gathered(notify, *notices)
    assert not mails_in(maildir)
    notify.pass_time(61)
    outcomes = ended(notify, 300)
    assert Counter(d["notice"] for _, d in outcomes) == Counter(notices) and {t for t, _ in outcomes} == {"notice.accepted"}
    assert {(d["attempts"], d["channel"]) for _, d in outcomes} == {(1, "email")}
    mails = mails_in(maildir)
    assert {d["copy"] for _, d in outcomes} == {copy_id(m) for m in mails}
    copy_of = {notice: d["copy"] for _, d in outcomes for notice in [d["notice"]]}
    for names in owned.values():
        for name in names:
            assert f"A-{name}" in orders_in(next(m for m in mails if copy_id(m) == copy_of[notice_id(M, name, "incident")]))
    told = [(str(m["To"].addresses[0].username), orders_in(m)) for m in mails]
    # those who read some of theirs in another language get one mail of each
    assert len(mails) == 40 + 4 and len({copy_id(m) for m in mails}) == 44 and not {copy_id(m) for m in mails} & set(notices)
    assert Counter(o for _, orders in told for o in orders) == Counter(f"A-{n}" for names in owned.values() for n in names)
    for who, orders in told:
        assert {o.removeprefix("A-") for o in orders} <= set(owned[who])
    seven = next(m for m in mails if m["To"].addresses[0].username == "c0")
    assert str(seven["Subject"]) == "【重要】アクメ商店よりお詫びとお知らせ（ご注文番号：A-S-0000 ほか7件）"
    assert all(words in text_of(seven) for words in (SAID["cause"]["ja"], SAID["action"]["ja"], "2026年11月23日", "山田 花子 様"))


def test_one_order_is_told_as_ever(notify, ledger, maildir):
    notice = incident(ledger, order_of(ledger, 1, "hanako"))
    wait_gathered(notify, notice)
    notify.pass_time(61)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert copy_id(mail) == notice and "copy" not in notify.outcome_of(notice)[1] and "ほか" not in str(mail["Subject"]) and orders_in(mail) == ["A-S-0001"]


def test_only_what_is_alike_stands_in_one_mail(notify, ledger, maildir):
    ledger.policy(M)
    names = [order_of(ledger, i, "hanako") for i in range(6)]
    other = order_of(ledger, 6, "jiro")
    notices = [incident(ledger, names[0]), incident(ledger, names[1], items=[{"name": "手袋", "quantity": 9}]), incident(ledger, names[2]),
               incident(ledger, names[3], cause="車両の故障のため"), incident(ledger, names[4], next_by="2026-11-24T12:00:00+09:00"), incident(ledger, other)]
    wait_gathered(notify, *notices)
    notify.pass_time(61)
    ended(notify, 6)
    mails = sorted(mails_in(maildir), key=orders_in)
    assert [orders_in(m) for m in mails] == [["A-S-0000", "A-S-0001", "A-S-0002"], ["A-S-0003"], ["A-S-0004"], ["A-S-0006"]]
    assert "手袋　9点" in text_of(mails[0]) and text_of(mails[0]).count("靴下 黒　2点") == 2
    # who comes after it has gone is told for itself
    late = incident(ledger, names[5])
    wait_gathered(notify, late)
    notify.pass_time(61)
    assert notify.outcome_of(late)[0] == "notice.accepted" and ["A-S-0005"] in [orders_in(m) for m in mails_in(maildir)]


def test_what_is_undone_meanwhile_is_not_in_it(notify, ledger, maildir):
    names = [order_of(ledger, i, "hanako") for i in range(4)]
    notices = [incident(ledger, name) for name in names]
    wait_gathered(notify, *notices)
    ledger.shipment(M, names[1], version=2, notices={"incident": "none"})
    newer = incident(ledger, names[2], generation=1, cause="積み替えが遅れたため")
    wait_gathered(notify, newer)
    notify.pass_time(61)
    outcomes = {d["notice"]: (t, d.get("reason")) for t, d in ended(notify, 5)}
    assert outcomes == {notices[0]: ("notice.accepted", None), notices[1]: ("notice.cancelled", "owner-changed"), notices[2]: ("notice.cancelled", "overtaken"),
                        notices[3]: ("notice.accepted", None), newer: ("notice.accepted", None)}
    assert sorted(orders_in(m) for m in mails_in(maildir)) == [["A-S-0000", "A-S-0003"], ["A-S-0002"]]


def test_several_people_at_one_address_are_not_greeted_by_one_name(notify, ledger, maildir):
    notices = [incident(ledger, order_of(ledger, i, "family", name=name)) for i, name in enumerate(("山田 花子", "山田 太郎"))]
    wait_gathered(notify, *notices)
    notify.pass_time(61)
    ended(notify, 2)
    mail, = mails_in(maildir)
    assert orders_in(mail) == ["A-S-0000", "A-S-0001"] and "山田" not in text_of(mail) and "山田" not in str(mail["To"])


def test_words_that_list_no_orders_go_one_by_one(build, tmp_path, ledger, maildir):
    words = tmp_path / "words" / "ja"
    words.mkdir(parents=True)
    ours = (TOP / "services/notify/templates/ja/incident.md").read_text()
    (words / "incident.md").write_text(re.sub(r"\{\{#several\}\}.*?\{\{/several\}\}\n", "", ours, flags=re.S))
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", words=words.parent) as notify:
        notices = [incident(ledger, order_of(ledger, i, "hanako")) for i in range(3)]
        ended(notify, 3)
        assert sorted(map(copy_id, mails_in(maildir))) == sorted(notices)
        notify.stop()


def test_who_has_very_many_gets_several_mails_and_each_order_once(notify, ledger, maildir):
    names = [order_of(ledger, i, "hanako") for i in range(130)]
    notices = [incident(ledger, name) for name in names]
    wait_gathered(notify, *notices)
    notify.pass_time(61)
    outcomes = ended(notify, 130)
    assert Counter((d["notice"], t) for t, d in outcomes) == Counter((n, "notice.accepted") for n in notices)
    mails = mails_in(maildir)
    assert sorted(len(orders_in(m)) for m in mails) == [30, 100]
    assert Counter(o for m in mails for o in orders_in(m)) == Counter(f"A-{n}" for n in names)
    assert all(len(m.as_bytes()) < 200_000 for m in mails)


def test_goods_are_words_and_nothing_else(notify, ledger, maildir):
    names = ("<b>{{cause}}</b>", "A\r\nBcc: jiro@example.jp", "x" * 900, "*A* [a](https://evil.example/)")
    notices = [incident(ledger, order_of(ledger, i, "hanako"), items=[{"name": name, "quantity": 1}]) for i, name in enumerate(names)]
    wait_gathered(notify, *notices)
    notify.pass_time(61)
    assert {t for t, _ in ended(notify, len(names))} == {"notice.accepted"}
    mail, = mails_in(maildir)
    html = mail.get_body(("html",)).get_content()
    assert not mail.defects and "Bcc" not in mail
    assert "<b>{{" not in html and "&lt;b&gt;{{cause}}&lt;/b&gt;" in html and 'href="https://evil' not in html
    assert "<b>{{cause}}</b>" in text_of(mail) and "*A* [a](https://evil.example/)" in text_of(mail) and "x" * 600 not in text_of(mail)


@pytest.mark.parametrize("channel, by, says", [("sms", by_sms, "ご注文A-S-0000 ほか2件に問題が生じ"), ("line", by_line, "ご注文番号 A-S-0002")])
def test_by_sms_and_line_it_is_one_message_too(build, tmp_path, ledger, channel, by, says):
    with FakeServer(TAKEN) as server, Notify(build, tmp_path, ledger, by(tmp_path, server), gather="60s") as notify:
        notices = [incident(ledger, order_of(ledger, i, "hanako", channels=[channel], box=BOX)) for i in range(3)]
        wait_gathered(notify, *notices)
        notify.pass_time(61)
        assert {(d["notice"], t, d["channel"]) for t, d in ended(notify, 3)} == {(n, "notice.accepted", channel) for n in notices}
        request, = server.requests
        assert says in json.loads(request.body)["text" if channel == "sms" else "messages"].__str__()
        notify.stop()


def test_a_merchants_server_is_told_of_each(build, tmp_path, ledger):
    with FakeServer(Answer(200)) as server, Notify(build, tmp_path, ledger, by_hook(tmp_path, server), gather="60s") as notify:
        notices = [incident(ledger, order_of(ledger, i, "hanako", channels=["webhook"], consent={"incident": True})) for i in range(3)]
        ended(notify, 3)
        assert sorted(json.loads(r.body)["data"]["notice"] for r in server.requests) == sorted(notices)
        notify.stop()


# ---- the line, and death ----


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def by_smtp(build, tmp_path, ledger, sink):
    with Notify(build, tmp_path, ledger, smtp_route(sink.port, timeout="20s"), gather="30s") as notify:
        yield notify
        notify.stop()


def three(ledger, notify) -> list:
    notices = [incident(ledger, order_of(ledger, i, "hanako")) for i in range(3)]
    wait_gathered(notify, *notices)
    return notices


def copies(sink) -> list:
    return [email.message_from_bytes(text, policy=email.policy.default) for _, text in sink.taken]


@pytest.mark.parametrize("stage, n_copies", [("connect", 1), ("rcpt", 1), ("dot", 1), ("taken", 2)])
def test_a_death_on_the_way_sends_the_same_mail_or_none(by_smtp, ledger, sink, stage, n_copies):
    sink.stop_at(stage)
    notices = three(ledger, by_smtp)
    by_smtp.pass_time(31)
    assert sink.reached.wait(20)
    wait_for("all under way", lambda: all(by_smtp.state(n)[0] == "sending" for n in notices))
    by_smtp.kill()
    sink.go_on(gone=stage != "taken")
    # one that comes meanwhile, and is alike, is no part of what may have gone
    late = incident(ledger, order_of(ledger, 9, "hanako"))
    by_smtp.pass_time(61)
    by_smtp.start()
    wait_gathered(by_smtp, late)
    ended(by_smtp, 3)
    by_smtp.pass_time(31)
    outcomes = ended(by_smtp, 4)
    assert Counter((d["notice"], t) for t, d in outcomes) == Counter((n, "notice.accepted") for n in (*notices, late))
    mails = [m for m in copies(sink) if copy_id(m) != late]
    assert len(mails) == n_copies and len({m.as_bytes() for m in mails}) == 1
    assert orders_in(mails[0]) == ["A-S-0000", "A-S-0001", "A-S-0002"]


def test_what_is_undone_after_a_copy_may_have_gone_is_unknown_and_out_of_the_next(by_smtp, ledger, sink):
    sink.stop_at("taken")
    notices = three(ledger, by_smtp)
    by_smtp.pass_time(31)
    assert sink.reached.wait(20)
    by_smtp.kill()
    sink.go_on()
    ledger.shipment(M, "S-0000", version=2, notices={"incident": "none"})
    by_smtp.pass_time(61)
    by_smtp.start()
    outcomes = {d["notice"]: (t, d.get("correction")) for t, d in ended(by_smtp, 3)}
    assert outcomes == {notices[0]: ("notice.unknown", True), notices[1]: ("notice.accepted", None), notices[2]: ("notice.accepted", None)}
    first, second = copies(sink)
    assert copy_id(first) == copy_id(second) and orders_in(second) == ["A-S-0001", "A-S-0002"]


def test_another_disk_sends_the_same_copy_of_the_same_ones(build, tmp_path, ledger, sink):
    """What a disk that is gone may have sent: promised again by the office, each for itself, and known again by who has it."""
    def send(ledger, folder: Path, n: int, **more) -> list:
        with Notify(build, folder, ledger, smtp_route(sink.port, timeout="20s"), gather="30s") as notify:
            notices = [incident(ledger, order_of(ledger, i, "hanako"), **more) for i in range(n)]
            wait_gathered(notify, *notices)
            notify.pass_time(31)
            ended(notify, n)
            notify.stop()
            return [d["copy"] for _, d in notify.outcomes()]

    first = send(ledger, tmp_path, 3)
    copies_of = []
    for name, n in (("same", 3), ("fewer", 2)):
        folder = tmp_path / name
        folder.mkdir()
        with Ledger(build, folder / "ledger") as other:
            other.policy(M)
            other.trust_clock()
            copies_of.append(send(other, folder, n, again=True))
    assert copies_of[0] == first and len(set(first)) == 1
    assert set(copies_of[1]).isdisjoint(first), "who has the first copy must not drop one that says something else"
    assert [orders_in(m) for m in copies(sink)] == [["A-S-0000", "A-S-0001", "A-S-0002"]] * 2 + [["A-S-0000", "A-S-0001"]]


def test_a_line_that_is_down_keeps_them_together(by_smtp, ledger, sink):
    sink.close()
    notices = three(ledger, by_smtp)
    by_smtp.pass_time(31)
    wait_for("it was tried", lambda: any(by_smtp.state(n)[1] in ("no-server", "line") for n in notices))
    sink.open()
    by_smtp.pass_time(31)
    wait_for("the outcomes", lambda: len(by_smtp.outcomes()) == 3 or by_smtp.pass_time(10), 30, step=0.3)
    mail, = copies(sink)
    assert orders_in(mail) == ["A-S-0000", "A-S-0001", "A-S-0002"]


def test_a_refusal_is_one_for_each(by_smtp, ledger, sink):
    sink.refuse = "554 5.7.1 no"
    notices = three(ledger, by_smtp)
    by_smtp.pass_time(31)
    assert {(d["notice"], t, d["reason"]) for t, d in ended(by_smtp, 3)} == {(n, "notice.failed", "message-refused") for n in notices}


def test_one_that_came_back_came_back_for_each(build, tmp_path, ledger, maildir):
    box = Box(tmp_path / "bounces")
    with Notify(build, tmp_path, ledger, config(tmp_path, maildir, f"maildir: {box.path}"), gather="30s") as notify:
        notices = three(ledger, notify)
        other = incident(ledger, order_of(ledger, 7, "jiro"))
        wait_gathered(notify, other)
        notify.pass_time(31)
        ended(notify, 4)
        mail = next(m for m in mails_in(maildir) if len(orders_in(m)) == 3)
        box.put(bounce("gmail", copy_id(mail)))
        box.wait_empty()
        outcomes = ended(notify, 7)
        assert {(d["notice"], t, d.get("reason")) for t, d in outcomes[4:]} == {(n, "notice.failed", "bounced") for n in notices}
        # and that address gets nothing more
        again = incident(ledger, order_of(ledger, 8, "hanako"))
        assert notify.outcome_of(again)[1]["reason"] == "address-refused"
        assert notify.query("SELECT n FROM bounce WHERE what = 'hard'") == [(1,)]
        notify.stop()


def test_what_gathers_survives_a_start(notify, ledger, maildir):
    notices = [incident(ledger, order_of(ledger, i, "hanako")) for i in range(3)]
    wait_gathered(notify, *notices)
    notify.kill()
    notify.pass_time(61)
    notify.start()
    ended(notify, 3)
    mail, = mails_in(maildir)
    assert len(orders_in(mail)) == 3 and notice_id(M, "S-0000", "incident") == notices[0]
