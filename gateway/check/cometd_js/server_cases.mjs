// The test cases of cometd-nodejs-server, applied to this server over plain HTTP. Usage: GATEWAY=binary node
// server_cases.mjs

import assert from "node:assert/strict";
import http from "node:http";
import { Agent, Gateway, run, until } from "./gateway.mjs";

const CHANNEL = "/v2/me/im-sessions";

class Browser {
    constructor(agent) {
        this.agent = agent;
        this.cookies = agent.cookie;
    }

    /** Sends a request; `answer` resolves to status, headers and messages, `close` closes the connection. */
    send(body, { method = "POST", path = "" } = {}) {
        const url = new URL(this.agent.gateway.notifications + path);
        const request = http.request(url, { method, headers: { cookie: this.cookies }, agent: false });
        const answer = new Promise((resolve, reject) => {
            request.on("error", reject);
            request.on("response", response => {
                let text = "";
                response.on("data", piece => text += piece);
                response.on("end", () => {
                    for (const cookie of response.headers["set-cookie"] ?? []) {
                        this.cookies += `; ${cookie.split(";")[0]}`;
                    }
                    resolve({ status: response.statusCode, headers: response.headers, text });
                });
                response.on("error", reject);
            });
        });
        answer.catch(() => {});
        request.end(typeof body === "string" ? body : JSON.stringify(body));
        return { answer, close: () => request.destroy() };
    }

    async post(body) {
        const { status, text } = await this.send(body).answer;
        assert.equal(status, 200, text);
        return JSON.parse(text);
    }

    async handshake(more = {}) {
        const [reply] = await this.post([{ channel: "/meta/handshake", version: "1.0", supportedConnectionTypes: ["long-polling"], ...more }]);
        assert.equal(reply.successful, true);
        return reply.clientId;
    }
}

const connect = (clientId, more = {}) => [{ channel: "/meta/connect", clientId, connectionType: "long-polling", ...more }];
const now = { advice: { timeout: 0 } };
const subscribe = (clientId, subscription) => [{ channel: "/meta/subscribe", clientId, subscription }];

async function browser(ends, ...options) {
    const gateway = await Gateway.start(...options);
    ends(() => gateway.stop());
    return new Browser(await Agent.signIn(gateway, "agent3001"));
}

async function timed(promise) {
    const began = Date.now();
    const value = await promise;
    return [value, (Date.now() - began) / 1000];
}

await run("the cases of cometd-nodejs-server", {
    async "server: accepts no GET"(ends) {
        const { status } = await (await browser(ends)).send("", { method: "GET" }).answer;
        assert.equal(status, 405);
    },
    async "server: accepts nothing but JSON"(ends) {
        assert.equal((await (await browser(ends)).send("a").answer).status, 400);
    },
    async "server: knows no client of a bad first message"(ends) {
        const [reply] = await (await browser(ends)).post([{}]);
        assert.equal(reply.successful, false);
        assert.match(reply.error, /^402::/);
    },
    async "server: answers a handshake and tells browsers apart"(ends) {
        const me = await browser(ends);
        await me.handshake();
        assert.match(me.cookies, /BAYEUX_BROWSER=/);
    },
    async "server: has a SameSite cookie"(ends) {
        const me = await browser(ends);
        const { headers } = await me.send([{ channel: "/meta/handshake", supportedConnectionTypes: ["long-polling"] }]).answer;
        assert.match(headers["set-cookie"].join(), /BAYEUX_BROWSER=[^,]*SameSite=Lax/);
    },
    async "server: answers connect, subscribe, unsubscribe, disconnect"(ends) {
        const me = await browser(ends);
        const client = await me.handshake();
        for (const message of [
            connect(client, now), subscribe(client, "/v2/me/foo"),
            [{ channel: "/meta/unsubscribe", clientId: client, subscription: "/v2/me/foo" }],
            [{ channel: "/meta/disconnect", clientId: client }],
        ]) {
            const [reply] = await me.post(message);
            assert.equal(reply.successful, true, JSON.stringify(reply));
        }
    },
    async "server: holds a connect"(ends) {
        const me = await browser(ends, "--connect-timeout", "2");
        const client = await me.handshake();
        await me.post(connect(client, now));
        const [[reply], seconds] = await timed(me.post(connect(client)));
        assert.equal(reply.successful, true);
        assert.ok(seconds > 1, `${seconds} s`);
    },
    async "server: forgets a client after a handshake, and after a connect"(ends) {
        const me = await browser(ends, "--max-interval", "1");
        const [one, two] = [await me.handshake(), await me.handshake()];
        await me.post(connect(two, now));
        await new Promise(resolve => setTimeout(resolve, 1_500));
        for (const client of [one, two]) {
            assert.match((await me.post(connect(client, now)))[0].error, /^402::/);
        }
    },
    async "server: holds a connect while another request is answered"(ends) {
        const me = await browser(ends, "--connect-timeout", "2");
        const client = await me.handshake();
        await me.post(connect(client, now));
        const held = timed(me.post(connect(client)));
        const replies = await me.post([{ channel: "/foo", clientId: client, data: "hello" }]);
        assert.equal(replies.length, 1);
        const [[reply], seconds] = await held;
        assert.equal(reply.successful, true);
        assert.ok(seconds > 1, `${seconds} s`);
    },
    async "server: forgets a client that closes the connection of a held connect"(ends) {
        const me = await browser(ends, "--max-interval", "1");
        const client = await me.handshake();
        await me.post(connect(client, now));
        const held = me.send(connect(client));
        await new Promise(resolve => setTimeout(resolve, 300));
        held.close();
        await assert.rejects(held.answer);
        await new Promise(resolve => setTimeout(resolve, 1_700));
        assert.match((await me.post(connect(client, now)))[0].error, /^402::/);
    },
    async "server: answers a held connect when another one comes"(ends) {
        const me = await browser(ends, "--connect-timeout", "2");
        const client = await me.handshake();
        await me.post(connect(client, now));
        const first = timed(me.post(connect(client, { id: "2" })));
        await new Promise(resolve => setTimeout(resolve, 300));
        const second = timed(me.post(connect(client, { id: "3" })));
        const [[reply2], seconds2] = await first;
        const [[reply3], seconds3] = await second;
        assert.equal(reply2.id, "2");
        assert.equal(reply3.id, "3");
        assert.ok(seconds2 < 1.5 && seconds3 > 1.5, `${seconds2} s, ${seconds3} s`);
    },
    async "server, ack: sends again what was on its way when the connection broke"(ends) {
        const me = await browser(ends);
        const other = await Agent.signIn(me.agent.gateway, "agent3002");
        const client = await me.handshake({ ext: { ack: true } });
        await me.post(subscribe(client, CHANNEL));
        const batch = (await me.post(connect(client, { ...now, ext: { ack: -1 } }))).at(-1).ext.ack;
        const held = me.send(connect(client, { ext: { ack: batch } }));
        await new Promise(resolve => setTimeout(resolve, 300));
        held.close();
        const id = await other.call("3001");
        const replies = await me.post(connect(client, { ...now, ext: { ack: batch } }));
        assert.equal(replies[0].channel, CHANNEL);
        assert.ok(replies.some(reply => reply.data?.imSession?.id === id));
        assert.equal(replies.at(-1).channel, "/meta/connect");
        assert.equal(replies.at(-1).successful, true);
    },
    async "server: an unsubscription, and a disconnect, take several channels away"(ends) {
        const me = await browser(ends);
        const other = await Agent.signIn(me.agent.gateway, "agent3002");
        const client = await me.handshake();
        await me.post(connect(client, now));
        const channels = [CHANNEL, "/v2/me/bar"];
        assert.equal((await me.post(subscribe(client, channels))).at(-1).successful, true);
        const [reply] = await me.post([{ channel: "/meta/unsubscribe", clientId: client, subscription: channels }]);
        assert.deepEqual(reply.subscription, channels);
        await other.call("3001");
        const replies = await me.post(connect(client, now));
        assert.deepEqual(replies.map(reply => reply.channel), ["/meta/connect"]);
        await me.post([{ channel: "/meta/disconnect", clientId: client }]);
        assert.match((await me.post(connect(client, now)))[0].error, /^402::/);
    },
    async "usage: delivers without an outstanding connect, and to a held one"(ends) {
        const me = await browser(ends);
        const other = await Agent.signIn(me.agent.gateway, "agent3002");
        const client = await me.handshake();
        await me.post(connect(client, now));
        await me.post(subscribe(client, CHANNEL));
        const id = await other.call("3001");
        let received = [];
        while (!received.some(data => data.imSession?.state === "Talking")) {
            received = received.concat((await me.post(connect(client, now))).map(reply => reply.data).filter(data => data));
        }
        const held = me.post(connect(client));
        await new Promise(resolve => setTimeout(resolve, 300));
        await other.say(id, "3001", "hello");
        const replies = await held;
        assert.equal(replies[0].data.message, "hello");
    },
    async "usage: a policy decides who may shake hands"(ends) {
        const me = await browser(ends);
        me.cookies = "JSESSIONID=00000000000000000000000000000000";
        const { status, text } = await me.send([{ channel: "/meta/handshake", supportedConnectionTypes: ["long-polling"] }]).answer;
        assert.equal(status, 401);
        const [reply] = JSON.parse(text);
        assert.equal(reply.successful, false);
        assert.equal(reply.advice.reconnect, "none");
    },
    async "integration: two clients of a browser are told so"(ends) {
        const me = await browser(ends);
        const [one, two] = [await me.handshake(), await me.handshake()];
        await me.post(connect(one));
        await me.post(connect(two));
        const held = me.send(connect(one));
        await new Promise(resolve => setTimeout(resolve, 300));
        const [reply] = await me.post(connect(two));
        assert.equal(reply.advice["multiple-clients"], true);
        assert.ok(reply.advice.interval > 0);
        held.close();
    },
    async "integration: a disconnect by the server answers a held connect"(ends) {
        const me = await browser(ends);
        const client = await me.handshake();
        await me.post(connect(client));
        let answered = null;
        me.post(connect(client)).then(replies => answered = replies);
        await new Promise(resolve => setTimeout(resolve, 300));
        await me.agent.operate("", { operationName: "EndContactCenterSession", signOut: true });
        const [reply] = await until("the reply", () => answered);
        assert.equal(reply.successful, false);
        assert.equal(reply.advice.reconnect, "none");
    },
});
