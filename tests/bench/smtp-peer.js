// SPDX-License-Identifier: Apache-2.0
// A relay that we did not write, the npm package smtp-server (MIT-0), in the place of smtp-sink: on the loopback, without TLS.
//
//   node smtp-peer.js COUNT        with smtp-server below NODE_PATH
//
// Prints its port, and after COUNT mails what smtp-sink prints of them: see there.
"use strict";

const { SMTPServer } = require("smtp-server");

const EDGE = 250;
const count = Number(process.argv[2]);
const ids = new Set();
let mails = 0, signed = 0, bytes = 0, connections = 0, begun, ended;

function took(text) {
    const head = text.slice(0, text.indexOf("\r\n\r\n") + 2);
    ids.add((/^Message-ID:\s*(\S+)/im.exec(head) ?? [])[1]);
    signed += (head.match(/^DKIM-Signature:/gim) ?? []).length;
    bytes += text.length;
    mails++;
    if (mails === EDGE)
        begun = process.hrtime.bigint();
    if (mails === count - EDGE + 1)
        ended = process.hrtime.bigint();
}

function tell() {
    const measured = count - 2 * EDGE + 1;
    const seconds = Number(ended - begun) / 1e9;
    console.log(JSON.stringify({ mails, distinct: ids.size, signed, connections, bytes, measured, seconds }));
    process.exit();
}

const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onConnect(session, done) {
        connections++;
        done();
    },
    onData(stream, session, done) {
        const parts = [];
        stream.on("data", part => parts.push(part));
        stream.on("end", () => {
            took(Buffer.concat(parts).toString("latin1"));
            done();
            if (mails === count)
                setImmediate(tell); // behind the last 250
        });
    },
});

server.listen(0, "127.0.0.1", () => console.log(server.server.address().port));
