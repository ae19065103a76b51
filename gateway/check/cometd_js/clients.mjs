// Runs the CometD project's published client against the gateway. Usage: GATEWAY=binary node clients.mjs DIRECTORY
//
// DIRECTORY is where npm has installed cometd, cometd-nodejs-client and ws.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Agent, Gateway, run, until, within } from "./gateway.mjs";

const directory = resolve(process.argv[2]);
const require = createRequire(join(directory, "package.json"));
const load = async name => {
    const module = await import(pathToFileURL(require.resolve(name)).href);
    return module.default ?? module;
};

// This must precede the import of cometd, because version 3 looks for it while it loads.
const adapter = await load("cometd-nodejs-client");
const options = {};
adapter.adapt(options);
const { WebSocket } = await load("ws").then(ws => ({ WebSocket: ws.WebSocket ?? ws }));
const lib = await load("cometd");
const { version } = require(join(directory, "node_modules/cometd/package.json"));
if (!lib.AckExtension) {
    require("cometd/AckExtension");
}

const CHANNEL = "/v2/me/im-sessions";

/** A client of the agent; `received` contains the data of all messages. */
function client(agent, { transport = "long-polling", ack = false } = {}) {
    // Outside of browsers, WebSockets send no cookies.
    window.WebSocket = class extends WebSocket {
        constructor(url, protocols) {
            super(url, protocols ?? [], { headers: { cookie: agent.cookie } });
        }
    };
    const cometd = new lib.CometD();
    for (const name of ["websocket", "long-polling", "callback-polling"].filter(name => name !== transport)) {
        cometd.unregisterTransport(name);
    }
    if (ack) {
        cometd.registerExtension("ack", new lib.AckExtension());
    }
    cometd.configure({ url: agent.gateway.notifications, requestHeaders: { Cookie: agent.cookie }, backoffIncrement: 200, maxBackoff: 400 });
    cometd.received = [];
    cometd.connects = [];
    cometd.addListener("/meta/connect", reply => cometd.connects.push(reply));
    cometd.states = () => cometd.received.map(data => data.imSession?.state).filter(state => state);
    cometd.texts = () => cometd.received.filter(data => data.notificationType === "NewMessage").map(data => data.message);
    return cometd;
}

const called = (what, seconds, call) => within(seconds, what, new Promise(call));
const handshake = cometd => called("the handshake", 20, done => cometd.handshake(done));
const disconnect = cometd => called("the disconnect", 20, done => cometd.disconnect(done));
const subscribe = (cometd, channel = CHANNEL) => called("the subscription", 20, done => {
    cometd.subscription = cometd.subscribe(channel, message => cometd.received.push(message.data), done);
});

async function subscribed(agent, how) {
    const cometd = client(agent, how);
    assert.equal((await handshake(cometd)).successful, true);
    assert.equal((await subscribe(cometd)).successful, true);
    return cometd;
}

async function scene(ends, ...options) {
    const gateway = await Gateway.start(...options);
    ends(() => gateway.stop());
    return { gateway, me: await Agent.signIn(gateway, "agent3001"), other: await Agent.signIn(gateway, "agent3002") };
}

/** A chat arrives, over any transport. */
async function chat(ends, how) {
    const { me, other } = await scene(ends);
    const cometd = await subscribed(me, how);
    assert.equal(cometd.getTransport().getType?.() ?? cometd.getTransport().type, how.transport ?? "long-polling");
    const id = await other.call("3001");
    await until("the session talks", () => cometd.states().includes("Talking"));
    for (const text of ["one", "two", "three"]) {
        await other.say(id, "3001", text);
    }
    await until("three messages", () => cometd.texts().length === 3);
    assert.deepEqual(cometd.texts(), ["one", "two", "three"]);
    await other.hangUp(id);
    await until("the session is over", () => cometd.states().includes("Completed"));
    await disconnect(cometd);
}

await run(`npm cometd ${version}`, {
    "a chat arrives by long-polling": ends => chat(ends, {}),
    "a chat arrives by WebSocket": ends => chat(ends, { transport: "websocket" }),
    "a chat arrives by long-polling with acknowledgements": ends => chat(ends, { ack: true }),
    "a chat arrives by WebSocket with acknowledgements": ends => chat(ends, { transport: "websocket", ack: true }),

    async "the present sessions follow a subscription with a wildcard"(ends) {
        const { me, other } = await scene(ends);
        const id = await other.call("3001");
        const cometd = client(me);
        await handshake(cometd);
        assert.equal((await subscribe(cometd, "/v2/me/*")).successful, true);
        await until("the present session", () => cometd.received.some(data => data.imSession?.id === id));
        await disconnect(cometd);
    },

    async "a batch is answered whole, and nobody publishes"(ends) {
        const { me } = await scene(ends);
        const cometd = client(me);
        await handshake(cometd);
        const replies = [];
        cometd.batch(() => {
            cometd.subscribe("/v2/me/calls", () => {}, reply => replies.push(reply));
            cometd.subscribe("/v2/me/devices", () => {}, reply => replies.push(reply));
            cometd.subscribe("/v2/you/im-sessions", () => {}, reply => replies.push(reply));
            cometd.publish(CHANNEL, { text: "x" }, reply => replies.push(reply));
        });
        await until("four replies", () => replies.length === 4);
        assert.deepEqual(replies.map(reply => reply.successful), [true, true, false, false]);
        assert.deepEqual(replies.slice(2).map(reply => reply.error), ["403::Forbidden", "403::Forbidden"]);
        await disconnect(cometd);
    },

    async "who has unsubscribed gets nothing, and the connects go on"(ends) {
        const { me, other } = await scene(ends, "--connect-timeout", "1");
        const cometd = await subscribed(me);
        const reply = await called("the reply", 20, done => cometd.unsubscribe(cometd.subscription, done));
        assert.equal(reply.successful, true);
        await other.call("3001");
        const before = cometd.connects.length;
        await until("two connects", () => cometd.connects.length >= before + 2);
        assert.ok(cometd.connects.every(connect => connect.successful));
        assert.deepEqual(cometd.received, []);
        await disconnect(cometd);
    },

    async "what was not acknowledged comes again"(ends) {
        const { me, other } = await scene(ends, "--connect-timeout", "1");
        const cometd = client(me, { ack: true });
        // Extensions see outgoing messages in reverse order, so this one runs after the other.
        const ack = cometd.getExtension("ack");
        cometd.unregisterExtension("ack");
        let held = null;
        cometd.registerExtension("late", {
            outgoing(message) {
                if (message.channel === "/meta/connect" && held !== null) {
                    message.ext.ack = held;
                }
                return message;
            },
        });
        cometd.registerExtension("ack", ack);
        assert.equal((await handshake(cometd)).ext.ack, true);
        await subscribe(cometd);
        const id = await other.call("3001");
        await until("the session talks", () => cometd.states().includes("Talking"));
        held = cometd.connects.at(-1).ext.ack - 1;
        await other.say(id, "3001", "again");
        await until("the message twice", () => cometd.texts().length >= 2);
        assert.deepEqual(new Set(cometd.texts()), new Set(["again"]));
        held = null;
        const before = cometd.connects.length;
        await until("the connects are held again", () => cometd.connects.length > before + 2);
        const count = cometd.texts().length;
        await until("one more connect", () => cometd.connects.length > before + 4);
        assert.equal(cometd.texts().length, count);
        await disconnect(cometd);
    },

    async "a restart of the gateway is survived"(ends) {
        const data = mkdtempSync(join(tmpdir(), "gateway-"));
        const first = await scene(ends, "--data", data);
        let me = first.me;
        const cometd = client(me);
        const handshakes = [];
        cometd.addListener("/meta/handshake", reply => {
            handshakes.push(reply);
            if (reply.successful) {
                cometd.subscribe(CHANNEL, message => cometd.received.push(message.data));
            }
        });
        await handshake(cometd);
        const id = await first.other.call("3001");
        await until("the session talks", () => cometd.states().includes("Talking"));
        const { port } = first.gateway;
        await first.gateway.stop("SIGKILL");
        cometd.received.length = 0;
        const gateway = await Gateway.start("--data", data, "--listen", `127.0.0.1:${port}`);
        ends(() => gateway.stop());
        // The cookie is lost with the process; signing in again is the application's task.
        me = await Agent.signIn(gateway, "agent3001");
        cometd.configure({ url: gateway.notifications, requestHeaders: { Cookie: me.cookie }, backoffIncrement: 200, maxBackoff: 400 });
        await until("a second handshake", () => handshakes.filter(reply => reply.successful).length === 2, 40);
        await until("the session is there again", () => cometd.received.some(data => data.imSession?.id === id));
        const other = await Agent.signIn(gateway, "agent3002");
        await other.say(id, "3001", "after");
        await until("a push after the restart", () => cometd.texts().includes("after"));
        await disconnect(cometd);
    },

    async "two tabs of one browser get everything, and one is asked to wait between its connects"(ends) {
        const { me, other } = await scene(ends);
        const tabs = [await subscribed(me), await subscribed(me)];
        const id = await other.call("3001");
        for (const text of ["one", "two", "three"]) {
            await other.say(id, "3001", text);
            await until("both have it", () => tabs.every(tab => tab.texts().includes(text)), 8);
        }
        assert.ok(tabs.every(tab => tab.texts().length === 3));
        assert.ok(tabs.some(tab => tab.connects.some(connect => connect.advice?.["multiple-clients"] === true)));
        await disconnect(tabs[0]);
        await disconnect(tabs[1]);
    },

    async "a client that was forgotten begins anew by itself"(ends) {
        const { me, other } = await scene(ends, "--connect-timeout", "1", "--max-interval", "1");
        const cometd = client(me);
        let handshakes = 0;
        let subscriptions = 0;
        cometd.addListener("/meta/handshake", reply => {
            handshakes += reply.successful ? 1 : 0;
            cometd.subscribe(CHANNEL, message => cometd.received.push(message.data), answer => {
                subscriptions += answer.successful ? 1 : 0;
            });
        });
        await handshake(cometd);
        // Waits for the answer now. After the sleep it would be that to a forgotten client, and would take the callback
        // of the next subscription.
        await until("a subscription", () => subscriptions === 1);
        // Blocks this process for longer than the gateway waits for the client.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
        await until("a second handshake", () => handshakes >= 2);
        await other.call("3001");
        await until("the session talks", () => cometd.states().includes("Talking"));
        await disconnect(cometd);
    },
});
