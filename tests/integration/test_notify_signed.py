# SPDX-License-Identifier: Apache-2.0
"""Mails that are signed (DKIM), and whose envelope names the notice that a bounce is of. dkimpy is the oracle."""
import base64
import email
import email.policy
import re
import subprocess
from pathlib import Path

import dkim
import pytest
from mail_relay import RelayServer
from notify import Notify, run, smtp_route, to
from waiting import wait_for


def signing_keys(folder: Path) -> tuple[str, dict]:
    """The config that signs, and what the DNS says of its keys."""
    records = {}
    for name, make in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]), ("ed25519", ["-algorithm", "ed25519"])):
        key = folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", *make, "-out", key], check=True, capture_output=True)
        key.chmod(0o600)
        public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        public = public[-32:] if name == "ed25519" else public
        records[f"bench-1-{name}._domainkey.example.jp."] = f"v=DKIM1; k={name}; p={base64.b64encode(public).decode()}".encode()
    bounce = folder / "bounce.key"
    bounce.write_text("0123456789abcdef\n")
    bounce.chmod(0o600)
    return (f"dkim:\n  domain: example.jp\n  selector: bench-1\n  rsa: {folder}/rsa.pem\n  ed25519: {folder}/ed25519.pem\n"
            f"bounce:\n  domain: bounce.example.jp\n  key_file: {bounce}\n"), records


def test_a_mail_is_signed_and_its_bounce_names_it(build, tmp_path, ledger, relay):
    """The second attempt is the same bytes, signatures and all; mails of one order are one conversation."""
    config, records = signing_keys(tmp_path)
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port) + config) as notify:
        notice = to(ledger, "S-1", "gone")
        wait_for("the first copy", lambda: notify.state(notice)[1] == "no-answer")
        notify.pass_time(120)
        assert notify.outcome_of(notice)[0] == "notice.accepted"
        notify.stop()
    (_, one), (_, two) = relay.seen
    assert one == two
    assert [dkim.DKIM(one).verify(i, dnsfunc=lambda name, timeout=5: records[name.decode()]) for i in (0, 1)] == [True, True]
    assert re.fullmatch(rf"b\+{notice}\.[0-9a-f]{{10}}@bounce\.example\.jp", relay.senders[0]) and len(set(relay.senders)) == 1
    mail = email.message_from_bytes(one, policy=email.policy.default)
    assert mail["References"] == mail["In-Reply-To"] and re.fullmatch(r"<thread\.[0-9a-f-]{36}@acme\.example\.jp>", mail["References"])


@pytest.mark.parametrize("break_it, place", [
    (lambda folder: (folder / "rsa.pem").chmod(0o644), "rsa.pem"),
    (lambda folder: (folder / "rsa.pem").unlink(), "rsa.pem"),
    (lambda folder: (folder / "ed25519.pem").write_bytes((folder / "rsa.pem").read_bytes()), "dkim.ed25519"),
    (lambda folder: (folder / "bounce.key").write_text("short"), "bounce.key_file")])
def test_keys_that_cannot_sign_are_named_at_the_start(build, tmp_path, ledger, break_it, place):
    config, _ = signing_keys(tmp_path)
    notify = Notify(build, tmp_path, ledger, f"maildir: {tmp_path}/mail\n" + config)
    break_it(tmp_path)
    done = run(build, "--config", notify.config)
    assert done.returncode == 1 and place in done.stderr and "0123456789" not in done.stderr
