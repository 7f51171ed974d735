"""The API that a page and other programs build on: pictures, events, rules' switches, tokens, and its OpenAPI document, which the
daemon's own replies are held against."""

import json
import pathlib
import re
import shutil
import socket
import unittest
import urllib.parse

import support
from support import jpeg_size, wait_until

try:
    import jsonschema
except ImportError:
    jsonschema = None

JSON = {"Content-Type": "application/json"}


class Events:
    """A client of /api/v1/events, as EventSource reads it."""

    def __init__(self, site, query="", headers=()):
        self.socket = socket.create_connection(("127.0.0.1", site.port), timeout=support.PATIENCE)
        lines = [f"GET /api/v1/events{query} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.seen = []

    def next(self):
        """(event, id, data), or None at the end."""
        event, number, data = None, None, None
        while True:
            line = self.file.readline()
            if not line:
                return None
            text = line.decode().rstrip("\n")
            if not text:
                if data is None:
                    continue  # a comment, or retry
                self.seen.append((event, number, json.loads(data)))
                return self.seen[-1]
            name, _, value = text.partition(": ")
            if name == "event":
                event = value
            elif name == "id":
                number = int(value)
            elif name == "data":
                data = value

    def until(self, event, fits=lambda data: True):
        """The data of the next one that fits."""
        while True:
            got = self.next()
            if got is None:
                raise AssertionError(f"the events ended before {event!r}: {self.seen}")
            if got[0] == event and fits(got[2]):
                return got[2]

    def close(self):
        self.file.close()
        self.socket.close()


class Api(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def post(self, path, body=None, **options):
        text = None if body is None else json.dumps(body)
        return self.site.http("POST", path, headers=JSON if text else {}, body=text, **options)

    def listen(self, query="", headers=()):
        events = Events(self.site, query, headers)
        self.addCleanup(events.close)
        return events

    def ring(self):
        """The door opens: its picture, as the list has it."""
        before = len(self.site.get("/api/v1/snapshots").json()["snapshots"])
        self.site.ok("input", "front-door", "pulse", "20ms")
        return wait_until("a picture more", lambda: (found := self.site.get("/api/v1/snapshots").json()["snapshots"]) and
                          len(found) > before and found)[0]


class Pictures(Api):
    def test_the_list_leads_to_the_file_itself(self):
        picture = self.ring()
        reply = self.site.get(picture["url"])
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.body, pathlib.Path(picture["path"]).read_bytes())
        self.assertEqual(reply.headers["cache-control"], "private, no-cache")
        again = self.site.get(picture["url"], headers={"If-None-Match": reply.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        part = self.site.get(picture["url"], headers={"Range": "bytes=2-9"})
        self.assertEqual((part.status, part.body), (206, reply.body[2:10]))
        captured = picture["captured"]
        name = f"{picture['camera']}_{captured[:10]}_{captured[11:19].replace(':', '')}_{picture['rule']}_{picture['id']}.jpg"
        self.assertEqual(self.site.get(picture["url"] + "?download").headers["content-disposition"], f'attachment; filename="{name}"')

    def test_who_takes_a_picture_is_told_where_it_is_to_be_had(self):
        reply = self.site.http("POST", "/api/v1/snapshots", body='{"count": 2, "interval": "20ms"}')
        self.assertEqual(reply.status, 201)
        taken = reply.json()
        self.assertEqual([picture["path"] for picture in taken["pictures"]], taken["paths"])
        listed = self.site.get("/api/v1/snapshots").json()["snapshots"]
        self.assertEqual(taken["pictures"], listed[::-1])
        self.assertEqual(self.site.get(taken["pictures"][1]["url"]).body, pathlib.Path(taken["paths"][1]).read_bytes())

    def test_a_camera_that_is_not_there_is_a_bad_gateway_with_its_reason(self):
        self.site.config.write_text(self.site.config.read_text().replace("cameras:", "cameras:\n  broken: {url: 'http://127.0.0.1:1/x.jpg'}", 1))
        self.site.ok("reload")
        for reply in (self.site.http("POST", "/api/v1/snapshots", body='{"camera": "broken"}'),
                      self.site.get("/api/v1/cameras/broken/picture"), self.site.get("/axis-cgi/jpg/image.cgi?camera=broken")):
            self.assertEqual(reply.status, 502)
            self.assertIn("refused", reply.json()["detail"])

    def test_a_thumbnail_is_a_whole_jpeg_that_fits_and_is_stored_nowhere(self):
        picture = self.ring()
        before = self.site.files()
        small = self.site.get(picture["url"] + "?fit=100x100")
        width, height = jpeg_size(small.body)
        self.assertLessEqual(max(width, height), 100)
        self.assertGreater(width, 60)
        self.assertEqual(self.site.files(), before)
        self.assertNotEqual(small.headers["etag"], self.site.get(picture["url"]).headers["etag"])

    def test_a_file_that_is_gone_is_gone_and_an_id_that_never_was_is_unknown(self):
        picture = self.ring()
        pathlib.Path(picture["path"]).unlink()
        reply = self.site.get(picture["url"])
        self.assertEqual((reply.status, reply.headers["content-type"]), (410, "application/problem+json"))
        self.assertEqual(self.site.get("/api/v1/snapshots/4711").status, 404)

    def test_an_id_is_given_once_though_the_journal_begins_anew(self):
        first = self.ring()
        self.site.stop()
        shutil.rmtree(self.site.pictures / ".snapcron")
        self.site.start()
        # Pictures without a journal are found again, or not: no id is that of another picture.
        second = self.ring()
        self.assertEqual(second["id"] == first["id"], second["path"] == first["path"])

    def test_a_link_in_the_place_of_a_picture_is_not_followed(self):
        picture = self.ring()
        path = pathlib.Path(picture["path"])
        path.unlink()
        path.symlink_to("/etc/passwd")
        reply = self.site.get(picture["url"])
        self.assertEqual(reply.status, 500)
        self.assertNotIn(b"root:", reply.body)

    def test_pictures_are_found_by_time_and_by_what_came_after(self):
        first = self.ring()
        second = self.ring()
        def ids(**query):
            return [p["id"] for p in self.site.get("/api/v1/snapshots?" + urllib.parse.urlencode(query)).json()["snapshots"]]
        self.assertEqual(ids(after=first["id"]), [second["id"]])
        self.assertEqual(ids(since=second["captured"]), [second["id"]])
        self.assertEqual(ids(until=second["captured"]), [first["id"]])
        self.assertEqual(ids(since="2000-01-01T00:00:00Z"), [second["id"], first["id"]])

    def test_a_fresh_picture_of_a_camera_is_not_stored(self):
        reply = self.site.get("/api/v1/cameras/door/picture?fit=160x120")
        self.assertEqual(jpeg_size(reply.body), (160, 120))
        self.assertEqual(self.site.files(), [])
        self.assertEqual(self.site.get("/api/v1/cameras/attic/picture").status, 404)
        self.assertEqual([c["state"] for c in self.site.get("/api/v1/cameras").json()], ["ok", "unknown"])

    def test_a_hundred_thumbnails_at_once_hold_up_nothing(self):
        picture = self.ring()
        connections = [socket.create_connection(("127.0.0.1", self.site.port)) for _ in range(24)]
        for connection in connections:
            connection.sendall(f"GET {picture['url']}?fit=80x80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        self.assertEqual(self.site.get("/healthz").status, 200)
        for connection in connections:
            with connection, connection.makefile("rb") as reply:
                self.assertEqual(reply.readline().split()[1], b"200")


class Listening(Api):
    def test_the_door_opens_and_everything_of_it_is_told(self):
        events = self.listen()
        self.assertEqual(events.next()[0], "status")
        self.site.ok("input", "front-door", "pulse", "200ms")
        self.assertEqual(events.until("input")["level"], "high")
        # In whatever order: the relay, the rule's record, the picture, the level again.
        wanted = {"relay": lambda d: d["state"] == "off", "record": lambda d: d["kind"] == "end", "snapshot": lambda d: d["rule"] == "door-open",
                  "input": lambda d: d["level"] == "low"}
        while wanted:
            event, _, data = events.next()
            if event in wanted and wanted[event](data):
                del wanted[event]
        relays = [d["state"] for e, _, d in events.seen if e == "relay"]
        self.assertEqual(relays, ["on", "off"])
        picture = next(d for e, _, d in events.seen if e == "snapshot")
        self.assertEqual(self.site.get(picture["url"]).status, 200)
        self.assertEqual(next(d for e, _, d in events.seen if e == "relay").keys(), self.site.status()["relays"][0].keys())

    def test_who_comes_back_has_missed_no_record(self):
        events = self.listen()
        events.next()
        self.ring()
        events.until("record", lambda d: d["kind"] == "end")
        last = max(number for _, number, _ in events.seen if number)
        events.close()
        self.ring()
        self.ring()
        expected = [r["id"] for r in self.site.get(f"/api/v1/log?after={last}").json()["records"]]
        self.assertGreaterEqual(len(expected), 8)
        again = self.listen(headers=[f"Last-Event-ID: {last}"])
        while sum(1 for e, _, _ in again.seen if e == "record") < len(expected):
            again.next()
        self.assertEqual([number for e, number, _ in again.seen if e == "record"], expected)

    def test_a_restart_in_between_loses_no_record_either(self):
        self.ring()
        self.site.ok("log")  # what was added is written
        self.site.stop()
        self.site.start()
        self.ring()
        events = self.listen("?after=0")
        ends = [events.until("record", lambda d: d["kind"] == "end")["id"] for _ in range(2)]
        self.assertLess(*ends)

    def test_a_reload_that_is_refused_is_told_and_so_is_one_that_is_good(self):
        events = self.listen()
        events.next()
        good = self.site.config.read_text()
        self.site.config.write_text(good + "nonsense: 1\n")
        self.site.snapcron("reload")
        refused = events.until("config")
        self.assertFalse(refused["ok"])
        self.assertIn("nonsense", refused["error"])
        self.assertIn("nonsense", events.until("status")["config_error"])
        self.site.config.write_text(good)
        self.site.ok("reload")
        self.assertEqual(events.until("config"), {"ok": True, "error": None, "rules": 1})

    def test_they_end_with_the_daemon(self):
        events = self.listen()
        events.next()
        self.assertEqual(self.site.stop(), 0)
        while events.next():
            pass

    def test_a_chattering_contact_costs_a_listener_little(self):
        events = self.listen()
        events.next()
        for _ in range(100):
            self.post("/api/v1/inputs/2", {"level": "high"})
            self.post("/api/v1/inputs/2", {"level": "low"})
        self.assertEqual(events.until("input", lambda d: d["edges"] == 200)["level"], "low")
        told = sum(1 for e, _, _ in events.seen if e == "input")
        self.assertLessEqual(told, 200)

    def test_a_delivery_is_told_by_the_counts_of_its_destination(self):
        self.site.stop()
        (self.site.folder / "archive").mkdir()
        self.site.replace("storage:", 'destinations:\n  archive: {folder: "@FOLDER@/archive"}\nstorage:'.replace("@FOLDER@", str(self.site.folder)))
        self.site.replace("- snapshot: door", "- {snapshot: door, to: archive}")
        self.site.start()
        events = self.listen()
        events.next()
        self.site.ok("input", "front-door", "pulse", "20ms")
        done = events.until("delivery", lambda d: d["delivered"] == 1)
        self.assertEqual((done["name"], done["queued"], done["failed"]), ("archive", 0, 0))


class Rules(Api):
    def test_each_tells_what_fires_it_and_why_it_did_not(self):
        rule, = self.site.get("/api/v1/rules").json()
        self.assertEqual((rule["name"], rule["triggers"], rule["enabled"]), ("door-open", ["input front-door rising"], True))
        self.assertIsNone(rule["last_skipped"])
        self.post("/api/v1/rules/door-open/disable")
        self.site.ok("input", "front-door", "pulse", "20ms")
        rule, = self.site.get("/api/v1/rules").json()
        self.assertEqual((rule["last_skip"], rule["skipped"]), ("disabled: the rule is disabled", {"disabled": 1}))
        self.assertIsNotNone(rule["last_skipped"])

    def test_a_rule_that_was_disabled_is_so_after_a_crash(self):
        events = self.listen()
        events.next()
        self.assertEqual(self.post("/api/v1/rules/door-open/disable").json(), {"enabled": False, "changed": True})
        self.assertEqual(self.post("/api/v1/rules/door-open/disable").json(), {"enabled": False, "changed": False})
        self.assertFalse(events.until("rule")["enabled"])
        self.assertEqual(events.until("record", lambda d: d["kind"] == "disable")["rule"], "door-open")
        self.site.daemon.kill()
        self.site.start()
        self.assertFalse(self.site.rule("door-open")["enabled"])
        refused = self.post("/api/v1/rules/door-open/trigger")
        self.assertEqual((refused.status, refused.json()["reason"], refused.json()["status"]), (409, "disabled", 409))
        self.assertEqual(self.post("/api/v1/rules/door-open/enable").json(), {"enabled": True, "changed": True})
        self.assertEqual(self.post("/api/v1/rules/door-open/trigger").status, 200)
        self.assertEqual(self.post("/api/v1/rules/nobody/enable").status, 404)

    def test_the_configuration_on_the_disk_is_checked_and_not_loaded(self):
        self.assertIn("ok (1 rules)", self.post("/api/v1/check").text)
        self.site.replace("edge: rising", "edge: risin")
        self.site.replace("snapshot: door", "snapshot: dor")
        reply = self.post("/api/v1/check")
        self.assertEqual((reply.status, reply.headers["content-type"]), (422, "application/problem+json"))
        for mistake in ("risin", "dor"):
            self.assertIn(mistake, reply.json()["detail"])
        self.assertIsNone(self.site.status()["config_error"])

    def test_who_asks_without_users_may_switch(self):
        self.assertEqual(self.site.get("/api/v1/me").json(), {"name": None, "role": "user"})


class Tokens(support.TestCase):
    def setUp(self):
        super().setUp()
        users, self.tokens = "", {}
        for role in ("read", "switch"):
            made = self.assertExit(self.site.snapcron("token", f"{role}er", f"--{role}"), 0)
            self.assertRegex(made.stdout, rf"^{role}er:\$sha256\$[0-9a-f]{{64}}:{role}\n$")
            self.tokens[role] = re.search(r"snapcron_[0-9a-f]{64}", made.stderr).group()
            self.assertNotIn(self.tokens[role][9:], made.stdout)
            users += made.stdout
        users += self.site.ok("passwd", "anna", input="looks\n").strip() + ":viewer\n"
        self.site.write("users", users, 0o600)
        self.site.replace('listen: "127.0.0.1:', 'users_file: users, listen: "127.0.0.1:')
        self.site.start()

    def as_(self, role):
        return {"Authorization": "Bearer " + self.tokens[role]}

    def test_one_looks_and_the_other_switches(self):
        for role in ("read", "switch"):
            self.assertEqual(self.site.get("/api/v1/status", headers=self.as_(role)).status, 200)
            self.assertEqual(self.site.get("/api/v1/me", headers=self.as_(role)).json(),
                             {"name": f"{role}er", "role": "user" if role == "switch" else "viewer"})
        body = '{"action": "on"}'
        self.assertEqual(self.site.http("POST", "/api/v1/relays/1", headers={**JSON, **self.as_("read")}, body=body).status, 403)
        self.assertEqual(self.site.relay(1), "off")
        self.assertEqual(self.site.http("POST", "/api/v1/relays/1", headers={**JSON, **self.as_("switch")}, body=body).status, 200)
        self.assertEqual(self.site.relay(1), "on")

    def test_the_log_names_who_switched_a_rule(self):
        self.site.http("POST", "/api/v1/rules/door-open/disable", headers=self.as_("switch"))
        self.site.daemon.wait_log("rule door-open disabled by hand, by switcher")

    def test_another_is_refused_and_guessing_slows_down_only_the_guesser(self):
        wrong = {"Authorization": "Bearer snapcron_" + "0" * 64}
        statuses = [self.site.get("/api/v1/status", headers=wrong).status for _ in range(25)]
        self.assertEqual(set(statuses), {401, 429})
        self.assertEqual(self.site.get("/api/v1/status", headers=self.as_("read")).status, 200)

    def test_its_hash_is_no_password_and_its_name_no_user(self):
        line = (self.site.folder / "users").read_text().splitlines()[0]
        for password in (self.tokens["read"], line.split(":")[1]):
            self.assertEqual(self.site.get("/api/v1/status", user="reader", password=password).status, 401)

    def test_it_ends_with_its_line(self):
        users = self.site.folder / "users"
        users.write_text("".join(line for line in users.read_text().splitlines(True) if not line.startswith("reader")))
        self.site.ok("reload")
        self.assertEqual(self.site.get("/api/v1/status", headers=self.as_("read")).status, 401)

    def test_a_line_without_a_role_is_a_mistake(self):
        users = self.site.folder / "users"
        users.write_text(users.read_text().replace(":read\n", "\n"))
        self.assertIn("':read' or ':switch' must follow", self.assertExit(self.site.snapcron("check"), 1).stderr)


@unittest.skipIf(jsonschema is None, "missing: python3-jsonschema")
class OpenApi(Api):
    def setUp(self):
        super().setUp()
        self.document = self.site.get("/api/v1/openapi.json").json()

    def schema(self, name):
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"#/components/schemas/{name}",
                "components": self.document["components"]}

    def check(self, name, value):
        jsonschema.Draft202012Validator(self.schema(name), format_checker=jsonschema.FormatChecker()).validate(value)

    def test_the_document_is_valid(self):
        official = json.loads((pathlib.Path(__file__).parent / "openapi" / "schema-3.1.json").read_text())
        jsonschema.Draft202012Validator(official).validate(self.document)
        for name, schema in self.document["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_reference_leads_somewhere_and_nothing_is_left_over(self):
        text = json.dumps(self.document)
        for reference in set(re.findall(r'"\$ref": "#([^"]+)"', text)):
            at = self.document
            for part in reference.strip("/").split("/"):
                self.assertIn(part, at, reference)
                at = at[part]
        for kind in ("schemas", "parameters"):
            for name in self.document["components"][kind]:
                self.assertIn(f'"#/components/{kind}/{name}"', text, "nobody uses it")

    def test_every_operation_has_a_name_of_its_own_and_its_arguments(self):
        names = []
        for path, methods in self.document["paths"].items():
            for operation in methods.values():
                names.append(operation["operationId"])
                given = [p["name"] for p in operation.get("parameters", []) if p.get("in") == "path"]
                self.assertEqual(re.findall(r"{(\w+)}", path), given, path)
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 28)

    def test_the_daemon_says_what_the_document_says(self):
        self.ring()
        self.site.ok("input", "front-door", "pulse", "20ms")
        self.site.get("/api/v1/cameras/yard/picture")
        replied = 0
        for path, methods in self.document["paths"].items():
            good = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json")
            if not good or path == "/api/v1/openapi.json":
                continue
            filled = path.replace("{input}", "front-door").replace("{relay}", "1")
            with self.subTest(path=filled):
                self.check(good["schema"]["$ref"].rsplit("/", 1)[1], self.site.get(filled).json())
                replied += 1
        self.assertGreaterEqual(replied, 11)

    def test_what_is_switched_replies_as_the_document_says(self):
        for path, body, schema in (("/api/v1/relays/{relay}", {"action": "pulse", "duration": "20ms"}, "Relay"), ("/api/v1/inputs/{input}", {"level": "high"}, "Input"),
                                   ("/api/v1/rules/{rule}/disable", None, "RuleSwitched"), ("/api/v1/rules/{rule}/enable", None, "RuleSwitched"),
                                   ("/api/v1/snapshots", {"camera": "yard"}, "SnapshotReply"), ("/api/v1/deliveries/retry", {"all": True}, "Changed")):
            with self.subTest(path=path):
                operation = self.document["paths"][path]["post"]
                if body:
                    self.check(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1], body)
                reply = self.post(path.replace("{relay}", "strike").replace("{input}", "window").replace("{rule}", "door-open"), body)
                content = operation["responses"][str(reply.status)]["content"]
                self.assertEqual(content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1], schema)
                self.check(schema, reply.json())

    def test_problems_are_those_of_the_document(self):
        for path, method, body in (("/api/v1/inputs/9", "GET", None), ("/api/v1/snapshots?limit=0", "GET", None), ("/api/v1/relays/1", "POST", "{}"),
                                   ("/api/v1/rules/door-open/nothing", "POST", None), ("/nowhere", "GET", None), ("/api/v1/reload", "GET", None)):
            with self.subTest(path=path):
                reply = self.site.http(method, path, headers=JSON if body else {}, body=body)
                self.assertEqual(reply.headers["content-type"], "application/problem+json")
                self.check("Problem", reply.json())
                self.assertEqual(reply.json()["status"], reply.status)
                self.assertEqual(reply.headers["x-content-type-options"], "nosniff")


if __name__ == "__main__":
    support.main()
