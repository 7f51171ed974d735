"""The snapshot command, with and without the daemon, as crontab lines and scripts use it."""

import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import support
from support import wait_until


class Common:
    """What holds with the daemon and without it."""

    direct = []

    def shoot(self, *arguments, **options):
        return self.site.snapshot(*self.direct, *arguments, **options)

    def test_it_prints_the_path_and_nothing_else(self):
        done = self.assertExit(self.shoot("door"), 0)
        path = pathlib.Path(done.stdout.removesuffix("\n"))
        self.assertEqual(done.stderr, "")
        self.assertTrue(path.is_absolute(), done.stdout)
        self.assertEqual(support.decodes(path), (320, 240))
        self.assertRegex(str(path.relative_to(self.site.pictures)), r"^door/\d{4}-\d\d-\d\d/\d{6}_manual_1\.jpg$")
        self.assertEqual((self.site.pictures / "door/lastshot.jpg").resolve(), path.resolve())

    def test_without_a_name_it_is_the_first_camera(self):
        done = self.assertExit(self.shoot(), 0)
        self.assertIn("/door/", done.stdout)

    def test_o_writes_where_it_is_told(self):
        target = self.site.folder / "mine.jpg"
        done = self.assertExit(self.shoot("-o", target, "yard"), 0)
        self.assertEqual(done.stdout, f"{target}\n")
        self.assertEqual(support.decodes(target), (160, 120))
        self.assertEqual(self.site.files() if self.site.pictures.exists() else [], [])
        self.assertEqual([p.name for p in self.site.folder.iterdir() if p.name.startswith(("mine", ".mine"))], ["mine.jpg"])

    def test_o_dash_gives_only_the_jpeg(self):
        done = self.assertExit(self.shoot("-o", "-", "yard", text=False), 0)
        self.assertEqual(support.jpeg_size(done.stdout), (160, 120))
        self.assertEqual(done.stderr, b"")

    def test_o_replaces_a_file_as_a_whole_and_an_unwritable_place_is_exit_1(self):
        target = self.site.write("page.jpg", "old")
        self.assertExit(self.shoot("-o", target), 0)
        support.decodes(target)
        done = self.assertExit(self.shoot("-o", self.site.folder / "nowhere/x.jpg"), 1)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("nowhere", done.stderr)

    def test_o_goes_where_a_link_leads_and_leaves_the_link(self):
        place = self.site.folder / ("x" * 250 + ".jpg")
        link = self.site.folder / "latest.jpg"
        link.symlink_to(place.name)
        for _ in range(2):
            self.assertExit(self.shoot("-o", link, "door"), 0)
            self.assertTrue(link.is_symlink())
            support.decodes(place)

    def test_count_prints_a_path_a_line_at_the_interval(self):
        began = time.monotonic()
        done = self.assertExit(self.shoot("--count", "3", "--interval", "400ms", "yard"), 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.8)
        paths = done.stdout.splitlines()
        self.assertEqual(len(set(paths)), 3)
        for path in paths:
            support.decodes(path)

    def test_quiet_is_silent_when_all_went_well_and_one_line_when_not(self):
        done = self.assertExit(self.shoot("--quiet", "door"), 0)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assertEqual(len(self.site.files()), 1)
        done = self.assertExit(self.shoot("--quiet", "nobody"), 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("nobody", done.stderr)

    def test_wrong_usage_is_exit_2(self):
        for arguments in (["--count", "2", "-o", "x.jpg"], ["--count", "0"], ["--count", "x"], ["--interval", "5"], ["--relay", "blink"],
                          ["--relay", "pulse=fast"], ["--relay", "pulse=0s"], ["--interval", "0s"], ["-o", ""], [""], ["--nonsense"], ["door", "yard"], ["--to", "nas", "-o", "x.jpg", "door"]):
            with self.subTest(arguments=arguments):
                done = self.assertExit(self.shoot(*arguments), 2)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertFalse(self.site.pictures.exists() and self.site.files())

    def test_a_camera_that_fails_is_exit_1_in_one_line_with_its_name(self):
        camera = support.Camera(lambda handler: support.send(handler, b"<html>busy</html>", 503, "text/html"))
        self.addCleanup(camera.close)
        self.set_camera(f'{{url: "{camera.url}", timeout: 3s}}')
        done = self.assertExit(self.shoot("door"), 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("door", done.stderr)
        self.assertIn("503", done.stderr)
        self.assertEqual(self.site.files() if self.site.pictures.exists() else [], [])

    def test_relay_pulse_switches_before_the_capture(self):
        done = self.assertExit(self.shoot("--relay", "pulse=300ms", "door"), 0)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        wait_until("the relay off", lambda: self.site.sim_levels() and not list(self.site.sim_levels().values())[0])

    def test_no_picture_outranks_a_relay_that_failed(self):
        self.site.replace("  1: {name: strike, line: 8}\n", "")
        self.site.replace("      - {relay: strike, pulse: 300ms}\n", "")
        self.reload()
        done = self.assertExit(self.shoot("--relay", "pulse", "door"), 5)
        support.decodes(done.stdout.strip())
        self.assertEqual(len(done.stderr.splitlines()), 1)
        done = self.assertExit(self.shoot("--relay", "pulse", "nobody"), 1)

    def test_calls_that_overlap_do_not_disturb_each_other(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.shoot("door"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        paths = [self.assertExit(done, 0).stdout.strip() for done in results]
        self.assertEqual(len(set(paths)), 6)
        self.assertEqual(len(self.site.files()), 6)
        for path in paths:
            support.decodes(path)

    def test_a_url_is_taken_directly(self):
        camera = support.Camera(lambda handler: support.send(handler, support.a_jpeg()))
        self.addCleanup(camera.close)
        target = self.site.folder / "url.jpg"
        self.assertExit(self.shoot("-o", target, camera.url), 0)
        self.assertEqual(target.read_bytes(), support.a_jpeg())
        self.assertEqual(camera.requests, 1)

    def set_camera(self, definition):
        self.site.replace("door: {test_pattern: {width: 320, height: 240}}", f"door: {definition}")
        self.reload()


class ThroughTheDaemon(Common, support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def reload(self):
        self.site.ok("reload")

    def test_the_daemon_counts_and_logs_it(self):
        path = self.shoot("door").stdout.strip()
        self.assertEqual(self.site.status()["pictures"], 1)
        self.site.daemon.wait_log(path)

    def test_relay_on_and_off_are_held_by_the_daemon(self):
        self.assertExit(self.shoot("--relay", "on", "door"), 0)
        self.assertEqual(self.site.relay(1), "on")
        self.assertExit(self.shoot("--relay", "off", "door"), 0)
        self.assertEqual(self.site.relay(1), "off")

    @support.need_root
    @support.need("setpriv")
    def test_permission_denied_on_the_socket_names_the_group_and_does_not_go_its_own_way(self):
        done = self.assertExit(self.site.run_as_nobody(support.SNAPSHOT, "door"), 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, "group")
        self.assertEqual(self.site.files() if self.site.pictures.exists() else [], [])

    @support.need_root
    @support.need("setpriv")
    def test_o_is_written_by_the_caller_not_the_daemon(self):
        place = self.site.folder / "theirs"
        place.mkdir(mode=0o700)
        os.chown(place, 65534, 65534)
        os.chown(self.site.socket, 65534, 65534)
        self.assertExit(self.site.run_as_nobody(support.SNAPSHOT, "-o", place / "x.jpg", "door"), 0)
        self.assertEqual((place / "x.jpg").stat().st_uid, 65534)


class WithoutADaemon(Common, support.TestCase):
    def reload(self):
        pass

    def test_relay_on_is_exit_5_without_a_daemon_and_the_picture_is_taken(self):
        done = self.assertExit(self.shoot("--relay", "on", "door"), 5)
        support.decodes(done.stdout.strip())
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_a_bad_configuration_is_one_line(self):
        self.site.replace("edge: rising", "edge: risng")
        done = self.assertExit(self.shoot("--quiet", "door"), 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, r"snapcron\.yaml:\d+:\d+")

    def test_a_url_needs_no_configuration_for_o(self):
        camera = support.Camera(lambda handler: support.send(handler, support.a_jpeg()))
        self.addCleanup(camera.close)
        done = self.assertExit(self.site.snapshot("-o", "-", camera.url, config=False, text=False), 0)
        self.assertEqual(done.stdout, support.a_jpeg())

    def test_a_url_with_a_relay_that_nobody_knows_is_a_picture_and_exit_5(self):
        camera = support.Camera(lambda handler: support.send(handler, support.a_jpeg()))
        self.addCleanup(camera.close)
        done = self.assertExit(self.site.snapshot("-o", "-", "--relay", "pulse", camera.url, env={"SNAPCRON_CONFIG": "/no/such.yaml"}, config=False, text=False), 5)
        self.assertEqual(done.stdout, support.a_jpeg())
        self.assertIn(b"/no/such.yaml", done.stderr)

    def test_pulses_of_two_calls_come_one_after_the_other(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.shoot("--relay", "pulse=400ms", "door"))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for done in results:
            self.assertExit(done, 0)

    def test_who_is_ended_in_a_pulse_ends_the_pulse(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number):
                shot = subprocess.Popen([support.SNAPSHOT, "--relay", "pulse=60s", "door"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=support.env_for_child(SNAPCRON_CONFIG=self.site.config))
                support.wait_until("the pulse", lambda: (self.site.folder / "sock.sim").exists() and 1 in self.site.sim_levels().values())
                shot.send_signal(number)
                self.assertEqual(shot.wait(10), -number)
                shot.communicate()
                self.assertNotIn(1, self.site.sim_levels().values())

    def test_a_password_in_a_url_is_refused(self):
        done = self.site.snapshot("-o", "-", "http://root:secret@127.0.0.1:1/x.jpg")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("secret", done.stderr)


class DirectBesideADaemon(support.TestCase):
    def test_direct_does_not_ask_the_daemon(self):
        self.site.start()
        done = self.assertExit(self.site.snapshot("--direct", "door"), 0)
        support.decodes(done.stdout.strip())
        self.assertEqual(self.site.status()["pictures"], 0)

    def test_direct_cannot_take_a_relay_that_the_daemon_holds(self):
        self.site.start()
        done = self.assertExit(self.site.snapshot("--direct", "--relay", "pulse", "door"), 5)
        self.assertIn("held", done.stderr)


if __name__ == "__main__":
    support.main()
