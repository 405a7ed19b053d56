# SPDX-License-Identifier: Apache-2.0
"""The ways out in notify.yaml: what is wrong in them is named, and a file with all of them is taken."""
import pytest
from fake_http import FakeServer
from notify import Notify, run
from ways import TAKEN, after, by_hook, by_line, by_slip, by_sms, gateway, secret


@pytest.mark.parametrize(("text", "place"), [
    ("sms:\n- {name: a}\n", "sms[0]"),
    ("sms:\n- {name: a, gateway: /a.yaml, modem: {}}\n", "wanted one of gateway and modem"),
    ("sms:\n- {name: a, modem: {}, device: wwan0}\n", "sms[0].device"),
    ("sms:\n- {name: a, gateway: /nowhere.yaml}\n", "/nowhere.yaml"),
    ("sms:\n- {name: a, modem: {}}\n- {name: a, modem: {}}\n", "two routes have this name"),
    ("sms:\n- {name: a, modem: {folder: here}}\n", "sms[0].modem.folder"),
    ("sms:\n- {name: a, modem: {delivery_report: maybe}}\n", "sms[0].modem.delivery_report"),
    ("line: {}\n", "line.token_file"),
    ("line: {token_file: /t, api: 'http://example.jp'}\n", "line.api"),
    ("line: {token_file: /t, routes: [{name: a}, {name: a}]}\n", "two routes have this name"),
    ("webhook:\n- {merchant: acme, url: 'http://example.jp/', secret_file: /s}\n", "webhook[0].url"),
    ("webhook:\n- {merchant: a, url: 'https://example.jp/', secret_file: /s}\n- {merchant: a, url: 'https://example.jp/', secret_file: /s}\n", "webhook[1].merchant"),
    ("slip: {folder: /s, columns: 7}\n", "slip.columns"),
    ("fallback_after: 1ms\nslip: {folder: /s}\n", "fallback_after"),
    ("", "wanted a way out")])
def test_what_is_wrong_in_the_file_is_named(build, tmp_path, ledger, text, place):
    notify = Notify(build, tmp_path, ledger, text)
    done = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr, done.stderr


@pytest.mark.parametrize(("text", "place"), [
    ("smtp: {host: relay.example.jp, tls: starttls, user: u, password_file: /nowhere}\n", "smtp.password_file: "),
    ("smtp: {host: relay.example.jp, tls: starttls, ca: /nowhere}\n", "smtp.ca: /nowhere"),
    ("routes:\n- {name: lte, host: relay.example.jp, tls: starttls, ca: /nowhere}\n", "lte.ca: /nowhere"),
    ("sms:\n- {name: a, gateway: /nowhere.yaml}\n", "/nowhere.yaml: sms.gateway: "),
    ("maildir: MAIL\nwords: /nowhere\n", "/nowhere: words: "),
    ("sms:\n- {name: a, gateway: GATEWAY, secret_file: /nowhere}\n", "/nowhere: sms.secret_file: "),
    ("sms:\n- {name: a, gateway: GATEWAY, ca: /nowhere}\n", "sms.ca: /nowhere"),
    ("line: {token_file: /nowhere}\n", "/nowhere: line.token_file: "),
    ("line-notification: {token_file: /nowhere}\n", "/nowhere: line-notification.token_file: "),
    ("line-notification: {token_file: TOKEN, ca: /nowhere}\n", "line-notification.ca: /nowhere"),
    ("webhook:\n- {merchant: acme, url: 'https://example.jp/', secret_file: /nowhere}\n", "/nowhere: webhook.secret_file: "),
    ("maildir: MAIL\nunsubscribe: {key_file: /nowhere}\n", "/nowhere: unsubscribe.key_file: "),
    ("maildir: MAIL\nbounce: {domain: bounce.example.jp, key_file: /nowhere}\n", "/nowhere: bounce.key_file: "),
    ("maildir: MAIL\ndkim: {domain: example.jp, selector: s, rsa: /nowhere}\n", "/nowhere: dkim.rsa: ")])
def test_a_file_that_the_config_names_and_nobody_finds_is_named_with_its_key_at_the_start(build, tmp_path, ledger, text, place):
    text = text.replace("MAIL", str(tmp_path / "mail")).replace("TOKEN", str(secret(tmp_path, "line", "t0ken")))
    with FakeServer(TAKEN) as server:
        notify = Notify(build, tmp_path, ledger, text.replace("GATEWAY", str(gateway(tmp_path, server))))
        done = run(build, "--config", notify.config)
        checked = run(build, "--config", notify.config, "--check-config")
    assert done.returncode == 1 and place in done.stderr and "No such file" in done.stderr, done.stderr
    assert checked.returncode == 0 or checked.stderr == done.stderr  # credentials are there only while it runs: the check leaves them alone


def test_a_file_with_every_channel_is_taken(build, tmp_path, ledger):
    with FakeServer(TAKEN) as server:
        config = (f"maildir: {tmp_path / 'mail'}\n" + by_sms(tmp_path, server) + "- {name: modem, modem: {equipment: '490154203237518'}, timeout: 60s}\n" +
                  by_line(tmp_path, server).replace("}", ", routes: [{name: fixed}, {name: lte, device: wwan0}]}") +
                  by_line(tmp_path, server, "line-notification") + by_hook(tmp_path, server) + by_slip(tmp_path) + after("5min"))
        notify = Notify(build, tmp_path, ledger, config)
        assert run(build, "--config", notify.config, "--check-config").returncode == 0
        with notify:
            notify.stop()
    for line in ("notices go by email: maildir", "by sms: provider", "by sms: modem, when none before it is up", "by line: lte", "by webhook: acme", "by slip: slip"):
        assert line in notify.errors.read_text()
