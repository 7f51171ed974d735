"""From a rule to the far end: what was taken is recorded, and what is recorded is delivered, whatever fails meanwhile."""

import contextlib
import email
import email.policy
import hashlib
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import unittest

import servers
import support
from servers import PASSWORD, USER, files
from support import wait_until

need_mail = unittest.skipUnless(importlib.util.find_spec("aiosmtpd"), "missing: python3-aiosmtpd")

SITE = """\
version: 1
timezone: UTC
gpio: {chip: sim}
inputs:
  1: {name: gate, line: 0}
cameras:
  gate: {test_pattern: {width: 320, height: 240}}
storage: {directory: pictures}
http: {listen: "127.0.0.1:@PORT@"}
control_socket: sock
destinations:
@DESTINATIONS@
rules:
  - name: opened
    triggers: {input: gate, edge: rising}
    mode: queued
    actions: [@ACTIONS@]
"""


class TestCase(support.TestCase):
    def site_with(self, destinations, actions, storage=None, socket="sock"):
        """`destinations`: name -> its words in YAML's flow style."""
        lines = "\n".join(f"  {name}: {words}" for name, words in destinations.items())
        self.site.write("secret", PASSWORD + "\n", 0o600)
        text = SITE.replace("@DESTINATIONS@", lines).replace("@ACTIONS@", actions)
        text = text.replace("control_socket: sock", f"control_socket: {socket}")
        if storage:
            text = text.replace("{directory: pictures}", storage)
        self.site.write_config(text)
        self.site.start()

    def enterContext(self, context):  # unittest's own is new in Python 3.11
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def open_gate(self):
        self.site.ok("input", "gate", "pulse", "20ms")

    def picture(self):
        """The only one that was taken: its name and its bytes."""
        name, = self.site.wait_pictures(1)
        return name, (self.site.pictures / name).read_bytes()

    def outbox(self, *args):
        return [json.loads(line) for line in self.site.ok("outbox", "--json", *args).splitlines()]

    def wait_delivered(self, count):
        wait_until(f"{count} deliveries", lambda: self.site.status()["deliveries"]["delivered"] == count)

    def folder(self, name):
        path = self.site.folder / name
        path.mkdir()
        return path


class APictureOfARule(TestCase):
    @need_mail
    @support.need("vsftpd", "sshd", "nginx")
    @support.need_root
    def test_is_brought_to_every_kind_of_destination(self):
        ftp, ftps = self.enterContext(servers.Vsftpd()), self.enterContext(servers.Vsftpd(tls="implicit"))
        sftp, dav = self.enterContext(servers.Sshd()), self.enterContext(servers.NginxDav())
        s3, mail = self.enterContext(servers.S3()), self.enterContext(servers.Mail(tls=False))
        form = self.enterContext(servers.Web(lambda handler, body: (200, {}, b"")))
        here = self.folder("stick")
        login = f"username: {USER}, password_file: secret"
        self.site_with({
            "ftp": f'{{url: "{ftp.url}/in", {login}}}',
            "ftps": f'{{url: "{ftps.url}", verify_tls: false, {login}}}',
            "sftp": f'{{url: "{sftp.url}/~/in", username: {USER}, key_file: {sftp.key}, host_key: "{sftp.host_key}"}}',
            "dav": f'{{url: "{dav.url}/in"}}',
            "form": f'{{url: "{form.url}/upload", method: POST, field: photo}}',
            "s3": f'{{s3: "{s3.url}/bucket/gate", region: {s3.region}, {login}}}',
            "guard": f'{{url: "{mail.url}", starttls: false, from: gate@example.net, to: guard@example.net}}',
            "stick": "{folder: stick}",
        }, "{snapshot: gate, to: [ftp, ftps, sftp, dav, form, s3, guard, stick]}")
        sftp.inner("home/in", servers.ID)

        self.open_gate()
        self.wait_delivered(8)

        name, jpeg = self.picture()
        self.assertEqual(files(ftp.home), {f"in/{name}": jpeg})
        self.assertEqual(files(ftps.home), {name: jpeg})
        self.assertEqual(files(sftp.home), {f"in/{name}": jpeg})
        self.assertEqual(files(dav.home), {f"in/{name}": jpeg})
        self.assertEqual(s3.objects, {f"/bucket/gate/{name}": jpeg})
        self.assertEqual(files(here), {name: jpeg})
        self.assertIn(jpeg, form.requests[0][3])
        message = email.message_from_bytes(mail.mails[0].content, policy=email.policy.default)
        self.assertEqual(next(message.iter_attachments()).get_content(), jpeg)
        self.assertEqual(self.outbox(), [])

    def test_waits_while_the_destination_is_away_and_over_kill_9(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        self.open_gate()
        waiting, = wait_until("a first attempt", lambda: [d for d in self.outbox() if d["attempts"]])
        self.assertIn("make it, or mount it", waiting["error"])
        self.site.daemon.kill()
        here = self.folder("stick")

        self.site.start()

        self.wait_delivered(1)
        self.assertEqual(files(here), dict([self.picture()]))

    def test_comes_in_the_order_in_which_it_was_taken(self):
        seen = []
        def keep(handler, body):
            if handler.command == "PUT":  # and not the look whether all of it is there
                seen.append(handler.path)
            return 201, {}, b""
        web = self.enterContext(servers.Web(keep))
        self.site_with({"web": f'{{url: "{web.url}", filename: "{{number}}.jpg"}}'}, "{snapshot: gate, count: 5, interval: 1ms, to: web}")

        self.open_gate()
        self.open_gate()
        self.wait_delivered(10)

        self.assertEqual(seen, [f"/{n}.jpg" for n in range(1, 11)])

    def test_has_numbers_that_go_on_after_a_restart_and_begin_anew_after_wrap(self):
        here = self.folder("stick")
        self.site_with({"stick": '{folder: stick, filename: "image{number}.jpg", wrap: 3}'}, "{snapshot: gate, to: stick}")
        self.open_gate()
        self.wait_delivered(1)
        self.site.stop()
        self.site.start()
        for count in (2, 3, 4):
            self.open_gate()
            self.wait_delivered(count)

        self.assertEqual(sorted(files(here)), ["image1.jpg", "image2.jpg", "image3.jpg"])

    def test_goes_to_the_fallback_when_the_destination_never_takes_it(self):
        web = self.enterContext(servers.Web(lambda handler, body: (413, {}, b"too large")))
        here = self.folder("stick")
        self.site_with({"web": f'{{url: "{web.url}", fallback: stick}}', "stick": "{folder: stick}"}, "{snapshot: gate, to: web}")

        self.open_gate()

        self.wait_delivered(1)
        self.assertEqual(files(here), dict([self.picture()]))
        self.assertEqual([(d["destination"], d["state"]) for d in self.outbox()], [("web", "failed")])
        self.assertEqual(self.site.status()["deliveries"]["failed"], 1)

    def test_is_set_aside_until_a_person_decides(self):
        answer = [413]
        web = self.enterContext(servers.Web(lambda handler, body: (answer[0], {}, b"")))
        self.site_with({"web": f'{{url: "{web.url}"}}'}, "{snapshot: gate, to: web}")
        self.open_gate()
        one, = wait_until("it to be set aside", lambda: [d for d in self.outbox() if d["state"] == "failed"])
        self.assertIn("set aside", self.site.ok("outbox"))

        answer[0] = 201
        self.assertIn("1 ", self.site.ok("outbox", "retry", one["id"]))

        self.wait_delivered(1)
        self.assertEqual(self.outbox(), [])
        self.assertExit(self.site.snapcron("outbox", "drop", one["id"]), 1)
        self.assertExit(self.site.snapcron("outbox", "drop"), 2)

    def test_that_the_disk_has_damaged_is_not_sent_and_kept_as_it_is(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        self.open_gate()
        name, jpeg = self.picture()
        damaged = bytearray(jpeg)
        damaged[len(jpeg) // 2] ^= 4
        (self.site.pictures / name).write_bytes(damaged)

        here = self.folder("stick")
        self.site.ok("outbox", "retry", "--all")
        self.site.daemon.wait_log("given up: .*the picture is damaged: its SHA-256")

        self.assertEqual(files(here), {})
        wait_until("it is set aside", lambda: self.outbox()[0]["state"] == "failed")
        self.assertEqual((self.site.pictures / name).read_bytes(), damaged)

    def test_is_delivered_though_the_journal_is_damaged_or_gone(self):
        def cut(file, to):
            os.truncate(file, to)

        def overwrite(file, at, size):
            with open(file, "r+b") as out:
                out.seek(at)
                out.write(os.urandom(size))

        damages = {
            "its head": lambda db: overwrite(db, 0, 100),
            "a page in the middle": lambda db: overwrite(db, 4096, 1024),
            "all but its head": lambda db: overwrite(db, 1024, os.path.getsize(db) - 1024),
            "its second half": lambda db: cut(db, os.path.getsize(db) // 2),
            "all": lambda db: cut(db, 0),
            "the file": os.unlink,
        }
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        here = self.site.folder / "stick"
        for what, damage in damages.items():
            with self.subTest(damaged=what):
                for _ in range(8):
                    self.open_gate()
                self.site.wait_pictures(8)
                self.site.stop()  # which brings the WAL into the file
                damage(self.site.pictures / ".snapcron" / "pictures.db")
                here.mkdir()
                self.site.start()
                self.site.daemon.wait_log("is delivered to stick")
                wait_until("nothing waits", lambda: self.outbox() == [])
                self.assertEqual(files(here), {name: (self.site.pictures / name).read_bytes() for name in self.site.files()})
                shutil.rmtree(here)
                shutil.rmtree(self.site.pictures / "gate")

    def test_is_counted_once_whatever_a_person_does_in_the_moment_in_which_it_is_delivered(self):
        here = self.folder("stick")
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        for count, word in enumerate(("retry", "drop", "retry"), 1):
            self.open_gate()
            wait_until("the picture on the stick", lambda: len(files(here)) == count, every=0.001)
            self.site.ok("outbox", word, "--all")
            wait_until("nothing to be queued", lambda: self.site.status()["deliveries"]["queued"] == 0)
        self.wait_delivered(3)
        self.assertEqual(self.outbox(), [])

    def test_is_not_delivered_any_more_when_it_was_dropped(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        self.open_gate()
        wait_until("it to wait", self.outbox)

        self.site.ok("outbox", "drop", "--all", "--destination", "stick")
        here = self.folder("stick")
        self.site.ok("outbox", "retry", "--all")

        self.assertEqual(self.outbox(), [])
        self.assertEqual(self.site.status()["deliveries"]["queued"], 0)
        self.picture()
        self.assertEqual(files(here), {})

    def test_waits_for_a_destination_that_is_gone_from_the_configuration(self):
        self.site_with({"stick": "{folder: stick}", "other": "{folder: other}"}, "{snapshot: gate, to: stick}")
        self.open_gate()
        wait_until("it to wait", self.outbox)
        whole = self.site.config.read_text()
        self.site.config.write_text(whole.replace("  stick: {folder: stick}\n", "").replace("to: stick", "to: other"))
        self.site.ok("reload")
        self.assertIn("not configured", self.site.daemon.log())
        here = self.folder("stick")

        self.site.config.write_text(whole)
        self.site.ok("reload")

        self.wait_delivered(1)
        self.assertEqual(files(here), dict([self.picture()]))

    def test_holds_up_no_other_destination_and_no_input_when_its_own_hangs(self):
        stop = threading.Event()
        self.addCleanup(stop.set)
        web = self.enterContext(servers.Web(lambda handler, body: stop.wait(60) and None))
        here = self.folder("stick")
        self.site_with({"web": f'{{url: "{web.url}", stall_timeout: 30s}}', "stick": "{folder: stick}"}, "{snapshot: gate, to: [web, stick]}")

        for count in range(1, 4):
            self.open_gate()
            wait_until("the picture on the stick", lambda: len(files(here)) == count)

        self.assertEqual(self.site.input_status(1)["pulses"], 3)
        self.assertEqual(self.site.stop(), 0)

    def test_a_secret_is_in_no_log_and_no_process_list(self):
        web = self.enterContext(servers.Web(lambda handler, body: (401, {}, b"")))
        self.site_with({"web": f'{{url: "{web.url}/hidden-path", username: {USER}, password_file: secret}}'}, "{snapshot: gate, to: web}")
        self.open_gate()
        wait_until("an attempt", lambda: web.requests)
        listing = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout

        self.assertNotIn(PASSWORD, listing)
        self.site.daemon.wait_log("not delivered to web")
        for text in (self.site.daemon.log(), self.site.ok("outbox"), self.site.ok("log"), json.dumps(self.site.status())):
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn("hidden-path", text)


@support.need_root
class Faults(TestCase):
    def mount_disk(self):
        done = subprocess.run(["mount", "-o", "loop", str(self.site.folder / "disk"), str(self.site.pictures)], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a disk: {done.stderr.strip()}")

    def unmount_disk(self):
        subprocess.run(["umount", "-l", str(self.site.pictures)], capture_output=True)

    def test_a_disk_that_fails_holds_up_no_delivery_and_repeats_none(self):
        with open(self.site.folder / "disk", "wb") as disk:
            disk.truncate(32_000_000)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", disk.name], check=True)
        self.folder("pictures")
        self.addCleanup(self.unmount_disk)
        self.mount_disk()
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}")
        for _ in range(3):
            self.assertExit(self.site.snapshot("--quiet", "--to", "stick"), 0)
        # As after an error of the card: read-only, whatever is open.
        subprocess.run(["mount", "-o", "remount,abort", str(self.site.pictures)], check=True)
        here = self.folder("stick")
        self.site.snapcron("outbox", "retry", "--all")
        wait_until("three pictures", lambda: len(files(here)) == 3)

        self.assertRegex(self.assertExit(self.site.snapshot("--to", "stick"), 1).stderr, "read-only")

        self.assertEqual(self.site.daemon.log().count("is delivered"), 3, "each once, though the journal cannot be told")
        self.site.stop()
        self.unmount_disk()
        self.mount_disk()
        self.site.start()
        self.assertExit(self.site.snapshot("--quiet", "--to", "stick"), 0)
        wait_until("all four", lambda: self.site.status()["deliveries"]["queued"] == 0)
        self.assertEqual(files(here), {name: (self.site.pictures / name).read_bytes() for name in self.site.files() if name.endswith(".jpg")})
        self.assertEqual(len(files(here)), 4)

    def test_a_name_server_that_never_answers_holds_up_nothing_else(self):
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.77", 53))
        resolv = self.site.write("resolv.conf", "nameserver 127.0.0.77\n")
        here = self.folder("stick")
        script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(resolv)]
        self.site_with({"far": '{url: "ftp://camera.example.com/", connect_timeout: 1s}', "stick": "{folder: stick}"},
                       "{snapshot: gate, to: [far, stick]}")
        self.site.stop()
        self.site.start(prefix=prefix)

        self.open_gate()

        wait_until("the picture on the stick", lambda: len(files(here)) == 1)
        wait_until("the failure", lambda: self.outbox()[0]["attempts"])
        entry, = self.outbox()
        self.assertRegex(entry["error"], "(?i)name")
        self.assertEqual(entry["destination"], "far")
        self.open_gate()
        wait_until("the next one", lambda: len(files(here)) == 2)
        begun = time.monotonic()
        self.assertEqual(self.site.stop(), 0)
        self.assertLess(time.monotonic() - begun, 5)


class MailAndAlert(TestCase):
    @need_mail
    def test_a_mail_has_the_runs_picture_or_none(self):
        mail = self.enterContext(servers.Mail(tls=False))
        self.site_with({"guard": f'{{url: "{mail.url}", starttls: false, from: gate@example.net, to: [guard@example.net, b@example.net]}}'},
                       '{mail: guard, subject: "Gate {edge}", text: "first"}, {snapshot: gate}, {mail: guard, text: "second"}, '
                       '{mail: guard, text: "third", picture: false}')

        self.open_gate()
        self.wait_delivered(3)

        messages = [email.message_from_bytes(m.content, policy=email.policy.default) for m in mail.mails]
        self.assertEqual(mail.mails[0].rcpt_tos, ["guard@example.net", "b@example.net"])
        self.assertEqual(messages[0]["Subject"], "Gate rising")
        self.assertEqual([m.get_body().get_content().strip() for m in messages], ["first", "second", "third"])
        self.assertEqual([[a.get_content() for a in m.iter_attachments()] for m in messages], [[], [self.picture()[1]], []])
        self.assertEqual(len({m["Message-ID"] for m in messages}), 3)

    def test_an_alert_is_a_text_to_a_port(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.site_with({"stick": "{folder: stick}"}, f'{{alert: "127.0.0.1:{server.getsockname()[1]}", text: "{{input}} is {{edge}}\\n"}}')
            self.open_gate()
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"hello, who is there?\r\n")  # nobody reads it, and nothing is lost by that
                self.assertEqual(connection.makefile("rb").read(), b"gate is rising\n")
        self.site.daemon.wait_log("ended ok")

    def test_an_alert_fails_when_nobody_takes_it(self):
        self.site_with({"stick": "{folder: stick}"}, f'{{alert: "127.0.0.1:{support.free_port()}", text: "gate", timeout: 2s}}')

        self.open_gate()

        self.site.daemon.wait_log("alert .* failed: .*refused")


class ByHand(TestCase):
    def test_snapshot_to_a_destination_through_the_daemon(self):
        here = self.folder("stick")
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}")

        path = self.assertExit(self.site.snapshot("--to", "stick"), 0).stdout.strip()

        self.wait_delivered(1)
        self.assertEqual(list(files(here).values()), [pathlib.Path(path).read_bytes()])
        self.assertIn("there is no destination 'nas' (there is: stick)", self.assertExit(self.site.snapshot("--to", "nas"), 1).stderr)
        self.assertExit(self.site.snapshot("--to", "stick", "-o", "-"), 2)

    def test_snapshot_to_a_destination_without_a_daemon_waits_where_the_daemon_finds_it(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}")
        self.site.stop()

        failed = self.assertExit(self.site.snapshot("--quiet", "--to", "stick"), 1)
        self.assertIn("waits in the outbox", failed.stderr)
        here = self.folder("stick")
        self.assertExit(self.site.snapshot("--quiet", "--to", "stick"), 0)

        self.assertEqual(sorted(files(here)), self.site.files())
        self.site.start()
        self.assertEqual(self.outbox(), [])
        self.assertEqual(self.site.status()["deliveries"]["delivered"], 2)

    def test_directly_beside_a_running_daemon(self):
        here = self.folder("stick")
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}")

        self.assertExit(self.site.snapshot("--direct", "--to", "stick"), 0)

        self.assertEqual(sorted(files(here)), self.site.files())

    def test_doctor_really_delivers_a_test_picture(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}")
        self.assertIn("make it, or mount it", self.assertExit(self.site.snapcron("doctor", "--destination", "stick"), 1).stdout)
        here = self.folder("stick")

        self.assertIn("delivered as snapcron-test.jpg", self.site.ok("doctor", "--destination", "stick"))

        self.assertEqual(list(files(here)), ["snapcron-test.jpg"])
        self.assertExit(self.site.snapcron("doctor", "--destination", "nas"), 1)


class AMontage(TestCase):
    @support.need("ffmpeg", "ffprobe")
    def test_is_a_sheet_an_animation_or_a_clip_of_an_events_pictures(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, count: 5, interval: 300ms}")
        self.open_gate()
        self.site.wait_pictures(5)
        event = json.loads(self.site.http("GET", "/api/v1/snapshots?limit=1").body)["snapshots"][0]["event"]
        self.open_gate()
        self.site.wait_pictures(10)
        sizes = {}
        for kind in ("jpg", "gif", "mp4"):
            output = self.site.folder / f"out.{kind}"
            self.assertIn("5 pictures", self.site.ok("montage", event, "-o", output))
            probe = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-of", "json", "-show_entries",
                                    "stream=width,height,nb_read_frames", str(output)], capture_output=True, text=True, check=True)
            sizes[kind] = json.loads(probe.stdout)["streams"][0]
        self.assertGreater(sizes["jpg"]["width"], 3 * 320)
        self.assertGreaterEqual(int(sizes["gif"]["nb_read_frames"]), 5)
        self.assertGreaterEqual(int(sizes["mp4"]["nb_read_frames"]), 20, "the last picture is there for two seconds")
        self.assertExit(self.site.snapcron("montage", "nobody-1", "-o", self.site.folder / "x.gif"), 1)
        self.assertExit(self.site.snapcron("montage", event, "-o", self.site.folder / "x.doc"), 2)


class Retention(TestCase):
    """Pictures are some 9 KB each."""

    def take(self, count):
        for _ in range(count):
            self.assertExit(self.site.snapshot("--quiet", "--to", "stick"), 0)

    def by_age(self):
        """Pictures of the daemon's."""
        return sorted((f for f in self.site.files() if f != "ballast" and "holiday" not in f), key=lambda f: (self.site.pictures / f).stat().st_mtime_ns)

    def restart(self):
        self.site.stop()
        self.site.start()

    def test_deletes_the_oldest_beyond_the_size_and_nothing_that_is_not_ours(self):
        self.folder("stick")
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}", "{directory: pictures, retention: {size: 30KB}}")
        self.take(6)
        foreign = self.site.write("pictures/gate/holiday.jpg", "not ours" * 10000)
        self.wait_delivered(6)
        before = self.by_age()

        self.restart()

        self.site.daemon.wait_log("retention: . pictures deleted")
        self.assertTrue(foreign.exists())
        left = self.by_age()
        self.assertEqual(left, before[-len(left):])
        self.assertLessEqual(sum((self.site.pictures / f).stat().st_size for f in left), 30000)

    def test_never_deletes_what_waits_to_be_delivered_unless_told_so(self):
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}", "{directory: pictures, retention: {size: 10KB}}")
        self.take(4)
        self.restart()
        self.site.ok("outbox")  # the first look at the limits has been
        self.assertEqual(len(self.site.files()), 4)

        self.site.replace("size: 10KB", "size: 10KB, delete_undelivered: true")
        self.restart()

        wait_until("fewer pictures", lambda: len(self.site.files()) < 4)

    def test_deletes_nothing_when_the_journal_is_gone(self):
        self.folder("stick")
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate}", "{directory: pictures, retention: {size: 10KB, age: 1m}}")
        self.site.stop()
        self.take(4)
        for file in (self.site.pictures / ".snapcron").glob("pictures.db*"):
            file.unlink()

        self.site.start()
        self.site.ok("outbox")

        self.assertEqual(len(self.site.files()), 4)

    @support.need_root
    def test_a_disk_that_takes_no_picture_does_not_keep_it_from_its_destination(self):
        def mount(place, *options):
            done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(place)], capture_output=True, text=True)
            if done.returncode != 0:
                self.skipTest(f"cannot mount a tmpfs: {done.stderr.strip()}")
            self.addCleanup(subprocess.run, ["umount", "-l", str(place)])

        place, run = self.folder("pictures"), self.folder("run")
        mount(place, "-o", "size=6m")
        mount(run)
        here = self.folder("stick")
        self.site_with({"stick": '{folder: stick, filename: "{event}.jpg"}'}, "{snapshot: gate, to: stick}", socket="run/sock")
        self.open_gate()
        self.wait_delivered(1)

        ballast = place / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        self.open_gate()
        wait_until("the second", lambda: len(files(here)) == 2)
        self.site.daemon.wait_log("no space left")
        wait_until("one that does not fit", lambda: self.open_gate() or "it is kept in memory until" in self.site.daemon.log())
        wait_until("nothing waits", lambda: self.outbox() == [])
        before = len(files(here))

        self.site.daemon.kill()
        here.rename(self.site.folder / "away")
        self.site.start()
        for _ in range(3):
            self.open_gate()
        wait_until("three wait", lambda: len(self.outbox()) == 3)
        self.site.daemon.kill()
        (self.site.folder / "away").rename(here)
        self.site.start()
        wait_until("the three", lambda: len(files(here)) == before + 3)
        ballast.unlink()
        self.open_gate()
        wait_until("one more", lambda: len(files(here)) == before + 4)
        wait_until("nothing waits", lambda: self.outbox() == [])
        for name in self.site.files():
            if name.endswith(".jpg"):
                self.assertIn((self.site.pictures / name).read_bytes(), files(here).values())

    @support.need_root
    def test_a_full_disk_makes_room_by_its_oldest_and_delivery_goes_on(self):
        place = self.folder("pictures")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(place)])
        here = self.folder("stick")
        ballast = place / "ballast"
        ballast.write_bytes(bytes(5_300_000))
        self.site_with({"stick": "{folder: stick}"}, "{snapshot: gate, to: stick}",
                       '{directory: pictures, filename: "{camera}/{event}.jpg", retention: {age: 300d}}')

        for count in range(1, 81):
            self.open_gate()
            wait_until(f"delivery {count}", lambda: len(files(here)) >= count or "failed" in self.site.daemon.log())
        self.wait_delivered(80)

        self.site.daemon.wait_log("the disk is full: .* of the oldest pictures deleted")
        self.assertNotIn("ended failed", self.site.daemon.log())
        for name in self.by_age():
            self.assertEqual((place / name).read_bytes(), (here / name).read_bytes())


if __name__ == "__main__":
    support.main()
