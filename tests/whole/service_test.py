"""What a service manager sees: readiness, watchdog, stop, exit codes, two daemons on one thing."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

import support
from support import wait_until


class Service(support.TestCase):
    def test_ready_is_said_when_it_is_true_and_stopping_when_it_stops(self):
        site = self.site
        site.start()
        self.assertEqual(site.get("/healthz").text.strip(), "ok")

        self.assertEqual(site.stop(), 0)

        lines = site.daemon.notify.lines()
        self.assertLess(lines.index("READY=1"), lines.index("STOPPING=1"))
        self.assertFalse(site.socket.exists(), "a clean stop takes its socket away")

    def test_the_watchdog_hears_from_the_loop_and_only_from_it(self):
        site = self.site
        daemon = site.start(env={"WATCHDOG_USEC": "1000000"})
        wait_until("pings", lambda: len(daemon.notify.times("WATCHDOG=1")) >= 4)
        times = daemon.notify.times("WATCHDOG=1")
        self.assertLess(max(b - a for a, b in zip(times, times[1:])), 1.0, "each ping within the period")

        daemon.signal(signal.SIGSTOP)
        time.sleep(0.3)
        count = len(daemon.notify.times("WATCHDOG=1"))
        time.sleep(1.5)
        self.assertEqual(len(daemon.notify.times("WATCHDOG=1")), count)
        daemon.signal(signal.SIGCONT)
        wait_until("pings again", lambda: len(daemon.notify.times("WATCHDOG=1")) > count)

    def test_without_a_watchdog_there_are_no_pings(self):
        daemon = self.site.start()
        time.sleep(1)
        self.assertEqual(daemon.notify.times("WATCHDOG=1"), [])

    def test_sigint_stops_as_cleanly(self):
        daemon = self.site.start()
        daemon.signal(signal.SIGINT)
        self.assertEqual(daemon.wait(), 0)

    def test_a_second_daemon_on_the_same_configuration_exits_3_and_the_first_goes_on(self):
        site = self.site
        site.start()
        site.ok("relay", "1", "on")
        first = site.daemon

        second = site.start(ready=False)

        self.assertEqual(second.wait(), 3)
        self.assertIn(str(site.socket), second.log())
        self.assertEqual(len(second.log().splitlines()), 1, second.log())
        self.assertEqual(site.relay(1), "on", "a second daemon touches no line")
        site.daemon = first
        self.assertEqual(site.get("/healthz").status, 200)

    def test_a_line_that_another_daemon_holds_is_exit_3_and_says_who(self):
        site = self.site
        site.start()
        first = site.daemon
        second_config = site.write("second.yaml", site.config.read_text().replace("control_socket: sock", "control_socket: sock.second")
                                   .replace(str(site.port), str(support.free_port())))
        # The simulated chip lies beside the socket: sock.second's stem is the same chip.
        done = site.run(support.SNAPCRON, "run", "-c", second_config, timeout=30)
        self.assertExit(done, 3)
        self.assertRegex(done.stderr, r"held by process \d+")
        self.assertIn(f"process {site.guard_pid()} (snapcron-guard)", done.stderr)
        self.assertIsNone(first.process.poll())

    def test_a_taken_port_is_exit_3_and_says_which(self):
        site = self.site
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", site.port))
            taken.listen()
            daemon = site.start(ready=False)
            self.assertEqual(daemon.wait(), 3)
        self.assertIn(str(site.port), daemon.log())
        self.assertEqual(site.sim_levels().get("8", False), False)

    def test_a_missing_chip_is_exit_3_and_says_how_to_mend_it(self):
        self.site.replace("gpio: {chip: sim}", "gpio: {chip: no-such-chip}")
        daemon = self.site.start(ready=False)
        self.assertEqual(daemon.wait(), 3)
        self.assertIn("no-such-chip", daemon.log())

    def test_a_bad_configuration_is_exit_1_with_all_of_its_mistakes(self):
        self.site.replace("edge: rising", "edge: risng")
        self.site.replace("snapshot: door", "snapshot: dor")
        daemon = self.site.start(ready=False)
        self.assertEqual(daemon.wait(), 1)
        self.assertEqual(len(re.findall(r"snapcron\.yaml:\d+:\d+: error: ", daemon.log())), 2, daemon.log())

    def test_a_missing_configuration_is_exit_1(self):
        self.site.config.unlink()
        daemon = self.site.start(ready=False)
        self.assertEqual(daemon.wait(), 1)
        self.assertIn(str(self.site.config), daemon.log())

    def test_under_the_journal_lines_carry_their_level(self):
        daemon = self.site.start(env={"JOURNAL_STREAM": "8:1"})
        self.assertRegex(daemon.log(), r"(?m)^<6>")
        self.assertNotRegex(daemon.log(), r"(?m)^\d{4}-")

    def test_a_reader_of_the_log_that_stands_still_does_not_hold_up_the_daemon(self):
        site = self.site
        read, write = os.pipe()
        os.set_blocking(write, True)
        environment = support.env_for_child(NOTIFY_SOCKET="")
        process = subprocess.Popen([support.SNAPCRON, "run", "-c", str(site.config)], stdin=subprocess.DEVNULL, stdout=write, stderr=write,
                                   env=environment, start_new_session=True)
        try:
            os.close(write)
            wait_until("the daemon", lambda: site.snapcron("status").returncode == 0)
            for _ in range(60):  # more than a pipe holds
                site.ok("relay", "lamp", "toggle")
            for n in range(1500):
                self.assertEqual(site.get(f"/io/relay{'on' if n % 2 else 'off'}.txt").status, 200)
            self.assertEqual(site.get("/healthz", timeout=2).status, 200)
        finally:
            process.kill()
            process.wait()
            os.close(read)

    def test_idle_it_sleeps(self):
        daemon = self.site.start()
        time.sleep(4)  # what it remembers of its start is written within two seconds
        before = self.switches(daemon.pid)
        time.sleep(3)
        self.assertLessEqual(self.switches(daemon.pid) - before, 3, "wake-ups in three idle seconds")

    def test_no_descriptor_leaks_over_many_requests_and_pictures(self):
        site = self.site
        daemon = site.start()
        def work():
            for _ in range(15):
                site.snapshot("--quiet", "door")
                site.get("/io/input.txt")
                site.ok("input", "1", "pulse", "10ms")
        work()
        wait_until("rest", lambda: not any(r.get("running") for r in site.status()["rules"]))
        count = len(os.listdir(f"/proc/{daemon.pid}/fd"))
        work()
        wait_until("as many descriptors as before", lambda: len(os.listdir(f"/proc/{daemon.pid}/fd")) <= count + 1)

    def switches(self, pid):
        total = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            text = open(f"/proc/{pid}/task/{task}/status").read()
            total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M).group(1))
        return total


if __name__ == "__main__":
    support.main()
