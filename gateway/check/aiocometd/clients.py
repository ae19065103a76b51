"""Runs the published Python client aiocometd-ng against the gateway. Usage: GATEWAY=binary python clients.py"""

import asyncio
import importlib.metadata
import os
import re
import sys
import time
import traceback

import aiohttp
from aiocometd_ng import Client, ConnectionType
from aiocometd_ng.exceptions import AiocometdException, ServerError

CHANNEL = "/v2/me/im-sessions"


class Gateway:
    """Runs a gateway for a check."""

    async def start(self, *options):
        how = options if "--data" in options else ("--memory", *options)
        self.process = await asyncio.create_subprocess_exec(
            os.environ["GATEWAY"], "--listen", "127.0.0.1:0", *how,
            stdout=asyncio.subprocess.PIPE, env={**os.environ, "RUST_LOG": "warn"},
        )
        line = (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode()
        self.url = re.search(r"http://\S+", line)[0]
        return self

    async def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 30)


class Agent:
    """A signed-in agent, over REST."""

    async def sign_in(self, gateway, user):
        # Cookies for IP addresses, too.
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.url = gateway.url + "/api/v2/me"
        async with self.http.get(self.url, auth=aiohttp.BasicAuth(user, "demo")) as answer:
            assert answer.status == 200, answer.status
            self.token = answer.headers["X-CSRF-TOKEN"]
            self.cookie = answer.cookies["JSESSIONID"].value
        return self

    async def operate(self, path, body):
        async with self.http.post(self.url + path, json=body, headers={"X-CSRF-TOKEN": self.token}) as answer:
            assert answer.status == 200, await answer.text()

    async def call(self, number):
        await self.operate("/im-sessions", {"operationName": "InitiateIMSession", "destination": {"phoneNumber": number}})
        while True:
            async with self.http.get(self.url + "/im-sessions?fields=*") as answer:
                for session in (await answer.json())["imSessions"]:
                    if session["state"] == "Talking":
                        return session["id"]

    async def say(self, session, number, text):
        body = {"operationName": "SendMessage", "text": text, "destination": {"phoneNumber": number}}
        await self.operate("/im-sessions/" + session, {**body, "devicePath": "/devices/1"})


def client_of(gateway, agent, kind):
    """A client with the agent's cookie, which the HTTP session that aiocometd creates lacks."""
    # aiocometd's timeout does not work on Python 3.10 and later, so each check has its own.
    client = Client(gateway.url + "/api/v2/notifications", kind, connection_timeout=0)
    make = client._get_http_session

    async def with_cookie():
        session = await make()
        session._cookie_jar = agent.http.cookie_jar
        return session

    client._get_http_session = with_cookie
    return client


async def receive(client, wanted, seconds=20):
    """The data of the messages up to the first matching one."""
    received = []
    while not received or not wanted(received[-1]):
        received.append((await asyncio.wait_for(client.receive(), seconds))["data"])
    return received


async def chat(kind, scene):
    gateway, me, other = await scene()
    async with client_of(gateway, me, kind) as client:
        assert client.connection_type == kind, client.connection_type
        await client.subscribe(CHANNEL)
        session = await other.call("3001")
        await receive(client, lambda data: data.get("imSession", {}).get("state") == "Talking")
        for text in ("one", "two", "three"):
            await other.say(session, "3001", text)
        received = await receive(client, lambda data: data.get("message") == "three")
        assert [data["message"] for data in received if "message" in data] == ["one", "two", "three"], received
        await other.operate("/im-sessions/" + session, {"operationName": "Complete"})
        await receive(client, lambda data: data.get("imSession", {}).get("state") == "Completed")


async def long_polling(scene):
    """a chat arrives by long-polling"""
    await chat(ConnectionType.LONG_POLLING, scene)


async def web_socket(scene):
    """a chat arrives by WebSocket"""
    await chat(ConnectionType.WEBSOCKET, scene)


async def subscriptions(scene):
    """the present sessions follow a wildcard, an unsubscription ends it, and what is not the agent's is refused"""
    gateway, me, other = await scene()
    session = await other.call("3001")
    async with client_of(gateway, me, ConnectionType.LONG_POLLING) as client:
        await client.subscribe("/v2/me/*")
        await receive(client, lambda data: data.get("imSession", {}).get("id") == session)
        await client.unsubscribe("/v2/me/*")
        assert client.subscriptions == set(), client.subscriptions
        await other.say(session, "3001", "unheard")
        try:
            received = await asyncio.wait_for(client.receive(), 1)
            raise AssertionError(f"received after the unsubscription: {received}")
        except asyncio.TimeoutError:
            pass
        for refused in (client.subscribe("/v2/you/im-sessions"), client.publish(CHANNEL, {"text": "x"})):
            try:
                await refused
                raise AssertionError("expected 403")
            except ServerError as error:
                assert error.error_code == 403, error


async def forgotten(scene):
    """a client that was forgotten begins anew and is subscribed again by itself"""
    gateway, me, other = await scene("--connect-timeout", "1", "--max-interval", "1")
    async with client_of(gateway, me, ConnectionType.LONG_POLLING) as client:
        await client.subscribe(CHANNEL)
        await asyncio.sleep(0.5)
        # Blocks the whole process for longer than the gateway waits for the client.
        time.sleep(4)
        session = await other.call("3001")
        await receive(client, lambda data: data.get("imSession", {}).get("state") == "Talking")
        await other.say(session, "3001", "after")
        await receive(client, lambda data: data.get("message") == "after")


async def stranger(scene):
    """who is not signed in gets no connection"""
    gateway, _, _ = await scene()
    try:
        async with Client(gateway.url + "/api/v2/notifications", ConnectionType.LONG_POLLING):
            raise AssertionError("expected a refusal")
    except AiocometdException:
        pass


def unheard(loop, context):
    """Ignores tasks that the client itself cancels when it is closed."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


async def main():
    asyncio.get_running_loop().set_exception_handler(unheard)
    title = f"PyPI aiocometd-ng {importlib.metadata.version('aiocometd-ng')}"
    checks = (long_polling, web_socket, subscriptions, forgotten, stranger)
    failed = 0
    for check in checks:
        ends = []

        async def scene(*options):
            gateway = await Gateway().start(*options)
            ends.append(gateway.stop)
            agents = [await Agent().sign_in(gateway, user) for user in ("agent3001", "agent3002")]
            ends.extend(agent.http.close for agent in agents)
            return gateway, *agents

        try:
            await asyncio.wait_for(check(scene), 120)
            print(f"ok      {title}: {check.__doc__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {title}: {check.__doc__}", flush=True)
            traceback.print_exc(file=sys.stdout)
        for end in reversed(ends):
            await end()
    print(f"{title}: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(asyncio.run(main()))
