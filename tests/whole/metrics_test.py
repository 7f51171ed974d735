"""/metrics: what Prometheus' own tool says of it, that the numbers are true, and that the documentation and the dashboard tell of what
is there."""

import json
import re
import shutil
import ssl
import subprocess
import urllib.request

import support
from support import ROOT, wait_until

CONFIG = support.DOOR.replace("storage:", "destinations:\n  attic: {folder: /nonexistent/attic}\nstorage:").replace(
    "- snapshot: door", "- {snapshot: door, to: attic}")


class Metrics(support.TestCase):
    config = CONFIG

    def setUp(self):
        super().setUp()
        self.site.start()

    def text(self):
        return self.site.get("/metrics").text

    def values(self):
        """{name{labels}: value}"""
        return {m[1]: float(m[2]) for m in re.finditer(r"^([a-z]\S*) (\S+)$", self.text(), re.M)}

    def families(self):
        return set(re.findall(r"^# TYPE (\S+) ", self.text(), re.M))

    def ring(self):
        self.site.ok("input", "front-door", "pulse", "20ms")
        wait_until("the run's end", lambda: self.site.rule("door-open")["runs"] > 0 and not self.site.rule("door-open")["running"])

    @support.need("promtool")
    def test_prometheus_own_tool_finds_nothing_to_say(self):
        self.ring()
        done = subprocess.run([shutil.which("promtool"), "check", "metrics"], input=self.text(), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    @support.need("promtool")
    def test_the_alarms_of_the_documentation_are_rules_for_prometheus(self):
        text = (ROOT / "docs/metrics.md").read_text()
        rules = self.site.write("rules.yml", re.search(r"```yml\n(groups:.*?)```", text, re.S)[1])
        done = subprocess.run([shutil.which("promtool"), "check", "rules", str(rules)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_door_that_opens_is_in_the_numbers(self):
        self.ring()
        wait_until("the relay's end", lambda: self.site.relay(1) == "off")
        values = self.values()
        door = '{input="1",name="front-door"}'
        self.assertEqual(values["snapcron_input_edges_total" + door], 2)
        self.assertEqual(values['snapcron_rule_runs_total{rule="door-open"}'], 1)
        self.assertEqual(values['snapcron_relay_switches_total{relay="1",name="strike"}'], 2)
        self.assertEqual(values['snapcron_camera_captures_total{camera="door",result="ok"}'], 1)
        self.assertEqual(values['snapcron_camera_captures_total{camera="door",result="failed"}'], 0)
        self.assertEqual(values['snapcron_deliveries_queued{destination="attic"}'], 1)
        for what in ("action", "file"):
            self.assertEqual(values[f"snapcron_edge_to_{what}_seconds_count"], 1)
            self.assertEqual(values[f'snapcron_edge_to_{what}_seconds_bucket{{le="+Inf"}}'], 1)
            self.assertGreater(values[f"snapcron_edge_to_{what}_seconds_sum"], 0)
        self.assertLess(values["snapcron_edge_to_action_seconds_sum"], values["snapcron_edge_to_file_seconds_sum"])

    def test_what_waits_grows_older(self):
        self.ring()
        age = 'snapcron_deliveries_oldest_seconds{destination="attic"}'
        first = wait_until("an age", lambda: self.values()[age])
        wait_until("it grows", lambda: self.values()[age] > first)
        self.site.ok("outbox", "drop", "--all")
        self.assertEqual(self.values()[age], 0)

    def test_buckets_only_grow(self):
        self.ring()
        wait_until("a look at the loop", lambda: self.values()["snapcron_loop_lag_seconds_count"] > 0)
        for name in ("edge_to_action", "edge_to_file", "loop_lag"):
            buckets = [int(v) for v in re.findall(rf'^snapcron_{name}_seconds_bucket\S+ (\d+)$', self.text(), re.M)]
            self.assertEqual(buckets, sorted(buckets))
            self.assertEqual(len(buckets), 15)

    def test_the_process_is_this_one(self):
        values = self.values()
        self.assertAlmostEqual(values["process_resident_memory_bytes"] / self.site.daemon.memory(), 1, delta=0.2)
        self.assertGreater(values["process_cpu_seconds_total"], 0)
        self.assertGreater(values["process_open_fds"], 5)
        self.assertGreater(values["process_max_fds"], values["process_open_fds"])

    def test_the_documentation_tells_every_metric_and_no_other(self):
        # All there are come with a destination and a certificate.
        support.make_certificate(self.site.folder)
        self.site.replace('listen: "127', 'tls: {certificate: cert.pem, key: key.pem}, listen: "127')
        self.site.ok("reload")
        context = ssl.create_default_context(cafile=self.site.folder / "cert.pem")
        with urllib.request.urlopen(f"https://localhost:{self.site.port}/metrics", context=context) as reply:
            families = set(re.findall(r"^# TYPE (\S+) ", reply.read().decode(), re.M))
        told = set(re.findall(r"`((?:snapcron|process)_[a-z_]+)`", (ROOT / "docs/metrics.md").read_text()))
        self.assertEqual(told, families)

    def test_the_dashboard_shows_what_is_there(self):
        board = json.loads((ROOT / "examples/grafana/snapcron.json").read_text())
        used = set()
        for panel in board["panels"]:
            for target in panel["targets"]:
                used |= set(re.findall(r"\b(?:snapcron|process)_[a-z_]+", target["expr"]))
        families = self.families()
        self.assertGreater(len(used), 15)
        for name in used:
            self.assertIn(re.sub(r"_bucket$", "", name), families)


if __name__ == "__main__":
    support.main()
