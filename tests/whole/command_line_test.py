"""Exit codes and texts of every command, as scripts rely on them."""

import json
import os
import re
import subprocess
import time
import unittest

import support
from support import wait_until

RFC3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"
ASKING = [["status"], ["status", "--json"], ["input", "1", "high"], ["relay", "1", "on"], ["trigger", "door-open"], ["reload"]]


class WithoutADaemon(support.TestCase):
    def test_commands_that_ask_the_daemon_exit_4_and_say_so_in_one_line(self):
        for command in ASKING:
            with self.subTest(command=command):
                done = self.assertExit(self.site.snapcron(*command), 4)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(str(self.site.socket), done.stderr)

    def test_a_socket_that_nobody_answers_is_no_daemon(self):
        daemon = self.site.start()
        daemon.kill()
        self.assertTrue(self.site.socket.exists(), "a killed daemon leaves its socket")

        self.assertExit(self.site.snapcron("status"), 4)

    def test_wrong_usage_is_exit_2_on_every_command(self):
        for command in [[], ["nonsense"], ["--nonsense"], ["run", "extra"], ["status", "--nonsense"], ["input"], ["input", "1"],
                        ["input", "1", "sideways"], ["input", "1", "high", "2s"], ["input", "1", "pulse", "2"], ["relay"],
                        ["relay", "1"], ["relay", "1", "blink"], ["relay", "1", "on", "2s"], ["relay", "1", "pulse", "fast"],
                        ["trigger"], ["passwd"], ["next", "--cron", ""], ["next", "--dst-gap", "skip"], ["next", "--cron", "61 * * * *"], ["next", "--cron", "* * *"],
                        ["next", "--cron", "* * * * *", "--timezone", "Mars/Olympus"], ["next", "--cron", "* * * * *", "--count", "x"],
                        ["next", "--cron", "* * * * *", "--from", "yesterday"]]:
            with self.subTest(command=command):
                done = self.assertExit(self.site.snapcron(*command), 2)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")

    def test_what_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w") as full:
            for command in (["check"], ["next", "--cron", "* * * * *"], ["schema"]):
                with self.subTest(command=command):
                    done = subprocess.run([support.SNAPCRON, *command], stdout=full, stderr=subprocess.PIPE, text=True,
                                          env=support.env_for_child(SNAPCRON_CONFIG=self.site.config))
                    self.assertEqual((done.returncode, done.stderr), (1, "snapcron: cannot write to standard output\n"))

    def test_a_configuration_that_is_named_and_not_there_is_told(self):
        done = self.assertExit(self.site.snapcron("-c", "/no/such.yaml", "status"), 1)
        self.assertIn("/no/such.yaml", done.stderr)

    def test_next_of_a_rule_is_in_order_over_all_its_triggers(self):
        self.site.config.write_text(self.site.config.read_text() + """\
  - name: tea
    triggers: [{cron: "0 16 * * *"}, {cron: "30 7 * * *"}, {cron: "0 16,17 * * *", timezone: UTC}]
    actions: {log: tea}
""")
        done = self.site.ok("next", "--from", "2026-03-01T12:00:00+01:00", "--count", "4")
        self.assertEqual(done.splitlines(), ["2026-03-01T16:00:00+01:00 tea", "2026-03-01T16:00:00+00:00 tea", "2026-03-01T17:00:00+00:00 tea", "2026-03-02T07:30:00+01:00 tea"])
        done = self.site.ok("next", "--from", "2026-03-01T12:00:00+01:00", "--count", "2", "--timezone", "Asia/Tokyo")
        self.assertEqual(done.splitlines(), ["2026-03-02T00:00:00+09:00 tea", "2026-03-02T01:00:00+09:00 tea"])

    def test_next_without_a_cron_rule_says_so(self):
        self.assertIn("no rule has a cron trigger", self.assertExit(self.site.snapcron("next"), 1).stderr)

    def test_help_and_version(self):
        for program in (support.SNAPCRON, support.SNAPSHOT):
            done = self.assertExit(self.site.run(program, "--version"), 0)
            self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")
            self.assertExit(self.site.run(program, "--help"), 0)
        for command in ("run", "check", "next", "status", "input", "relay", "trigger", "reload", "passwd", "doctor", "relay-safe", "schema", "simulate", "log", "outbox",
                        "montage", "import-axis"):
            with self.subTest(command=command):
                done = self.assertExit(self.site.snapcron(command, "--help"), 0)
                self.assertIn(command, done.stdout)

    def test_the_configuration_is_c_then_the_environment_then_etc(self):
        other = self.site.write("other.yaml", self.site.config.read_text())
        named = self.site.snapcron("check", "-c", other)
        by_environment = self.site.snapcron("check")
        without = self.site.snapcron("check", config=False)

        self.assertIn(str(other), named.stdout + named.stderr)
        self.assertIn(str(self.site.config), by_environment.stdout)
        self.assertIn("/etc/snapcron/snapcron.yaml", without.stdout + without.stderr)

    def test_next_prints_fire_times_and_never(self):
        done = self.assertExit(self.site.snapcron("next", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin",
                                                  "--from", "2026-03-28T00:00:00Z", "--count", "2"), 0)
        self.assertEqual(done.stdout, "2026-03-28T02:30:00+01:00\n2026-03-30T02:30:00+02:00\n")
        done = self.assertExit(self.site.snapcron("next", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--dst-gap", "run_once",
                                                  "--from", "2026-03-29T00:00:00Z", "--count", "1"), 0)
        self.assertRegex(done.stdout, r"^2026-03-29T0[13]:")
        done = self.assertExit(self.site.snapcron("next", "--cron", "0 0 31 2 *", "--timezone", "UTC"), 1)
        self.assertEqual(done.stdout, "never\n")

    def test_a_bad_cron_pattern_is_told_with_its_column(self):
        done = self.assertExit(self.site.snapcron("next", "--cron", "0 25 * * *"), 2)
        self.assertRegex(done.stderr, r"column 3\b")

    def test_passwd_prints_a_line_that_crypt_made_and_asks_nothing_of_a_pipe(self):
        done = self.assertExit(self.site.snapcron("passwd", "anna", input="correct horse\n"), 0)
        self.assertRegex(done.stdout, r"\Aanna:\$[^:\s]+\n\Z")
        self.assertNotIn("correct horse", done.stdout + done.stderr)
        self.assertIn("users", done.stderr)
        again = self.site.snapcron("passwd", "anna", input="correct horse\n")
        self.assertNotEqual(done.stdout, again.stdout, "a salt of its own each time")

    def test_passwd_refuses_what_cannot_stand_in_a_users_file(self):
        self.assertExit(self.site.snapcron("passwd", "an:na", input="x\n"), 2)
        self.assertExit(self.site.snapcron("passwd", "anna", input=""), 1)

    def test_doctor_finds_a_good_site_good_and_names_what_is_not(self):
        done = self.site.snapcron("doctor")
        self.assertExit(done, 0)
        for word in ("front-door", "strike", "door", "pictures"):
            self.assertIn(word, done.stdout)

        self.site.replace("gpio: {chip: sim}", "gpio: {chip: no-such-chip}")
        done = self.assertExit(self.site.snapcron("doctor"), 1)
        self.assertIn("no-such-chip", done.stdout + done.stderr)


class WithADaemon(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def test_status_as_json_has_every_promised_key_with_its_type(self):
        site = self.site
        site.ok("input", "1", "high")
        site.wait_pictures(1)
        site.ok("input", "1", "low")
        site.daemon.wait_log("ended ok")

        status = site.status()

        first = status["inputs"][0]
        self.assertEqual([i["number"] for i in status["inputs"]], [1, 2])
        self.assertEqual((first["name"], first["level"], first["edges"], first["pulses"], first["lost"]), ("front-door", "low", 2, 1, 0))
        self.assertRegex(first["changed"], f"^{RFC3339}$")
        self.assertGreater(first["last_duration"], 0)
        second = status["inputs"][1]
        self.assertEqual((second["level"], second["edges"], second["changed"], second["last_duration"]), ("low", 0, None, None))
        self.assertEqual([(r["number"], r["name"]) for r in status["relays"]], [(1, "strike"), (2, "lamp")])
        self.assertIn(status["relays"][0]["state"], ("on", "off"))
        cameras = {c["name"]: c for c in status["cameras"]}
        self.assertEqual(cameras["door"]["state"], "ok")
        self.assertRegex(cameras["door"]["last"], f"^{RFC3339}$")
        self.assertEqual((cameras["yard"]["state"], cameras["yard"]["last"]), ("unknown", None))
        rule = status["rules"][0]
        self.assertEqual((rule["name"], rule["enabled"], rule["runs"], rule["skipped"], rule["next"]), ("door-open", True, 1, {}, None))
        self.assertRegex(rule["last_fired"], f"^{RFC3339}$")
        self.assertEqual(status["pictures"], 1)
        self.assertEqual(status["deliveries"], {"queued": 0, "delivered": 0, "failed": 0})

    def test_the_unix_socket_and_the_port_give_the_same_status(self):
        def without_clock(status):
            return json.dumps({k: v for k, v in status.items() if k in ("inputs", "relays", "cameras", "rules", "pictures", "deliveries")})
        self.assertEqual(without_clock(self.site.get("/api/v1/status").json()), without_clock(self.site.status()))

    def test_status_is_a_table_that_names_everything(self):
        table = self.site.ok("status")
        for word in ("front-door", "window", "strike", "lamp", "door", "yard", "door-open"):
            self.assertIn(word, table)
        self.assertNotIn("\x1b", table, "no colours into a pipe")

    def test_relay_commands(self):
        site = self.site
        site.ok("relay", "1", "on")
        self.assertEqual(site.relay(1), "on")
        site.ok("relay", "off")
        self.assertEqual(site.relay(1), "off")
        site.ok("relay", "strike", "toggle")
        self.assertEqual(site.relay(1), "on")
        site.ok("relay", "1", "pulse", "100ms")
        wait_until("the pulse's end", lambda: site.relay(1) == "off")
        site.ok("relay", "lamp", "on")
        self.assertEqual(site.relay(2), "on")
        self.assertExit(site.snapcron("relay", "7", "on"), 1)
        self.assertExit(site.snapcron("relay", "nobody", "on"), 1)

    def test_input_commands_return_when_the_level_has_settled(self):
        site = self.site
        site.ok("input", "2", "high")
        self.assertEqual(site.input_status(2)["level"], "high")
        site.ok("input", "window", "low")
        self.assertEqual((site.input_status(2)["level"], site.input_status(2)["pulses"]), ("low", 1))
        began = time.monotonic()
        site.ok("input", "2", "pulse", "300ms")
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertEqual(site.input_status(2)["pulses"], 2)
        self.assertAlmostEqual(site.input_status(2)["last_duration"], 0.3, delta=0.15)
        site.replace("2: {name: window, line: 1}", "2: {name: window, line: 1, debounce: 400ms}")
        site.ok("reload")
        site.ok("input", "2", "pulse", "100ms")
        self.assertEqual(site.input_status(2)["pulses"], 2, "shorter than the debounce")
        site.ok("input", "2", "pulse", "600ms")
        self.assertAlmostEqual(site.input_status(2)["last_duration"], 0.6, delta=0.15)
        self.assertExit(site.snapcron("input", "9", "high"), 1)

    def test_driving_an_input_to_the_level_that_it_has_is_no_edge(self):
        self.site.ok("input", "1", "low")
        self.assertEqual(self.site.input_status(1)["edges"], 0)

    def test_trigger_fires_a_rule_and_an_unknown_one_is_refused(self):
        site = self.site
        site.ok("trigger", "door-open")
        site.daemon.wait_log("ended ok")
        self.assertEqual(site.rule("door-open")["runs"], 1)
        done = self.assertExit(site.snapcron("trigger", "nobody"), 1)
        self.assertIn("nobody", done.stderr)

    def test_the_command_line_needs_neither_home_nor_terminal_nor_the_configuration(self):
        done = self.site.snapcron("status", config=False, env={"SNAPCRON_SOCKET": self.site.socket})
        self.assertExit(done, 0)

    @support.need_root
    def test_without_permission_for_the_socket_the_text_names_the_group(self):
        for arguments, code in ((["status"], (1, 4)), (["relay", "1", "on"], (1, 4))):
            done = self.site.run_as_nobody(support.SNAPCRON, *arguments)
            self.assertIn(done.returncode, code)
            self.assertRegex(done.stderr, r"permission|denied")
            self.assertRegex(done.stderr, r"group")
        self.assertEqual(self.site.relay(1), "off")


if __name__ == "__main__":
    support.main()
