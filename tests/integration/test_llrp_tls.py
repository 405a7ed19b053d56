# SPDX-License-Identifier: Apache-2.0
"""Readers behind a secured connection (LLRP 1.0.1, 20.2), and readers by name: who is not who the board says is never spoken to."""
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from broker import make_ca, make_cert  # noqa: E402
from llrp_reader import LlrpReader  # noqa: E402
from llrp_watch import watching  # noqa: E402
from rig import wait_for  # noqa: E402

SHIRT = "30352b25c837754000000190"


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_ca(folder)
    make_ca(folder, "other")
    return folder


def secured(keys: Path, *hosts: str, ca: str = "ca", until: str = "", client_ca: str | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_cert(keys, f"reader-{ca}-{'-'.join(hosts).replace('.', '_')}-{len(until)}", hosts, ca, until))
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(keys / f"{client_ca}.pem")
    return context


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tags_come_through_a_secured_connection_in_any_pieces(build, keys, newest):
    context = secured(keys, "127.0.0.1")
    context.maximum_version = newest
    with LlrpReader(tls=context, piece=7) as reader:
        with watching(build, reader, f"ca={keys}/ca.pem") as watch:
            at = watch.expect("up .*")
            for k in range(20):
                reader.do(reader.report, *(reader.tag(f"{k * 100 + i:024x}", 1, -50, 1) for i in range(100)))
            wait_for("2000 reads", lambda: sum(line.startswith("read ") for line in watch.lines) == 2000)
            reader.drop()
            at = watch.expect("down ECONNRESET", at)
            watch.expect("up .*", at)
        wait_for("the goodbye", lambda: reader.seen[-1] == "CLOSE_CONNECTION")  # while the reader is still there to hear it


def test_more_reads_than_one_turn_of_the_loop_takes_do_not_get_stuck(build, keys):
    with LlrpReader(tls=secured(keys, "127.0.0.1")) as reader, watching(build, reader, f"ca={keys}/ca.pem") as watch:
        watch.expect("up .*")
        frames = [reader.tag(f"{i:024x}", 1, -50, 1) for i in range(6000)]
        reader.do(lambda: reader.report(*frames))  # one message of 270 KB, and no byte after it
        wait_for("all of them", lambda: sum(line.startswith("read ") for line in watch.lines) == 6000)


@pytest.mark.parametrize("hosts,settings,why", [
    (("127.0.0.1",), ["ca=other.pem"], "its certificate is not accepted: (self-signed certificate in certificate chain|unable to get local issuer certificate)"),
    (("127.0.0.2",), ["ca=ca.pem"], "its certificate is not accepted: IP address mismatch"),
    (("reader-7.example",), ["ca=ca.pem"], "its certificate is not accepted: IP address mismatch"),
    (("reader-7.example",), ["ca=ca.pem", "name=reader-8.example"], "its certificate is not accepted: hostname mismatch"),
    (("127.0.0.1",), ["ca=nothing.pem"], ".*/nothing.pem is no file of CA certificates: .*"),
    (("127.0.0.1",), ["ca=ca.key"], ".*/ca.key is no file of CA certificates: .*"),
    (("127.0.0.1",), ["ca=ca.pem", "certificate=ca.pem", "key=other.key"], ".*/other.key is not the key of .*/ca.pem: key values mismatch"),
], ids=["ca", "address", "no-address", "name", "no-file", "wrong-file", "key"])
def test_a_reader_that_does_not_prove_who_it_is_hears_nothing(build, keys, hosts, settings, why):
    settings = [s if s.startswith("name=") else s.replace("=", f"={keys}/") for s in settings]
    with LlrpReader(tls=secured(keys, *hosts)) as reader, watching(build, reader, *settings) as watch:
        at = watch.expect(f"refused: {why}")
        watch.expect("down EKEYREJECTED", at)
        assert reader.sent_to_us == []


def test_a_certificate_that_has_ended_is_refused_until_there_is_a_new_one(build, keys):
    reader = LlrpReader(tls=secured(keys, "127.0.0.1", until="2020-01-01 00:00:00"))
    with reader, watching(build, reader, f"ca={keys}/ca.pem") as watch:
        at = watch.expect("refused: its certificate is not accepted: certificate has expired")
        at = watch.expect("down EKEYREJECTED", at)
        reader.tls.load_cert_chain(*make_cert(keys, "renewed", ("127.0.0.1",)))
        watch.expect("up .*", at)


def test_a_name_on_the_certificate_is_enough_where_the_board_says_it(build, keys):
    with LlrpReader(tls=secured(keys, "reader-7.example")) as reader:
        with watching(build, reader, f"ca={keys}/ca.pem", "name=reader-7.example") as watch:
            watch.expect("up .*")


def test_a_reader_that_asks_who_we_are_is_told(build, keys):
    certificate, key = make_cert(keys, "station")
    stranger, strangers_key = make_cert(keys, "stranger", ca="other")
    with LlrpReader(tls=secured(keys, "127.0.0.1", client_ca="ca")) as reader:
        with watching(build, reader, f"ca={keys}/ca.pem", f"certificate={certificate}", f"key={key}") as watch:
            watch.expect("up .*")
        for more in ([], [f"certificate={stranger}", f"key={strangers_key}"]):
            with watching(build, reader, f"ca={keys}/ca.pem", *more) as watch:
                at = watch.expect("(lost: the secured connection broke: .*|refused: the secured connection is refused: .*|lost: the reader hung up)")
                watch.expect("down (EPROTO|EKEYREJECTED|ECONNRESET)", at)


def test_plain_and_secured_do_not_mix(build, keys):
    with LlrpReader() as reader, watching(build, reader, f"ca={keys}/ca.pem") as watch:
        at = watch.expect("lost: what answers there does not speak TLS: .*")
        watch.expect("down EPROTO", at)
        assert reader.sent_to_us == [] and reader.seen == []
    with LlrpReader(tls=secured(keys, "127.0.0.1")) as reader, watching(build, reader) as watch:
        watch.expect("down (ECONNRESET|EBADMSG|ETIMEDOUT)")
        assert reader.seen == []


def test_a_secured_reader_that_stops_in_the_handshake_is_given_up(build, keys):
    import socket
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        class Deaf:
            port = deaf.getsockname()[1]
        with watching(build, Deaf, f"ca={keys}/ca.pem") as watch:
            watch.expect("down ETIMEDOUT")


def test_a_reader_is_found_by_its_name(build, keys):
    with LlrpReader(tls=secured(keys, "localhost")) as reader, watching(build, reader, f"ca={keys}/ca.pem", host="localhost") as watch:
        watch.expect("up .*", timeout=30)
        reader.see(SHIRT)
        watch.expect(f"read {SHIRT} .*")


def test_a_name_that_nobody_knows_is_asked_for_again(build):
    with LlrpReader() as reader, watching(build, reader, host="reader.invalid") as watch:
        at = watch.expect("lost: nobody knows where reader.invalid is", timeout=60)
        watch.expect("down EHOSTUNREACH", at)
    assert subprocess.run([build / "tests" / "llrp-watch", "reader 7", "1"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 1
