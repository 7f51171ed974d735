"""HTTPS as its users meet it: real curl and openssl against the daemon, a certificate that is renewed while it runs,
clients that mean no good, and guesses from everywhere."""

import base64
import contextlib
import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time

import support
from support import make_certificate, wait_until

TLS = support.DOOR.replace('"127.0.0.1:@PORT@"', '"127.0.0.1:@PORT@", tls: {certificate: cert.pem, key: key.pem}')
# anna:s3cret and bert:looks, who may only look; hashes that are fast to verify
USERS = """\
anna:$5$rounds=1000$saltsalt$zjC/Njk9Y.EVEc3QygFw/Rhx5L4ZHXnWMx5WovHpIO2
bert:$5$rounds=1000$saltsalt$OV7WLEsqoCv63hczHp.M20j1G93k1Ay5lPfeFi5wDsA:viewer
"""


def serial(folder, certificate="cert.pem"):
    return subprocess.run(["openssl", "x509", "-in", f"{folder}/{certificate}", "-noout", "-serial"],
                          check=True, capture_output=True, text=True).stdout.strip()


class TlsCase(support.TestCase):
    config = TLS
    users = False

    def setUp(self):
        super().setUp()
        self.folder = self.site.folder
        make_certificate(self.folder)
        if self.users:
            self.site.write("users", USERS, 0o600)
            self.site.replace("tls: {", "users_file: users, tls: {")
        self.site.start()

    def url(self, path):
        return f"https://localhost:{self.site.port}{path}"

    def curl(self, *args, text=True, timeout=60):
        return subprocess.run(["curl", "-sS", "--noproxy", "*", "--cacert", str(self.folder / "cert.pem"), *args],
                              capture_output=True, text=text, timeout=timeout)

    def s_client(self, *args, input=""):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.site.port}", *args],
                              input=input, capture_output=True, text=True, timeout=30)

    def shown(self):
        """The serial number of the certificate that the port shows."""
        done = self.s_client("-showcerts")
        return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=done.stdout, capture_output=True, text=True).stdout.strip()

    def context(self):
        return ssl.create_default_context(cafile=self.folder / "cert.pem")

    def connect(self, address="127.0.0.1"):
        raw = socket.create_connection(("127.0.0.1", self.site.port), timeout=support.PATIENCE, source_address=(address, 0))
        return self.context().wrap_socket(raw, server_hostname="localhost")


class Curl(TlsCase):
    def test_it_trusts_the_documented_certificate_and_keeps_its_connection(self):
        done = self.curl("-w", "%{http_version} %{num_connects} %{ssl_verify_result}\n", self.url("/io/input.txt?peek"), self.url("/healthz"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?s)^input:1 .*\n1\.1 1 0\nok\n1\.1 0 0\n$")
        self.assertEqual(self.curl(f"https://127.0.0.1:{self.site.port}/healthz").returncode, 0, "by its address, too")

    def test_it_refuses_a_certificate_that_it_does_not_know(self):
        done = subprocess.run(["curl", "-sS", "--noproxy", "*", self.url("/healthz")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 60, done.stderr)

    def test_by_http_it_is_told_what_the_port_speaks(self):
        done = self.curl(f"http://localhost:{self.site.port}/io/relayon.txt", "-w", "%{http_code}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("https://", done.stdout)
        self.assertTrue(done.stdout.endswith("400"), done.stdout)
        self.assertEqual(self.site.relay(1), "off")

    def test_a_relay_a_trigger_and_a_picture(self):
        json = ("-H", "Content-Type: application/json")
        self.assertEqual(self.curl(*json, "-d", '{"action":"on"}', self.url("/api/v1/relays/1"), "-w", "%{http_code}", "-o", "/dev/null").stdout, "200")
        self.assertEqual(self.site.relay(1), "on")
        own, other = self.url(""), "https://evil.example"
        for origin, code in ((own, "200"), (other, "403"), (own.replace("localhost", "127.0.0.1"), "403")):
            done = self.curl(*json, "-H", f"Origin: {origin}", "-d", '{"action":"off"}', self.url("/api/v1/relays/1"), "-w", "%{http_code}", "-o", "/dev/null")
            self.assertEqual(done.stdout, code, origin)
        picture = self.folder / "over-tls.jpg"
        done = self.curl("-X", "POST", "-H", "Accept: image/jpeg", "-o", str(picture), self.url("/api/v1/snapshots"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(support.decodes(picture), (320, 240))

    def test_a_large_picture_read_slowly_is_whole(self):
        self.site.replace("{width: 320, height: 240}", "{width: 4000, height: 3000}")
        self.site.ok("reload")
        picture = self.folder / "large.jpg"
        done = self.curl("--limit-rate", "2M", "-X", "POST", "-H", "Accept: image/jpeg", "-o", str(picture), self.url("/api/v1/snapshots"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(support.decodes(picture), (4000, 3000))

    def test_a_monitor_tells_each_change_and_its_end_is_clean(self):
        watching = subprocess.Popen(["curl", "-sSN", "--noproxy", "*", "--cacert", str(self.folder / "cert.pem"), self.url("/axis-cgi/io/input.cgi?monitor=1")],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(watching.kill)
        seen = []
        reader = threading.Thread(target=lambda: seen.extend(iter(watching.stdout.readline, "")), daemon=True)
        reader.start()
        wait_until("the level", lambda: any("IO0:L" in line for line in seen))
        self.site.ok("input", "1", "pulse")
        wait_until("the edges", lambda: any("IO0:/" in line for line in seen) and any("IO0:\\" in line for line in seen))
        self.site.stop()
        self.assertEqual(watching.wait(support.PATIENCE), 0, watching.stderr.read())


class OpenSsl(TlsCase):
    def test_versions_before_1_2_are_refused(self):
        for version, good in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            done = self.s_client(version, "-cipher", "DEFAULT:@SECLEVEL=0")
            self.assertEqual("Cipher is (NONE)" not in done.stdout, good, f"{version}: {done.stdout}{done.stderr}")
        self.assertIn("protocol version", self.s_client("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0").stderr)

    def test_ciphers_without_forward_secrecy_or_authentication_are_refused(self):
        for cipher in ("AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA", "aNULL", "eNULL", "CAMELLIA128-SHA"):
            done = self.s_client("-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")
            self.assertIn("Cipher is (NONE)", done.stdout, cipher)

    def test_renegotiation_and_compression_are_off(self):
        done = self.s_client("-tls1_2", input="R\n")
        self.assertIn("no renegotiation", done.stderr)
        self.assertIn("Compression: NONE", done.stdout)
        self.assertIn("Secure Renegotiation IS supported", done.stdout)

    def test_alpn(self):
        self.assertIn("ALPN protocol: http/1.1", self.s_client("-alpn", "h2,http/1.1").stdout)
        self.assertIn("No ALPN negotiated", self.s_client().stdout)
        self.assertIn("no application protocol", self.s_client("-alpn", "smtp").stderr)

    def test_early_data_is_not_taken(self):
        self.assertIn("Max Early Data: 0", self.s_client("-tls1_3", "-ign_eof", input="GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").stdout)


class Renewal(TlsCase):
    def renew(self):
        make_certificate(self.folder, "new.pem", "newkey.pem")
        for new, old in (("new.pem", "cert.pem"), ("newkey.pem", "key.pem")):
            os.rename(self.folder / new, self.folder / old)

    def test_a_reload_shows_the_new_certificate_and_old_connections_stay(self):
        old = self.connect()
        self.addCleanup(old.close)
        before = self.shown()
        self.assertEqual(before, serial(self.folder))
        self.renew()
        self.site.daemon.signal(1)
        wait_until("the new certificate", lambda: self.shown() == serial(self.folder) != before)
        old.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertIn(b"200 OK", old.recv(65536))

    def test_a_broken_pair_is_refused_and_the_old_one_stays(self):
        before = self.shown()
        make_certificate(self.folder, "cert.pem", "another.pem")
        done = self.assertExit(self.site.snapcron("reload"), 1)
        self.assertIn("does not belong to the certificate", done.stdout + done.stderr)
        self.assertEqual(self.shown(), before)
        self.assertIn("does not belong", self.site.status()["config_error"])

    def test_symbolic_links_as_certbot_changes_them_are_followed_without_being_told(self):
        before = self.shown()
        for version in (1, 2):
            (self.folder / "archive").mkdir(exist_ok=True)
            make_certificate(self.folder / "archive", f"fullchain{version}.pem", f"privkey{version}.pem")
        for version in (1, 2):  # in two steps, with a moment between in which the pair is none
            for name, link in ((f"fullchain{version}.pem", "cert.pem"), (f"privkey{version}.pem", "key.pem")):
                os.symlink(f"archive/{name}", self.folder / "link")
                os.rename(self.folder / "link", self.folder / link)
        new = serial(self.folder / "archive", "fullchain2.pem")
        self.assertEqual(self.shown(), before)
        wait_until("the certificate that nobody told of", lambda: self.shown() == new, timeout=60 + support.PATIENCE, every=1)
        self.site.daemon.wait_log("is a new one, good until")
        self.assertIsNone(self.site.status()["certificate"]["error"])


class Told(TlsCase):
    def test_the_certificate_is_told_of_everywhere(self):
        end = subprocess.run(["openssl", "x509", "-in", str(self.folder / "cert.pem"), "-noout", "-enddate"], capture_output=True, text=True).stdout
        year = re.search(r"(\d{4}) GMT", end).group(1)
        self.assertTrue(self.site.status()["certificate"]["expires"].startswith(year))
        self.assertRegex(self.site.daemon.log(), rf"https://127\.0\.0\.1:{self.site.port}/")
        self.assertRegex(self.curl(self.url("/metrics")).stdout, r"(?m)^snapcron_certificate_expires_timestamp_seconds \d{10}")
        self.assertRegex(self.site.snapcron("doctor").stdout, rf"(?s)Certificate\n  ok    .*cert\.pem: good until {year}")
        self.assertExit(self.site.snapcron("check"), 0)

    def test_what_is_wrong_with_the_files_is_told_before_anything_starts(self):
        cases = (("key.pem", "", "holds no private key in PEM"), ("cert.pem", "nonsense", "holds no certificate in PEM"),
                 ("key.pem", None, "No such file"), ("cert.pem", None, "No such file"))
        for name, text, expected in cases:
            site = self.another_site()
            make_certificate(site.folder)
            (site.folder / name).unlink()
            if text is not None:
                site.write(name, text, 0o600)
            with self.subTest(name=name, text=text):
                done = self.assertExit(site.snapcron("check"), 1)
                self.assertRegex(done.stderr, rf"snapcron\.yaml:\d+:\d+: error: .*{expected}")
        (self.folder / "key.pem").chmod(0o644)
        done = self.assertExit(self.site.snapcron("check"), 0)
        self.assertIn("key.pem can be read by everybody", done.stderr)


class Hostile(TlsCase):
    def raw(self, address="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.site.port), timeout=support.PATIENCE, source_address=(address, 0))

    def serves(self):
        began = time.monotonic()
        with self.connect() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertIn(b"200 OK", connection.recv(65536))
        return time.monotonic() - began

    def test_clients_that_stall_in_the_handshake_hold_nobody_up_and_are_cut_off(self):
        stalled = [self.raw(f"127.0.1.{1 + i % 20}") for i in range(200)]
        for i, connection in enumerate(stalled):
            connection.sendall([b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"][i % 3])
        began = time.monotonic()
        for _ in range(20):
            self.assertLess(self.serves(), 2)
        for connection in stalled:
            connection.settimeout(30)
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass
            connection.close()
        self.assertLess(time.monotonic() - began, 25)

    def test_garbage_and_broken_records_are_cut_off(self):
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
        for garbage in (b"\x00" * 100, b"\xff" * 5000, hello + os.urandom(500), b"\x16\x03\x01\xff\xff" + os.urandom(20000), b"\x15\x03\x01\x00\x02\x02\x28"):
            with self.raw() as connection:
                with contextlib.suppress(OSError):  # cut off already
                    connection.sendall(garbage)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(4096):
                        pass
        for broken in (b"\x17\x03\x03\x00\x20" + os.urandom(32), b"\x17\x03\x03\xff\xff", os.urandom(100), b"GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            connection = self.connect()
            beneath = socket.socket(fileno=connection.detach())  # the rest goes out in the open
            beneath.settimeout(support.PATIENCE)
            received = b""
            with contextlib.suppress(ConnectionError):
                beneath.sendall(broken)
                with contextlib.suppress(OSError):  # cut off already
                    beneath.shutdown(socket.SHUT_WR)
                while part := beneath.recv(4096):
                    received += part
            beneath.close()
            self.assertNotIn(b"HTTP/1.1", received)
        self.serves()
        self.assertEqual(self.site.relay(1), "off")

    def test_a_thousand_connections_from_everywhere(self):
        before = self.site.daemon.memory()
        held = []
        for i in range(1000):
            connection = self.raw(f"127.0.2.{1 + i // 25}")
            try:
                held.append(self.context().wrap_socket(connection, server_hostname="localhost"))
            except (ssl.SSLError, OSError):
                connection.close()
        self.assertEqual(len(held), 384, "the others are turned away without a handshake")
        grown = self.site.daemon.memory() - before
        for connection in held:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for connection in held:
            self.assertIn(b"200 OK", connection.recv(65536))
            connection.close()
        if "asan" not in str(support.BIN) and "dev" not in support.BIN.name:
            self.assertLess(grown, 40e6)
        print(f"384 TLS connections: {grown / 384 / 1000:.0f} kB each", file=sys.stderr)
        wait_until("room again", lambda: self.serves())


class Guesses(TlsCase):
    users = True

    def ask(self, user, password, address, page="/io/input.txt?peek"):
        """The status, and the seconds that it took."""
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        began = time.monotonic()
        connection = http.client.HTTPSConnection("localhost", self.site.port, timeout=support.PATIENCE, source_address=(address, 0), context=self.context())
        try:
            connection.request("GET", page, headers={"Authorization": f"Basic {token}"})
            reply = connection.getresponse()
            reply.read()
            return reply.status, time.monotonic() - began
        finally:
            connection.close()

    def test_guesses_from_everywhere_are_held_down_and_the_owner_gets_in(self):
        home = "127.0.0.9"
        self.assertEqual(self.ask("anna", "s3cret", home)[0], 200)
        guesses, end = {}, time.monotonic() + 10
        lock = threading.Lock()

        def guess(worker):
            for i in range(10_000):
                if time.monotonic() > end:
                    return
                status, _ = self.ask("anna", f"guess{worker}-{i}", f"127.{2 + worker}.{i // 250 % 250}.{1 + i % 250}")
                with lock:
                    guesses[status] = guesses.get(status, 0) + 1
        guessers = [threading.Thread(target=guess, args=(worker,)) for worker in range(6)]
        for guesser in guessers:
            guesser.start()
        wait_until("guesses are held down", lambda: guesses.get(429, 0) > 10)
        slowest = 0
        for _ in range(10):
            status, took = self.ask("anna", "s3cret", "127.0.0.77")
            self.assertEqual(status, 200, "a login that is known passes from anywhere")
            slowest = max(slowest, took)
        # A login that nobody has seen yet, from an address that has been good before.
        self.assertEqual(self.ask("bert", "looks", home)[0], 200)
        # Users that are read again forget all logins, and the owner still gets in.
        self.site.write("users", USERS + "carl:$5$rounds=1000$saltsalt$OV7WLEsqoCv63hczHp.M20j1G93k1Ay5lPfeFi5wDsA\n", 0o600)
        self.site.ok("reload")
        self.assertEqual(self.ask("anna", "s3cret", home)[0], 200)
        for guesser in guessers:
            guesser.join()
        self.assertLessEqual(guesses.get(401, 0), 30, guesses)
        self.assertNotIn(200, guesses)
        print(f"{sum(guesses.values())} guesses from as many addresses: {guesses}; the owner's slowest reply {slowest * 1000:.0f} ms", file=sys.stderr)

    def test_a_viewer_may_look_and_not_switch(self):
        self.assertEqual(self.ask("bert", "looks", "127.0.0.1")[0], 200)
        self.assertEqual(self.ask("bert", "looks", "127.0.0.1", "/io/relayon.txt")[0], 403)
        self.assertEqual(self.ask("anna", "s3cret", "127.0.0.1", "/io/relayon.txt")[0], 200)
        self.assertEqual(self.site.relay(1), "on")


if __name__ == "__main__":
    support.main()
