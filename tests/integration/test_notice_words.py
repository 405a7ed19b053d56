# SPDX-License-Identifier: Apache-2.0
"""With which words a notice goes: those that held when it was reserved, whatever became of folder, program and process meanwhile."""
from __future__ import annotations

import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from ledger import Ledger, notice_id, stamp  # noqa: E402
from mail_relay import Relay, RelayServer  # noqa: E402
from notify import M, Notify, mails_in, routes, run  # noqa: E402
from ports import free_port  # noqa: E402
from waiting import wait_for  # noqa: E402

OURS = TOP / "services/notify/templates"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "words").mkdir()
    return tmp_path / "words"


@pytest.fixture
def notify(build, tmp_path, ledger, maildir, folder):
    notify = Notify(build, tmp_path, ledger, f"maildir: {maildir}\nwords: {folder}\n")
    yield notify
    if notify.process:
        notify.kill()


def say(folder: Path, version: int, words: str, name: str = "ja/shipped.md") -> None:
    """Our words of the kind, with @words in them and that number."""
    lang, kind = name.split("/")[-2:]
    text = (OURS / lang / kind).read_text().replace("version: 1\n", f"version: {version}\n")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("@contact", f"{words}\n\n@contact") if "@contact" in text else text + f"\n{words}\n")


def waiting(ledger: Ledger, shipment: str, **more) -> str:
    """Reserved, and an hour to go."""
    ledger.shipment(M, shipment)
    ledger.contact(M, shipment, **more)
    ledger.ship(M, shipment)
    return ledger.reserve(M, shipment, delay=3600)


def taken(notify: Notify, *notices: str) -> None:
    wait_for("the reservations", lambda: all(notify.state(n)[0] for n in notices))


def said(maildir: Path) -> dict:
    return {m["To"].addresses[0].addr_spec: m.get_body(("plain",)).get_content() for m in mails_in(maildir)}


def last_said(notify: Notify, words: str) -> None:
    wait_for(words, lambda: words in notify.errors.read_text()[notify.begun:])


def test_what_was_reserved_before_keeps_its_words(notify, ledger, maildir, folder):
    say(folder, 2, "いつもありがとうございます")
    notify.start()
    old = waiting(ledger, "S-1", email="old@example.jp")
    taken(notify, old)
    notify.kill()
    say(folder, 3, "新しい店長より")
    notify.start()
    last_said(notify, "were taken over")
    new = waiting(ledger, "S-2", email="new@example.jp")
    taken(notify, new)
    notify.pass_time(3700)
    assert notify.outcome_of(old)[1]["words"] == "ja/2" and notify.outcome_of(new)[1]["words"] == "ja/3"
    mails = said(maildir)
    assert "いつもありがとうございます" in mails["old@example.jp"] and "新しい店長より" not in mails["old@example.jp"]
    assert "新しい店長より" in mails["new@example.jp"] and "いつもありがとうございます" not in mails["new@example.jp"]
    notify.stop()


def test_what_was_reserved_while_nobody_ran_has_the_words_of_before(notify, ledger, maildir, folder):
    notify.start()
    taken(notify, waiting(ledger, "S-1", email="one@example.jp"))
    notify.stop()
    old = waiting(ledger, "S-2", email="two@example.jp")
    say(folder, 2, "新しい店長より")
    notify.start()
    last_said(notify, "were taken over")
    new = waiting(ledger, "S-3", email="three@example.jp")
    taken(notify, old, new)
    notify.pass_time(3700)
    assert [notify.outcome_of(n)[1]["words"] for n in (old, new)] == ["ja/1", "ja/2"]
    notify.stop()


def test_the_folder_may_go_and_what_it_said_stays(notify, ledger, maildir, folder):
    say(folder, 7, "最後の言葉")
    (folder / "parts/ja").mkdir(parents=True)
    (folder / "parts/ja/greeting.md").write_text("{{customer}}さま、毎度どうも。\n")
    notify.start()
    old = waiting(ledger, "S-1")
    taken(notify, old)
    notify.kill()
    for file in (folder / "ja/shipped.md", folder / "parts/ja/greeting.md"):
        file.unlink()
    notify.start()
    last_said(notify, "were taken over")
    notify.pass_time(3700)
    assert notify.outcome_of(old)[1]["words"] == "ja/7"
    text, = said(maildir).values()
    assert "最後の言葉" in text and "山田 花子さま、毎度どうも。" in text
    notify.stop()


def test_words_are_taken_over_while_it_runs(notify, ledger, maildir, folder):
    notify.start()
    old = waiting(ledger, "S-1", email="old@example.jp")
    taken(notify, old)
    say(folder, 2, "新しい店長より")
    notify.process.send_signal(signal.SIGHUP)
    last_said(notify, "were taken over")
    new = waiting(ledger, "S-2", email="new@example.jp")
    taken(notify, new)
    notify.pass_time(3700)
    assert [notify.outcome_of(n)[1]["words"] for n in (old, new)] == ["ja/1", "ja/2"]
    notify.stop()


def test_another_notice_of_the_same_order_has_the_words_of_now(notify, ledger, maildir, folder):
    say(folder, 2, "いつもありがとうございます")
    notify.start()
    first = waiting(ledger, "S-1")
    taken(notify, first)
    say(folder, 3, "新しい店長より")
    notify.process.send_signal(signal.SIGHUP)
    last_said(notify, "were taken over")
    again = ledger.reserve(M, "S-1", delay=3600, generation=1)
    taken(notify, again)
    notify.pass_time(3700)
    assert [notify.outcome_of(n)[1]["words"] for n in (first, again)] == ["ja/2", "ja/3"]
    notify.stop()


@pytest.mark.parametrize("how", ["reload", "restart"])
def test_words_that_are_refused_change_nothing(build, notify, ledger, maildir, folder, how):
    """A number means one text: whoever reads an outcome must know what was said. And a slip in a file stops no notice."""
    say(folder, 2, "いつもありがとうございます")
    notify.start()
    last_said(notify, "notices go by")
    wait_for("a first look", lambda: notify.query("SELECT 1 FROM edition WHERE file = 'ja/shipped.md' AND version = 2"))
    say(folder, 2, "同じ番号の別の言葉")
    say(folder, 2, "通る言葉", "ja/pickup-ready.md")
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and "ja/shipped.md:3" in done.stderr and "2 was other words before" in done.stderr
    if how == "reload":
        notify.process.send_signal(signal.SIGHUP)
    else:
        notify.stop()
        notify.start()
    last_said(notify, "the words of before are used")
    notice = waiting(ledger, "S-1")
    taken(notify, notice)
    assert not notify.query("SELECT 1 FROM edition WHERE file = 'ja/pickup-ready.md' AND version = 2")  # all or nothing
    say(folder, 3, "次の番号の言葉")
    assert run(build, "--config", notify.config, "--check-config").returncode == 0
    notify.process.send_signal(signal.SIGHUP)
    last_said(notify, "were taken over")
    notify.pass_time(3700)
    assert notify.outcome_of(notice)[1]["words"] == "ja/2" and "いつもありがとうございます" in "".join(said(maildir).values())
    assert notify.query("SELECT 1 FROM edition WHERE file = 'ja/pickup-ready.md' AND version = 2")
    notify.stop()


def test_a_merchant_has_words_of_its_own(notify, ledger, maildir, folder):
    say(folder, 2, "どの店でも")
    say(folder, 5, "アクメだけ", "acme/ja/shipped.md")
    notify.start()
    one = waiting(ledger, "S-1")
    taken(notify, one)
    (folder / "acme/ja/shipped.md").unlink()
    notify.process.send_signal(signal.SIGHUP)
    last_said(notify, "were taken over")
    two = waiting(ledger, "S-2", email="two@example.jp")
    taken(notify, two)
    notify.pass_time(3700)
    assert [notify.outcome_of(n)[1]["words"] for n in (one, two)] == ["ja/5", "ja/2"]
    mails = said(maildir)
    assert "アクメだけ" in mails["hanako@example.jp"] and "どの店でも" in mails["two@example.jp"]
    notify.stop()


@pytest.mark.parametrize("name, why", [("ja/ship-ped.md", "no such kind"), ("acme/ja/ship-ped.md", "no such kind"), ("acme/en/Shipped.md", "small letters")])
def test_a_file_that_would_never_be_read_is_said(build, folder, name, why):
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("")
    done = run(build, "preview", "shipped", "--words", folder)
    assert done.returncode == 1 and name in done.stderr and why in done.stderr


def test_words_that_this_program_refuses_give_way_to_those_that_hold(notify, ledger, maildir, folder):
    """As when a newer program wants more said than the words of back then."""
    notify.start()
    notice = waiting(ledger, "S-1")
    taken(notify, notice)
    notify.stop()
    say(folder, 2, "新しい店長より")
    with sqlite3.connect(notify.folder / "notices.db") as db:
        db.execute("UPDATE wording SET pack = replace(pack, '{{eta}}', '') WHERE id IN (SELECT words_ja FROM notice)")
    db.close()
    notify.start()
    last_said(notify, "were taken over")
    notify.pass_time(3700)
    assert notify.outcome_of(notice)[1]["words"] == "ja/2"
    assert "words kept as ja/shipped.md" in notify.errors.read_text()
    notify.stop()


def test_killed_at_any_moment_each_notice_has_the_words_of_its_reservation(notify, ledger, maildir, folder):
    dice = random.Random(5)
    notices = []
    for version in range(2, 8):
        say(folder, version, f"第{version}版の言葉")
        notify.start()
        time.sleep(dice.random() * 0.15)
        notices.append(waiting(ledger, f"S-{version}", email=f"v{version}@example.jp"))
        time.sleep(dice.random() * 0.1)
        notify.kill()
    notify.start()
    last_said(notify, "notices go by")
    taken(notify, *notices)
    pinned = {n: v for n, v in notify.query("SELECT notice.id, edition.version FROM notice JOIN edition ON wording = words_ja AND file = 'ja/shipped.md'")}
    assert sorted(pinned) == sorted(notices)
    notify.kill()
    say(folder, 9, "最後の版")
    notify.start()
    notify.pass_time(3700)
    for version, notice in enumerate(notices, 2):
        assert notify.outcome_of(notice)[1]["words"] == f"ja/{pinned[notice]}"
        assert f"第{pinned[notice]}版の言葉" in said(maildir)[f"v{version}@example.jp"]
    notify.stop()


def test_words_that_nobody_refers_to_go(notify, ledger, folder):
    (folder / "parts/ja").mkdir(parents=True)
    for greeting in ("一つ目", "二つ目", "三つ目"):  # a part has no number: its kinds keep theirs
        (folder / "parts/ja/greeting.md").write_text(f"{greeting}のごあいさつ\n")
        notify.start()
        wait_for("the words", lambda: notify.query("SELECT 1 FROM published JOIN wording ON id = wording WHERE pack LIKE ?", f"%{greeting}%"))
        if greeting == "二つ目":
            taken(notify, waiting(ledger, "S-1"))
        notify.stop()
    notify.start()
    notify.pass_time(3700)
    kept = lambda greeting: len(notify.query("SELECT 1 FROM wording WHERE pack LIKE ?", f"%{greeting}%"))  # noqa: E731
    wait_for("the purge", lambda: kept("一つ目") == 0)
    assert kept("二つ目") == 1 and kept("三つ目") > 1
    notify.stop()


# ---- the brand ----

CORPUS = TOP / "tests/fuzz/corpus/logo"


def pictures(mail) -> dict:
    return {p["Content-ID"].strip("<>").split("@")[0]: p for p in mail.walk() if p.get_content_maintype() == "image"}


def test_a_logo_goes_with_the_mails_of_its_merchant(build, notify, ledger, maildir, folder):
    (folder / "acme").mkdir()
    (folder / "acme/logo.png").write_bytes((CORPUS / "png").read_bytes())
    (folder / "logo.jpg").write_bytes((CORPUS / "jpeg").read_bytes())
    notify.start()
    notify.outcome_of(at_the_counter(ledger, "S-1"))
    (folder / "acme/logo.png").unlink()
    notify.process.send_signal(signal.SIGHUP)
    last_said(notify, "were taken over")
    notify.outcome_of(at_the_counter(ledger, "S-2"))
    (folder / "logo.jpg").write_bytes((CORPUS / "jpeg").read_bytes()[:-2])
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and "logo.jpg: is a JPEG that is damaged or cut" in done.stderr
    (folder / "logo.jpg").unlink()
    notify.process.send_signal(signal.SIGHUP)
    wait_for("the words", lambda: notify.errors.read_text()[notify.begun:].count("were taken over") == 2)
    notify.outcome_of(at_the_counter(ledger, "S-3"))
    notify.stop()
    kinds = []
    for mail in mails_in(maildir):
        images, page = pictures(mail), mail.get_body(("html",)).get_content()
        assert not mail.defects and "qr" in images and ("cid:logo@" in page) == ("logo" in images)
        if "logo" in images:
            logo = images["logo"]
            kinds.append(logo.get_content_type())
            assert logo.get_payload(decode=True) == (CORPUS / kinds[-1].split("/")[1]).read_bytes()
            assert f'src="cid:{logo["Content-ID"].strip("<>")}" width="24" height="12"' in page and 'alt="アクメ商店"' in page
        else:
            kinds.append(None)
    assert sorted(kinds, key=str) == [None, "image/jpeg", "image/png"]


def at_the_counter(ledger: Ledger, shipment: str) -> str:
    ledger.shipment(M, shipment, pickup={"keep_days": 7}, notices={"pickup-ready": "station"})
    ledger.contact(M, shipment, kinds=("pickup-ready",), contact={"name": "山田 花子", "email": f"{shipment.lower()}@example.jp", "code": "7KQ4M2XP"})
    ledger.arrive(M, shipment)
    notice = notice_id(M, shipment, "pickup-ready", 0)
    ledger.fact("notice.reserved", M, shipment, notice=notice, kind="pickup-ready", generation=0, not_before=stamp(0), expires=stamp(86400),
                owner="station")
    return notice


def test_who_waits_at_a_store_hears_from_the_store(notify, ledger, maildir):
    ledger.policy(M, version=2, brand={"colour": "#e60033", "tagline": "毎日を軽く"}, store={
        "name": {"ja": "アクメ 日本橋店"}, "brand": {"colour": "#0a7d5a", "phone": "03-1111-2222", "mail": "nihonbashi@acme.example.jp"},
        "from": {"name": {"ja": "日本橋店"}, "address": "nihonbashi@acme.example.jp"}})
    notify.start()
    notify.outcome_of(at_the_counter(ledger, "S-1"))
    ledger.shipment(M, "S-2")
    ledger.contact(M, "S-2", email="two@example.jp")
    ledger.ship(M, "S-2")
    notify.outcome_of(ledger.reserve(M, "S-2"))
    notify.stop()
    mails = {m["To"].addresses[0].addr_spec: m for m in mails_in(maildir)}
    here, away = mails["s-1@example.jp"], mails["two@example.jp"]
    assert here["From"].addresses[0].addr_spec == "nihonbashi@acme.example.jp" and away["From"].addresses[0].addr_spec == "shop@acme.example.jp"
    text = here.get_body(("plain",)).get_content()
    assert "03-1111-2222" in text and "03-0000-0000" not in text and "アクメ 日本橋店" in text
    assert "03-0000-0000" in away.get_body(("plain",)).get_content()
    assert "#0a7d5a" in here.get_body(("html",)).get_content() and "#e60033" in away.get_body(("html",)).get_content()


# ---- looking at words ----

def test_a_preview_of_a_shipment_shows_its_goods_and_names_nobody(build, notify, ledger, folder):
    say(folder, 2, "新しい店長より")
    ledger.policy(M, version=2, brand={"colour": "#e60033"}, store={"name": {"ja": "アクメ 日本橋店"}})
    ledger.shipment(M, "S-1", pickup={"keep_days": 7})
    ledger.contact(M, "S-1", contact={"name": "秘密 太郎", "email": "secret@example.jp", "code": "SECRET22"}, language="en")
    ledger.arrive(M, "S-1")
    for channel in ("html", "text", "subject", "sms", "line", "slip"):
        done = run(build, "preview", "pickup-ready", "--config", notify.config, "--shipment", "S-1", "--channel", channel)
        assert done.returncode == 0 and "A-S-1" in done.stdout, done.stderr
        assert not any(word in done.stdout for word in ("秘密", "secret@", "SECRET22"))
    text = run(build, "preview", "pickup-ready", "--config", notify.config, "--shipment", "S-1").stdout
    assert "Socks" in text and "Hanako Yamada" in text and "7KQ4-M2XP" in text  # in the language of its customer
    text = run(build, "preview", "pickup-ready", "--config", notify.config, "--shipment", "S-1", "--lang", "ja").stdout
    assert "靴下 黒" in text and "アクメ 日本橋店" in text
    assert "新しい店長より" in run(build, "preview", "shipped", "--config", notify.config).stdout
    for arguments, why in ((("--shipment", "S-9"), "no such shipment"), (("--shipment", "S-1", "--merchant", "other"), "no such shipment")):
        done = run(build, "preview", "shipped", "--config", notify.config, *arguments)
        assert done.returncode == 1 and why in done.stderr
    assert "needs --config" in run(build, "preview", "shipped", "--shipment", "S-1").stderr
    assert not (notify.folder / "notices.db").exists()  # looking makes nothing


def test_a_page_to_look_at_holds_its_pictures(build, folder):
    (folder / "acme").mkdir()
    (folder / "acme/logo.jpg").write_bytes((CORPUS / "jpeg").read_bytes())
    page = run(build, "preview", "pickup-ready", "--channel", "html", "--words", folder, "--merchant", "acme").stdout
    assert "cid:" not in page and page.count("src=\"data:image/jpeg;base64,") == 1 and page.count("src=\"data:image/png;base64,") == 1
    assert "image/jpeg" not in run(build, "preview", "pickup-ready", "--channel", "html", "--words", folder).stdout


def test_a_test_goes_by_the_route_and_leaves_no_trace(build, notify, ledger, maildir, folder):
    ledger.shipment(M, "S-1")
    ledger.contact(M, "S-1")
    ledger.ship(M, "S-1")
    (folder / "logo.png").write_bytes((CORPUS / "png").read_bytes())
    done = run(build, "test-send", "shipped", "--config", notify.config, "--to", "me@example.jp", "--shipment", "S-1")
    assert done.returncode == 0 and done.stdout == "maildir: accepted\n", done.stderr
    done = run(build, "test-send", "pickup-ready", "--config", notify.config, "--to", "me@example.jp", "--lang", "en")
    assert done.returncode == 0
    one, two = sorted(mails_in(maildir), key=lambda m: m["Content-Language"] or "", reverse=True)
    assert not one.defects and not two.defects
    assert one["Subject"].startswith("【テスト】【アクメ商店】") and one["From"].addresses[0].addr_spec == "shop@acme.example.jp"
    assert one["To"].addresses[0].addr_spec == "me@example.jp" and "靴下 黒" in one.get_body(("plain",)).get_content()
    assert two["Subject"].startswith("[TEST] ") and two["From"].addresses[0].addr_spec == "station@example.jp" and set(pictures(two)) == {"qr", "logo"}
    assert not (notify.folder / "notices.db").exists()
    for to in ("nobody", "a@b.jp\r\nBcc: c@d.jp", ""):
        assert run(build, "test-send", "shipped", "--config", notify.config, "--to", to).returncode == 1
    assert run(build, "test-send", "shipped", "--config", notify.config).returncode == 2
    assert len(mails_in(maildir)) == 2


def test_a_test_says_what_the_relay_answered(build, tmp_path, ledger):
    relay = Relay()
    with RelayServer(relay) as server:
        config = routes({"name": "fixed", "port": free_port()}, {"name": "lte", "port": server.port})
        notify = Notify(build, tmp_path, ledger, config)
        send = lambda to: run(build, "test-send", "shipped", "--config", notify.config, "--to", f"{to}@example.jp")  # noqa: E731
        done = send("hanako")
        assert done.returncode == 0 and done.stdout == "fixed: route down, no-server\nlte: accepted (the server said 250)\n", done.stdout + done.stderr
        done = send("unknown")
        assert done.returncode == 1 and done.stdout.endswith("lte: refused, recipient-refused (the server said 550)\n"), done.stdout
        assert [to for to, _ in relay.taken] == ["hanako@example.jp"]


def test_what_would_read_better_is_said_and_not_refused(build, notify, folder):
    for lang in ("ja", "en"):
        for kind in sorted(p.stem for p in (OURS / lang).glob("*.md")):
            assert run(build, "preview", kind, "--lang", lang).stderr == ""  # ours need no advice
    text = (OURS / "ja/shipped.md").read_text()
    late = text.replace("subject: 【{{brand.name}}】", "subject: いつも{{brand.name}}をご利用いただきまして誠にありがとうございます、")
    long = text + "\n" + "とても長い段落です。" * 12 + "\n"
    short = text.replace("sms: 【{{brand.name}}】", "sms: 【{{brand.name}}】https://bit.ly/3xAmple ")
    (folder / "ja").mkdir()
    for words, line, why in ((short, 8, "bit.ly is a shortened address"), (late, 4, "30th full-width"), (long, len(text.splitlines()) + 2, "more than three lines")):
        (folder / "ja/shipped.md").write_text(words)
        for arguments in (("preview", "shipped", "--words", folder), ("--config", notify.config, "--check-config")):
            done = run(build, *arguments)
            assert done.returncode == 0 and f"ja/shipped.md:{line}: " in done.stderr and why in done.stderr, done.stderr


def test_versions_are_compared(build, notify, folder):
    say(folder, 2, "いつもありがとうございます")
    (folder / "parts/ja").mkdir(parents=True)
    (folder / "parts/ja/greeting.md").write_text("前のごあいさつ\n")
    diff = lambda *more: run(build, "diff", "shipped", "--config", notify.config, *more)  # noqa: E731
    assert diff().returncode == 2 and "no words there yet" in diff().stderr
    notify.start()
    last_said(notify, "notices go by")
    notify.stop()
    assert diff().returncode == 0 and diff().stdout == ""
    say(folder, 3, "新しい店長より")
    (folder / "parts/ja/greeting.md").write_text("今のごあいさつ\n")
    done = diff()
    assert done.returncode == 1 and done.stderr == ""
    for line in ("--- what holds now", "+++ the folder", "-version: 2", "+version: 3", "-いつもありがとうございます", "+新しい店長より", "-前のごあいさつ", "+今のごあいさつ"):
        assert line in done.stdout.splitlines(), line
    notify.start()
    last_said(notify, "were taken over")
    notify.stop()
    done = diff("--from", "2", "--to", "3")
    assert done.returncode == 1 and "--- ja/shipped.md version 2" in done.stdout and "+新しい店長より" in done.stdout
    assert diff("--from", "3").returncode == 0 and diff("--lang", "en").returncode == 0
    assert diff("--from", "9").returncode == 2 and "nothing of that version" in diff("--from", "9").stderr
    assert diff("--from", "x").returncode == 2
