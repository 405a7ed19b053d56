# SPDX-License-Identifier: Apache-2.0
"""A port of the loopback that nobody has."""
import socket


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
