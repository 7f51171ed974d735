"""A relay must not stay on because the daemon ended, however it ended. The simulated chip keeps its outputs' levels over
the daemon's death, as a real board does; only then is there something to prove."""

import signal
import time

import support
from support import wait_until


class Ending(support.TestCase):
    def test_sigterm_drives_every_relay_to_its_on_exit(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        self.assertEqual(site.relay(2), "off")
        self.assertEqual(site.sim_levels(), {"8": True, "9": False})

        self.assertEqual(site.stop(), 0)

        self.assertEqual(site.sim_levels(), {"8": False, "9": True})

    def test_a_pulse_under_way_ends_at_its_deadline(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "pulse", "1500ms")
        began = time.monotonic()
        site.daemon.signal(signal.SIGTERM)
        time.sleep(0.5)
        self.assertTrue(site.sim_levels()["8"], "the pulse is not cut short")
        self.assertEqual(site.daemon.wait(), 0)
        self.assertGreater(time.monotonic() - began, 1.2)
        self.assertFalse(site.sim_levels()["8"])

    def test_sigkill_in_a_pulse_leaves_the_relay_on_and_relay_safe_turns_it_off(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "pulse", "1s")
        site.daemon.kill()
        time.sleep(1.2)
        self.assertTrue(site.sim_levels()["8"], "a board keeps the level: else this test proves nothing")

        out = site.ok("relay-safe")

        self.assertEqual(site.sim_levels(), {"8": False, "9": True})
        self.assertIn("strike", out)

    def test_a_start_after_a_crash_is_safe_as_well(self):
        site = self.site
        site.start()
        site.ok("relay", "strike", "on")
        site.daemon.kill()
        self.assertTrue(site.sim_levels()["8"])
        site.start()
        self.assertFalse(site.sim_levels()["8"])
        self.assertEqual(site.relay(1), "off")

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
        site.ok("relay-safe")
        self.assertTrue(site.sim_levels()["8"])

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

    def test_killed_again_and_again_in_pulses_relay_safe_always_makes_it_safe(self):
        site = self.site
        for _ in range(20):
            site.start()
            site.ok("relay", "strike", "pulse", "5s")
            site.daemon.kill()
            site.ok("relay-safe")
            self.assertEqual(site.sim_levels(), {"8": False, "9": True})


if __name__ == "__main__":
    support.main()
