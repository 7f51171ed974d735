"""Conditions, cooldown and mode, as a person meets them: why did it not run?"""

import os
import signal
import subprocess
import time

import support
from support import wait_until

RULES = support.DOOR.replace("gpio: {chip: sim}", "gpio: {chip: sim}").split("rules:\n")[0] + """\
rules:
  - name: closed-window
    triggers: {input: front-door}
    conditions: {input: window, is: low}
    actions: {log: "window closed"}
  - name: at-noon-of-nowhere
    triggers: {input: front-door}
    conditions: [{cron: "0 0 29 2 *"}]
    actions: {log: "leap day"}
  - name: calm
    triggers: {input: front-door}
    cooldown: 1h
    actions: {log: "calm"}
  - name: slow
    triggers: {input: front-door}
    actions: [{delay: 5s}, {log: "slow is over"}]
  - name: off
    triggers: {input: front-door}
    enabled: false
    actions: {log: "never"}
  - name: lit
    triggers: {input: window, edge: both}
    conditions: {relay: lamp, is: on}
    actions: {relay: strike, set: on}
  - name: failing
    triggers: {input: front-door}
    actions: [{run: [/nonexistent/program]}, {log: "went on"}]
"""


class Reasons(support.TestCase):
    config = RULES

    def setUp(self):
        super().setUp()
        self.site.start()

    def skip(self, rule):
        done = self.assertExit(self.site.snapcron("trigger", rule), 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def test_a_condition_that_does_not_hold_is_the_reason(self):
        self.site.ok("trigger", "closed-window")
        self.site.ok("input", "2", "high")
        self.assertIn("condition", self.skip("closed-window"))
        self.assertEqual(self.site.rule("closed-window")["skipped"], {"condition": 1})
        self.site.ok("input", "2", "low")
        self.site.ok("trigger", "closed-window")
        self.assertIn("condition", self.skip("at-noon-of-nowhere"))

    def test_cooldown_counts_from_the_last_firing_that_started(self):
        self.site.ok("trigger", "calm")
        self.assertIn("cooldown", self.skip("calm"))
        self.assertEqual((self.site.rule("calm")["runs"], self.site.rule("calm")["skipped"]), (1, {"cooldown": 1}))

    def test_a_run_under_way_skips_the_next_by_mode(self):
        self.site.ok("trigger", "slow")
        self.assertIn("mode", self.skip("slow"))

    def test_a_disabled_rule_says_so(self):
        self.assertIn("disabled", self.skip("off"))
        self.assertIs(self.site.rule("off")["enabled"], False)

    def test_edges_that_were_skipped_are_told_in_log_and_status(self):
        self.site.ok("input", "1", "high")
        self.site.daemon.wait_log(r"rule off: skipped \(disabled\)")
        self.site.daemon.wait_log(r"rule at-noon-of-nowhere: skipped \(condition\)")
        self.assertEqual(self.site.rule("off")["skipped"], {"disabled": 1})

    def test_a_relay_condition_sees_the_relay(self):
        self.site.ok("input", "2", "high")
        self.assertEqual(self.site.rule("lit")["skipped"], {"condition": 1})
        self.site.ok("relay", "lamp", "on")
        self.site.ok("input", "2", "low")
        self.assertEqual(self.site.relay(1), "on")

    def test_a_failed_action_is_told_and_the_next_one_runs(self):
        self.site.ok("trigger", "failing")
        self.site.daemon.wait_log(r"rule failing: went on")
        self.site.daemon.wait_log(r"rule failing: ended failed")
        self.assertIn("/nonexistent/program", self.site.daemon.log())


class Restart(support.TestCase):
    config = support.DOOR.replace("      - snapshot: door\n      - {relay: strike, pulse: 300ms}\n", """\
      - {run: [sleep, "31.0625"], timeout: 1m}
    mode: restart
""")

    def test_the_program_of_a_run_that_is_restarted_is_ended(self):
        def running():
            found = subprocess.run(["pgrep", "-f", "^sleep 31.0625"], capture_output=True, text=True).stdout.split()
            return found
        self.site.start()
        self.site.ok("trigger", "door-open")
        (first,) = support.wait_until("the program runs", running)
        self.site.ok("trigger", "door-open")
        support.wait_until("another one runs in its place", lambda: (now := running()) and now != [first] and len(now) == 1)
        self.assertEqual(self.site.rule("door-open")["failed"], 1)
        self.assertEqual(self.site.stop(), 0)
        support.wait_until("the stop ends it", lambda: not running())


class Calendar(support.TestCase):
    config = support.DOOR + """\
  - name: each-second
    triggers: {cron: "* * * * * *"}
    actions: {log: "tick"}
  - name: nightly
    triggers: {cron: "30 2 * * *", timezone: Asia/Tokyo}
    actions: {log: "night"}
"""

    def test_cron_rules_fire_by_the_clock_and_say_when_they_fire_next(self):
        self.site.start()
        began = time.time()
        self.site.daemon.wait_log(r"(?s)(rule each-second: tick.*){3}")
        self.assertLess(time.time() - began, 10)
        night = self.site.rule("nightly")
        self.assertRegex(night["next"], r"T(18|19):30:00\+0[12]:00$", "02:30 in Tokyo, told in the site's zone")
        self.assertEqual((night["runs"], night["last_fired"]), (0, None))
        out = self.site.ok("next", "--count", "1")
        self.assertRegex(out, r"(?m) nightly$")


class Reload(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def test_a_good_one_changes_the_rules_and_keeps_counters_lines_and_pulses(self):
        site = self.site
        site.ok("input", "1", "high")
        site.daemon.wait_log("ended ok")
        site.ok("relay", "1", "pulse", "3s")
        before = site.status()
        site.replace("pulse: 300ms", "pulse: 100ms")
        site.config.write_text(site.config.read_text() + "  - name: extra\n    triggers: {input: window}\n    actions: {log: \"extra\"}\n")

        out = site.ok("reload")

        self.assertIn("2 rules", out)
        self.assertEqual(site.relay(1), "on", "a pulse under way goes on")
        self.assertEqual(site.status()["inputs"], before["inputs"])
        self.assertEqual(site.rule("door-open")["runs"], 1)
        site.ok("input", "2", "high")
        site.daemon.wait_log("rule extra: extra")
        wait_until("the pulse's end", lambda: site.relay(1) == "off")

    def test_a_bad_one_is_refused_with_every_reason_and_the_old_rules_keep_running(self):
        site = self.site
        site.replace("edge: rising", "edge: risng")
        site.replace("pulse: 300ms", "pulse: 300")

        done = self.assertExit(site.snapcron("reload"), 1)

        self.assertIn("rising", done.stderr)
        self.assertEqual(len([l for l in done.stderr.splitlines() if ": error: " in l]), 2, done.stderr)
        self.assertIn("old", done.stderr)
        site.ok("input", "1", "high")
        site.wait_pictures(1)
        self.assertTrue(any("error" in str(v) for v in [site.ok("status")]), "the status says that the configuration is not the file's")

    def test_one_that_is_no_yaml_is_refused_and_the_daemon_is_still_found(self):
        with open(self.site.config, "a") as config:
            config.write("rules: [{\n")
        done = self.assertExit(self.site.snapcron("reload"), 1)
        self.assertRegex(done.stderr, r"snapcron\.yaml:\d+:\d+: error: ")
        self.site.ok("status")

    def test_what_a_reload_cannot_change_stays_and_is_told(self):
        site = self.site
        site.replace("control_socket: sock", "control_socket: other")
        site.replace("directory: pictures", "directory: elsewhere")
        done = self.assertExit(site.snapcron("reload", env={"SNAPCRON_SOCKET": site.socket}), 0)
        for word in ("control_socket", "storage.directory"):
            self.assertRegex(done.stdout, rf"{word} becomes .* when the daemon is started again")
        site.daemon.wait_log("storage.directory becomes")
        self.assertExit(site.snapcron("input", "1", "high", env={"SNAPCRON_SOCKET": site.socket}), 0)
        site.wait_pictures(1)

    def test_sighup_does_the_same(self):
        site = self.site
        site.replace("name: door-open", "name: door-renamed")
        site.daemon.signal(signal.SIGHUP)
        wait_until("the new rule", lambda: [r["name"] for r in site.status()["rules"]] == ["door-renamed"])
        site.replace("name: door-renamed", "nam: door-renamed")
        site.daemon.signal(signal.SIGHUP)
        site.daemon.wait_log("refused")
        self.assertEqual([r["name"] for r in site.status()["rules"]], ["door-renamed"])

    def test_a_vanished_configuration_is_refused_too(self):
        self.site.config.unlink()
        done = self.assertExit(self.site.snapcron("reload", env={"SNAPCRON_SOCKET": self.site.socket}), 1)
        self.assertIn(str(self.site.config), done.stderr)

    def test_a_line_that_is_new_is_taken_and_one_that_went_is_let_go(self):
        site = self.site
        site.replace("2: {name: window, line: 1}", "3: {name: gate, line: 2}")
        site.ok("reload")
        self.assertEqual([i["number"] for i in site.status()["inputs"]], [1, 3])
        site.ok("input", "gate", "high")
        self.assertEqual(site.input_status(3)["level"], "high")

    def test_the_notify_socket_hears_of_it(self):
        self.site.ok("reload")
        wait_until("RELOADING and READY", lambda: "RELOADING=1" in self.site.daemon.notify.lines()
                   and self.site.daemon.notify.lines().count("READY=1") == 2)


if __name__ == "__main__":
    support.main()
