"""What the daemon still knows after kill -9 and a new start: a pending `for`, a delay, a switched rule, the log."""

import json
import time
import unittest

import support

CONFIG = """\
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: door, line: 0}
  2: {name: key, line: 1}
relays:
  1: {name: strike, line: 8}
storage: {directory: pictures}
http: {listen: "127.0.0.1:@PORT@"}
control_socket: sock
rules:
  - name: shut-for-long
    triggers: {input: door, edge: falling, for: 5s}
    actions: {relay: strike, pulse: 100ms}
  - name: later
    triggers: {input: key}
    actions:
      - {log: "before"}
      - {delay: 5s}
      - {log: "after {input}"}
  - name: switch
    triggers: []
    actions: {disable: quiet}
  - name: quiet
    triggers: {webhook: noise}
    actions: {log: "noise"}
"""


class Memory(support.TestCase):
    config = CONFIG

    def log(self, rule=None):
        return [json.loads(line) for line in self.site.ok("log", "--json", "-n", "1000", *(["--rule", rule] if rule else [])).splitlines()]

    def of_kind(self, rule, kind):
        return [line for line in self.log(rule) if line["kind"] == kind]

    def kill_and_restart(self):
        self.site.daemon.process.kill()
        self.site.daemon.wait()
        self.site.start()

    def test_a_pending_for_goes_on_after_kill_9(self):
        self.site.start()
        self.site.ok("input", "door", "high")
        self.site.ok("input", "door", "low")
        began = time.monotonic()
        time.sleep(1.5)  # the memory is on disk after a tenth of a second; a write may have been a second before
        self.kill_and_restart()
        support.wait_until("the rule fires", lambda: self.of_kind("shut-for-long", "trigger"))
        took = time.monotonic() - began
        self.assertGreater(took, 4.8)
        self.assertEqual(len(self.of_kind("shut-for-long", "trigger")), 1)

    def test_a_delay_goes_on_after_kill_9_under_the_same_event(self):
        self.site.start()
        self.site.ok("input", "key", "pulse", "50ms")
        began = time.monotonic()
        time.sleep(1.5)
        self.kill_and_restart()
        support.wait_until("the run ends", lambda: self.of_kind("later", "end"))
        self.assertGreater(time.monotonic() - began, 4.8)
        lines = self.log("later")
        self.assertEqual(len({line["event"] for line in lines}), 1, lines)
        self.assertEqual([line["log"] for line in lines if line.get("action") == "log" and "log" in line], ["before", "after key"])
        self.assertEqual(lines[-1]["result"], "ok")

    def test_a_rule_that_was_disabled_stays_so(self):
        self.site.start()
        self.site.ok("trigger", "switch")
        time.sleep(1.5)
        self.kill_and_restart()
        self.assertFalse(self.site.rule("quiet")["enabled"])
        reply = self.site.http("POST", "/api/v1/webhooks/noise", {"Host": "127.0.0.1"})
        self.assertEqual(reply.status, 200, reply)
        support.wait_until("the skip", lambda: [line["reason"] for line in self.of_kind("quiet", "skip")] == ["disabled"])

    def test_the_log_goes_on_over_a_restart_and_is_followed(self):
        self.site.start()
        self.site.ok("trigger", "later")
        support.wait_until("the run waits", lambda: self.of_kind("later", "action"))
        self.assertEqual(self.site.stop(), 0)
        self.site.start()
        self.site.ok("trigger", "switch")
        rules = [line["rule"] for line in self.log() if line["kind"] == "trigger"]
        self.assertEqual(rules, ["later", "switch"])


if __name__ == "__main__":
    unittest.main()
