# SPDX-License-Identifier: Apache-2.0
"""The kinds beyond "shipped" and what waits at a counter: each arrives as a mail that says what it must, in both languages. Real programs."""
import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))

import shipments as goods  # noqa: E402
from compare import read_mail  # noqa: E402
from packer import Packer  # noqa: E402
from rig import RigError, wait_for  # noqa: E402
from store import HAT, SOCKS, STORE, Store  # noqa: E402
from story import NAME, label, store_wish, wish as parcel_wish  # noqa: E402

OWN = ("shipped", "partial-shipment", "pickup-ready", "handed-over", "returned", "return-accepted")
LANGUAGES = ("ja", "en")
MOMENT, DAY = "2026-11-22T18:30:00+09:00", "2026-11-24"
SAID = {"ja": ("2026年11月22日（日）18時30分", "2026年11月24日（火）"), "en": ("Sunday, 22 November 2026, 18:30", "Tuesday, 24 November 2026")}
CAUSE = {"ja": "配送車両が故障したため", "en": "the carrier's van broke down"}
ACTION = {"ja": "代わりの車両で本日発送いたします", "en": "another van takes it today"}
# What the office says, and what a customer then reads beside the order's number.
OFFICE = {
    "order-confirmation": ({"ordered_at": MOMENT, "total": 5940, "payment": {"ja": "代金引換", "en": "cash on delivery"}, "ship_day": DAY}, ("5,940", {"ja": "代金引換", "en": "cash on delivery"}, 0, 1)),
    "order-sheet": ({"ordered_at": MOMENT, "total": 3980, "taxes": [{"rate": 10, "base": 2000, "tax": 200, "reduced": False}, {"rate": 8, "base": 1648, "tax": 132, "reduced": True}]},
                    ("3,980", "2,000", "132", 0)),
    "delay": ({"cause": CAUSE, "old_eta": "2026-11-23", "eta": DAY}, (CAUSE, 1)),
    "incident": ({"cause": CAUSE, "action": ACTION, "next_by": MOMENT}, (CAUSE, ACTION, 0)),
    "arrived": ({"arrived_at": MOMENT, "place": {"ja": "宅配ボックス", "en": "parcel box"}}, ({"ja": "宅配ボックス", "en": "parcel box"}, 0)),
    "refund-issued": ({"amount": 1980, "method": {"ja": "銀行振込", "en": "bank transfer"}, "refunded_at": DAY}, ("1,980", {"ja": "銀行振込", "en": "bank transfer"}, 1)),
    "contact-verified": ({"verified_at": MOMENT}, ("example.jp", {"ja": "メール", "en": "email"}, 0)),
    "inquiry-received": ({"inquiry": "Q-77", "received_at": MOMENT, "reply_by": MOMENT, "summary": {"ja": "サイズ交換について", "en": "about another size"}},
                         ("Q-77", {"ja": "サイズ交換について", "en": "about another size"}, 0)),
}


class Kinds(Store):
    def open(self) -> "Kinds":
        super().open()
        self.policy()
        return self

    def policy(self, **changes) -> None:
        """Nobody waits for what could still be undone, but for what is named in delays."""
        delays = {kind: 0 for kind in OWN} | changes.pop("delays", {})
        policy, before = {**goods.policy(1), "store": STORE}, self.count("policy.changed")
        for merchant in policy["merchants"]:
            merchant |= {"notice_delay_s": delays, "return_answer_days": 7, **changes}
        self.rig.oms("policy", self.file("policy.json", policy))
        wait_for("the policy", lambda: self.count("policy.changed") > before)

    def wish(self, name: str, language: str = "ja", **owners) -> dict:
        order = store_wish(name, (SOCKS, 2), (HAT, 1))
        order["notices"] = {"shipped": "none", **{kind: "station" for kind in OWN[1:]}, **owners}
        order["contact"] |= {"language": language, "consent": {"transactional": True, "marketing": False}}
        self.push(order)
        return order

    def mails_of(self, order: dict, kind: str) -> list:
        """The mails about an order, by what became of the notices of that kind; the first of them first."""
        known = {f["notice"]: f["generation"] for f in self.facts("notice.accepted") if f["subject"] == order["shipment"] and f["kind"] == kind}
        mails = {str(m["Message-ID"]).strip("<>").split("@")[0]: m for m in map(read_mail, self.rig.mails())}
        return [mails[notice] for notice in sorted(known, key=known.get) if notice in mails]

    def mail(self, order: dict, kind: str, nth: int = 0) -> str:
        wait_for(f"the mail {kind} of {order['shipment']}", lambda: len(self.mails_of(order, kind)) > nth, 30)
        mail = self.mails_of(order, kind)[nth]
        return f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"

    def ended(self, order: dict, kind: str, outcome: str) -> dict:
        def found():
            return [f for f in self.facts(f"notice.{outcome}") if f["subject"] == order["shipment"] and f["kind"] == kind]
        wait_for(f"notice.{outcome} of {kind}", found, 30)
        return found()[0]

    def hand_over(self, order: dict, *codes: str) -> None:
        self.scan(order["orders"][0], "proof")
        self.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        for code in codes[:-1]:
            self.scan(code, "ok")
        self.scan(codes[-1], "ok", "collected")


@pytest.fixture
def store(build, tmp_path):
    store = Kinds(build, tmp_path).open()
    try:
        yield store
        store.rig.okuru("rebuild", "--check", "--config", str(store.rig.folder / "etc/station.yaml"))
    finally:
        store.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_collected_is_told_what_was_handed_over_each_time(store, language):
    order = store.wish("P-1", language)
    store.shelve(order)
    first, second = store.codes(order)
    store.hand_over(order, first)
    store.scan("OKURU-C-OK", "collected")
    text = store.mail(order, "handed-over")
    said = {"ja": ("お渡し", "青葉通り店", "まだお渡ししていない商品", "お心当たりのない場合"),
            "en": ("has been collected", "Aoba-dori store", "Not handed over yet", "not you")}[language]
    for words in (order["orders"][0], *said):
        assert words in text, words

    store.hand_over(order, second)
    text = store.mail(order, "handed-over", 1)
    assert said[2] not in text and getattr(SOCKS, language) in text and getattr(HAT, language) in text
    assert [f["generation"] for f in store.facts("notice.reserved") if f["kind"] == "handed-over"] == [0, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_brought_something_back_is_told_that_it_is_here(store, language):
    order = store.wish("P-1", language)
    store.shelve(order)
    store.hand_over(order, *store.codes(order))
    store.scan("OKURU-C-TAKE-BACK", "gesture")
    store.scan(store.codes(order)[0], "returned")
    store.scan("OKURU-C-OK", "inspected")
    text = store.mail(order, "return-accepted")
    day = {"ja": "までにお知らせいたします", "en": "We tell you the result by"}[language]
    for words in (order["orders"][0], getattr(SOCKS, language), day):
        assert words in text, words
    assert getattr(HAT, language) not in text, "that is in the other box"


def test_each_return_of_an_order_is_told_for_itself(store):
    order = store.wish("P-1", "en")
    store.shelve(order)
    store.hand_over(order, *store.codes(order))
    for nth, (code, item) in enumerate(zip(store.codes(order), (SOCKS, HAT))):
        store.scan("OKURU-C-TAKE-BACK", "gesture")
        store.scan(code, "returned")
        store.scan("OKURU-C-OK", "inspected")
        text = store.mail(order, "return-accepted", nth)
        assert order["orders"][0] in text and item.en in text and (HAT, SOCKS)[nth].en not in text, text
    assert [f["generation"] for f in store.facts("notice.reserved") if f["kind"] == "return-accepted"] == [0, 1]


@pytest.fixture
def days(build, tmp_path):
    """A store whose days are passed by hand."""
    store = Kinds(build, tmp_path, clock_moves=True).open()
    try:
        yield store
        store.rig.okuru("rebuild", "--check", "--config", str(store.rig.folder / "etc/station.yaml"))
    finally:
        store.close()


def test_a_handover_that_was_taken_back_is_not_told(days):
    days.policy(delays={"handed-over": 600})
    order = days.wish("P-1")
    days.shelve(order)
    days.hand_over(order, *days.codes(order))
    days.scan("OKURU-C-UNDO", "undone")
    days.move_clock(700)
    assert days.ended(order, "handed-over", "cancelled")["reason"] == "nothing-handed"
    assert not days.mails_of(order, "handed-over")
    # and the one that counts is told
    days.hand_over(order, *days.codes(order))
    days.move_clock(1400)
    assert order["orders"][0] in days.mail(order, "handed-over")


def test_who_never_came_is_told_that_it_is_not_kept_any_more(days):
    orders = {language: days.wish(f"P-{language}", language) for language in LANGUAGES}
    came = days.wish("P-9")
    for order in (*orders.values(), came):
        days.shelve(order)
        days.mail(order, "pickup-ready")
    days.hand_over(came, *days.codes(came))
    days.move_clock(9 * 86400)
    said = {"ja": ("お取り置き終了", "お受け取りの期限を過ぎたため", "青葉通り店"), "en": ("no longer kept for you", "It was not collected in time", "Aoba-dori store")}
    for language, order in orders.items():
        text = days.mail(order, "returned")
        for words in (order["orders"][0], getattr(SOCKS, language), getattr(HAT, language), *said[language]):
            assert words in text, (language, words, text)
    assert sorted(f["subject"] for f in days.facts("notice.reserved") if f["kind"] == "returned") == sorted(o["shipment"] for o in orders.values())


# ---- boxes that a carrier takes ----

def in_two_boxes(store, name: str, language: str = "ja", kinds: tuple = ("shipped", "partial-shipment"), **contact) -> dict:
    """Socks in the first, a cap in the second; this carrier's boxes have gone when they are ready."""
    order = parcel_wish(name, "japanpost", (SOCKS, 2), (HAT, 1), pieces=2, notices=dict.fromkeys(kinds, "station"))
    n = sum(name.encode())
    order["labels"] = [{**label(n * 10 + piece, "japanpost"), "piece": piece} for piece in (1, 2)]
    order["contact"] |= {"language": language, "consent": {"transactional": True}}
    order["contact"]["contact"] |= contact
    store.rig.oms("push", store.file("push.jsonl", order), "--station", NAME)
    for kind in ("label.given", "contact.received"):
        wait_for(f"{kind} of {name}", lambda: store.count(kind, name))
    return order


def at_the_bench(store) -> Packer:
    packer = Packer(store.rig.benches[0])
    packer.sign_in("P017")
    return packer


def first_box(packer: Packer, order: dict) -> None:
    packer.scan(order["open_codes"][1], "opened")
    for _ in range(2):
        packer.scan(SOCKS.jan, "ok")
    packer.scan("OKURU-C-NEXT-PIECE", "packed")
    packer.scan(order["labels"][0]["number"], "ready", "shipped", "next-piece")


def test_a_part_that_goes_first_is_told_and_then_all_of_it(store):
    packer = at_the_bench(store)
    said = {"ja": ("ご注文商品の一部を発送いたしました", "これから発送する商品"), "en": ("part of your order", "Still to come")}
    for language in LANGUAGES:
        order = in_two_boxes(store, f"P-{language}", language)
        first_box(packer, order)
        text = store.mail(order, "partial-shipment")
        gone, follows = text.split(said[language][1])
        assert said[language][0] in text and order["orders"][0] in text
        assert getattr(SOCKS, language) in gone and getattr(HAT, language) not in gone and getattr(HAT, language) in follows
        assert order["labels"][0]["number"] in gone.replace("-", "") and order["labels"][1]["number"] not in text.replace("-", "")
        packer.scan(HAT.jan, "packed", "ok")
        packer.scan(order["labels"][1]["number"], "ready", "shipped")
        text = store.mail(order, "shipped")
        for label_ in order["labels"]:
            assert label_["number"] in text.replace("-", ""), text
        assert getattr(SOCKS, language) in text and getattr(HAT, language) in text and said[language][0] not in text


def test_who_cancels_behind_the_first_box_is_told_what_left(days):
    days.policy(delays={"partial-shipment": 600})
    packer = at_the_bench(days)
    order = in_two_boxes(days, "P-1")
    first_box(packer, order)
    wait_for("the part", lambda: [f for f in days.facts("notice.reserved") if f["kind"] == "partial-shipment"])
    days.rig.oms("cancel", order["shipment"], "--merchant", order["merchant"])
    wait_for("the cancellation", lambda: days.count("shipment.cancelled", order["shipment"]))
    days.move_clock(700)
    assert days.ended(order, "partial-shipment", "cancelled")["reason"] == "shipment-cancelled"
    text = days.mail(order, "shipped")
    gone, lacks = text.split("今回のお荷物に含まれていない商品")
    assert order["labels"][0]["number"] in gone.replace("-", "") and SOCKS.ja in gone and HAT.ja not in gone and HAT.ja in lacks, text
    assert order["labels"][1]["number"] not in text.replace("-", "")
    assert not days.mails_of(order, "partial-shipment")


# ---- what only the office knows ----

def ask(store, order: dict, kind: str, data: dict, **more) -> None:
    store.rig.oms("notice", store.file("notice.json", {"merchant": order["merchant"], "shipment": order["shipment"], "kind": kind, "data": data, **more}))


def call(store, order: dict, **data) -> None:
    """As a leader at the site does, without the office."""
    answer = store.rig.ask_station({"verb": "incident", "data": data, "shipments": [[order["merchant"], order["shipment"]]]})
    assert answer["ok"] and answer["reserved"] + answer["asks"] == 1, answer


def refused(store) -> list[tuple]:
    return [(f["reason"], f.get("key")) for f in store.facts("command.refused")]


def test_each_kind_of_the_office_says_what_it_must_in_both_languages(store):
    store.policy(brand={"policies": [{"label": "返品について", "url": "https://aozora.example.jp/returns"}]})
    orders = {language: store.wish(f"P-{language}", language, **{kind: "station" for kind in OFFICE}) for language in LANGUAGES}
    for language, order in orders.items():
        for kind, (data, _) in OFFICE.items():
            ask(store, order, kind, data)
    for language, order in orders.items():
        for kind, (_, said) in OFFICE.items():
            text = store.mail(order, kind)
            for words in said:
                words = SAID[language][words] if isinstance(words, int) else words[language] if isinstance(words, dict) else words
                assert words in text, (language, kind, words, text)
            if kind not in ("contact-verified",):
                assert order["orders"][0] in text or kind == "inquiry-received", (kind, text)


def test_the_same_again_is_harmless_and_a_newer_one_overtakes_what_waits(days):
    order = days.wish("P-1", incident="station", delay="station")
    days.policy(delays={"delay": 600})
    ask(days, order, "incident", OFFICE["incident"][0])
    assert CAUSE["ja"] in days.mail(order, "incident")
    ask(days, order, "incident", OFFICE["incident"][0])
    ask(days, order, "delay", OFFICE["delay"][0])
    wait_for("the first", lambda: [f for f in days.facts("notice.reserved") if f["kind"] == "delay"])
    ask(days, order, "delay", {**OFFICE["delay"][0], "eta": "2026-11-28"})
    wait_for("the second", lambda: len([f for f in days.facts("notice.reserved") if f["kind"] == "delay"]) == 2)
    days.move_clock(700)
    assert "2026年11月28日" in days.mail(order, "delay")
    assert days.ended(order, "delay", "cancelled")["reason"] == "overtaken"
    assert len(days.mails_of(order, "delay")) == len(days.mails_of(order, "incident")) == 1
    assert [(f["kind"], f["generation"]) for f in days.facts("notice.reserved")] == [("incident", 0), ("delay", 0), ("delay", 1)]
    assert refused(days) == []


def test_what_cannot_be_told_is_refused_by_name_before_it_is_sent(store):
    order = store.wish("P-1", incident="station")
    for kind, data, more, said in [
            ("incident", {"cause": "x"}, {}, "data.action"), ("incident", {**OFFICE["incident"][0], "amount": 5}, {}, "data.amount"),
            ("shipped", {}, {}, "kind"), ("delay", OFFICE["delay"][0], {}, "kind"), ("incident", {**OFFICE["incident"][0], "cause": "x" * 501}, {}, "data.cause"),
            ("incident", {**OFFICE["incident"][0], "next_by": "tomorrow"}, {}, "data.next_by"), ("incident", OFFICE["incident"][0], {"generation": 9999}, "generation")]:
        try:
            ask(store, order, kind, data, **more)
        except RigError as why:
            assert said in str(why), (kind, why)
        else:
            raise AssertionError(f"{kind} {data} was taken")
    assert store.count("notice.reserved") == 0


@pytest.mark.parametrize("evil", ["<script>owned()</script>", "{{order}} {{#items}}x{{/items}} {{> footer}}", "**a** [x](https://evil.example) ![](x) `c`", "@button [x](https://evil.example)",
                                  "\u202eevil", "\"><img src=x onerror=owned()>", "a | b | c", "長" * 500])
def test_what_the_office_writes_is_read_as_it_stands_and_as_nothing_else(store, evil):
    order = store.wish("P-1", incident="station")
    ask(store, order, "incident", {**OFFICE["incident"][0], "cause": evil, "action": {"ja": evil}})
    text = store.mail(order, "incident").replace("\r\n", "").replace("\n", "").replace(" ", "")
    assert text.count(evil.replace(" ", "").replace("\u202e", "")) >= 2 or evil.replace(" ", "") in text, text
    html = store.mails_of(order, "incident")[0].get_body(("html",)).get_content()
    assert "<script" not in html and "<img" not in html.split("</head>")[1] and 'href="https://evil' not in html


# ---- approval ----

def waiting(store, order: dict, kind: str) -> str:
    def asks():
        listed = map(json.loads, store.rig.okuru("notices", "--json", "--config", str(store.rig.folder / "etc/station.yaml")).splitlines())
        return [n["notice"] for n in listed if n["kind"] == kind and n["shipment"] == order["shipment"] and n["reason"] == "no-approval"]
    wait_for("who asks for approval", asks)
    return asks()[0]


def test_what_asks_for_approval_goes_by_a_leaders_word_alone(store):
    store.policy(approval=["incident"])
    config = ("--config", str(store.rig.folder / "etc/station.yaml"))
    yes, no = store.wish("P-1", incident="station"), store.wish("P-2", incident="station")
    for order in (yes, no):
        ask(store, order, "incident", OFFICE["incident"][0])
    first, second = waiting(store, yes, "incident"), waiting(store, no, "incident")
    wait_for("that notify waits", lambda: {r for (r,) in store.rig.query("notify/notices.db", "SELECT reason FROM notice")} == {"no-approval"})
    said = store.rig.okuru("status", *config)
    assert "2 of them for a leader's approval" in said and "approval  2 notices wait for a leader, the oldest since " in said and "URGENT" not in said
    clerk = store.scan(f"OKURU-C-APPROVE-{first.replace('-', '').upper()}", "not-now")
    assert "リーダー" in clerk["sub"]["ja"]
    assert not store.mails_of(yes, "incident")

    store.rig.okuru("notices", "approve", first, *config)
    assert CAUSE["ja"] in store.mail(yes, "incident")
    store.rig.okuru("notices", "refuse", second, *config)
    assert store.ended(no, "incident", "cancelled")["reason"] == "refused"
    assert not store.mails_of(no, "incident")
    assert [(f["subject"], f["actor"][:4]) for f in store.facts("notice.approved") + store.facts("notice.refused")] == [("P-1", "uid:"), ("P-2", "uid:")]
    for word, notice in (("approve", second), ("refuse", first), ("approve", "5c0ffee0-0001-5000-8000-000000000001")):
        try:
            store.rig.okuru("notices", word, notice, *config)
        except RigError as why:
            assert "exit 1" in str(why)
        else:
            raise AssertionError(f"{word} {notice} was taken")


def test_a_leader_is_told_that_it_will_expire_unapproved(store):
    store.policy(approval=["incident"], notice_max_age_s={"incident": 4})  # half of which is over soon
    config = ("--config", str(store.rig.folder / "etc/station.yaml"))
    order = store.wish("P-1", incident="station")
    ask(store, order, "incident", OFFICE["incident"][0])
    wait_for("the alarm", lambda: "\nAPPROVAL  1 notice waits for a leader since " in store.rig.okuru("status", *config))
    said = json.loads(store.rig.okuru("status", "--json", *config))["approvals"]
    assert (said["waiting"], said["urgent"]) == (1, 1) and timedelta(seconds=3) < datetime.fromisoformat(said["first_expires"]) - datetime.fromisoformat(said["oldest"]) < timedelta(seconds=5)
    (line,) = [line for line in store.rig.okuru("doctor", *config, check=False).splitlines() if "1 notice waits for a leader" in line]
    assert "URGENT" in line and "okuru notices" in line, line


def test_a_leader_at_the_counter_may_approve(store):
    store.policy(approval=["incident"])
    order = store.wish("P-1", incident="station")
    ask(store, order, "incident", OFFICE["incident"][0])
    notice = waiting(store, order, "incident")
    store.scan("OKURU-P-L002", "signed-in")
    store.scan(f"OKURU-C-APPROVE-{notice.replace('-', '').upper()}", "ok")
    assert CAUSE["ja"] in store.mail(order, "incident")
    assert [f["actor"] for f in store.facts("notice.approved")] == ["p-002"]


# ---- marketing ----

KEY, URL = "a key of at least sixteen characters", "https://aozora.example.jp/stop?t={{token}}&lang=ja"
COUPON = {"headline": {"ja": "次回200円引き", "en": "200 yen off"}, "code": "THANKS-200"}
ADDRESS = {"address": "東京都千代田区1-1"}


@pytest.fixture
def shop(store):
    """A store whose notify may send marketing, and signs."""
    etc = store.rig.folder / "etc"
    (etc / "stop.key").write_text(KEY + "\n")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", etc / "dkim.pem"], check=True)
    for name in ("stop.key", "dkim.pem"):
        (etc / name).chmod(0o600)
    words = (TOP / "services/notify/templates/ja/order-confirmation.md").read_text()
    (etc / "words/ja").mkdir(parents=True)
    (etc / "words/ja/order-confirmation.md").write_text(words.replace("version: 1", "version: 2").replace("{{> footer}}", "@coupon\n\n{{> footer}}"))
    store.rig.stop("notify")
    (etc / "notify.yaml").write_text((etc / "notify.yaml").read_text() + f"words: {etc}/words\nunsubscribe:\n  key_file: {etc}/stop.key\n"
                                     f"dkim:\n  domain: example.jp\n  selector: pack-01\n  ed25519: {etc}/dkim.pem\n")
    store.rig.start("notify")
    store.policy(unsubscribe_url=URL, brand=ADDRESS)
    return store


def customer(store, name: str, address: str, marketing: bool = True, language: str = "ja", **owners) -> dict:
    order = store_wish(name, (SOCKS, 2), (HAT, 1))
    order["notices"] = {"shipped": "none", **{kind: "station" for kind in ("handed-over", "return-accepted", "order-confirmation", "welcome", "thank-you", "review-request")}, **owners}
    order["contact"] |= {"language": language, "consent": {"transactional": True, "marketing": marketing}}
    order["contact"]["contact"]["email"] = address
    store.push(order)
    return order


def raw(store, order: dict, kind: str):
    wait_for(f"the mail {kind}", lambda: store.mails_of(order, kind), 30)
    return store.mails_of(order, kind)[0]


def waits(store, order: dict, kind: str, why: str) -> None:
    wait_for(why, lambda: store.rig.query("notify/notices.db", "SELECT state, reason FROM notice WHERE shipment = ? AND kind = ?", order["shipment"], kind) == [("reserved", why)], 30)


def test_marketing_goes_with_consent_and_stops_with_one_click(shop):
    order, other = customer(shop, "P-1", "a@example.jp"), customer(shop, "P-2", "b@example.jp", marketing=False)
    for o in (order, other):
        ask(shop, o, "thank-you", {"coupon": COUPON})
        ask(shop, o, "order-confirmation", {**OFFICE["order-confirmation"][0], "coupon": COUPON})
    mail = raw(shop, order, "thank-you")
    notice = str(mail["Message-ID"]).strip("<>").split("@")[0]
    tag = hmac.new(KEY.encode(), f"okuru unsubscribe {notice}".encode(), hashlib.sha256).hexdigest()[:32]
    link = URL.replace("{{token}}", f"{notice}.{tag}")
    assert str(mail["List-Unsubscribe"]).strip() == f"<{link}>" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    signed = "".join(str(mail["DKIM-Signature"]).split()).split("h=", 1)[1].split(";")[0].lower().split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(signed)
    text = mail.get_body(("plain",)).get_content()
    assert link in text and "THANKS-200" in text and "a@example.jp" not in link
    waits(shop, other, "thank-you", "no-consent")
    # the same coupon within an order's mail: with consent, and without it gone without a trace
    assert "THANKS-200" in shop.mail(order, "order-confirmation")
    assert raw(shop, order, "order-confirmation")["List-Unsubscribe"] is None
    assert "THANKS-200" not in shop.mail(other, "order-confirmation") and "200円引き" not in shop.mail(other, "order-confirmation")


def test_nobody_gets_more_marketing_than_the_policy_allows_and_orders_do_not_count(shop):
    shop.policy(unsubscribe_url=URL, brand=ADDRESS, marketing_cap={"count": 2, "days": 7})
    orders = [customer(shop, f"P-{n}", "Same@Example.jp") for n in range(3)]
    for order in orders[:2]:
        ask(shop, order, "thank-you", {})
        raw(shop, order, "thank-you")
    ask(shop, orders[2], "thank-you", {})
    waits(shop, orders[2], "thank-you", "capped")
    ask(shop, orders[2], "order-confirmation", OFFICE["order-confirmation"][0])
    raw(shop, orders[2], "order-confirmation")
    another = customer(shop, "P-9", "another@example.jp")
    ask(shop, another, "thank-you", {})
    raw(shop, another, "thank-you")
    assert not shop.mails_of(orders[2], "thank-you")


def test_without_a_way_to_stop_it_marketing_waits(store):
    store.policy(brand=ADDRESS)
    order = customer(store, "P-1", "a@example.jp")
    ask(store, order, "welcome", {})
    waits(store, order, "welcome", "no-unsubscribe")


def test_a_review_is_asked_for_what_somebody_has_and_kept(shop):
    kept, back = customer(shop, "P-1", "a@example.jp"), customer(shop, "P-2", "b@example.jp")
    review = {"review": "https://aozora.example.jp/review/1"}
    for order in (kept, back):
        ask(shop, order, "review-request", review)
        waits(shop, order, "review-request", "not-arrived")
        shop.shelve(order)
    shop.scan("OKURU-C-TAKE-BACK", "gesture")
    shop.scan(shop.codes(back)[0], "returned")
    shop.scan("OKURU-C-OK", "inspected")
    shop.hand_over(kept, *shop.codes(kept))
    assert shop.ended(back, "review-request", "cancelled")["reason"] == "was-returned"
    wait_for("the review", lambda: shop.mails_of(kept, "review-request"), 30)
    assert "https://aozora.example.jp/review/1" in shop.mail(kept, "review-request")


def test_marketing_is_read_in_english_by_whom_it_is_for(shop):
    order = customer(shop, "P-1", "a@example.jp", language="en")
    shop.shelve(order)
    shop.hand_over(order, *shop.codes(order))
    wanted = {"welcome": ({"coupon": COUPON, "verify": "https://aozora.example.jp/verify/1", "verify_until": MOMENT},
                          ("Welcome to Aozora Outfitters", "https://aozora.example.jp/verify/1", SAID["en"][0])),
              "thank-you": ({"coupon": COUPON}, (f"thank you for your order {order['orders'][0]}", SOCKS.en, HAT.en)),
              "review-request": ({"coupon": COUPON, "review": "https://aozora.example.jp/review/1", "review_until": DAY},
                                 ("would you review your order", "https://aozora.example.jp/review/1", SAID["en"][1], SOCKS.en))}
    for kind, (data, _) in wanted.items():
        ask(shop, order, kind, data)
    for kind, (_, said) in wanted.items():
        text = shop.mail(order, kind)
        mail = raw(shop, order, kind)
        link = str(mail["List-Unsubscribe"]).strip(" <>")
        for words in (*said, "200 yen off", "THANKS-200", link, ADDRESS["address"]):
            assert words in text, (kind, words, text)
        assert "次回200円引き" not in text and SOCKS.ja not in text and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


# ---- another disk ----

def test_a_new_disk_is_asked_again_for_what_was_not_told_and_for_nothing_else(store):
    config = ("--config", str(store.rig.folder / "etc/station.yaml"))
    told, asks, called = (store.wish(name, incident="station") for name in ("P-1", "P-2", "P-3"))
    ask(store, told, "incident", OFFICE["incident"][0])
    store.mail(told, "incident")
    store.policy(approval=["incident"])
    ask(store, asks, "incident", OFFICE["incident"][0])
    call(store, called, **OFFICE["incident"][0])  # by a leader at the site: the office never asked for it
    before = [waiting(store, order, "incident") for order in (asks, called)]
    wait_for("the office's word of the first", lambda: [r for r in store.rig.query("oms/oms.db", "SELECT open FROM wish WHERE kind = 'notice' ORDER BY subject")] == [(0,), (1,), (1,)])

    for program in ("notify", "sync", "station"):
        store.rig.stop(program)
    for name in ("station/ledger.db", "sync/inbox.db", "notify/notices.db"):
        for path in (store.rig.folder / name).parent.glob(Path(name).name + "*"):
            path.unlink()
    store.rig.start("station")
    wait_for("the station", store.rig.try_status)
    for program in ("sync", "notify"):
        store.rig.start(program)
    wait_for("the snapshot", lambda: store.count("snapshot.ended"), 60)
    after = [waiting(store, order, "incident") for order in (asks, called)]
    assert after == before, "the same notice has the same id"
    for notice in after:
        store.rig.okuru("notices", "approve", notice, *config)
    wait_for("their mails", lambda: len(store.rig.mails()) == 3, 30)
    assert sorted((f["subject"], f["kind"]) for f in store.facts("notice.reserved")) == [("P-2", "incident"), ("P-3", "incident")]


def test_many_are_approved_at_once_and_one_that_is_decided_keeps_none_waiting(store):
    store.policy(approval=["incident"])
    config = ("--config", str(store.rig.folder / "etc/station.yaml"))
    orders = [store.wish(f"P-{i}", incident="station") for i in (1, 2, 3)]
    for order in orders:
        ask(store, order, "incident", OFFICE["incident"][0])
    first, second, third = (waiting(store, order, "incident") for order in orders)
    store.rig.okuru("notices", "refuse", second, *config)
    with pytest.raises(RigError, match=rf"{second}: not done"):
        store.rig.okuru("notices", "approve", first, second, third, *config)
    assert [f["subject"] for f in store.facts("notice.approved")] == ["P-1", "P-3"]
    for order in (orders[0], orders[2]):
        store.ended(order, "incident", "accepted")


def test_what_the_station_refuses_is_answered_and_the_office_reads_why(store):
    """An office that forgot what it asked for, as after an older copy of its database."""
    order = store.wish("P-1", incident="station")
    ask(store, order, "incident", OFFICE["incident"][0])
    assert CAUSE["ja"] in store.mail(order, "incident")
    wait_for("the office's word", lambda: store.rig.query("oms/oms.db", "SELECT open FROM wish WHERE kind = 'notice'") == [(0,)])
    store.rig.stop("oms")
    with sqlite3.connect(store.rig.folder / "oms/oms.db") as office:
        office.execute("DELETE FROM wish WHERE kind = 'notice'")
        office.execute("DELETE FROM notice")
    office.close()
    store.rig.start("oms")
    wait_for("the office", (store.rig.folder / "run/oms.sock").exists)
    other = {**OFFICE["incident"][0], "cause": {"ja": "雪のため", "en": "snow"}}
    ask(store, order, "incident", other)
    wait_for("the refusal at the office", lambda: "notice incident 0: same-version" in store.rig.oms("conflicts"))
    assert refused(store) == [("same-version", "generation")]
    assert store.rig.query("oms/oms.db", "SELECT open FROM wish WHERE kind = 'notice'") == [(0,)]
    ask(store, order, "incident", other)
    assert "雪のため" in store.mail(order, "incident", 1)
    assert [f["generation"] for f in store.facts("notice.reserved")] == [0, 1], "the refusal said which one is the next"


def test_what_a_leader_at_the_site_asked_for_has_its_number(store):
    """Asked for while the office could not be asked: both sides go on behind it, whoever hears of the other first."""
    def told(office: bool = False) -> list:
        rows = store.rig.query(*(("oms/oms.db", "SELECT generation FROM notice ORDER BY generation") if office else
                                 ("station/ledger.db", "SELECT generation FROM notice ORDER BY generation")))
        return [generation for (generation,) in rows]
    order = store.wish("P-1", incident="station")
    call(store, order, **{**OFFICE["incident"][0], "cause": "停電のため"})
    wait_for("the office knows", lambda: told(office=True) == [0])
    ask(store, order, "incident", {**OFFICE["incident"][0], "cause": "停電のため"})  # the same words are no further notice
    ask(store, order, "incident", OFFICE["incident"][0])
    wait_for("the office's own", lambda: told() == [0, 1])
    store.rig.stop("sync")
    call(store, order, **{**OFFICE["incident"][0], "cause": "大雪のため"})
    other = {**OFFICE["incident"][0], "cause": {"ja": "雪のため", "en": "snow"}}
    ask(store, order, "incident", other)
    store.rig.start("sync")
    wait_for("the refusal at the office", lambda: "notice incident 2: same-version" in store.rig.oms("conflicts"))
    ask(store, order, "incident", other)
    wait_for("the next one", lambda: told() == [0, 1, 2, 3] == told(office=True))
    reserved = {f["generation"]: (f["actor"][:4], f["data"]["cause"]) for f in store.facts("notice.reserved")}
    assert reserved == {0: ("uid:", "停電のため"), 1: ("", OFFICE["incident"][0]["cause"]), 2: ("uid:", "大雪のため"), 3: ("", other["cause"])}


def test_orders_of_one_customer_stand_in_one_apology(store):
    """The whole way: asked for one by one by the office, told by one mail, and each order's fact names it."""
    orders = [store_wish(name, (SOCKS, 1)) for name in ("D-1", "D-2", "D-3")]
    for order in orders:
        order["notices"] = {"shipped": "none", "incident": "station"}
        order["contact"] |= {"consent": {"transactional": True, "marketing": False}}
        order["contact"]["contact"]["email"] = "one@example.jp"
        store.push(order)
    store.rig.stop("notify")
    store.rig.gather = "1s"
    store.rig.write_configs()
    for order in orders:
        ask(store, order, "incident", OFFICE["incident"][0])
        wait_for("it is owed", lambda: store.count("notice.reserved", order["shipment"]))
    store.rig.start("notify")
    facts = [store.ended(order, "incident", "accepted") for order in orders]
    mail = next(m for m in map(read_mail, store.rig.mails()) if "one@example.jp" in str(m["To"]))
    text = mail.get_body(("plain",)).get_content()
    assert {f["copy"] for f in facts} == {str(mail["Message-ID"]).strip("<>").split("@")[0]}
    assert all(order["orders"][0] in text for order in orders) and len([m for m in map(read_mail, store.rig.mails()) if "one@example.jp" in str(m["To"])]) == 1
