"""The port as the world sees it: passwords, other sites' pages, odd and hostile clients."""

import base64
import json
import os
import re
import signal
import socket
import threading
import time
import unittest

import support
from support import wait_until


class Users(support.TestCase):
    def setUp(self):
        super().setUp()
        def line(user, password, suffix=""):
            return self.site.ok("passwd", user, input=password + "\n").strip() + suffix + "\n"
        self.site.write("users", line("root", "s3cret") + line("anna", "looks", ":viewer"), 0o600)
        self.site.replace('listen: "127.0.0.1:', 'users_file: users, listen: "127.0.0.1:')
        self.site.start()

    PAGES = [("GET", "/io/input.txt"), ("GET", "/io/"), ("GET", "/io/relayon.txt"), ("GET", "/io/relayoff.txt"), ("GET", "/api/v1/status"),
             ("POST", "/api/v1/relays/1"), ("POST", "/api/v1/inputs/1"), ("POST", "/api/v1/rules/door-open/trigger"), ("GET", "/nothing")]

    def test_everything_but_healthz_asks_for_a_password(self):
        for method, page in self.PAGES:
            with self.subTest(page=page):
                reply = self.site.http(method, page, body="{}" if method == "POST" else None)
                self.assertEqual(reply.status, 401)
                self.assertIn("Basic", reply.headers["www-authenticate"])
        self.assertEqual(self.site.get("/healthz").status, 200)
        self.assertEqual(self.site.relay(1), "off")

    def test_wrong_passwords_and_broken_headers_are_refused_alike(self):
        bodies = set()
        for user, password in (("root", "wrong"), ("nobody", "s3cret"), ("root", ""), ("", "")):
            reply = self.site.get("/io/input.txt", user=user, password=password)
            self.assertEqual(reply.status, 401)
            bodies.add(reply.body)
        self.assertEqual(len(bodies), 1, "nobody learns whether the user exists")
        for header in ("Basic", "Basic !!!", "Bearer x", "Basic " + "A" * 4000):
            self.assertIn(self.site.get("/io/input.txt", headers={"Authorization": header}).status, (400, 401))

    def test_root_may_switch_and_a_viewer_may_only_look(self):
        root = {"user": "root", "password": "s3cret"}
        anna = {"user": "anna", "password": "looks"}
        self.assertEqual(self.site.get("/io/input.txt", **root).status, 200)
        self.assertEqual(self.site.get("/io/input.txt", **anna).status, 200)
        self.assertEqual(self.site.get("/api/v1/status", **anna).status, 200)
        for method, page in self.PAGES:
            if "relay" in page or method == "POST":
                body = '{"action": "on"}' if "relays" in page else '{"level": "high"}' if "inputs" in page else None
                headers = {"Content-Type": "application/json"} if body else {}
                self.assertEqual(self.site.http(method, page, headers=headers, body=body, **anna).status, 403, page)
        self.assertEqual(self.site.relay(1), "off")
        self.assertEqual(self.site.get("/io/relayon.txt", **root).status, 200)
        self.assertEqual(self.site.relay(1), "on")

    def test_a_browser_that_hides_where_it_comes_from_is_asked_before_it_switches(self):
        root = {"user": "root", "password": "s3cret"}
        browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Upgrade-Insecure-Requests": "1"}
        for address in ("/io/relayon.txt", "/io?relay=on", "/axis-cgi/io/output.cgi?action=1:/"):
            with self.subTest(address=address):
                page = self.site.get(address, headers=browser, **root)
                self.assertEqual(page.status, 403)
                self.assertIn(b"<form method=\"post\">", page.body)
                self.assertEqual(self.site.relay(1), "off")
                button = dict(browser, **{"Content-Type": "application/x-www-form-urlencoded"})
                origin = {"Origin": f"http://127.0.0.1:{self.site.port}"}
                for elsewhere in ({}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}):
                    self.assertEqual(self.site.http("POST", address, headers=button | elsewhere, body="", **root).status, 403)
                self.assertEqual(self.site.relay(1), "off")
                self.assertEqual(self.site.http("POST", address, headers=button | origin, body="", **root).status, 200)
                self.assertEqual(self.site.relay(1), "on")
                self.assertEqual(self.site.get("/io/relayoff.txt", **root).body, b"Relay is Off\n")

    def test_what_a_browser_gave_up_while_the_daemon_stood_still_is_not_done(self):
        self.assertEqual(self.site.get("/io/relayoff.txt", user="root", password="s3cret").status, 200)
        authorization = base64.b64encode(b"root:s3cret").decode()
        post = (f"POST /api/v1/relays/1 HTTP/1.1\r\nHost: 127.0.0.1:{self.site.port}\r\nContent-Type: application/json\r\n"
                f"Authorization: Basic {authorization}\r\nContent-Length: 15\r\n%s\r\n" + '{"action":"on"}')
        for origin, done in ((f"Origin: http://127.0.0.1:{self.site.port}\r\n", "off"), ("", "on")):
            with self.subTest(origin=origin):
                self.site.daemon.signal(signal.SIGSTOP)
                with socket.create_connection(("127.0.0.1", self.site.port)) as client:
                    client.sendall((post % origin).encode())
                self.site.daemon.signal(signal.SIGCONT)
                time.sleep(0.5)
                self.assertEqual(self.site.relay(1), done)

    def test_a_viewer_is_not_shown_what_a_refused_configuration_holds(self):
        self.site.config.write_text(self.site.config.read_text() + 'nonsense: {words: "CANARY"}\nheders: {Authorization: "Bearer HIDDEN"}\n')
        refused = self.site.snapcron("reload")
        self.assertIn("CANARY", refused.stderr + refused.stdout)
        said = {user: json.loads(self.site.get("/api/v1/status", user=user, password=password).body)["config_error"]
                for user, password in (("root", "s3cret"), ("anna", "looks"))}
        self.assertIn("CANARY", said["root"])
        self.assertNotIn("CANARY", said["anna"])
        for user in said:
            self.assertRegex(said[user], r"yaml:\d+:1: error: unknown key 'nonsense'")
        self.site.stop()
        for text in (*said.values(), refused.stderr, refused.stdout, self.site.daemon.log()):
            self.assertNotIn("HIDDEN", text)

    def test_any_host_is_good_where_a_password_is_asked(self):
        reply = self.site.get("/io/input.txt", user="root", password="s3cret", headers={"Host": "camera.example"})
        self.assertEqual(reply.status, 200)

    def test_the_second_request_of_a_user_does_not_cost_a_hash(self):
        def once():
            began = time.monotonic()
            self.assertEqual(self.site.get("/healthz").status, 200)
            bare = time.monotonic()
            self.assertEqual(self.site.get("/io/input.txt?peek", user="root", password="s3cret").status, 200)
            return time.monotonic() - bare, bare - began
        once()
        samples = sorted(once() for _ in range(21))
        self.assertLess(samples[10][0], 0.05, "median of a remembered password's request")

    def test_a_reload_takes_a_user_away(self):
        self.assertEqual(self.site.get("/io/input.txt", user="anna", password="looks").status, 200)
        users = self.site.folder / "users"
        users.write_text(users.read_text().splitlines()[0] + "\n")
        self.site.ok("reload")
        self.assertEqual(self.site.get("/io/input.txt", user="anna", password="looks").status, 401)

    def test_the_password_never_shows_in_the_log(self):
        self.site.get("/io/input.txt", user="root", password="s3cret")
        self.site.get("/io/input.txt", user="root", password="wr0ng-one")
        self.site.stop()
        self.assertNotIn("s3cret", self.site.daemon.log())
        self.assertNotIn("wr0ng-one", self.site.daemon.log())

    def test_a_log_in_on_the_page_outlives_the_daemon_and_not_the_users_line(self):
        log_in = self.site.http("POST", "/api/v1/login", headers={"Content-Type": "application/json"}, body='{"name": "anna", "password": "looks"}')
        self.assertEqual(log_in.status, 200)
        cookie = {"Cookie": log_in.headers["set-cookie"].split(";")[0]}
        kept = self.site.pictures / ".snapcron" / "logins.json"
        wait_until("the log-in is on the disk", lambda: kept.exists() and "anna" in kept.read_text())
        self.assertNotIn(cookie["Cookie"].split("=")[1], kept.read_text())

        self.site.daemon.signal(signal.SIGKILL)
        self.site.daemon.wait()
        self.site.start()
        reply = self.site.get("/api/v1/me", headers=cookie)
        self.assertEqual((reply.status, json.loads(reply.body)), (200, {"name": "anna", "role": "viewer"}))

        users = self.site.folder / "users"
        users.write_text(users.read_text().replace(":viewer", ""))
        self.site.ok("reload")
        self.assertEqual(self.site.get("/api/v1/me", headers=cookie).status, 401)

    def test_a_wrong_password_is_a_line_of_the_log_with_the_address(self):
        self.site.get("/io/input.txt", user="root", password="wr0ng-one")
        self.site.http("GET", "/api/v1/status", headers={"Authorization": "Bearer snapcron_" + "0" * 64})
        self.site.stop()
        self.assertEqual(len(re.findall(r"(?m) log-in refused: wrong name, password or token from 127\.0\.0\.1$", self.site.daemon.log())), 2)

    def test_guessing_is_slowed_down_and_the_good_user_is_not_locked_out(self):
        stop = threading.Event()
        def guess():
            while not stop.is_set():
                try:
                    self.site.get("/io/input.txt", user="root", password="guess", timeout=5)
                except OSError:
                    time.sleep(0.01)
        self.assertEqual(self.site.get("/io/input.txt", user="root", password="s3cret").status, 200)
        guessers = [threading.Thread(target=guess) for _ in range(3)]
        for guesser in guessers:
            guesser.start()
        try:
            for _ in range(10):
                self.assertEqual(self.site.get("/io/input.txt?peek", user="root", password="s3cret", timeout=5).status, 200)
                self.assertEqual(self.site.get("/healthz", timeout=5).status, 200)
                time.sleep(0.1)
        finally:
            stop.set()
            for guesser in guessers:
                guesser.join()


class WithoutUsers(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def test_only_loopback_hosts_are_served(self):
        for host in (f"127.0.0.1:{self.site.port}", "localhost", "[::1]", "localhost:1"):
            self.assertEqual(self.site.get("/io/input.txt", headers={"Host": host}).status, 200, host)
        for host in ("evil.example", "camera.local", "192.168.1.5", "127.0.0.1.evil.example"):
            self.assertIn(self.site.get("/io/relayon.txt", headers={"Host": host}).status, (403, 421), host)
        self.assertEqual(self.site.relay(1), "off")

    def test_another_listen_address_without_users_is_a_configuration_error(self):
        self.site.replace("127.0.0.1:", "0.0.0.0:")
        done = self.assertExit(self.site.snapcron("check"), 1)
        self.assertIn("users_file", done.stderr)

    def test_a_page_of_another_site_cannot_switch(self):
        own = f"http://127.0.0.1:{self.site.port}"
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
                        {"Referer": "http://evil.example/page"}):
            with self.subTest(headers=headers):
                self.assertEqual(self.site.get("/io/relayon.txt", headers=headers).status, 403)
                self.assertEqual(self.site.http("POST", "/api/v1/relays/1", headers={**headers, "Content-Type": "application/json"}, body='{"action":"on"}').status, 403)
                self.assertEqual(self.site.http("POST", "/api/v1/rules/door-open/trigger", headers=headers).status, 403)
        self.assertEqual(self.site.relay(1), "off")
        self.assertEqual(self.site.get("/io/relayon.txt", headers={"Sec-Fetch-Site": "same-origin", "Referer": own + "/io/"}).status, 200)
        self.assertEqual(self.site.relay(1), "on")

    def test_the_json_api(self):
        def post(path, body, kind="application/json"):
            return self.site.http("POST", path, headers={"Content-Type": kind}, body=body)
        self.assertLess(post("/api/v1/relays/1", '{"action":"on"}').status, 300)
        self.assertEqual(self.site.relay(1), "on")
        self.assertLess(post("/api/v1/relays/strike", '{"action":"pulse","duration":"100ms"}').status, 300)
        wait_until("the pulse's end", lambda: self.site.relay(1) == "off")
        self.assertLess(post("/api/v1/inputs/2", '{"level":"high"}').status, 300)
        self.assertEqual(self.site.input_status(2)["level"], "high")
        self.assertLess(post("/api/v1/rules/door-open/trigger", "").status, 300)
        for path, body, status in (("/api/v1/relays/1", "{", 400), ("/api/v1/relays/1", '{"action":"fly"}', 400), ("/api/v1/relays/1", "[]", 400),
                                   ("/api/v1/relays/99", '{"action":"on"}', 404), ("/api/v1/inputs/99", '{"level":"high"}', 404),
                                   ("/api/v1/rules/nobody/trigger", "", 404), ("/api/v1/nothing", "", 404)):
            self.assertIn(post(path, body).status, (status, 422 if status == 400 else status), (path, body))
        self.assertEqual(self.site.get("/api/v1/rules/door-open/trigger").status, 405)
        self.assertEqual(self.site.get("/nothing").status, 404)
        self.assertEqual(self.site.http("DELETE", "/io/input.txt").status, 405)

    def test_a_duration_that_is_none_is_refused_with_its_reason(self):
        reply = self.site.http("POST", "/api/v1/relays/1", headers={"Content-Type": "application/json"}, body='{"action":"pulse","duration":"fast"}')
        self.assertIn(reply.status, (400, 422))
        self.assertIn(b"fast", reply.body)
        self.assertEqual(self.site.relay(1), "off")

    def test_malformed_requests_are_refused_and_closed_and_the_next_client_is_served(self):
        bad = [b"GET /io/input.txt HTTP/1.1\r\n\r\n",  # no Host
               b"GET /io/input.txt HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
               b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
               b"GET /io/%2e%2e/input.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
               b"POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
               b"POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               b"POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
               b"POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
               b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
               b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 500 + b"\r\n",
               b"GET /io/input.txt HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
               b"get /io/input.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
               b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
               b"GET /io/input.txt HTTP/9.9\r\nHost: localhost\r\n\r\n"]
        for request in bad:
            with self.subTest(request=request[:60]):
                reply = self.site.raw(request, timeout=15)
                if reply:
                    self.assertRegex(reply.split(b"\r\n")[0], rb"^HTTP/1\.[01] (4\d\d|501|505)")
                self.assertEqual(self.site.get("/healthz").status, 200)
        self.assertEqual(self.site.relay(1), "off")

    def test_slow_and_silent_clients_hold_nobody_up(self):
        held = []
        try:
            for _ in range(6):
                client = socket.create_connection(("127.0.0.1", self.site.port))
                client.sendall(b"GET /io/input.txt HTTP/1.1\r\nHost: local")
                held.append(client)
            for _ in range(20):
                self.assertEqual(self.site.get("/healthz", timeout=5).status, 200)
            began = time.monotonic()
            held[0].settimeout(20)
            try:
                while held[0].recv(4096):
                    pass
            except ConnectionResetError:
                pass
            self.assertLess(time.monotonic() - began, 15, "cut off by the header's deadline")
        finally:
            for client in held:
                client.close()

    def test_the_unix_socket_is_served_while_the_port_is_full(self):
        held = []
        try:
            for _ in range(200):
                client = socket.socket()
                client.settimeout(1)
                try:
                    client.connect(("127.0.0.1", self.site.port))
                except OSError:
                    client.close()
                    break
                held.append(client)
            self.assertEqual(self.site.snapcron("status").returncode, 0)
        finally:
            for client in held:
                client.close()
        wait_until("the port serves again", lambda: self.site.get("/healthz").status == 200)

    def test_keep_alive_serves_many_requests_on_one_connection(self):
        request = f"GET /io/input.txt?peek HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        reply = self.site.raw(request * 10 + last)
        self.assertEqual(reply.count(b"HTTP/1.1 200"), 11)


if __name__ == "__main__":
    support.main()
