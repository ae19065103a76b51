#!/usr/bin/env python3
"""IM sessions, implemented directly from the specification, with the standard library only.

Shows that the conformance kit can test an implementation in another language. Standard input and standard output carry
one JSON object per line (see `im_session::testing::conformance::JsonLines`):

    cargo run -- conformance python3 tests/kit/im_session.py
"""

import json
import re
import sys
from urllib.parse import unquote_to_bytes

MOVES = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"]
TOUCHES_DATA = ["EventAttachedDataChanged", "EventPartyAdded", "EventPartyDeleted", "EventPartyChanged",
                "EventPrivateInfo", "EventDestinationBusy"]
ENDS = ["EventReleased", "EventAbandoned"]
STATES = [None, "Initiating", "Alerting", "Talking", "Completed"]
# 2.1 and the column "accepted in" of 2.2: the new state, "=" if it is unchanged, or the reason for the rejection.
TABLE = {
    "EventDialing": ["Initiating", "=", "role-conflict", "late", "ended"],
    "EventRinging": ["Alerting", "role-conflict", "=", "late", "ended"],
    "EventEstablished": ["Talking", "Talking", "Talking", "=", "ended"],
    "EventReleased": ["orphan", "Completed", "Completed", "Completed", "="],
    "EventAbandoned": ["orphan", "Completed", "Completed", "Completed", "="],
    "EventDestinationBusy": ["orphan", "=", "early", "late", "ended"],
    "EventPrivateInfo": ["orphan", "early", "early", "=", "ended"],
    "EventAttachedDataChanged": ["orphan", "=", "=", "=", "ended"],
    "EventPartyAdded": ["orphan", "=", "=", "=", "ended"],
    "EventPartyDeleted": ["orphan", "=", "=", "=", "ended"],
    "EventPartyChanged": ["orphan", "=", "=", "=", "ended"],
}
FIELDS = ["capabilities", "id", "participants", "path", "state", "uri", "userData"]
REQUESTS = {
    "InitiateIMSession": ("RequestMakeCall", 14),
    "SendMessage": ("RequestPrivateService", 149),
    "AttachUserData": ("RequestAttachUserData", 30),
    "UpdateUserData": ("RequestUpdateUserData", 31),
    "DeleteUserData": ("RequestDeletePair", 33),
    "Complete": ("RequestReleaseCall", 17),
}
LARGEST, DEEPEST, MOST_PAIRS = 16_000, 16, 1_000
# The ReferenceIDs that are skipped after a restart, and the ends that are remembered of sessions that are gone.
GAP, REMEMBERED_ENDS = 1_000, 100_000
# `Limits::DEFAULT`. The specification does not limit these. Lengths are in bytes of UTF-8.
DEFAULT_LIMITS = {"sessions": 1_000_000, "sessions of a DN": 1_000, "sessions of a call": 1_000, "participants": 100,
                  "text": 16_000, "DN": 255, "requests": 10_000}
LIMITS = {"default": DEFAULT_LIMITS, None: dict.fromkeys(DEFAULT_LIMITS, float("inf"))}


class Pairs(list):
    """User data: (key, value) pairs in order. Keys can repeat."""

    def view(self):
        return {key: value.view() if isinstance(value, Pairs) else value for key, value in self}

    def size(self):
        def of(value):
            if isinstance(value, Pairs):
                return value.size()
            return 4 if isinstance(value, int) else len(value.encode())
        return sum(len(key.encode()) + of(value) for key, value in self)

    def depth(self):
        return 1 + max((value.depth() for _, value in self if isinstance(value, Pairs)), default=0)

    def count(self):
        return len(self) + sum(value.count() for _, value in self if isinstance(value, Pairs))

    def is_over_a_limit(self):
        return self.size() > LARGEST or self.depth() > DEEPEST or self.count() > MOST_PAIRS


def pairs_of(value):
    """User data from its JSON form in a snapshot, where every list is a list of pairs."""
    return Pairs((key, pairs_of(item)) for key, item in value) if isinstance(value, list) else value


class Refused(Exception):
    """The reason for the rejection of an event, or the statusCode that answers an operation."""


def no_constant(name):
    raise ValueError(name)


def user_data(value):
    """The pairs of a JSON object. Raises ValueError if it is not valid user data. Specification 2.3."""
    pairs = Pairs()
    for key, item in value.items() if isinstance(value, dict) else value:
        if item is None:
            item = Pairs()
        elif isinstance(item, (dict, Pairs)):
            item = user_data(item)
        elif isinstance(item, (bool, float, list)):
            raise ValueError(item)
        elif isinstance(item, int) and not -2**63 <= item < 2**63:
            raise ValueError(item)
        pairs.append((key, item))
    return pairs


class Session:
    def __init__(self, dn, id):
        self.dn, self.id, self.state = dn, id, None
        self.participants, self.user_data = [], Pairs()
        self.conn_id, self.last = None, None
        self.heard, self.busy, self.cause = 0, False, None
        # The position among the sessions that were heard at the same time, or among the completed ones.
        self.order = 0

    def copy(self):
        copy = Session(self.dn, self.id)
        copy.__dict__.update(self.__dict__, participants=list(self.participants))
        return copy

    def is_open(self):
        return self.state != "Completed"

    def capabilities(self):
        if self.state == "Completed":
            return []
        talk = ["SendMessage"] if self.state == "Talking" else []
        more = ["UpdateUserData", "DeleteUserData"] if self.user_data else []
        return talk + ["AttachUserData"] + more + ["Complete"]


def rights(me):
    """The operations that an agent has a right to: all of them, unless a member of `me` lists fewer."""
    granted = set(REQUESTS)
    for device in me:
        granted &= set(device.get("rights", REQUESTS))
    return granted


class ImSessions:
    def __init__(self, base_uri="http://localhost:8090", limits=None):
        self.base_uri = base_uri.rstrip("/")
        self.limits = LIMITS[limits]
        self.sessions, self.in_flight, self.last_reference_id = {}, {}, 0
        # The ends of sessions that are gone, oldest first.
        self.now, self.clock, self.ends = 0, 0, {}
        self.notifications, self.requests, self.settled = [], [], []

    # Resources and notifications. Specification 1 and 5.

    def resource(self, session):
        path = "/im-sessions/" + session.id
        resource = {
            "capabilities": session.capabilities(),
            "id": session.id,
            "participants": [self.participant(number) for number in session.participants],
            "path": path,
            "state": session.state,
            "uri": self.base_uri + "/api/v2" + path,
        }
        if session.user_data:
            resource["userData"] = session.user_data.view()
        return resource

    @staticmethod
    def participant(number):
        digits = re.sub("[^0-9]", "", number) or number
        return {"digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number}

    def notify(self, dn, data):
        self.notifications.append({"thisDN": dn, "notification": {"data": data}})

    # Events. Specification 2.

    def event(self, event):
        name, dn, id = event["Event"], event.get("ThisDN") or None, event.get("CallUUID") or None
        known = self.sessions.get((dn, id))
        told = {"from": known and known.state, "to": known and known.state}
        if name not in TABLE:
            self.settle(event)
            return dict(told, outcome="ignored")
        readable = id and re.fullmatch("[A-Za-z0-9._~-]{1,64}", id) and id not in (".", "..")
        if not readable or not (dn or name == "EventAttachedDataChanged"):
            return {"outcome": "unreadable"}
        self.settle(event)
        text = self.text(event)
        if name == "EventPrivateInfo" and text is None:
            return dict(told, outcome="ignored")
        try:
            if dn is None:
                changed = self.to_the_whole_call(event, id)
            else:
                changed = self.apply(event, dn, id)
        except Refused as refused:
            reason, number = refused.args[0], event.get("EventSequenceNumber")
            if reason == "orphan" and name in ENDS and number is not None and not self.is_too_long(dn):
                self.remember_end((dn, id), (event.get("ServerStartTime"), number))
            return dict(told, outcome="rejected", reason=reason)
        if dn:
            told["to"] = self.sessions[dn, id].state
        if told["to"] == "Completed" != told["from"]:
            told["cause"] = self.sessions[dn, id].cause
        if name == "EventPrivateInfo":
            self.notify(dn, {"imSessionPath": "/im-sessions/" + id, "message": text,
                             "messageType": "IMLogUpdateMessage", "notificationType": "NewMessage"})
            return dict(told, outcome="message")
        return dict(told, outcome="changed" if changed else "unchanged")

    @staticmethod
    def text(event):
        for key, value in reversed(event.get("Extensions") or []):
            if key == "text":
                return None if isinstance(value, Pairs) else str(value)
        return None

    def to_the_whole_call(self, event, id):
        sessions = [self.sessions[key] for key in sorted(self.sessions) if key[1] == id]
        sessions = [session for session in sessions if session.is_open()]
        if not sessions:
            raise Refused("orphan")
        fresh = [session for session in sessions if self.compared(session.last, event) in (None, "newer")]
        if not fresh:
            raise Refused("stale")
        return any([self.apply(event, session.dn, id) for session in fresh])

    @staticmethod
    def compared(last, event):
        number = event.get("EventSequenceNumber")
        if number is None or last is None or last[0] != event.get("ServerStartTime"):
            return None
        return "newer" if number > last[1] else "stale"

    def apply(self, event, dn, id):
        name, before = event["Event"], self.sessions.get((dn, id))
        end = self.ends.get((dn, id))
        compared = self.compared(before.last if before else end, event)
        if compared == "stale":
            raise Refused("stale")
        cell = TABLE[name][STATES.index(before and before.state)]
        anew = before is not None and cell == "ended" and compared == "newer" and name in ("EventDialing", "EventRinging")
        if anew:
            cell = "Initiating" if name == "EventDialing" else "Alerting"
        if cell != "=" and cell not in STATES:
            raise Refused(cell)
        brought, other = event.get("UserData"), event.get("OtherDN") or None
        other = None if other == dn else other
        text = (self.text(event) or "") if name == "EventPrivateInfo" else ""
        too_long = self.is_too_long(dn) or self.is_too_long(other or "") or self.is_too_long(text, "text")
        if name in ENDS:
            # An end event always ends the session. Only the part that exceeds a limit is left out.
            brought = None if brought is not None and brought.is_over_a_limit() else brought
        elif too_long or (brought is not None and brought.is_over_a_limit()) or self.lacks_room(before, name, other):
            raise Refused("limit")

        after = before.copy() if before else Session(dn, id)
        if not before:
            # An event without a number takes over the number of the remembered end.
            after.last = end
            if not self.makes_room(dn, id):
                raise Refused("limit")
        was_over = before is not None and not before.is_open() and not anew
        if cell != "=":
            after.state = cell
        if anew:
            after.participants, after.user_data = [], Pairs()
            after.busy, after.cause = False, None
        self.change_participants(after, name, other)
        if name == "EventAttachedDataChanged":
            after.user_data = brought or Pairs()
        elif name in MOVES and brought is not None and not was_over:
            after.user_data = brought
        if event.get("ConnID"):
            after.conn_id = event["ConnID"].lower().rjust(16, "0")
        if event.get("EventSequenceNumber") is not None:
            after.last = (event.get("ServerStartTime"), event["EventSequenceNumber"])
        if name in ("EventEstablished", "EventDestinationBusy"):
            after.busy = name == "EventDestinationBusy"
        elif name in ENDS and after.cause is None:
            after.cause = "abandoned" if name == "EventAbandoned" else "busy" if after.busy else "released"
        was_open = before is not None and before.is_open()
        if was_open != after.is_open() or (was_open and after.heard != self.now):
            self.hear(after)
        self.sessions[dn, id] = after

        status = not before or (before.state, before.participants) != (after.state, after.participants)
        data = not before or before.user_data.view() != after.user_data.view()
        if status or data:
            self.notify(dn, {"imSession": self.resource(after), "messageType": "IMSessionStateChangeMessage",
                             "notificationType": "StatusChange" if status else "AttachedDataChanged"})
        return status or data

    def hear(self, session):
        self.clock += 1
        session.heard, session.order = self.now, self.clock

    def is_too_long(self, text, what="DN"):
        return len(text.encode()) > self.limits[what]

    def lacks_room(self, session, name, other):
        """Whether a party would exceed the limit. An added party joins the others, and any other one replaces them."""
        there = session.participants if session else []
        beside = len(there) if name == "EventPartyAdded" else 0
        brings = name in MOVES[:3] + ["EventPartyAdded", "EventPartyChanged"] and other is not None and other not in there
        return brings and beside >= self.limits["participants"]

    @staticmethod
    def change_participants(session, name, other):
        if other is None or other == session.dn:
            return
        known = other in session.participants
        if name == "EventPartyChanged" or (name in MOVES[:3] and not known):
            session.participants = [other]
        elif name == "EventPartyAdded" and not known:
            session.participants.append(other)
        elif name == "EventPartyDeleted" and known:
            session.participants.remove(other)

    def settle(self, event):
        """An event with its ReferenceID settles a request. InitiateIMSession needs an error or a session's event."""
        request, failed = self.in_flight.get(event.get("ReferenceID")), event["Event"] == "EventError"
        if not request or (event.get("ThisDN") or request["thisDN"]) != request["thisDN"]:
            return
        if request["operation"] == "InitiateIMSession" and not failed and event["Event"] not in TABLE:
            return
        failure = {"failed": {"code": event.get("ErrorCode"), "message": event.get("ErrorMessage") or None}}
        self.leave(event["ReferenceID"], failure if failed else "done")

    def leave(self, reference_id, result):
        request = self.in_flight.pop(reference_id)
        del request["sent"]
        self.settled.append(dict(request, result=result))

    # The embedder's calls. Specification 2.1 and 4.

    def remember_end(self, key, last):
        self.ends.pop(key, None)
        self.ends[key] = last
        if len(self.ends) > REMEMBERED_ENDS:
            del self.ends[next(iter(self.ends))]

    def makes_room(self, dn, id):
        """Makes room by forgetting the session that completed longest ago. False if open sessions fill a limit."""
        places = [("sessions of a DN", lambda session: session.dn == dn),
                  ("sessions of a call", lambda session: session.id == id),
                  ("sessions", lambda session: True)]
        # Usually the total number of sessions already shows that there is room.
        places = [place for place in places if len(self.sessions) >= self.limits[place[0]]]

        def there(is_there):
            return [session for session in self.sessions.values() if is_there(session)]

        for limit, is_there in places:
            if sum(session.is_open() for session in there(is_there)) >= self.limits[limit]:
                return False
        self.ends.pop((dn, id), None)
        for limit, is_there in places:
            sessions = there(is_there)
            if len(sessions) >= self.limits[limit]:
                over = [session for session in sessions if not session.is_open()]
                self.forget_one(min(over, key=lambda session: session.order))
        return True

    def forget_one(self, session):
        del self.sessions[session.dn, session.id]
        if session.last is not None:
            self.remember_end((session.dn, session.id), session.last)

    def expire(self, before):
        if before > self.now:
            return "refused"
        unheard = [session for session in self.sessions.values() if session.is_open() and session.heard < before]
        # Sessions complete in the order in which they were heard. Notifications follow the order of lists.
        for session in sorted(unheard, key=lambda session: session.order):
            session.state, session.cause = "Completed", "expired"
            self.hear(session)
        for session in sorted(unheard, key=lambda session: self.bytes_of((session.dn, session.id))):
            self.notify(session.dn, {"imSession": self.resource(session), "notificationType": "StatusChange",
                                     "messageType": "IMSessionStateChangeMessage"})
        for reference_id in [one for one, request in self.in_flight.items() if request["sent"] < before]:
            self.leave(reference_id, "timedOut")

    def forget(self, before):
        if before > self.now:
            return "refused"
        old = [session for session in self.sessions.values() if not session.is_open() and session.heard < before]
        for session in sorted(old, key=lambda session: session.order):
            self.forget_one(session)

    def snapshot(self):
        """The state that survives a restart, in a form that JSON can express."""
        return {"now": self.now, "clock": self.clock, "lastReferenceID": self.last_reference_id,
                "sessions": [vars(session) for session in self.sessions.values()],
                "ends": [[*key, last] for key, last in self.ends.items()],
                "requests": list(self.in_flight.values())}

    def restore(self, snapshot):
        self.now, self.clock = snapshot["now"], snapshot["clock"]
        # More requests may have been sent than the snapshot contains.
        self.last_reference_id = snapshot["lastReferenceID"] + GAP
        self.sessions, self.ends = {}, {(dn, id): tuple(last) for dn, id, last in snapshot["ends"]}
        for kept in snapshot["sessions"]:
            session = self.sessions[kept["dn"], kept["id"]] = Session(kept["dn"], kept["id"])
            vars(session).update(kept, user_data=pairs_of(kept["user_data"]), last=kept["last"] and tuple(kept["last"]))
        self.in_flight = {request["referenceID"]: request for request in snapshot["requests"]}
        # Sessions heard at the same time lose their order in a snapshot and take the order of the list.
        still_open = [session for session in self.sessions.values() if session.is_open()]
        for session in sorted(still_open, key=lambda one: (one.heard, self.bytes_of((one.dn, one.id)))):
            self.clock += 1
            session.order = self.clock

    # Operations and reads. Specification 4.

    def mine(self, me, id, device_path):
        mine = [(device["devicePath"], self.sessions[device["dn"], id]) for device in me
                if (device["dn"], id) in self.sessions]
        named = [session for path, session in mine if path == device_path]
        still_open = [session for _, session in mine if session.is_open()]
        return (named + still_open + [session for _, session in mine] + [None])[0]

    def post(self, me, id, body):
        try:
            self.requests.append(self.checked(me, id, body))
            return {"statusCode": 0}
        except Refused as refused:
            return {"statusCode": refused.args[0], "statusMessage": "the operation is not possible"}

    def checked(self, me, id, body):
        try:
            body = json.loads(body, parse_constant=no_constant)
        except ValueError:
            raise Refused(10)
        if not isinstance(body, dict):
            raise Refused(10)
        body = {key: value for key, value in body.items() if value is not None}
        name = body.get("operationName")
        if name is None:
            raise Refused(1)
        if not isinstance(name, str) or name not in REQUESTS or (name == "InitiateIMSession") != (id is None):
            raise Refused(3)
        if name not in rights(me):
            raise Refused(5)
        path = body.get("devicePath")
        session = self.mine(me, id, path) if id is not None else None
        if id is not None and session is None:
            raise Refused(6)
        required = {"InitiateIMSession": ["destination"] + (["devicePath"] if len(me) != 1 else []),
                    "SendMessage": ["text", "destination", "devicePath"], "AttachUserData": ["userData"],
                    "UpdateUserData": ["userData"], "DeleteUserData": ["key"], "Complete": []}[name]
        if any(parameter not in body for parameter in required):
            raise Refused(1)
        destination = body.get("destination")
        if "destination" in required and isinstance(destination, dict) and destination.get("phoneNumber") is None:
            raise Refused(1)

        self.check_text(body, "devicePath")
        number = None
        if "destination" in required:
            number = destination.get("phoneNumber") if isinstance(destination, dict) else None
            if not isinstance(number, str) or not number or self.is_too_long(number):
                raise Refused(10)
        if name == "SendMessage":
            self.check_text(body, "text")
            if self.is_too_long(body["text"], "text"):
                raise Refused(10)
        if name == "DeleteUserData":
            self.check_text(body, "key")
            if body["key"] not in session.user_data.view():
                raise Refused(10)
        new = self.new_user_data(name, body, session)
        devices = {device["devicePath"]: device["dn"] for device in reversed(me)}
        if path is not None and path not in devices:
            raise Refused(6)
        if session and name not in session.capabilities():
            raise Refused(2)
        dns = [device["dn"] for device in me]
        dn = session.dn if session else devices[path] if path else (dns or [None])[0]
        if dn is not None and (not dn or self.is_too_long(dn)):
            raise Refused(10)
        if not session and any(one.is_open() and one.dn in dns for one in self.sessions.values()):
            raise Refused(2)
        if not session and any(one["operation"] == name and one["thisDN"] in dns for one in self.in_flight.values()):
            raise Refused(2)
        if not session and not dns:
            raise Refused(1)
        if len(self.in_flight) >= self.limits["requests"]:
            raise Refused(2)
        self.last_reference_id += 1
        self.in_flight[self.last_reference_id] = {
            "referenceID": self.last_reference_id, "operation": name, "thisDN": dn, "id": id, "sent": self.now}
        request = {"Request": REQUESTS[name][0], "RequestNumber": REQUESTS[name][1],
                   "ReferenceID": self.last_reference_id, "ThisDN": dn}
        if session and session.conn_id:
            request["ConnID"] = session.conn_id
        if number:
            request["OtherDN"] = number
        if name == "SendMessage":
            request["Extensions"] = {"text": body["text"]}
        if new is not None:
            request["UserData"] = new.view()
        if name == "DeleteUserData":
            request["Key"] = body["key"]
        return request

    @staticmethod
    def check_text(body, parameter):
        if parameter in body and not (isinstance(body[parameter], str) and body[parameter]):
            raise Refused(10)

    @staticmethod
    def new_user_data(name, body, session):
        if name not in ("InitiateIMSession", "AttachUserData", "UpdateUserData") or "userData" not in body:
            return None
        if not isinstance(body["userData"], dict):
            raise Refused(10)
        try:
            new = user_data(body["userData"])
        except ValueError:
            raise Refused(10)
        there = session.user_data if session else Pairs()
        if name == "UpdateUserData":
            there = [pair for pair in there if pair[0] not in new.view()]
        if (not new and name != "InitiateIMSession") or Pairs(there + new).is_over_a_limit():
            raise Refused(10)
        return new

    @staticmethod
    def query(text):
        fields, filters, device_path = None, [], None
        for part in text.split("&"):
            name, _, value = part.partition("=")
            name, value = (unquote_to_bytes(one).decode(errors="replace") for one in (name, value))
            if name == "fields":
                fields = [field.strip() for field in value.split(",")] if value else None
            elif name == "devicePath":
                device_path = value
            elif name in FIELDS:
                filters.append((name, value))
        return fields, filters, device_path

    @staticmethod
    def selected(resource, fields):
        return {name: value for name, value in resource.items() if "*" in fields or name in fields}

    def list(self, me, query):
        fields, filters, _ = self.query(query)
        dns = [device["dn"] for device in me]
        resources = [self.shown(self.sessions[key], me) for key in sorted(self.sessions, key=self.bytes_of)
                     if key[0] in dns]
        resources = [one for one in resources if all(one.get(name) == text for name, text in filters)]
        if fields is None:
            return {"statusCode": 0, "uris": [resource["uri"] for resource in resources]}
        return {"imSessions": [self.selected(resource, fields) for resource in resources], "statusCode": 0}

    @staticmethod
    def bytes_of(key):
        return key[0].encode(), key[1].encode()

    def read(self, me, id, query):
        fields, _, device_path = self.query(query)
        session = self.mine(me, id, device_path)
        if session is None:
            return {"statusCode": 6, "statusMessage": "there is no such session"}
        return {"imSession": self.selected(self.shown(session, me), fields or ["*"]), "statusCode": 0}

    def shown(self, session, me):
        resource, granted = self.resource(session), rights(me)
        return dict(resource, capabilities=[name for name in resource["capabilities"] if name in granted])

    # The protocol of the kit.

    def carry_out(self, command):
        """The answer to a command of the kit. The command is an object whose nested objects are Pairs."""
        do, answer = command["do"], {}
        me = [dict(device) for device in command.get("me", [])]
        if do == "reset":
            self.__init__(command.get("baseUri", self.base_uri), command.get("limits"))
        elif do == "event":
            for name in ("UserData", "Extensions"):
                if name in command:
                    command[name] = user_data(command[name])
            answer["told"] = self.event(command)
        elif do == "post":
            answer["answer"] = self.post(me, command["id"], command["body"])
        elif do == "list":
            answer["answer"] = self.list(me, command["query"])
        elif do == "read":
            answer["answer"] = self.read(me, command["id"], command["query"])
        elif do == "time":
            self.now = max(self.now, command["now"])
        elif do == "expire":
            answer["answer"] = self.expire(command["before"])
        elif do == "forget":
            answer["answer"] = self.forget(command["before"])
        elif do == "restart":
            self.restore(json.loads(json.dumps(self.snapshot())))
        else:
            answer["error"] = f"there is nothing like {do}"
        answer["notifications"], self.notifications = self.notifications, []
        answer["requests"], self.requests = self.requests, []
        answer["settled"], self.settled = self.settled, []
        return answer


def main():
    sessions = ImSessions()
    for line in sys.stdin:
        command = json.loads(line, object_pairs_hook=Pairs)
        print(json.dumps(sessions.carry_out(dict(command))), flush=True)


if __name__ == "__main__":
    main()
