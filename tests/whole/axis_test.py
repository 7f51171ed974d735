"""CRON scripts of AXIS camera servers: `axis_script` runs them as they are, `snapcron import-axis` prints them as rules,
and both do the same."""

import json
import re
import socket
import subprocess
import threading
import unittest

import support

# Whatever the manuals print, and what they only tell of.
PRINTED = support.ROOT / "tests/fuzz/corpus/axis"

SITE = """\
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: door, line: 1}
  2: {name: window, line: 2}
  3: {name: gate, line: 3}
  4: {name: tamper, line: 4}
  5: {name: button, line: 5}
relays: {1: {name: strike, line: 8}}
cameras:
  hall: {test_pattern: {width: 64, height: 48}, buffer: {seconds: 60s}}
  yard: {test_pattern: {width: 64, height: 48}}
  gate: {test_pattern: {width: 64, height: 48}, buffer: {seconds: 10m}}
storage: {directory: pictures}
control_socket: sock
destinations:
  ftp.example.net: {url: "ftps://ftp.example.net", username: cam, password_file: pw}
  1.2.3.4: {url: "ftps://1.2.3.4", username: cam, password_file: pw}
  mail.example.net: {url: "smtps://mail.example.net", from: a@example.net, to: b@example.net}
"""
SCRIPT = 'axis_script: {file: unit.cron, ptz: "http://10.0.0.5/axis-cgi/com/ptz.cgi", username: root, password_file: pw, reboot: true}\n'

# Two days in which everything happens that a trigger can wait for.
TRACE = """\
2026-03-01T09:58:00+01:00 input door low
2026-03-01T10:00:00+01:00 input door high
2026-03-01T10:00:10+01:00 input window high
2026-03-01T10:01:00+01:00 input door low
2026-03-01T10:01:30+01:00 input door high
2026-03-01T10:02:00+01:00 input button high
2026-03-01T10:03:00+01:00 input button low
2026-03-01T10:04:00+01:00 input window low
2026-03-01T10:05:00+01:00 input tamper high
2026-03-01T12:00:00+01:00 restart
2026-03-02T09:00:00+01:00 input window high
2026-03-02T09:00:01+01:00 input door low
2026-03-02T09:00:02+01:00 input door high
2026-03-02T23:59:00+01:00 input door low
2026-03-04T14:04:00+01:00 input door low
"""


class Scripts(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.write("pw", "secret\n", 0o600)

    def configure(self, script, entry="axis_script: unit.cron\n", site=SITE):
        self.site.write("unit.cron", script)
        self.site.write_config(site + entry)
        return self.site.config

    def simulate(self, config, trace, *more):
        path = self.site.write("t.trace", trace)
        return subprocess.run([support.SNAPCRON, "simulate", config, "--trace", path, *more], capture_output=True, text=True, timeout=120)

    def fired(self, trigger, trace):
        """The times at which an entry fires, as HH:MM:SS."""
        done = self.simulate(self.configure(f"{trigger}\nlog x;\n%\n"), trace, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line["time"][11:19] for line in map(json.loads, done.stdout.splitlines()) if line["kind"] == "trigger"]

    def test_a_script_and_what_is_imported_of_it_do_the_same_whatever_the_manuals_print(self):
        scripts = sorted(path for path in PRINTED.iterdir() if path.name != "broken")
        self.assertGreaterEqual(len(scripts), 15)
        for path in scripts:
            with self.subTest(path.name):
                script = self.configure(path.read_text(), SCRIPT)
                imported = self.assertExit(self.site.snapcron("import-axis", self.site.folder / "unit.cron", "-c", script), 0)
                rules = self.site.write("rules.d/imported.yaml", imported.stdout)
                self.assertExit(self.site.snapcron("check", rules, "-c", script, config=False), 0)
                by_rules = self.site.write("by-rules.yaml", SITE + "include: rules.d/imported.yaml\n")

                ran = self.simulate(script, TRACE)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertEqual(self.simulate(by_rules, TRACE).stdout, ran.stdout)
                self.assertNotEqual(ran.stdout, "")
                for comment in re.findall(r"(?m)^#(.*)$", path.read_text()):
                    self.assertIn("#" + comment, imported.stdout)

    def test_an_edge_fires_at_once_and_a_time_beside_it_is_a_condition(self):
        trace = "2026-03-02T07:30:00+01:00 input 1 high\n2026-03-02T08:00:00+01:00 input 1 low\n2026-03-02T08:30:05+01:00 input 1 high\n"
        self.assertEqual(self.fired("* * * * * /I1:", trace), ["07:30:00", "08:30:05"])
        self.assertEqual(self.fired("* 8-17 * * * /I1:", trace), ["08:30:05"])

    def test_a_level_fires_once_each_time_that_it_comes_to_hold_within_the_time(self):
        trace = ("2026-03-02T07:30:00+01:00 input 1 high\n2026-03-02T08:10:00+01:00 input 1 low\n2026-03-02T08:10:20+01:00 input 1 high\n"
                 "2026-03-02T17:59:50+01:00 input 1 low\n2026-03-02T18:00:10+01:00 input 1 high\n")
        self.assertEqual(self.fired("* 8-17 * * * 1I1:", trace), ["08:00:00", "08:10:20"])
        self.assertEqual(self.fired("* * * * * 1I1:", trace), ["07:30:00", "08:10:20", "18:00:10"])
        self.assertEqual(self.fired("* * * * * 0I1:", trace), ["08:10:00", "17:59:50"])

    def test_two_levels_and_two_edges(self):
        trace = ("2026-03-02T08:00:00+01:00 input 1 high\n2026-03-02T08:00:00.150+01:00 input 2 high\n2026-03-02T08:01:00+01:00 input 1 low\n"
                 "2026-03-02T08:02:00+01:00 input 1 high\n")
        self.assertEqual(self.fired("* * * * * 1I1&1I2:", trace), ["08:00:00", "08:02:00"])
        self.assertEqual(self.fired("* * * * * /I1&/I2:", trace), ["08:00:00"])
        self.assertEqual(self.fired("* * * * * /I1&1I2:", trace), ["08:02:00"])

    def test_a_day_and_a_weekday_are_asked_for_together(self):
        at_noon = self.simulate(self.configure("0 12 13 * 5 :\nlog x;\n%\n"), "2026-01-01T00:00:00+01:00 camera hall online\n",
                                "--until", "2026-12-31T00:00:00+01:00", "--json")
        self.assertEqual([line["time"][:10] for line in map(json.loads, at_noon.stdout.splitlines()) if line["kind"] == "trigger"],
                         ["2026-02-13", "2026-03-13", "2026-11-13"])

    def test_check_tells_the_mistakes_of_a_script_where_they_stand(self):
        config = self.configure("* * * * * /I1:\nsnapshto -src fullsize.jpg;\n%\n")
        done = self.assertExit(self.site.snapcron("check"), 1)
        script = config.parent / "unit.cron"
        self.assertEqual(done.stderr, f"{script}:2:1: error: there is no command 'snapshto' (did you mean 'snapshot'?)\n"
                                      "    snapshto -src fullsize.jpg;\n    ^\n")
        self.assertEqual(done.stdout, "")

    def test_check_counts_its_rules(self):
        self.configure((PRINTED / "pre-and-post-alarm").read_text())
        self.assertIn("ok (2 rules)", self.assertExit(self.site.snapcron("check"), 0).stdout)

    def test_import_needs_no_configuration_and_says_what_was_not_checked(self):
        done = self.assertExit(self.site.snapcron("import-axis", PRINTED / "low-and-rising", config=False), 0)
        self.assertEqual(done.stdout, "rules:\n  - name: axis-1\n    triggers: {input: 2, edge: rising}\n    conditions: {input: 1, is: low}\n"
                                      "    actions:\n      - {snapshot: 1, width: 352, height: 288}\n")
        self.assertIn("were not checked", done.stderr)

    def test_import_refuses_a_script_with_mistakes(self):
        done = self.assertExit(self.site.snapcron("import-axis", PRINTED / "broken", config=False), 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(re.findall(r"broken:\d+:\d+: error: ", done.stderr)), 5, done.stderr)
        self.assertIn("/nonexistent", self.assertExit(self.site.snapcron("import-axis", "/nonexistent", config=False), 1).stderr)
        self.assertExit(self.site.snapcron("import-axis", config=False), 2)


class Alerts:
    """A port that takes texts."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.texts = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                text = b""
                while data := peer.recv(4096):
                    text += data
                self.texts.append(text)

    def close(self):
        self.socket.close()


class Live(support.TestCase):
    def setUp(self):
        super().setUp()
        self.alerts = Alerts()
        self.addCleanup(self.alerts.close)
        self.site.write_config(re.sub(r"(?ms)^destinations:.*", "", SITE) + "axis_script: unit.cron\n")

    def test_a_contact_takes_a_picture_switches_the_relay_and_sends_its_alert(self):
        site = self.site
        site.write("unit.cron", f"* * * * * /I1:\nsnapshot -src fullsize.jpg -relay on;\nalert -host 127.0.0.1 -port {self.alerts.port} "
                                '-message "\\0x02door \\"1\\"\\0x03";\n%\n')
        site.start()
        site.ok("input", "1", "high")
        site.wait_pictures(1)
        support.wait_until("the alert", lambda: self.alerts.texts == [b'\x02door "1"\x03'])
        self.assertEqual(site.relay(1), "on")
        self.assertTrue((site.folder / "pictures/hall/lastshot.jpg").is_symlink())

    def test_an_alert_sends_any_byte(self):
        self.site.write("unit.cron", f"* * * * * /I1:\nalert -host 127.0.0.1 -port {self.alerts.port} -message "
                                     '"\\0x00\\0x04\\0x80\\0x9f\\0xFF{x} d\u00f6rr";\n%\n')
        self.site.start()
        self.site.ok("input", "1", "high")
        support.wait_until("the alert", lambda: self.alerts.texts == [b"\x00\x04\x80\x9f\xff{x} d\xf6rr"])

    def test_images_of_one_camera_are_a_size_each(self):
        site = self.site
        site.replace("hall: {test_pattern: {width: 64, height: 48}", "hall: {test_pattern: {width: 1280, height: 720}")
        site.write("unit.cron", "* * * * * BOOT:\nbuffer_init 1,1,3;\nbuffer_start -src halfsize.jpg -interval s1 -duration inf;\n%\n"
                                "* * * * * /I1:\nsnapshot -src halfsize.jpg;\nsnapshot -src fullsize.jpg;\nsnapshot -src hugesize.jpg;\n"
                                "snapshot;\n%\n* * * * * /I2:\nbuffer_stop -src halfsize.jpg;\n%\n")
        site.start()
        sizes = lambda: sorted(support.decodes(site.pictures / name) for name in site.files() if name.endswith(".jpg"))
        site.ok("input", "1", "high")
        site.wait_pictures(4)
        self.assertEqual(sizes(), [(160, 90), (320, 180), (640, 360), (1280, 720)])
        site.ok("input", "2", "high")
        site.wait_pictures(5)
        support.wait_until("the buffer to be stored", lambda: site.rule("axis-3")["runs"] == 1)
        self.assertEqual(set(sizes()[:-3]), {(160, 90)}, "those from before the edge")

    def test_a_broken_script_is_refused_at_reload_and_the_old_one_stays(self):
        site = self.site
        site.write("unit.cron", "* * * * * /I1:\nsnapshot;\n%\n")
        site.start()
        site.write("unit.cron", "* * * * * /I1:\nsnapshto;\n%\n")
        refused = self.assertExit(site.snapcron("reload"), 1)
        self.assertIn("unit.cron:2:1", refused.stderr)
        site.ok("input", "1", "high")
        site.wait_pictures(1)

    def test_a_script_is_put_in_place_by_http_and_one_with_a_mistake_is_not(self):
        self.site.write("unit.cron", "* * * * * /I1 :\nlog \"the first\";\n%\n")
        self.site.write_config(self.site.config.read_text() + 'http: {listen: "127.0.0.1:@PORT@"}\n')
        self.site.start()
        post = lambda text: self.site.http("POST", "/api/v1/axis-script", {"Content-Type": "application/json"}, json.dumps({"script": text}))
        self.assertEqual(post("%").status, 409)
        self.site.replace("axis_script: unit.cron", "axis_script: {file: unit.cron, upload: true}")
        self.site.ok("reload")

        refused = post("* * * * * /I1 :\nlgo \"the second\";\n%\n")
        self.assertEqual((refused.status, refused.json()["detail"].splitlines()[0].split("/")[-1][:14]), (422, "unit.cron:2:1:"))
        self.assertIn("the first", self.site.get("/api/v1/axis-script").text)

        second = "* * * * * /I1 :\nlog \"the second\";\n%\n"
        self.assertEqual(post(second).status, 200)
        self.assertEqual(self.site.get("/api/v1/axis-script").text, second)
        self.site.ok("input", "1", "pulse", "20ms")
        self.site.daemon.wait_log("the second")
        self.assertNotIn("the first", self.site.daemon.log())

    def test_reset_soft_reads_the_script_again(self):
        site = self.site
        site.write("unit.cron", "* * * * * /I1:\nreset -soft;\n%\n")
        site.start(env={"PATH": f"{support.BIN}:/usr/bin:/bin"})
        site.write("unit.cron", "* * * * * /I2:\nsnapshot;\n%\n")
        site.ok("input", "1", "high")
        site.daemon.wait_log("reload")
        site.ok("input", "2", "high")
        site.wait_pictures(1)



class Conformance(unittest.TestCase):
    def test_the_table_names_tests_that_are_there(self):
        named = re.findall(r"`([A-Z]\w+\.\w+|test_\w+)`", (support.ROOT / "docs/axis-conformance.md").read_text())
        tests = "".join(path.read_text() for path in (support.ROOT / "tests").rglob("*_test.*"))
        self.assertGreater(len(named), 40)
        for name in named:
            suite, _, case = name.rpartition(".")
            self.assertRegex(tests, rf"TEST(_F)?\(\s*{suite},\s*{case}\)" if suite else rf"def {case}\(", name)


if __name__ == "__main__":
    support.main()
