"""A relay must not stay on because the daemon ended, or its guard, however they ended. The simulated chip keeps its
outputs' levels over the death of who holds them, as a real board does; only then is there something to prove."""

import os
import pathlib
import signal
import time

import support
from support import LineWatch, wait_until

# What the tests wait for happens within some milliseconds; the promise is a second.
LATE = 1.0


class Case(support.TestCase):
    def watch(self, line):
        watch = LineWatch(self.site, line)
        self.addCleanup(watch.close)
        return watch

    def pulse(self, seconds):
        """Begins a pulse of the strike; its deadline, at the latest."""
        self.site.ok("relay", "strike", "pulse", f"{int(seconds * 1000)}ms")
        return time.monotonic() + seconds

    def assertEndsAt(self, deadline, watch):
        """The line goes off once, about the deadline, and was on from the first look on."""
        wait_until("the end of the pulse", lambda: watch.levels()[-1:] == [False], timeout=deadline - time.monotonic() + 5)
        time.sleep(0.1)
        self.assertEqual(watch.levels(), [True, False], watch.changes)
        ended = watch.changes[-1][0]
        self.assertLess(ended, deadline + LATE)
        self.assertGreater(ended, deadline - 1.0, "cut short")


class DaemonEnds(Case):
    def test_sigterm_drives_every_relay_to_its_on_exit(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        self.assertEqual(site.relay(2), "off")
        self.assertEqual(site.sim_levels(), {"8": True, "9": False})

        self.assertEqual(site.stop(), 0)

        self.assertEqual(site.sim_levels(), {"8": False, "9": True})
        self.assertEqual([f.name for f in site.folder.glob("sock*")], ["sock.sim"], "and leaves nothing behind")

    def test_sigterm_in_a_pulse_ends_the_daemon_at_once_and_the_pulse_at_its_deadline(self):
        site = self.site
        site.start()
        deadline = self.pulse(1.5)
        watch = self.watch(8)
        self.assertEqual(site.stop(), 0)
        self.assertLess(time.monotonic(), deadline - 0.3)
        self.assertTrue(site.sim_levels()["9"], "a relay without a pulse does not wait")
        self.assertEndsAt(deadline, watch)
        site.wait_guard_gone()

    def test_sigkill_in_a_pulse_ends_it_at_its_deadline(self):
        site = self.site
        site.start()
        deadline = self.pulse(1.5)
        watch = self.watch(8)
        site.daemon.kill()
        self.assertEndsAt(deadline, watch)
        self.assertTrue(site.sim_levels()["9"], "and the others are at their on_exit")
        site.wait_guard_gone()

    def test_sigkill_takes_a_relay_that_is_on_to_its_on_exit(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        site.daemon.kill()
        wait_until("on_exit", lambda: site.sim_levels() == {"8": False, "9": True}, timeout=LATE)

    def test_sigint_for_the_whole_terminal_ends_the_daemon_and_leaves_the_pulse_to_the_guard(self):
        site = self.site
        site.start()
        deadline = self.pulse(1.5)
        watch = self.watch(8)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            site.kill_guard(number)
        os.killpg(site.daemon.pid, signal.SIGINT)
        self.assertEqual(site.daemon.wait(), 0)
        self.assertEndsAt(deadline, watch)

    def test_a_guard_has_a_session_of_its_own_and_only_its_own_descriptors(self):
        site = self.site
        site.start()
        guard = site.guard_pid()
        self.assertEqual(os.getsid(guard), guard)
        targets = [os.readlink(f) for f in pathlib.Path(f"/proc/{guard}/fd").iterdir()]
        self.assertEqual([t for t in targets if t.endswith((".lock", "snapcron.yaml")) or "pipe:" in t], [], targets)


class Takeover(Case):
    def test_a_restart_in_a_pulse_neither_ends_it_nor_prolongs_it(self):
        for end in ("stop", "kill"):
            with self.subTest(end=end):
                site = self.another_site()
                self.site = site
                site.start()
                deadline = self.pulse(4)
                watch = self.watch(8)
                guard = site.guard_pid()
                getattr(site.daemon, end)()
                site.start()
                self.assertEqual(site.guard_pid(), guard)
                self.assertEqual(site.relay(1), "on")
                self.assertLess(time.monotonic(), deadline, "the start took longer than the pulse: nothing is proved")
                self.assertEndsAt(deadline, watch)
                self.assertEqual(site.relay(1), "off")

    def test_a_new_daemon_commands_the_pulse_that_it_found(self):
        site = self.site
        site.start()
        self.pulse(60)
        site.daemon.kill()
        site.start()
        self.assertTrue(site.sim_levels()["8"])
        site.ok("relay", "strike", "off")
        self.assertFalse(site.sim_levels()["8"])

    def test_other_relays_begin_anew_and_changed_ones_are_requested_again(self):
        site = self.site
        site.start()
        self.pulse(60)
        site.daemon.kill()
        site.replace("{name: lamp, line: 9, on_exit: on}", "{name: lamp, line: 10, initial: on}")
        site.start()
        self.assertEqual(site.sim_levels(), {"8": True, "9": True, "10": True})
        self.assertEqual((site.relay(1), site.relay(2)), ("on", "on"))

    def test_a_pulse_of_a_relay_that_is_configured_no_more_ends_with_the_takeover(self):
        site = self.site
        site.start()
        self.pulse(60)
        site.daemon.kill()
        site.replace("{name: strike, line: 8}", "{name: strike, line: 11}")
        site.start()
        self.assertEqual(site.sim_levels()["8"], False)
        self.assertEqual(site.relay(1), "off")

    def test_a_bad_configuration_at_the_restart_leaves_the_pulse_to_the_guard(self):
        site = self.site
        site.start()
        deadline = self.pulse(2)
        watch = self.watch(8)
        site.daemon.kill()
        site.replace("edge: rising", "edge: risng")
        self.assertEqual(site.start(ready=False).wait(), 1)
        self.assertEndsAt(deadline, watch)


class GuardEnds(Case):
    def test_a_guard_that_is_killed_in_a_pulse_is_followed_by_one_that_ends_it(self):
        site = self.site
        site.start()
        deadline = self.pulse(2)
        watch = self.watch(8)
        first = site.kill_guard()
        site.daemon.wait_log(rf"relay guard \(process {first}\) has ended; process \d+ has taken up")
        self.assertNotEqual(site.guard_pid(), first)
        self.assertEqual(site.relay(1), "on")
        self.assertEndsAt(deadline, watch)
        wait_until("the status", lambda: site.relay(1) == "off")

    def test_a_relay_that_is_on_stays_on(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        watch = self.watch(8)
        site.kill_guard()
        site.daemon.wait_log("has taken up")
        site.ok("relay", "lamp", "on")
        self.assertEqual(watch.levels(), [True])
        self.assertEqual((site.relay(1), site.relay(2)), ("on", "on"))

    def test_a_guard_that_stands_still_is_replaced_before_a_pulse_lasts_a_second_too_long(self):
        site = self.site
        site.start()
        deadline = self.pulse(1)
        watch = self.watch(8)
        site.kill_guard(signal.SIGSTOP)
        self.assertEndsAt(deadline, watch)
        site.daemon.wait_log("did not switch relay strike in time")

    def test_a_command_to_a_guard_that_stands_still_is_done_by_the_next(self):
        site = self.site
        site.start()
        site.kill_guard(signal.SIGSTOP)
        site.ok("relay", "strike", "on")
        self.assertTrue(site.sim_levels()["8"])
        site.daemon.wait_log("does not answer; process")

    def test_a_new_daemon_replaces_a_guard_that_stands_still(self):
        site = self.site
        site.start()
        site.kill_guard(signal.SIGSTOP)
        site.daemon.kill()
        site.start()
        site.ok("relay", "strike", "on")
        self.assertTrue(site.sim_levels()["8"])


class BothEnd(Case):
    def kill_both(self):
        self.site.daemon.signal(signal.SIGSTOP)  # or it would have another guard
        self.site.kill_guard()
        self.site.daemon.kill()
        self.site.wait_guard_gone()

    def test_relay_safe_turns_off_what_both_left_on(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "pulse", "1s")
        self.kill_both()
        time.sleep(1.2)
        self.assertTrue(site.sim_levels()["8"], "a board keeps the level: else this test proves nothing")

        out = site.ok("relay-safe")

        self.assertEqual(site.sim_levels(), {"8": False, "9": True})
        self.assertIn("strike", out)

    def test_a_start_after_it_is_safe_as_well(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        self.kill_both()
        self.assertTrue(site.sim_levels()["8"])
        site.start()
        self.assertFalse(site.sim_levels()["8"])
        self.assertEqual(site.relay(1), "off")

    def test_relay_safe_leaves_a_pulse_to_a_guard_that_lives(self):
        site = self.site
        site.start()
        deadline = self.pulse(2)
        watch = self.watch(8)
        site.daemon.kill()
        refused = self.assertExit(site.snapcron("relay-safe"), 1)
        self.assertIn("guard", refused.stderr)
        self.assertEndsAt(deadline, watch)

    def test_killed_again_and_again_in_pulses_relay_safe_always_makes_it_safe(self):
        site = self.site
        for _ in range(10):
            site.start()
            site.ok("relay", "strike", "pulse", "5s")
            self.kill_both()
            site.ok("relay-safe")
            self.assertEqual(site.sim_levels(), {"8": False, "9": True})


class Switching(Case):
    def test_relay_safe_touches_nothing_while_a_daemon_runs(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        self.assertExit(site.snapcron("relay-safe"), 1)
        self.assertTrue(site.sim_levels()["8"])

    def test_active_low_is_turned_over_at_the_line(self):
        site = self.site
        site.replace("{name: strike, line: 8}", "{name: strike, line: 8, active_low: true}")
        site.start()
        self.assertTrue(site.sim_levels()["8"], "off is high")
        site.ok("relay", "1", "on")
        self.assertFalse(site.sim_levels()["8"])
        site.daemon.kill()
        wait_until("off again", lambda: site.sim_levels()["8"], timeout=LATE)

    def test_initial_on_is_on_from_the_start(self):
        self.site.replace("{name: strike, line: 8}", "{name: strike, line: 8, initial: on}")
        self.site.start()
        self.assertEqual(self.site.relay(1), "on")

    def test_max_on_holds_whatever_is_commanded(self):
        site = self.site
        site.replace("{name: strike, line: 8}", "{name: strike, line: 8, max_on: 1s}")
        site.start()
        began = time.monotonic()
        site.ok("relay", "1", "on")
        while time.monotonic() - began < 0.7:
            site.ok("relay", "1", "on")
            time.sleep(0.1)
        wait_until("max_on cuts it off", lambda: site.relay(1) == "off", timeout=3)
        self.assertLess(time.monotonic() - began, 2)
        self.assertFalse(site.sim_levels()["8"])
        site.daemon.wait_log("max_on")

    def test_a_retriggered_pulse_goes_on_without_letting_go(self):
        site = self.site
        site.start()
        site.ok("relay", "1", "pulse", "1s")
        time.sleep(0.6)
        site.ok("relay", "1", "pulse", "1s")
        end = time.monotonic() + 0.8
        while time.monotonic() < end:
            self.assertTrue(site.sim_levels()["8"])
        wait_until("the end", lambda: not site.sim_levels()["8"], timeout=3)


if __name__ == "__main__":
    support.main()
