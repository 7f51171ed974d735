"""Uploads against real servers, and against ones that lie: what `snapcron deliver` is told on its stdin, and what lies
at the destination afterwards, byte by byte."""

import contextlib
import datetime
import email
import email.policy
import hashlib
import importlib.util
import json
import os
import pathlib
import select
import subprocess
import tempfile
import threading
import time
import unittest

import servers
import support
from servers import PASSWORD, USER, files

need_mail = unittest.skipUnless(importlib.util.find_spec("aiosmtpd"), "missing: python3-aiosmtpd")
SECOND = 10**9


class Worker:
    """A running `snapcron deliver` for one destination."""

    def __init__(self, kind, target, **spec):
        whole = {"name": "nas", "username": USER, "password": PASSWORD, "verify_tls": True, "timeout": 20 * SECOND,
                 "connect_timeout": 10 * SECOND, "stall_timeout": 10 * SECOND, **spec, kind: target}
        self.process = subprocess.Popen([support.SNAPCRON, "deliver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=support.env_for_child(), cwd="/")
        self.tell(whole)

    def tell(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def perform(self, file, name="a/b/p.jpg", id=1, attempt=1, key="k1@door", subject="", text="", timeout=support.PATIENCE):
        self.tell({"id": id, "file": str(file), "name": name, "attempt": attempt, "key": key, "subject": subject, "text": text})
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            raise AssertionError("no result came")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the worker ended: {self.process.stderr.read().decode()}")
        return json.loads(line)

    def close(self):
        """What it said on stderr; it must have ended with 0."""
        self.process.stdin.close()
        code = self.process.wait(support.PATIENCE)
        said = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        if code != 0 or said:
            raise AssertionError(f"the worker ended with {code}: {said}")


class TestCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="snapcron-upload-")))
        self.jpeg = support.a_jpeg()
        self.picture = self.folder / "p.jpg"
        self.picture.write_bytes(self.jpeg)

    def enterContext(self, context):  # unittest's own is new in Python 3.11
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def worker(self, kind, target, **spec):
        worker = Worker(kind, target, **spec)
        self.addCleanup(worker.close)
        return worker

    def assertVerdict(self, result, verdict, *words):
        self.assertEqual(result["verdict"], verdict, result)
        for word in words:
            self.assertIn(word, result["text"])
        self.assertNotIn(PASSWORD, result["text"])
        if result["text"]:
            self.assertTrue(result["text"].startswith("destination 'nas': "), result)
            self.assertFalse(result["text"].endswith("."), result)
        return result

    def other(self, size=100_000):
        path = self.folder / "other.jpg"
        path.write_bytes(os.urandom(size))
        return path


def ftp(url, starttls=False, rename=True):
    return {"url": url, "starttls": starttls, "rename": rename}


@support.need_root
@support.need("vsftpd", "unshare", "openssl")
class AtVsftpd(TestCase):
    def test_pictures_arrive_whole_in_folders_that_are_made(self):
        server = self.enterContext(servers.Vsftpd())
        worker = self.worker("ftp", ftp(server.url + "/in"))
        big = self.other(3_000_000)
        self.assertVerdict(worker.perform(self.picture, "2026/caf\u00e9 #1/p q.jpg"), "done")
        done = self.assertVerdict(worker.perform(big, "2026/caf\u00e9 #1/big.jpg", id=2), "done")
        self.assertEqual(done["bytes"], 3_000_000)
        self.assertVerdict(worker.perform(self.picture, "p.jpg", id=3), "done")
        self.assertEqual(files(server.home), {"in/2026/caf\u00e9 #1/p q.jpg": self.jpeg,
                                              "in/2026/caf\u00e9 #1/big.jpg": big.read_bytes(), "in/p.jpg": self.jpeg})

    def test_a_retry_finds_what_is_there_and_what_was_cut_off(self):
        server = self.enterContext(servers.Vsftpd())
        worker = self.worker("ftp", ftp(server.url))
        (server.home / "a").mkdir()
        os.chown(server.home / "a", servers.ID, servers.ID)
        (server.home / "a/.snapcron-1.part").write_bytes(b"x" * 10_000_000)
        os.chown(server.home / "a/.snapcron-1.part", servers.ID, servers.ID)
        self.assertVerdict(worker.perform(self.picture, "a/p.jpg"), "done")
        there = self.assertVerdict(worker.perform(self.picture, "a/p.jpg", attempt=2), "done", "there already")
        self.assertEqual(there["bytes"], 0)
        self.assertVerdict(worker.perform(self.picture, "b/c/p.jpg", attempt=2, id=2), "done")
        self.assertEqual(files(server.home), {"a/p.jpg": self.jpeg, "b/c/p.jpg": self.jpeg})

    def test_whoever_is_killed_while_it_uploads_leaves_no_short_picture(self):
        server = self.enterContext(servers.Vsftpd())
        big = self.folder / "big.jpg"
        with big.open("wb") as file:
            file.truncate(2**31)
        killed = Worker("ftp", ftp(server.url))
        killed.tell({"id": 1, "file": str(big), "name": "p.jpg", "attempt": 1, "key": "k", "subject": "", "text": ""})
        part = server.home / ".snapcron-1.part"
        support.wait_until("the first bytes", lambda: part.exists() and part.stat().st_size > 0)
        killed.process.kill()
        killed.process.communicate()
        self.assertEqual([path.name for path in server.home.iterdir()], [part.name])
        self.assertVerdict(self.worker("ftp", ftp(server.url)).perform(self.picture, "p.jpg", attempt=2), "done")
        self.assertEqual(files(server.home), {"p.jpg": self.jpeg})

    def test_no_upload_sleeps(self):
        server = self.enterContext(servers.Vsftpd())
        worker = self.worker("ftp", ftp(server.url))

        def seconds(id):
            begun = time.monotonic()
            self.assertVerdict(worker.perform(self.picture, f"{id}.jpg", id=id), "done")
            return time.monotonic() - begun

        slow = [took for took in map(seconds, range(1, 101)) if took > 0.9]
        self.assertLessEqual(len(slow), 1, slow)  # the machine itself may have been away once

    def test_a_wrong_password_is_refused(self):
        server = self.enterContext(servers.Vsftpd())
        worker = self.worker("ftp", ftp(server.url), password="wr0ng")
        self.assertVerdict(worker.perform(self.picture), "refused", "upload to ftp://127.0.0.1", "username and password")
        self.assertEqual(files(server.home), {})

    def test_a_folder_where_we_may_not_write_is_refused(self):
        server = self.enterContext(servers.Vsftpd())
        os.chown(server.home, 0, 0)
        worker = self.worker("ftp", ftp(server.url))
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "refused", "may this user write")
        self.assertVerdict(worker.perform(self.picture, "a/p.jpg"), "refused", "folder")
        self.assertEqual(files(server.home), {})

    def test_a_server_that_cannot_rename(self):
        server = self.enterContext(servers.Vsftpd(rename=False))
        self.assertVerdict(self.worker("ftp", ftp(server.url)).perform(self.picture, "p.jpg"), "refused", "`rename: false`")
        self.assertVerdict(self.worker("ftp", ftp(server.url, rename=False)).perform(self.picture, "q.jpg", id=2), "done")
        self.assertEqual(files(server.home)["q.jpg"], self.jpeg)

    def test_tls_by_either_way(self):
        for tls in ("explicit", "implicit"):
            with self.subTest(tls), servers.Vsftpd(tls) as server:
                target = ftp(server.url, starttls=tls == "explicit")
                worker = self.worker("ftp", target, verify_tls=False)
                for id in (1, 2):
                    self.assertVerdict(worker.perform(self.picture, f"a/{id}.jpg", id=id), "done")
                self.assertEqual(files(server.home), {"a/1.jpg": self.jpeg, "a/2.jpg": self.jpeg})
                untrusted = self.worker("ftp", target)
                self.assertVerdict(untrusted.perform(self.picture, "p.jpg", id=3), "refused", "certificate is not trusted")
                self.assertNotIn("p.jpg", files(server.home))

    def test_no_password_is_sent_to_a_server_without_tls_when_it_was_asked_for(self):
        server = self.enterContext(servers.Ftp())
        worker = self.worker("ftp", ftp(server.url, starttls=True))
        self.assertVerdict(worker.perform(self.picture), "refused", "offers no TLS")
        self.assertEqual([c for c in server.commands if c.startswith(("USER", "PASS"))], [])
        self.assertEqual(server.files, {})


class AtFaultyFtp(TestCase):
    def test_the_data_is_cut_and_the_server_says_226(self):
        for rename in (True, False):
            with self.subTest(rename=rename), servers.Ftp(keeps=1000) as server:
                worker = self.worker("ftp", ftp(server.url, rename=rename))
                result = worker.perform(self.picture, "p.jpg")
                self.assertVerdict(result, "again", f"kept 1000 of {len(self.jpeg)} bytes")
                if rename:
                    self.assertEqual(list(server.files), ["/.snapcron-1.part"])  # nothing has the name
                    self.assertFalse(any(c.startswith("RN") for c in server.commands))
                server.faults["keeps"] = None
                self.assertVerdict(worker.perform(self.picture, "p.jpg", attempt=2), "done")
                self.assertEqual(server.files, {"/p.jpg": self.jpeg})

    def test_a_server_without_size_is_believed(self):
        server = self.enterContext(servers.Ftp(no_size=True))
        worker = self.worker("ftp", ftp(server.url))
        self.assertVerdict(worker.perform(self.picture, "a/b/p.jpg", attempt=2), "done")
        self.assertEqual(server.files, {"/a/b/p.jpg": self.jpeg})

    def test_a_server_that_does_not_replace(self):
        server = self.enterContext(servers.Ftp(never_replaces=True))
        server.files = {"/same.jpg": self.jpeg, "/other.jpg": b"other"}
        worker = self.worker("ftp", ftp(server.url))
        self.assertVerdict(worker.perform(self.picture, "same.jpg"), "done", "there already")
        self.assertVerdict(worker.perform(self.picture, "other.jpg", id=2), "done")
        self.assertEqual(server.files, {"/same.jpg": self.jpeg, "/other.jpg": self.jpeg})

    def test_where_names_come_again_the_same_size_says_nothing(self):
        server = self.enterContext(servers.Ftp(never_replaces=True))
        server.files = {"/1.jpg": bytes(len(self.jpeg))}
        worker = self.worker("ftp", ftp(server.url), wrap=1)
        self.assertVerdict(worker.perform(self.picture, "1.jpg", attempt=2), "done")
        self.assertEqual(server.files, {"/1.jpg": self.jpeg})

    def test_a_server_that_sends_us_elsewhere_is_not_followed(self):
        server = self.enterContext(servers.Ftp(lies_about_host=True))
        self.assertVerdict(self.worker("ftp", ftp(server.url)).perform(self.picture, "p.jpg"), "done")
        self.assertEqual(server.files, {"/p.jpg": self.jpeg})

    def test_few_commands_for_one_more_picture(self):
        server = self.enterContext(servers.Ftp())
        worker = self.worker("ftp", ftp(server.url + "/in"))
        self.assertVerdict(worker.perform(self.picture, "a/1.jpg"), "done")
        before = len(server.commands)
        self.assertVerdict(worker.perform(self.picture, "a/2.jpg", id=2), "done")
        self.assertEqual(server.commands[before:], ["EPSV", "STOR .snapcron-2.part", "SIZE .snapcron-2.part",
                                                    "RNFR .snapcron-2.part", "RNTO 2.jpg"])

    def test_a_kept_connection_that_the_server_has_closed_is_made_anew(self):
        server = self.enterContext(servers.Ftp(idle=1))
        worker = self.worker("ftp", ftp(server.url))
        for id in (1, 2, 3):
            self.assertVerdict(worker.perform(self.picture, f"{id}.jpg", id=id), "done")
        self.assertEqual(server.files, {f"/{id}.jpg": self.jpeg for id in (1, 2, 3)})

    def test_a_server_that_falls_silent(self):
        server = self.enterContext(servers.Ftp(silent=True))
        result = self.worker("ftp", ftp(server.url), stall_timeout=SECOND).perform(self.picture, "p.jpg")
        self.assertVerdict(result, "again", "not a byte moved for 1s")
        self.assertEqual(list(server.files), ["/.snapcron-1.part"])

    def test_a_server_that_stands_still(self):
        held = threading.Event()
        self.addCleanup(held.set)
        server = self.enterContext(servers.Raw(lambda connection, _: held.wait(60)))
        worker = self.worker("ftp", ftp(f"ftp://127.0.0.1:{server.port}"), connect_timeout=SECOND // 2)
        self.assertVerdict(worker.perform(self.picture), "down", "not connected and logged in within 500ms")


def sftp(url, key="", host_key="", known_hosts="", rename=True):
    return {"url": url, "key_file": str(key), "host_key": host_key, "known_hosts": str(known_hosts), "rename": rename}


@support.need_root
@support.need("sshd", "ssh-keygen", "unshare", "openssl")
class AtSshd(TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.enterContext(servers.Sshd())

    def target(self, folder="/~/in", **changes):
        return sftp(self.server.url + folder, **{"key": self.server.key, "host_key": self.server.host_key, **changes})

    def test_pictures_arrive_whole_in_folders_that_are_made(self):
        worker = self.worker("sftp", self.target(), password="")
        big = self.other(1_000_000)
        self.assertVerdict(worker.perform(self.picture, "2026/caf\u00e9 \"1\"/p.jpg"), "done")
        self.assertVerdict(worker.perform(big, "big.jpg", id=2), "done")
        self.assertVerdict(worker.perform(self.picture, "p.jpg", id=3, attempt=2), "done")
        absolute = self.worker("sftp", self.target(f"{self.server.home}/in"), password="")
        self.assertVerdict(absolute.perform(self.picture, "d/q.jpg", id=4), "done")
        self.assertEqual(files(self.server.home), {"in/2026/caf\u00e9 \"1\"/p.jpg": self.jpeg, "in/big.jpg": big.read_bytes(),
                                                   "in/p.jpg": self.jpeg, "in/d/q.jpg": self.jpeg})

    def test_a_password_and_a_known_hosts_file(self):
        worker = self.worker("sftp", self.target(key="", host_key="", known_hosts=self.server.known_hosts))
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "done")
        self.assertEqual(files(self.server.home), {"in/p.jpg": self.jpeg})

    def test_a_server_that_is_another_one_gets_nothing(self):
        other = self.server.new_key("other")
        key = servers.run("ssh-keygen", "-lf", str(other)).split()[1]
        known = self.server.write("others", self.server.known_hosts.read_text().split()[0] + " " +
                                  other.with_suffix(".pub").read_text())
        nobody = self.server.write("nobody", "")
        for changes in (dict(host_key=key), dict(host_key="", known_hosts=known), dict(host_key="", known_hosts=nobody),
                        dict(host_key="", known_hosts="/nowhere"), dict(host_key="")):
            with self.subTest(changes):
                result = self.worker("sftp", self.target(**changes)).perform(self.picture)
                self.assertVerdict(result, "refused", "nothing was sent")
        self.assertEqual(files(self.server.home), {})
        self.assertEqual(list(self.server.home.iterdir()), [])

    def test_a_retry_finds_what_is_there_and_replaces_what_is_not_it(self):
        folder = self.server.home / "in"
        folder.mkdir()
        for name, content in {"same.jpg": self.jpeg, "late.jpg": self.jpeg, "other.jpg": b"x", ".snapcron-3.part": b"y" * 9_000_000}.items():
            (folder / name).write_bytes(content)
            os.chown(folder / name, servers.ID, servers.ID)
        os.chown(folder, servers.ID, servers.ID)
        worker = self.worker("sftp", self.target(), password="")
        there = self.assertVerdict(worker.perform(self.picture, "same.jpg", attempt=2), "done", "there already")
        self.assertEqual(there["bytes"], 0)
        self.assertVerdict(worker.perform(self.picture, "late.jpg", id=2), "done", "there already")
        self.assertVerdict(worker.perform(self.picture, "other.jpg", id=3), "done")
        self.assertEqual(files(folder), {name: self.jpeg for name in ("same.jpg", "late.jpg", "other.jpg")})

    def test_a_kept_connection_that_is_gone_is_made_anew(self):
        worker = self.worker("sftp", self.target(), password="")
        self.assertVerdict(worker.perform(self.picture, "1.jpg"), "done")
        self.server.end_sessions()
        self.assertVerdict(worker.perform(self.picture, "2.jpg", id=2), "done")
        self.assertEqual(files(self.server.home), {"in/1.jpg": self.jpeg, "in/2.jpg": self.jpeg})

    def test_who_is_not_let_in_learns_why(self):
        stranger = self.worker("sftp", self.target(key=self.server.new_key("stranger")), password="")
        self.assertVerdict(stranger.perform(self.picture), "refused", "authorized_keys", "ed25519")
        nobody = self.worker("sftp", self.target(key=""), password="wr0ng")
        self.assertVerdict(nobody.perform(self.picture), "refused", "username and password")
        self.assertEqual(files(self.server.home), {})

    def test_a_folder_where_we_may_not_write_is_refused(self):
        worker = self.worker("sftp", self.target("/"), password="")
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "refused", "may this user write")


def web(url, method="put", **more):
    return {"url": url, "post": method == "post", "field": "file", "headers": [], "form": [], **more}


@support.need("nginx")
class AtNginx(TestCase):
    def test_pictures_arrive_whole(self):
        server = self.enterContext(servers.NginxDav())
        worker = self.worker("http", web(server.url + "/in?token=t0ken"))
        big = self.other(2_000_000)
        self.assertVerdict(worker.perform(self.picture, "2026/caf\u00e9 #1/p.jpg", key="K1"), "done")
        self.assertEqual(self.assertVerdict(worker.perform(big, "big.jpg"), "done")["bytes"], 2_000_000)
        self.assertVerdict(worker.perform(self.picture, "big.jpg"), "done")
        self.assertEqual(files(server.home), {"in/2026/caf\u00e9 #1/p.jpg": self.jpeg, "in/big.jpg": self.jpeg})
        self.assertEqual(server.asked()[0], "PUT /in/2026/caf%C3%A9%20%231/p.jpg?token=t0ken HTTP/1.1 K1")
        self.assertTrue(server.asked()[1].startswith("HEAD /in/2026/"))

    def test_who_is_not_let_in(self):
        server = self.enterContext(servers.NginxDav("auth_basic x; auth_basic_user_file " + str(self.folder / "users") + ";"))
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        self.folder.chmod(0o755)
        self.assertVerdict(self.worker("http", web(server.url)).perform(self.picture, "p.jpg"), "done")
        refused = self.worker("http", web(server.url), password="wr0ng").perform(self.picture, "q.jpg")
        self.assertVerdict(refused, "refused", "401", "username and password")
        self.assertEqual(files(server.home), {"p.jpg": self.jpeg})

    @support.need("openssl")
    def test_a_certificate_that_nobody_signed(self):
        server = self.enterContext(servers.NginxDav(tls=True))
        self.assertVerdict(self.worker("http", web(server.url)).perform(self.picture), "refused", "certificate")
        self.assertEqual(files(server.home), {})
        self.assertVerdict(self.worker("http", web(server.url), verify_tls=False).perform(self.picture, "p.jpg"), "done")
        self.assertEqual(files(server.home), {"p.jpg": self.jpeg})


class AtOtherWebServers(TestCase):
    def test_a_form_is_posted(self):
        server = self.enterContext(servers.Web(lambda *_: (201, {}, b"thanks")))
        target = web(server.url + "/up?x=1", "post", field="photo", headers=[["X-Site", "gate"]], form=[["album", "caf\u00e9"]])
        self.assertVerdict(self.worker("http", target).perform(self.picture, "a/p.jpg", key="K2"), "done")
        (method, path, headers, body), = server.requests
        self.assertEqual((method, path, headers["X-Site"], headers["Idempotency-Key"]), ("POST", "/up?x=1", "gate", "K2"))
        form = email.message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
        album, photo = form.get_payload()
        self.assertEqual(album.get_payload(decode=True), "caf\u00e9".encode())
        self.assertEqual((photo.get_param("name", header="content-disposition"), photo.get_filename(), photo.get_content_type()),
                         ("photo", "p.jpg", "image/jpeg"))
        self.assertEqual(photo.get_payload(decode=True), self.jpeg)

    def test_an_answer_decides(self):
        for status, headers, verdict, words in ((500, {}, "again", "500"), (507, {}, "down", "full"), (404, {}, "never", "404"),
                                                (302, {"Location": "https://u:p@else/x?k=1"}, "refused", "'https://else/x?...'")):
            with self.subTest(status), servers.Web(lambda *_: (status, headers, b"no")) as server:
                result = self.worker("http", web(server.url + "/?token=t0ken")).perform(self.picture)
                self.assertVerdict(result, verdict, words)
                self.assertNotIn("t0ken", result["text"])
                self.assertEqual(len(server.requests), 1)

    def test_a_server_that_keeps_less_than_it_was_sent(self):
        server = self.enterContext(servers.Web(
            lambda handler, body: (200, {"Content-Length": "7"}, b"") if handler.command == "HEAD" else (201, {}, b"")))
        self.assertVerdict(self.worker("http", web(server.url)).perform(self.picture), "again", "kept 7 of")

    def test_a_server_that_knows_no_head_is_believed(self):
        server = self.enterContext(servers.Web(
            lambda handler, body: (405, {}, b"") if handler.command == "HEAD" else (201, {}, b"")))
        self.assertVerdict(self.worker("http", web(server.url)).perform(self.picture), "done")
        self.assertEqual(server.requests[0][3], self.jpeg)

    def test_a_server_that_closes_early_or_stands_still(self):
        server = self.enterContext(servers.Web(lambda *_: None))
        self.assertVerdict(self.worker("http", web(server.url)).perform(self.picture), "again", "without an answer")
        held = threading.Event()
        self.addCleanup(held.set)
        still = self.enterContext(servers.Web(lambda *_: held.wait(60) and None))
        began = time.monotonic()
        result = self.worker("http", web(still.url), timeout=SECOND).perform(self.picture)
        self.assertVerdict(result, "again", "too slow")
        self.assertLess(time.monotonic() - began, 10)

    def test_nobody_listens(self):
        url = f"http://127.0.0.1:{support.free_port()}/x"
        self.assertVerdict(self.worker("http", web(url)).perform(self.picture), "down", "upload to http://127.0.0.1", "connection refused")


def s3(url, region="eu-north-1"):
    return {"url": url, "region": region}


class AtS3(TestCase):
    def test_what_is_signed_arrives_whole(self):
        server = self.enterContext(servers.S3())
        worker = self.worker("s3", s3(server.url + "/bucket/gate"))
        big = self.other(2_000_000)
        self.assertVerdict(worker.perform(self.picture, "2026/caf\u00e9 (1)+2/p.jpg"), "done")
        self.assertVerdict(worker.perform(big, "big.jpg"), "done")
        self.assertEqual(server.objects, {"/bucket/gate/2026/caf\u00e9 (1)+2/p.jpg": self.jpeg, "/bucket/gate/big.jpg": big.read_bytes()})
        headers = server.requests[0][2]
        self.assertEqual((headers["Content-Length"], headers["Transfer-Encoding"]), (str(len(self.jpeg)), None))
        self.assertEqual(headers["x-amz-content-sha256"], hashlib.sha256(self.jpeg).hexdigest())

    def test_a_wrong_secret_or_region_is_refused(self):
        server = self.enterContext(servers.S3())
        for wrong in (dict(password="wr0ng"), dict(username="nobody")):
            result = self.worker("s3", s3(server.url + "/b"), **wrong).perform(self.picture)
            self.assertVerdict(result, "refused", "403", "secret")
        self.assertVerdict(self.worker("s3", s3(server.url + "/b", "us-west-1")).perform(self.picture), "refused", "region")
        self.assertEqual(server.objects, {})

    def test_a_clock_that_is_wrong(self):
        late = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        server = self.enterContext(servers.S3(now=lambda: late))
        self.assertVerdict(self.worker("s3", s3(server.url + "/b")).perform(self.picture), "down", "clock")


def mail(url, starttls=True, sender="Gate <gate@example.org>", to=("one@example.org", "two@example.org")):
    return {"url": url, "starttls": starttls, "from": sender, "to": list(to)}


@need_mail
@support.need("openssl")
class ByMail(TestCase):
    def test_a_text_with_the_picture_over_tls(self):
        server = self.enterContext(servers.Mail())
        worker = self.worker("mail", mail(server.url), verify_tls=False)
        subject = "the gate caf\u00e9 was opened " + "\u20ac" * 40
        text = "dear \u00e5,\n.\n.dot\nFrom here " + "x" * 300 + "\n"
        self.assertVerdict(worker.perform(self.picture, "a/p.jpg", key="K7@door", subject=subject, text=text), "done")
        self.assertVerdict(worker.perform("", "", id=2, subject="no picture", text="see there"), "done")
        first, second = (email.message_from_bytes(m.content, policy=email.policy.default) for m in server.mails)
        self.assertEqual(server.mails[0].mail_from, "gate@example.org")
        self.assertEqual(server.mails[0].rcpt_tos, ["one@example.org", "two@example.org"])
        self.assertEqual((first["Subject"], first["From"], first["Message-ID"]), (subject, "Gate <gate@example.org>", "<K7@door>"))
        self.assertEqual(first["To"], "one@example.org, two@example.org")
        self.assertIsNotNone(first["Date"].datetime)
        self.assertEqual(first["MIME-Version"], "1.0")
        body, picture = first.iter_parts()
        self.assertEqual(body.get_content().replace("\r\n", "\n").rstrip("\n"), text.rstrip("\n"))
        self.assertEqual((picture.get_content_type(), picture.get_filename()), ("image/jpeg", "p.jpg"))
        self.assertEqual(picture.get_content(), self.jpeg)
        self.assertEqual([p.get_content().strip() for p in second.iter_parts()], ["see there"])
        self.assertTrue(all(tls for tls, _, _ in server.logins))
        self.assertTrue(all(len(line) <= 998 for m in server.mails for line in m.content.split(b"\r\n")))

    def test_a_certificate_that_nobody_signed_gets_no_password(self):
        server = self.enterContext(servers.Mail())
        self.assertVerdict(self.worker("mail", mail(server.url)).perform(self.picture), "refused", "certificate")
        self.assertEqual((server.logins, server.mails), ([], []))

    def test_a_server_without_tls_gets_no_password(self):
        server = self.enterContext(servers.Mail(tls=False))
        self.assertVerdict(self.worker("mail", mail(server.url)).perform(self.picture), "refused", "offers no TLS")
        self.assertEqual((server.logins, server.mails), ([], []))
        self.assertVerdict(self.worker("mail", mail(server.url, starttls=False)).perform(self.picture), "done")
        self.assertEqual(len(server.mails), 1)

    def test_a_wrong_password_is_refused(self):
        server = self.enterContext(servers.Mail())
        result = self.worker("mail", mail(server.url), verify_tls=False, password="wr0ng").perform(self.picture)
        self.assertVerdict(result, "refused", "mail over smtp://127.0.0.1", "username and password")

    def test_an_answer_decides(self):
        for answers, verdict in (({"RCPT": "451 greylisted"}, "again"), ({"RCPT": "550 no such user"}, "never"),
                                 ({"DATA": "452 come back"}, "again"), ({"DATA": "554 no pictures"}, "never")):
            with self.subTest(answers), servers.Mail(answers, tls=False) as server:
                result = self.worker("mail", mail(server.url, starttls=False)).perform(self.picture)
                self.assertVerdict(result, verdict, *(answer[4:] for answer in answers.values()))
                self.assertEqual(server.mails, [])


class IntoAFolder(TestCase):
    def setUp(self):
        super().setUp()
        self.there = self.folder / "there"
        self.there.mkdir()

    def target(self, **changes):
        return {"folder": str(self.there), "mounted": False, **changes}

    def test_pictures_arrive_whole(self):
        worker = self.worker("folder", self.target())
        (self.there / ".snapcron-1.part").write_bytes(b"left over")
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "done")
        self.assertEqual(worker.perform(self.picture, "a/b/q.jpg", id=2)["bytes"], len(self.jpeg))
        self.assertEqual(worker.perform(self.picture, "a/b/q.jpg", id=2, attempt=2)["bytes"], 0)
        self.assertEqual(files(self.there), {"p.jpg": self.jpeg, "a/b/q.jpg": self.jpeg})

    def test_no_symbolic_link_is_followed(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "file").write_bytes(b"untouched")
        (self.there / "a").symlink_to(outside)
        (self.there / "p.jpg").symlink_to(outside / "file")
        (self.there / ".snapcron-1.part").symlink_to(outside / "file")
        worker = self.worker("folder", self.target())
        self.assertVerdict(worker.perform(self.picture, "a/p.jpg"), "refused", "symbolic link")
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "done")
        self.assertEqual(files(outside), {"file": b"untouched"})
        self.assertFalse((self.there / "p.jpg").is_symlink())
        self.assertEqual((self.there / "p.jpg").read_bytes(), self.jpeg)

    def test_a_folder_that_is_not_there(self):
        self.there.rmdir()
        worker = self.worker("folder", self.target())
        self.assertVerdict(worker.perform(self.picture), "down", "no folder", "mount it")
        self.there.mkdir()
        self.assertVerdict(worker.perform(self.picture), "done")

    @support.need_root
    @support.need("mount", "umount")
    def test_a_mount_point_is_empty_until_it_is_mounted_and_full_some_day(self):
        worker = self.worker("folder", self.target(mounted=True))
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "down", "nothing is mounted")
        self.assertEqual(files(self.there), {})
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(self.there)], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.there)])
        self.assertVerdict(worker.perform(self.picture, "p.jpg"), "done")
        self.assertVerdict(worker.perform(self.other(1_000_000), "big.jpg", id=2), "down", "no space left")
        self.assertEqual(files(self.there), {"p.jpg": self.jpeg})


class TheWorker(TestCase):
    def folder_worker(self):
        return self.worker("folder", {"folder": str(self.folder), "mounted": False})

    def test_what_must_not_be_sent_is_never_sent(self):
        server = self.enterContext(servers.Ftp())
        worker = self.worker("ftp", ftp(server.url))
        for name in ("a\r\nDELE x", "../p.jpg", "/p.jpg", "a//p.jpg", "a\u202ep.jpg", ""):
            with self.subTest(name):
                self.assertVerdict(worker.perform(self.picture, name), "never")
        self.assertVerdict(worker.perform(self.folder / "nothing.jpg"), "never", "cannot read")
        self.assertVerdict(worker.perform(self.folder), "never", "not a regular file")
        self.assertVerdict(worker.perform(self.picture, subject="a\nBcc: x@y"), "never", "control character")
        self.assertVerdict(worker.perform(self.picture, key="a\nX: y"), "never", "control character")
        self.assertEqual(server.commands, [])
        for kind, target in (("mail", mail(server.url, sender="a@b\r\nRCPT TO:<x@y>")), ("mail", mail(server.url, to=("x\ny",))),
                             ("http", web(server.url, headers=[["A", "b\r\nC: d"]])), ("http", web(server.url, headers=[["A b", "c"]]))):
            self.assertVerdict(self.worker(kind, target).perform(self.picture), "refused")
        self.assertVerdict(self.worker("ftp", ftp(server.url), username="a\nDELE x").perform(self.picture), "refused")
        self.assertEqual(server.commands, [])

    def test_what_is_no_message_ends_it(self):
        for said in (b"\n", b"{}\n", b"{", b"x" * 300_000, b"\xff\x00\n"):
            with self.subTest(said[:5]):
                done = subprocess.run([support.SNAPCRON, "deliver"], input=said, capture_output=True, env=support.env_for_child())
                self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
                self.assertIn(b"only `snapcron run` starts it", done.stderr)
        self.assertEqual(subprocess.run([support.SNAPCRON, "deliver"], input=b"", env=support.env_for_child()).returncode, 0)

    def test_it_leaves_no_core_and_no_secret_in_sight(self):
        worker = self.folder_worker()
        self.assertVerdict(worker.perform(self.picture, "q.jpg"), "done")
        process = pathlib.Path("/proc", str(worker.process.pid))
        self.assertRegex((process / "limits").read_text(), r"Max core file size +0 +0 ")
        self.assertEqual((process / "comm").read_text().strip(), "snapcron-upload")
        self.assertNotIn(PASSWORD.encode(), (process / "cmdline").read_bytes() + (process / "environ").read_bytes())

    def test_it_dies_with_who_started_it(self):
        program = ("import subprocess, sys, time; p = subprocess.Popen([sys.argv[1], 'deliver'], stdin=subprocess.PIPE);"
                   "print(p.pid, flush=True); time.sleep(60)")
        parent = subprocess.Popen(["python3", "-c", program, support.SNAPCRON], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        pid = int(parent.stdout.readline())
        comm = pathlib.Path("/proc", str(pid), "comm")
        support.wait_until("the worker", lambda: comm.read_text().strip() == "snapcron-upload")
        parent.kill()
        parent.wait()
        parent.stdout.close()

        def is_gone():
            with contextlib.suppress(OSError):
                return "State:\tZ" in pathlib.Path("/proc", str(pid), "status").read_text()
            return True
        support.wait_until("its end", is_gone)


if __name__ == "__main__":
    support.main()
