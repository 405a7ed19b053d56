# SPDX-License-Identifier: Apache-2.0
"""okuru-notify's command line: its config, and the words that it shows."""
from pathlib import Path

import pytest
from notify import Notify, mails_in, run, shipped, smtp_route

TOP = Path(__file__).resolve().parents[2]


def test_help_version_and_a_good_config(build, tmp_path, ledger):
    assert run(build, "--help").stdout.startswith("okuru-notify --config FILE")
    assert run(build, "--version").stdout.startswith("okuru-notify ")
    assert run(build).returncode == 2
    notify = Notify(build, tmp_path, ledger, smtp_route(25))
    done = run(build, "--config", notify.config, "--check-config")
    assert (done.returncode, done.stdout) == (0, "ok\n")


@pytest.mark.parametrize("old, new, place", [
    ("station: bench-1", "station: Bench 1", ":3:"),
    ("tls: none-on-loopback", "tls: maybe", "smtp.tls"),
    ("host: 127.0.0.1", "host: mail.example.jp", "without TLS only to a loopback address"),
    ("host: 127.0.0.1", 'host: "a/b"', "neither a host name nor an address"),
    ("address: station@example.jp", "address: nobody", "from.address"),
    ("realm: test", "realm: test\ncolour: red", "colour"),
    ("from:\n  name: 発送係\n  address: station@example.jp\n", "", "from.address, or a domain"),
    ("realm: test", "realm: test\ndomain: mail_example", "domain"),
    ("smtp:", "maildir: /tmp\nsmtp:", "wanted one of maildir, smtp and routes"),
    ("smtp:", "routes: [{host: x, tls: starttls}]\nsmtp:", "wanted one of maildir, smtp and routes"),
    ("  port: 25", "  port: 25\n  device: 'if!eth0'", "smtp.device"),
    ("  port: 25", "  port: 25\n  device: lo\n  dns: dns.example.jp", "smtp.dns"),
    ("  port: 25", "  port: 25\n  device: lo\n  dns: 192.0.2.53;192.0.2.54", "smtp.dns"),
    ("  port: 25", "  port: 25\n  dns: 192.0.2.53", "is for a route by a device"),
    ("smtp:", "dkim: {domain: example.jp, selector: bench-1}\nsmtp:", "wanted a key"),
    ("smtp:", "dkim: {domain: example.jp, selector: 'a;b', rsa: /k}\nsmtp:", "dkim.selector"),
    ("smtp:", "dkim: {domain: 'a b', selector: bench-1, rsa: /k}\nsmtp:", "dkim.domain"),
    ("smtp:", "bounce: {domain: localhost, key_file: /k}\nsmtp:", "bounce.domain"),
])
def test_a_bad_config_is_refused_by_place(build, tmp_path, ledger, old, new, place):
    notify = Notify(build, tmp_path, ledger, smtp_route(25))
    notify.config.write_text(notify.config.read_text().replace(old, new))
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr and "notify.yaml" in done.stderr


def own(folder: Path, name: str, text: str) -> Path:
    path = folder / "words" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder / "words"


def test_a_merchants_own_words_are_said(build, tmp_path, ledger, maildir):
    ours = run(build, "preview", "shipped", "--channel", "text").stdout
    assert "発送いたしましたので" in ours
    words = own(tmp_path, "parts/ja/greeting.md", "{{customer}}さま、毎度ありがとうございます。\n")
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\nwords: {words}\n") as notify:
        notify.outcome_of(shipped(ledger, "S-1"))
        notify.stop()
    mail, = mails_in(maildir)
    assert "山田 花子さま、毎度ありがとうございます。" in mail.get_body(("plain",)).get_content()


def test_words_that_leave_something_out_are_refused_by_place(build, tmp_path, ledger, maildir):
    template = (TOP / "services/notify/templates/ja/shipped.md").read_text()
    words = own(tmp_path, "ja/shipped.md", template.replace("@row お届け予定日 | **{{eta}}** {{eta_slot}}\n", ""))
    done = run(build, "preview", "shipped", "--words", words)
    assert done.returncode == 1 and "ja/shipped.md" in done.stderr and "eta" in done.stderr and "must always say" in done.stderr
    notify = Notify(build, tmp_path, ledger, f"maildir: {maildir}\nwords: {words}\n")
    for arguments in (["--check-config"], []):
        done = run(build, "--config", notify.config, *arguments)
        assert done.returncode == 1 and "ja/shipped.md" in done.stderr
    own(tmp_path, "ja/Shipped.txt", "")
    assert "small letters" in run(build, "preview", "shipped", "--words", words).stderr
    assert run(build, "preview", "shipped", "--words", tmp_path / "nowhere").returncode == 1



SHIPPED = (TOP / "services/notify/templates/ja/shipped.md").read_text()


@pytest.mark.parametrize(("name", "content", "said"), [
    ("ja/shipped.md", SHIPPED.encode("cp932"), "ja/shipped.md:4: is not UTF-8"),  # the first line with more than ASCII
    ("ja/shipped.md", SHIPPED.encode("utf-16"), "ja/shipped.md:1: is not UTF-8"),
    ("ja/shipped.md", SHIPPED.encode() + b"\0", "is not UTF-8"),
    ("parts/ja/footer.md", "{{ordir}}\n".encode(), "parts/ja/footer.md:1: ordir"),
    ("acme/parts/ja/footer.md", "\n{{ordir}}\n".encode(), "acme/parts/ja/footer.md:2: ordir"),
    ("shipped.md", SHIPPED.encode(), "words/shipped.md: is in no language's folder: ja/ or en/"),
    ("acme/shipped.md", SHIPPED.encode(), "words/acme/shipped.md: is in no language's folder: ja/ or en/"),
    ("parts/footer.md", b"", "words/parts/footer.md: is in no language's folder: ja/ or en/"),
    ("fr/shipped.md", SHIPPED.encode(), "words/fr/shipped.md: is in no language's folder: ja/ or en/"),
    ("ja/shipped.md", SHIPPED.replace("{{> footer}}", "").encode(), "brand.mail or brand.phone: the words of a notice"),
], ids=lambda value: "" if isinstance(value, bytes) else value)
def test_a_file_of_words_that_cannot_be_used_is_named_as_it_lies_there(build, tmp_path, name, content, said):
    path = tmp_path / "words" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    done = run(build, "preview", "shipped", "--words", tmp_path / "words", "--merchant", "acme")
    assert done.returncode == 1 and said in done.stderr, done.stderr


def test_what_editors_leave_in_a_file_of_words_is_not_read(build, tmp_path):
    ours = run(build, "preview", "shipped").stdout
    words = own(tmp_path, "ja/shipped.md", "\ufeff" + SHIPPED.replace("\n", "\r\n"))
    own(tmp_path, "parts/ja/footer.md", "\ufeff" + (TOP / "services/notify/templates/parts/ja/footer.md").read_text())
    (words / "README.md").write_text("whose words these are")
    assert run(build, "preview", "shipped", "--words", words).stdout == ours


@pytest.mark.parametrize("channel", ["html", "text", "subject", "sms", "line", "slip"])
def test_a_preview_shows_each_channel(build, channel):
    for lang, word in (("ja", "A-778"), ("en", "A-778")):
        done = run(build, "preview", "pickup-ready", "--lang", lang, "--channel", channel)
        assert done.returncode == 0 and word in done.stdout and done.stdout.endswith("\n"), done.stderr


@pytest.mark.parametrize(("arguments", "said"), [
    (["preview"], "KIND is missing"),
    (["preview", "nothing"], "nothing: no such kind"),
    (["preview", "shipped", "more"], "more: one KIND at a time"),
    (["preview", "shipped", "--lang", "fr"], "--lang fr: ja or en"),
    (["preview", "shipped", "--channel", "fax"], "--channel fax: subject, html, text, sms, line or slip"),
    (["preview", "shipped", "--chanel", "sms"], "'--chanel'"),
    (["test-send", "shipped", "--to", "me@example.jp"], "--config FILE is missing"),
    (["test-send", "shipped", "--config", "notify.yaml"], "--to ADDRESS is missing"),
    (["test-send", "nothing", "--config", "notify.yaml", "--to", "me@example.jp"], "nothing: no such kind"),
    (["diff", "shipped"], "--config FILE is missing"),
    (["diff", "--config", "notify.yaml"], "KIND is missing"),
    (["diff", "nothing", "--config", "notify.yaml"], "nothing: no such kind"),
    (["--check-config"], "--config FILE: is missing"),
    (["--log-level", "loud"], "loud: no such level"),
    (["prevue", "shipped"], "prevue: not expected here"),
])
def test_what_is_called_wrongly_says_what_is_wrong_and_how_it_goes(build, arguments, said):
    done = run(build, *arguments)
    assert done.returncode == 2 and said in done.stderr and "okuru-notify " in done.stderr, done.stderr
    assert ("pickup-reminder" in done.stderr) == ("no such kind" in said)  # which there are


def test_a_preview_of_an_sms_says_what_it_costs(build, tmp_path):
    said = lambda *arguments: run(build, "preview", *arguments, "--channel", "sms").stderr  # noqa: E731
    assert said("refund-issued") == "1 SMS\n" and said("pickup-ready") == "2 SMS\n"
    assert said("pickup-ready", "--lang", "en") == "1 SMS\n"


def test_a_preview_lists_its_kinds_and_names_what_it_cannot_show(build, tmp_path):
    assert "pickup-ready" in run(build, "preview", "--help").stdout
    assert run(build, "preview", "welcome", "--channel", "sms").returncode == 1
    data = tmp_path / "data.json"
    data.write_text('{"brand": {"name": "Shop", "colour": "red"}}')
    assert "colour" in run(build, "preview", "shipped", "--data", data).stderr
    data.write_text('{"brand": {"name": "Shop"}, "order": "Z-1"}')
    assert "Z-1" in run(build, "preview", "shipped", "--data", data).stdout
    for lang in ("ja", "en"):
        assert run(build, "preview", "shipped", "--data", TOP / f"services/notify/templates/samples/{lang}.json").stderr == ""
    data.write_text('{"order": "Z-1", "ordir": "Z-2", "parcels": [{"number": "4", "carier": "y"}], "code": "of other kinds"}')
    done = run(build, "preview", "shipped", "--data", data)
    assert done.returncode == 0 and "アクメ・オンライン" in done.stdout  # the sample's, where none is named
    assert done.stderr == f"{data}: ordir: no notice has such a field\n{data}: parcels.carier: no notice has such a field\n"
