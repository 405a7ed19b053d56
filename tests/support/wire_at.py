# SPDX-License-Identifier: Apache-2.0
"""Who sends bytes to a TCP port, as seen on the wires here: wire_at.py PORT. A line for each segment with data: the interface it came by."""
import socket
import struct
import sys

PORT = int(sys.argv[1])
with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(0x0800)) as s:
    print("ready", flush=True)
    while True:
        packet, (interface, _, kind, *_) = s.recvfrom(65535)
        if kind == socket.PACKET_OUTGOING or packet[9] != socket.IPPROTO_TCP:
            continue
        head = (packet[0] & 15) * 4
        (target,), segment = struct.unpack(">H", packet[head + 2:head + 4]), head + (packet[head + 12] >> 4) * 4
        if target == PORT and struct.unpack(">H", packet[2:4])[0] > segment:
            print(interface, flush=True)
