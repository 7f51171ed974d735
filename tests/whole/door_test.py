"""The main path: a door opens, a picture is on disk, the relay has pulsed, input.txt tells it."""

import datetime
import os
import re
import time
import zoneinfo

import support
from support import wait_until

ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")


class Door(support.TestCase):
    def test_an_opening_door_takes_a_picture_pulses_the_relay_and_input_txt_tells_it(self):
        site = self.site
        site.start()
        self.assertEqual(site.get("/io/input.txt").text.splitlines()[0][:32], "input:1 current:0 last:0 pulse:0")
        switched = []

        began = time.monotonic()
        site.ok("input", "1", "high")
        while time.monotonic() < began + 0.25:  # the pulse lasts 300 ms
            switched.append(site.relay(1))
            if switched[-1] == "on":
                break
        picture = site.wait_pictures(1)[0]
        wait_until("the relay is off again", lambda: site.relay(1) == "off")
        site.ok("input", "1", "low")

        self.assertRegex(picture, r"^door/\d{4}-\d\d-\d\d/\d{6}_door-open_1\.jpg$")
        self.assertEqual(support.decodes(site.pictures / picture), (320, 240))
        site.daemon.wait_log(r"rule door-open: ended ok")
        self.assertRegex(site.daemon.log(), r"relay strike pulse 300ms")
        now = datetime.datetime.now(ZONE)
        minute = "(%s)" % "|".join(re.escape((now - datetime.timedelta(minutes=m)).strftime("%H.%M")) for m in (0, 1))
        self.assertRegex(site.get("/io/input.txt").text,
                         rf"\Ainput:1 current:0 last:0 pulse:1 time of change:{minute}\ninput:2 current:0 last:0 pulse:0 time of change:{minute}\n\Z")

    def test_the_relay_is_on_during_its_pulse_and_off_after_it(self):
        site = self.site
        site.replace("pulse: 300ms", "pulse: 2s")
        site.start()

        site.ok("input", "front-door", "high")
        wait_until("the relay is on", lambda: site.relay(1) == "on")
        on = time.monotonic()
        wait_until("the relay is off", lambda: site.relay(1) == "off")

        self.assertAlmostEqual(time.monotonic() - on, 2, delta=1.0)

    def test_one_event_id_goes_from_the_edge_to_the_file(self):
        site = self.site
        site.start()

        site.ok("input", "1", "high")
        site.daemon.wait_log(r"ended ok")

        log = site.daemon.log()
        event = re.search(r"\[([^\]]+)\] rule door-open: fires: .*front-door rising", log).group(1)
        mine = [line for line in log.splitlines() if f"[{event}]" in line]
        self.assertTrue(any(".jpg" in line for line in mine), log)
        self.assertTrue(any("relay strike" in line for line in mine), log)
        self.assertTrue(any("ended ok" in line for line in mine), log)

    def test_the_picture_is_whole_private_to_nobody_and_nothing_else_lies_about(self):
        site = self.site
        site.start()

        site.ok("input", "1", "high")
        name = site.wait_pictures(1)[0]
        site.daemon.wait_log(r"ended ok")

        self.assertEqual(site.files(), [name])
        lastshot = site.pictures / "door/lastshot.jpg"
        self.assertTrue(lastshot.is_symlink())
        self.assertFalse(os.path.isabs(os.readlink(lastshot)), "a moved folder must keep its links")
        self.assertEqual(lastshot.resolve(), (site.pictures / name).resolve())

    def test_names_that_are_taken_get_a_number_and_no_picture_is_overwritten(self):
        site = self.site
        site.replace('filename: "{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg"', 'filename: "{camera}/same.jpg"')
        site.start()

        paths = site.snapshot("--count", "3", "--interval", "20ms", "door").stdout.split()

        self.assertEqual([os.path.basename(p) for p in paths], ["same.jpg", "same-2.jpg", "same-3.jpg"])
        self.assertEqual(len({(site.pictures / "door" / n).read_bytes() for n in ("same.jpg", "same-2.jpg", "same-3.jpg")}), 3)
        self.assertEqual((site.pictures / "door/lastshot.jpg").resolve().name, "same-3.jpg")

    def test_a_contact_that_is_active_at_start_fires_nothing(self):
        # On the simulated chip an input at rest of an active-low line would be low all the same: what can be
        # seen here is that a start, and a reload, fire no rule.
        site = self.site
        site.replace("edge: rising", "edge: both")
        site.start()
        site.ok("input", "1", "high")
        site.daemon.wait_log("ended ok")
        runs = site.rule("door-open")["runs"]

        site.ok("reload")
        time.sleep(0.3)

        self.assertEqual(site.rule("door-open")["runs"], runs)

    def test_cron_every_startup_delay_log_and_run_do_their_work(self):
        site = self.site
        report = site.folder / "report.txt"
        script = site.write("report.sh", f'#!/bin/sh\nenv >"{report}.new"\nprintf "%s\\n" "$@" >"{report}.args"\nmv "{report}.new" "{report}"\n', 0o755)
        site.write_config(support.DOOR + f"""\
  - name: hello
    triggers: [{{startup: true, id: boot}}]
    actions:
      - {{log: "started by {{trigger}}"}}
      - {{delay: 100ms}}
      - {{run: [{script}, "{{rule}}", "a b", "$(reboot)", "{{event}}"]}}
  - name: tick
    triggers: {{every: 1s}}
    actions: {{log: "tick"}}
""")
        site.start()

        wait_until("the program's report", report.exists)

        site.daemon.wait_log(r"rule hello: started by boot")
        event = re.search(r"\[([^\]]+)\] rule hello", site.daemon.log()).group(1)
        arguments = (site.folder / "report.txt.args").read_text().splitlines()
        self.assertEqual(arguments, ["hello", "a b", "$(reboot)", event])
        self.assertRegex(report.read_text(), r"(?m)^SNAPCRON_RULE=hello$")
        self.assertRegex(report.read_text(), rf"(?m)^SNAPCRON_EVENT={re.escape(event)}$")
        self.assertNotIn("NOTIFY_SOCKET", report.read_text())
        site.daemon.wait_log(r"(?s)rule tick: tick.*rule tick: tick")


if __name__ == "__main__":
    support.main()
