"""`snapcron log` and the state file behind it: what the rules did is there over restarts, kills and damage."""

import json
import os
import signal
import subprocess
import threading

import support
from support import wait_until

CONFIG = support.DOOR.split("rules:\n")[0] + """\
rules:
  - name: greet
    triggers: {input: front-door}
    actions: {log: "somebody is there"}
  - name: hooked
    triggers: {webhook: post-box}
    actions: {log: "post"}
  - name: also-hooked
    triggers: {webhook: post-box}
    conditions: {input: window, is: high}
    actions: {log: "post, and the window is open"}
"""


class Log(support.TestCase):
    config = CONFIG

    def state_file(self):
        return self.site.pictures / ".snapcron" / "state.db"

    def records(self, *options):
        return [json.loads(line) for line in self.site.ok("log", "--json", *options).splitlines()]

    def ring(self):
        """One run of `greet`; returns when its end is in the log."""
        before = len(self.ends())
        self.site.ok("input", "front-door", "pulse", "20ms")
        wait_until("the run's end", lambda: len(self.ends()) > before)

    def ends(self):
        return [r for r in self.records() if r["kind"] == "end"]

    def test_needs_a_daemon(self):
        done = self.assertExit(self.site.snapcron("log"), 4)
        self.assertEqual(done.stdout, "")
        self.assertExit(self.site.snapcron("log", "-f"), 4)

    def test_shows_a_run_in_order(self):
        self.site.start()
        self.ring()
        records = self.records("--rule", "greet")
        kinds = [r["kind"] for r in records]
        self.assertEqual((kinds[0], kinds[-1]), ("trigger", "end"))
        self.assertEqual(len({r["event"] for r in records}), 1)
        self.assertEqual([r["id"] for r in records], sorted(r["id"] for r in records))
        self.assertEqual(self.records("--rule", "nobody"), [])
        self.assertEqual(self.records("-n", "1"), self.records()[-1:])
        self.assertEqual(self.records("--all"), self.records())
        text = self.site.ok("log")
        self.assertIn("greet: fires: input front-door rising", text)
        self.assertIn("log: somebody is there", text)

    def test_is_there_after_a_restart_and_after_a_kill(self):
        self.site.start()
        self.ring()
        first = self.records()
        self.site.stop()
        self.site.start()
        self.assertEqual(self.records()[:len(first)], first)
        self.ring()
        second = self.records()
        self.assertGreater(second[-1]["id"], first[-1]["id"])
        self.site.daemon.kill()
        self.site.start()
        self.assertEqual(self.records()[:len(second)], second)

    def test_a_clean_stop_writes_the_last_records(self):
        self.site.start()
        self.site.ok("trigger", "greet")
        self.site.stop()
        self.site.start()
        self.assertTrue(self.records("--rule", "greet"))

    def test_follow_goes_on_over_a_restart(self):
        self.site.start()
        self.ring()
        before = self.records()
        lines, complaints = [], []
        follower = subprocess.Popen([support.SNAPCRON, "log", "-f", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env=support.env_for_child(SNAPCRON_CONFIG=self.site.config), cwd="/")
        self.addCleanup(follower.stderr.close)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        for stream, into in ((follower.stdout, lines), (follower.stderr, complaints)):
            threading.Thread(target=lambda s=stream, i=into: i.extend(iter(s.readline, "")), daemon=True).start()
        wait_until("what stands in the log", lambda: len(lines) >= len(before))
        self.ring()
        self.site.stop()
        wait_until("a word on the daemon's end", lambda: complaints)
        self.site.start()
        self.ring()
        every = [r["id"] for r in self.records()]
        wait_until("all that came", lambda: len(lines) >= len(every))
        self.assertEqual([json.loads(line)["id"] for line in lines], every, "each record once, in order")
        self.assertIn("waiting for it", complaints[0])
        self.assertIn("the daemon is there again", wait_until("a second word", lambda: complaints[1:])[0])
        follower.send_signal(signal.SIGINT)
        self.assertEqual(follower.wait(support.PATIENCE), -signal.SIGINT)

    def test_a_removed_file_is_begun_anew(self):
        self.site.start()
        self.ring()
        self.state_file().unlink()
        self.ring()
        self.site.daemon.wait_log("state.db was removed: it is begun anew")
        self.assertTrue(self.state_file().exists())

    def test_a_damaged_file_is_kept_and_begun_anew(self):
        self.site.start()
        self.ring()
        self.site.stop()
        data = bytearray(self.state_file().read_bytes())
        data[:64] = os.urandom(64)
        self.state_file().write_bytes(data)
        self.site.start()
        self.site.daemon.wait_log("state.db is broken: .* it is kept as ")
        self.assertEqual(self.records(), [])
        self.assertEqual(len(list(self.state_file().parent.glob("state.db.broken-*"))), 1)
        self.ring()

    def test_a_web_hook_fires_what_listens(self):
        self.site.start()
        reply = self.site.http("POST", "/api/v1/webhooks/post-box")
        self.assertEqual((reply.status, reply.json()), (200, {"fired": 1}))
        self.site.ok("input", "window", "high")
        self.assertEqual(self.site.http("POST", "/api/v1/webhooks/post-box").json(), {"fired": 2})
        reply = self.site.http("POST", "/api/v1/webhooks/letter-box")
        self.assertEqual(reply.status, 404)
        self.assertNotIn("post-box", reply.text)

    def test_a_long_poll_ends_with_the_news(self):
        self.site.start()
        last = self.site.get("/api/v1/log").json()["next"]
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(self.site.get(f"/api/v1/log?after={last}&wait=30", timeout=60)))
        waiting.start()
        self.site.ok("trigger", "greet")
        waiting.join(support.PATIENCE)
        self.assertEqual(replies[0].status, 200)
        self.assertEqual(replies[0].json()["records"][0]["rule"], "greet")


if __name__ == "__main__":
    support.main()
