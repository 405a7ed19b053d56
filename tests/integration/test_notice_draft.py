# SPDX-License-Identifier: Apache-2.0
"""Who is asked whether a notice may go reads what it will say: the very words, without whose they are."""
import json
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from ledger import notice_id  # noqa: E402
from notify import M, ask_of, mails_in  # noqa: E402
from waiting import wait_for  # noqa: E402

DATA = {"cause": {"ja": "大雪で配送が止まっているため", "en": "snow holds up the lane"}, "action": {"ja": "別の便に積み替えます", "en": "another van takes it"},
        "next_by": "2026-11-23T12:00:00+09:00"}
NAME, MAIL = "山田 花子", "hanako.secret@example.jp"
STANDS_FOR_NAME = {"ja": "（お客様のお名前）", "en": "(customer's name)"}


def asked(ledger, name: str = "S-1", contact: bool = True, **more) -> str:
    ledger.shipment(M, name, notices={"shipped": "none", "incident": "station"})
    if contact:
        tell(ledger, name, **more)
    return ledger.reserve(M, name, kind="incident", approval=True, data=DATA)


def tell(ledger, shipment: str, **more) -> None:
    ledger.contact(M, shipment, **{"name": NAME, "email": MAIL, "kinds": ("incident",), **more})


def text_of(build, notify, ledger, notice: str) -> dict | None:
    said = ask_of(build, notify, ledger, "notices", "text", notice, "--json")
    return json.loads(said) if said else None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_who_decides_reads_the_words_and_not_whose_they_are(build, notify, ledger, maildir, language):
    notice = asked(ledger, language=language)
    draft = wait_for("the words", lambda: text_of(build, notify, ledger, notice))
    assert (draft["channel"], draft["language"], draft["notice"]) == ("email", language, notice)
    assert DATA["cause"][language] in draft["text"] and "A-S-1" in draft["subject"] and STANDS_FOR_NAME[language] in draft["text"]
    said = ask_of(build, notify, ledger, "notices", "text", notice)
    assert said.startswith(f"email, {language}\n\n{draft['subject']}\n\n") and draft["text"].strip() in said
    notify.stop()
    for path in notify.folder.iterdir():
        assert NAME.encode() not in path.read_bytes() and MAIL.encode() not in path.read_bytes(), path.name
    assert NAME not in notify.errors.read_text() and DATA["cause"][language] not in notify.errors.read_text()
    notify.start()
    ledger.fact("notice.approved", M, "S-1", notice=notice, kind="incident", generation=0)
    wait_for("its minute", lambda: notify.state(notice)[1] == "gathering")
    notify.pass_time(61)
    assert notify.outcome_of(notice)[0] == "notice.accepted"
    mail, = mails_in(maildir)
    assert str(mail["Subject"]) == draft["subject"]
    assert mail.get_body(("plain",)).get_content().split() == draft["text"].replace(STANDS_FOR_NAME[language], NAME).split()
    assert text_of(build, notify, ledger, notice) is None, "nobody is asked any more"


def test_it_is_of_now_while_it_waits(build, notify, ledger):
    notice = asked(ledger, contact=False)
    other = asked(ledger, "S-2")
    wait_for("the other one's", lambda: text_of(build, notify, ledger, other))
    assert text_of(build, notify, ledger, notice) is None, "nobody knows in which language"
    tell(ledger, "S-1")
    notify.pass_time(61)
    assert wait_for("the words", lambda: text_of(build, notify, ledger, notice))["language"] == "ja"
    tell(ledger, "S-1", version=2, language="en", name="")
    notify.pass_time(61)
    draft = wait_for("the new ones", lambda: (text_of(build, notify, ledger, notice) or {}).get("language") == "en" and text_of(build, notify, ledger, notice))
    assert DATA["cause"]["en"] in draft["text"] and STANDS_FOR_NAME["en"] not in draft["text"], "there is no name to stand for"
    ledger.fact("notice.refused", M, "S-1", notice=notice, kind="incident", generation=0)
    assert notify.outcome_of(notice)[1]["reason"] == "refused"
    assert text_of(build, notify, ledger, notice) is None and text_of(build, notify, ledger, other) is not None
    assert text_of(build, notify, ledger, notice_id(M, "S-9", "incident")) is None
