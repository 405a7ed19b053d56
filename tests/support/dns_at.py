# SPDX-License-Identifier: Apache-2.0
"""A name server that knows one host: dns_at.py ADDRESS PORT HOST ITS-ADDRESS. A line for each question: who was seen to ask, what, of which type."""
import socket
import struct
import sys

A, TTL_S = 1, 30
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind((sys.argv[1], int(sys.argv[2])))
    print("ready", flush=True)
    while True:
        question, who = s.recvfrom(512)
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        name, (kind,) = ".".join(labels), struct.unpack(">H", question[at + 1:at + 3])
        print(who[0], name, kind, flush=True)
        known = name == sys.argv[3]
        answer = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, TTL_S, 4) + socket.inet_aton(sys.argv[4]) if known and kind == A else b""
        head = question[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, 1 if answer else 0, 0, 0)
        s.sendto(head + question[12:at + 5] + answer, who)
