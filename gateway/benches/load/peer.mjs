// The peer: npm cometd-nodejs-server with the times of the gateway, a channel for each DN, and the same POST of events.
//
// Usage: node peer.mjs DIRECTORY, where npm has installed it

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const cometd = require("cometd-nodejs-server").createCometDServer({ timeout: 30_000, maxInterval: 15_000 });

function publish(line) {
    const event = JSON.parse(line);
    const text = event.Extensions?.text;
    if (event.Event === "EventPrivateInfo" && text !== undefined) {
        const data = {
            imSessionPath: `/im-sessions/${event.CallUUID}`,
            message: text,
            messageType: "IMLogUpdateMessage",
            notificationType: "NewMessage",
        };
        cometd.getServerChannel(`/${event.ThisDN}`)?.publish(null, data);
    }
}

function takeEvents(request, response) {
    const parts = [];
    request.on("data", part => parts.push(part));
    request.on("end", () => {
        const lines = Buffer.concat(parts).toString().split("\n").filter(line => line !== "");
        lines.forEach(publish);
        const body = JSON.stringify({ accepted: lines.length, errors: [] });
        response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
        response.end(body);
    });
}

const server = createServer((request, response) =>
    request.url.startsWith("/events") ? takeEvents(request, response) : cometd.handle(request, response));
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", 1024, () => console.log(`peer on http://127.0.0.1:${server.address().port}`));
