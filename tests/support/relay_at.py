# SPDX-License-Identifier: Apache-2.0
"""A relay with STARTTLS at an address: relay_at.py ADDRESS PORT CERT KEY. A line for each mail that it took: who was seen to send it."""
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Relay(Controller):
    async def handle_DATA(self, server, session, envelope):
        print(session.peer[0], envelope.rcpt_tos[0], flush=True)
        return "250 OK"

    def factory(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        return SMTP(self, tls_context=context, require_starttls=True)


relay = Relay(None, hostname=sys.argv[1], port=int(sys.argv[2]))
relay.handler = relay
relay.start()
print("ready", flush=True)
threading.Event().wait()
