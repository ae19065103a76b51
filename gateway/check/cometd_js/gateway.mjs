// Starts a gateway for a check, with agents who use it over REST.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Fails instead of waiting forever. */
export async function within(seconds, what, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`expected within ${seconds} s: ${what}`)), seconds * 1000);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        clearTimeout(timer);
    }
}

/** Waits until `condition` returns something. */
export async function until(what, condition, seconds = 20) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
        const found = condition();
        if (found) {
            return found;
        }
        await new Promise(resolve => setTimeout(resolve, 20));
    }
    throw new Error(`expected within ${seconds} s: ${what}`);
}

export class Gateway {
    static async start(...options) {
        const gateway = new Gateway();
        const listen = options.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
        const store = options.includes("--data") ? [] : ["--memory"];
        const all = [...listen, ...store, ...options];
        gateway.child = spawn(process.env.GATEWAY, all, {
            stdio: ["ignore", "pipe", "inherit"],
            env: { ...process.env, RUST_LOG: "warn" },
        });
        const lines = createInterface({ input: gateway.child.stdout });
        const [line] = await within(60, "the first line of the gateway", once(lines, "line"));
        gateway.url = /http:\/\/\S+/.exec(line)?.[0];
        assert.ok(gateway.url, `no address in ${line}`);
        return gateway;
    }

    get port() {
        return new URL(this.url).port;
    }

    get notifications() {
        return `${this.url}/api/v2/notifications`;
    }

    async stop(signal = "SIGTERM") {
        if (this.child.exitCode === null && this.child.signalCode === null) {
            this.child.kill(signal);
            await within(30, "the gateway to end", once(this.child, "exit"));
        }
    }
}

/** A signed-in agent. */
export class Agent {
    static async signIn(gateway, user) {
        const agent = new Agent();
        agent.gateway = gateway;
        const authorization = `Basic ${Buffer.from(`${user}:demo`).toString("base64")}`;
        const answer = await fetch(`${gateway.url}/api/v2/me`, { headers: { authorization } });
        assert.equal(answer.status, 200);
        agent.cookie = answer.headers.getSetCookie()[0].split(";")[0];
        agent.token = answer.headers.get("x-csrf-token");
        return agent;
    }

    async operate(path, body) {
        const headers = { cookie: this.cookie, "x-csrf-token": this.token, "content-type": "application/json" };
        const request = { method: "POST", headers, body: JSON.stringify(body) };
        const answer = await fetch(`${this.gateway.url}/api/v2/me${path}`, request);
        const text = await answer.text();
        assert.equal(answer.status, 200, `${JSON.stringify(body)}: ${text}`);
    }

    async sessions() {
        const answer = await fetch(`${this.gateway.url}/api/v2/me/im-sessions?fields=*`, { headers: { cookie: this.cookie } });
        return (await answer.json()).imSessions;
    }

    /** Calls, and waits until the other party is talking. */
    async call(number) {
        await this.operate("/im-sessions", { operationName: "InitiateIMSession", destination: { phoneNumber: number } });
        for (;;) {
            const talking = (await this.sessions()).find(session => session.state === "Talking");
            if (talking) {
                return talking.id;
            }
        }
    }

    say(id, number, text) {
        const destination = { phoneNumber: number };
        return this.operate(`/im-sessions/${id}`, { operationName: "SendMessage", text, destination, devicePath: "/devices/1" });
    }

    hangUp(id) {
        return this.operate(`/im-sessions/${id}`, { operationName: "Complete" });
    }
}

/** Runs the checks, one after the other, each with its own gateway. */
export async function run(title, checks) {
    let failed = 0;
    for (const [name, check] of Object.entries(checks)) {
        const ends = [];
        try {
            await within(120, name, check(end => ends.push(end)));
            console.log(`ok      ${title}: ${name}`);
        } catch (error) {
            failed += 1;
            console.log(`FAILED  ${title}: ${name}\n${error.stack}`);
        }
        for (const end of ends.reverse()) {
            await end().catch(error => console.log(`        and then: ${error}`));
        }
    }
    console.log(`${title}: ${Object.keys(checks).length - failed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}
