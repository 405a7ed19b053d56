// SPDX-License-Identifier: Apache-2.0
/*
 * A tag reader made of the npm package llrpjs 1.0.1 (MIT): other people's reading of LLRP 1.0.1, for tests/integration/test_llrp_peer.py.
 *
 *   node llrp-peer.js serve      prints its port; then a line of JSON for each message that it was sent. On stdin: "see HEX ANTENNA RSSI"
 *   node llrp-peer.js read       frames in hex on stdin, a line each; for each a line of JSON: what it says, and the same written again
 *
 * It answers one message of a packet and leaves the next until more comes, so the client must not send two at once: no holding of
 * reports, no inputs.
 */
"use strict";
const { createInterface } = require("readline");
const { LLRPCore, LLRPMessage, LLRPServer } = require("llrpjs");

const GOOD = { LLRPStatus: { StatusCode: "M_Success", ErrorDescription: "" } };
const CAPABILITIES = {
        ...GOOD,
        GeneralDeviceCapabilities: {
                MaxNumberOfAntennaSupported: 2, CanSetAntennaProperties: 0, HasUTCClockCapability: 1, DeviceManufacturerName: 25882,
                ModelName: 1, ReaderFirmwareVersion: "1", ReceiveSensitivityTableEntry: { Index: 1, ReceiveSensitivityValue: 0 },
                GPIOCapabilities: { NumGPIs: 0, NumGPOs: 4 },
                PerAntennaAirProtocol: [1, 2].map((i) => ({ AntennaID: i, ProtocolID: ["EPCGlobalClass1Gen2"] })),
        },
        LLRPCapabilities: {
                CanDoRFSurvey: 0, CanReportBufferFillWarning: 1, SupportsClientRequestOpSpec: 0, CanDoTagInventoryStateAwareSingulation: 0,
                SupportsEventAndReportHolding: 0, MaxNumPriorityLevelsSupported: 1, ClientRequestOpSpecTimeout: 0, MaxNumROSpecs: 1,
                MaxNumSpecsPerROSpec: 32, MaxNumInventoryParameterSpecsPerAISpec: 4, MaxNumAccessSpecs: 8, MaxNumOpSpecsPerAccessSpec: 8,
        },
        RegulatoryCapabilities: { CountryCode: 392, CommunicationsStandard: "Unspecified" },
        C1G2LLRPCapabilities: { CanSupportBlockErase: 0, CanSupportBlockWrite: 0, MaxNumSelectFiltersPerQuery: 2 },
};

function show(value) {
        console.log(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v)));
}

function read() {
        createInterface({ input: process.stdin }).on("line", (line) => {
                const message = new LLRPMessage(Buffer.from(line, "hex")).decode();
                const data = message.toLLRPData();

                show({ data, again: new LLRPMessage(data).encode().getBuffer().toString("hex") });
        });
}

function serve() {
        const reader = new LLRPServer({ host: "127.0.0.1", port: 0 });
        // Whoever has gone is told nothing: the client hangs up behind its goodbye.
        const send = (name, id, data) => Promise.resolve().then(() => reader.send(new LLRPCore[name]({ id, data }))).catch(() => {});
        const now = () => ({ Microseconds: new Date() });
        let keeper;

        reader.on("connection", () => {
                send("READER_EVENT_NOTIFICATION", 0, { ReaderEventNotificationData: { UTCTimestamp: now(), ConnectionAttemptEvent: { Status: "Success" } } });
        });
        reader.on("error", (error) => show({ type: "error", code: error.code, text: String(error) }));
        reader.on("disconnect", () => { clearInterval(keeper); show({ type: "disconnect" }); });
        for (const name of ["GET_READER_CAPABILITIES", "SET_READER_CONFIG", "GET_ROSPECS", "DELETE_ACCESSSPEC", "DELETE_ROSPEC", "ADD_ROSPEC",
                "ENABLE_ROSPEC", "START_ROSPEC", "STOP_ROSPEC", "CLOSE_CONNECTION"])
                reader.on(name, (message) => {
                        show(message.toLLRPData());
                        send(`${name}_RESPONSE`, message.getMessageId(), name === "GET_READER_CAPABILITIES" ? CAPABILITIES : GOOD);
                        if (name === "ENABLE_ROSPEC")
                                keeper = setInterval(() => send("KEEPALIVE", 0, {}), 300);
                });
        reader.on("KEEPALIVE_ACK", (message) => show(message.toLLRPData()));
        createInterface({ input: process.stdin }).on("line", (line) => {
                const [, hex, antenna, rssi] = line.split(" ");
                const epc = [...Buffer.from(hex, "hex")];

                send("RO_ACCESS_REPORT", 0, { TagReportData: {
                        ...(epc.length === 12 ? { EPC_96: { EPC: epc } } : { EPCData: { EPC: epc } }),
                        AntennaID: { AntennaID: Number(antenna) }, PeakRSSI: { PeakRSSI: Number(rssi) },
                        FirstSeenTimestampUTC: now(), LastSeenTimestampUTC: now(), TagSeenCount: { TagCount: 3 },
                } });
        }).on("close", () => process.exit(0));
        reader.listen();
        const tell = () => (reader._server.address() ? show({ port: reader._server.address().port }) : setTimeout(tell, 10));
        tell();
}

(process.argv[2] === "serve" ? serve : read)();
