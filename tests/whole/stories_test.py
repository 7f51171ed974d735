"""The stories of examples/: what the simulator prints, and the same outcome live on the simulated chip."""

import datetime
import json
import os
import re
import subprocess
import time
import unittest

import support

STORIES = support.ROOT / "examples" / "stories"


def simulate(config, trace, *more):
    return subprocess.run([support.SNAPCRON, "simulate", config, "--trace", trace, *more], capture_output=True, text=True, timeout=60)


def config_of(trace):
    """summer-time-berlin-spring.trace goes with summer-time-berlin.yaml"""
    exact = trace.with_suffix(".yaml")
    return exact if exact.exists() else trace.with_name(re.sub(r"-(spring|autumn)$", "", trace.stem) + ".yaml")


class Stories(support.TestCase):
    def test_each_trace_has_the_expected_outcome(self):
        traces = sorted(STORIES.glob("*.trace"))
        self.assertGreaterEqual(len(traces), 12)
        for trace in traces:
            with self.subTest(trace.stem):
                ran = simulate(config_of(trace), trace)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                expected = trace.with_suffix(".expected")
                if os.environ.get("SNAPCRON_RENEW"):
                    expected.write_text(ran.stdout)
                self.assertEqual(ran.stdout, expected.read_text())
                self.assertEqual(simulate(config_of(trace), trace).stdout, ran.stdout)

    def test_json_has_the_contracts_kinds_and_words(self):
        trace = STORIES / "alarm.trace"
        ran = simulate(config_of(trace), trace, "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual({line["kind"] for line in lines}, {"trigger", "skip", "action", "end"})
        self.assertLessEqual({line["reason"] for line in lines if line["kind"] == "skip"},
                             {"disabled", "condition", "cooldown", "mode", "dst_gap", "missed", "clock"})
        self.assertLessEqual({line["result"] for line in lines if line["kind"] == "end"}, {"ok", "failed"})
        pulse = next(line for line in lines if line.get("relay") == "siren" and "pulse" in line)
        self.assertEqual((pulse["action"], pulse["pulse"]), ("relay", "2m"))

    def test_a_year_of_a_time_lapse_is_simulated_in_no_time(self):
        site = self.site
        site.write_config('version: 1\ntimezone: Europe/Berlin\ncameras: {sky: {test_pattern: }}\nstorage: {directory: pictures}\n'
                          'rules:\n  - {name: lapse, triggers: {cron: "*/10 5-21 * * *"}, actions: {snapshot: sky}}\n')
        trace = site.write("t.trace", "2026-01-01T00:00:00+01:00 camera sky online\n")
        ran = simulate(site.config, trace, "--until", "2026-12-31T23:59:59+01:00", "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        fired = sum('"kind":"trigger"' in line for line in ran.stdout.splitlines())
        # 17 hours of six pictures, on 365 days; the change of the clock is before five o'clock.
        self.assertEqual(fired, 17 * 6 * 365)
        self.assertFalse(site.pictures.exists())

    def test_mistakes_in_a_trace_are_told_all_at_once(self):
        trace = self.site.write("bad.trace", "2026-03-02T15:00:00+01:00 input buton high\nyesterday input button low\n"
                                "2026-03-02T14:00:00+01:00 input button high\n2026-03-02T15:00:00+01:00 inptu button high\n"
                                "2026-03-02T15:00:00+01:00 input button hihg\n")
        ran = simulate(STORIES / "three-presses.yaml", trace)
        self.assertEqual(ran.returncode, 1)
        for said in (":1:33: error: there is no input 'buton' (did you mean 'button'?)", ":2:1: error:", ":4:27: error: unknown event 'inptu'",
                     ":5:40: error: 'hihg' must be high or low (did you mean 'high'?)"):
            self.assertIn(said, ran.stderr)

    def test_a_trace_goes_forward_in_time(self):
        trace = self.site.write("bad.trace", "2026-03-02T15:00:00+01:00 input button high\n2026-03-02T14:00:00+01:00 input button low\n")
        ran = simulate(STORIES / "three-presses.yaml", trace)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(":2:1: error: this is before the line above", ran.stderr)


class Live(support.TestCase):
    """A story's inputs, driven on a daemon with the simulated chip, do what the simulator says of the same edges."""

    def outcome(self, text):
        """What was decided, by the number of the event: events that run at the same time take turns as they come."""
        events = {}
        for line in map(json.loads, text.splitlines()):
            if line["kind"] in ("trigger", "skip", "action", "end"):
                what = line.get("reason") or line.get("result") or line.get("action") or line.get("cause")
                events.setdefault(int(line["event"].rpartition("-")[2]), []).append((line["rule"], line["kind"], what))
        return events

    def replay(self, story, steps, shorter=()):
        """Runs the story's rules live, with times made shorter, and then in the simulator with the edges as they were seen."""
        site = self.site
        text = (STORIES / f"{story}.yaml").read_text() + "control_socket: sock\n"
        for old, new in shorter:
            self.assertIn(old, text)
            text = text.replace(old, new)
        site.write_config(text)
        site.start()
        due, rows = time.monotonic(), []
        for pause, name, level in steps:
            due += pause
            time.sleep(max(0.0, due - time.monotonic()))
            site.ok("input", name, level)
            seen = next(i for i in site.status()["inputs"] if i["name"] == name)
            rows.append(f"{seen['changed']} input {name} {level}\n")
        simulated = simulate(site.config, site.write("t.trace", "".join(rows)), "--json")
        self.assertEqual(simulated.returncode, 0, simulated.stderr)
        expected = self.outcome(simulated.stdout)
        logged = lambda: self.outcome(site.ok("log", "--json", "-n", "1000"))
        size = lambda events: sum(map(len, events.values()))
        support.wait_until("as many decisions as in the simulator", lambda: size(logged()) >= size(expected))
        self.assertEqual(logged(), expected, "".join(rows))

    def test_door_left_open(self):
        self.replay("door-left-open", [(0, "door", "high"), (0.6, "door", "low"), (0.4, "door", "high"), (2.5, "door", "low")],
                    [("for: 10m", "for: 1s"), ("timeout: 1h", "timeout: 20s")])

    def test_interlock(self):
        self.replay("interlock", [(0, "outer", "high"), (0.4, "button", "high"), (0.3, "button", "low"), (0.3, "outer", "low"),
                                  (0.3, "button", "high"), (0.3, "button", "low"), (1.9, "button", "high"), (0.3, "button", "low"),
                                  (0.3, "inner", "high"), (0.3, "outer", "high"), (0.3, "inner", "low")])

    def test_three_presses(self):
        press = [(0.25, "button", "high"), (0.15, "button", "low")]
        self.replay("three-presses", press + [(2.3, "button", "high"), (0.15, "button", "low")] + press + press,
                    [("cooldown: 5s", "cooldown: 700ms"), ("interval: 1s", "interval: 200ms")])

    def test_sunset_time_lapse(self):
        """The next sunset is hours away; an offset that brings it to the next seconds makes the series begin there."""
        site = self.site
        text = (STORIES / "sunset-time-lapse.yaml").read_text().replace("interval: 15m", "interval: 300ms") + "control_socket: sock\n"
        site.write_config(text.replace("offset: -30m", "offset: 0s"))
        site.start()
        sunset = datetime.datetime.fromisoformat(site.rule("sunset")["next"])
        ahead = int((sunset - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) - 5
        self.assertGreater(ahead, 0)
        site.write_config(text.replace("offset: -30m", f"offset: -{ahead // 3600}h{ahead % 3600 // 60}m{ahead % 60}s"))
        site.ok("reload")
        due = datetime.datetime.fromisoformat(site.rule("sunset")["next"])
        self.assertAlmostEqual((sunset - due).total_seconds(), ahead, delta=1)
        logged = lambda: self.outcome(site.ok("log", "--json", "--rule", "sunset"))
        support.wait_until("the series", lambda: any(line[1] == "end" for lines in logged().values() for line in lines))
        (lines,) = logged().values()
        kinds = [(kind, what) for _, kind, what in lines]
        self.assertEqual(kinds[1:], [("action", "snapshot")] * 4 + [("end", "ok")])
        self.assertEqual(len(list((site.folder / "sunset-time-lapse-data" / "sky").rglob("*_sunset_*.jpg"))), 4)

    def test_doorbell_queue(self):
        ring = [(0.15, "bell", "high"), (0.15, "bell", "low")]
        self.replay("doorbell-queue", ring * 4, [("interval: 1s", "interval: 500ms"), ("{delay: 1s}", "{delay: 500ms}")])


if __name__ == "__main__":
    unittest.main()
