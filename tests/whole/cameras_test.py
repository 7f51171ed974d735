"""Cameras as they are sold: Basic and Digest, plain and TLS, one connection for many pictures."""

import base64
import hashlib
import http.server
import pathlib
import re
import ssl
import subprocess
import threading
import unittest

import support
from support import send


class Cameras(support.TestCase):
    def use(self, camera, more=""):
        self.addCleanup(camera.close)
        self.site.write("door.pw", "pass word\n", 0o600)
        self.site.replace("door: {test_pattern: {width: 320, height: 240}}",
                          f'door: {{url: "{camera.url}", timeout: 5s{more}}}')
        self.site.start()

    def take(self):
        path = self.assertExit(self.site.snapshot("door"), 0).stdout.strip()
        self.assertEqual(support.as_sent(path), support.a_jpeg())

    def test_basic_with_the_password_from_its_file(self):
        wanted = "Basic " + base64.b64encode(b"root:pass word").decode()

        def behave(h):
            if h.headers.get("Authorization") == wanted:
                return send(h, support.a_jpeg())
            h.send_response(401)
            h.send_header("WWW-Authenticate", 'Basic realm="camera"')
            h.send_header("Content-Length", "0")
            h.end_headers()
        self.use(support.Camera(behave), ", username: root, password_file: door.pw")
        self.take()
        self.take()
        self.site.stop()
        self.assertNotIn("pass word", self.site.daemon.log())

    def test_digest_is_negotiated_and_the_password_never_sent(self):
        seen = []

        def behave(h):
            given = h.headers.get("Authorization", "")
            seen.append(given)
            field = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
            ha1 = hashlib.md5(b"root:camera:pass word").hexdigest()
            ha2 = hashlib.md5(b"GET:" + h.path.encode()).hexdigest()
            good = hashlib.md5(":".join([ha1, field.get("nonce", ""), field.get("nc", ""), field.get("cnonce", ""), "auth", ha2]).encode()).hexdigest()
            if given.startswith("Digest") and field.get("response") == good:
                return send(h, support.a_jpeg())
            h.send_response(401)
            h.send_header("WWW-Authenticate", 'Digest realm="camera", nonce="abc123", qop="auth", algorithm=MD5')
            h.send_header("Content-Length", "0")
            h.end_headers()
        self.use(support.Camera(behave), ", username: root, password_file: door.pw")
        self.take()
        self.assertFalse([a for a in seen if a.startswith("Basic")], seen)

    def test_one_connection_serves_many_pictures(self):
        ports = set()

        def behave(h):
            ports.add(h.client_address)
            send(h, support.a_jpeg())
        self.use(support.Camera(behave))
        for _ in range(4):
            self.take()
        self.assertEqual(len(ports), 1)

    def test_a_connection_that_the_camera_closed_meanwhile_costs_no_picture(self):
        def behave(h):
            send(h, support.a_jpeg())
            h.close_connection = True
        self.use(support.Camera(behave))
        for _ in range(3):
            self.take()

    @support.need("openssl")
    def test_tls_is_verified_unless_the_configuration_says_otherwise(self):
        key, certificate = self.site.folder / "key.pem", self.site.folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=camera"], check=True, capture_output=True)
        camera = support.Camera(lambda h: send(h, support.a_jpeg()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        camera.server.socket = context.wrap_socket(camera.server.socket, server_side=True)
        camera.url = camera.url.replace("http:", "https:")
        self.use(camera)

        done = self.assertExit(self.site.snapshot("door"), 1)
        self.assertRegex(done.stderr, r"(?i)certificate")

        self.site.replace("timeout: 5s}", "timeout: 5s, verify_tls: false}")
        self.site.ok("reload")
        self.take()


if __name__ == "__main__":
    support.main()
