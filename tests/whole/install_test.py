"""`cmake --install` into an empty root: all that the packages' files promise, as far as it can be seen without booting."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

import support


@support.need("cmake")
class Install(support.TestCase):
    def setUp(self):
        super().setUp()
        self.root = self.site.folder / "root"
        done = subprocess.run(["cmake", "--install", str(support.BIN)], capture_output=True, text=True,
                              env={**os.environ, "DESTDIR": str(self.root)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.prefix = next(p for p in (self.root / "usr/local", self.root / "usr") if (p / "bin/snapcron").exists())

    def test_programs_unit_rules_and_folders_are_there(self):
        for name in ("bin/snapcron", "bin/snapshot", "lib/systemd/system/snapcron.service", "lib/sysusers.d/snapcron.conf",
                     "lib/tmpfiles.d/snapcron.conf", "lib/udev/rules.d/60-snapcron.rules", "share/doc/snapcron/rules.md",
                     "share/doc/snapcron/examples", "share/doc/snapcron/rules",
                     "share/bash-completion/completions/snapcron", "share/fish/vendor_completions.d/snapshot.fish"):
            self.assertTrue((self.prefix / name).exists(), name)
        self.assertFalse(list(self.prefix.rglob("door-data")))

    def test_the_first_configuration_is_good_and_starts(self):
        config = self.root / "etc/snapcron/snapcron.yaml"
        done = self.assertExit(self.site.snapcron("check", config), 0)
        self.assertEqual(done.stderr, "")
        self.site.config.write_text(config.read_text().replace("8080", str(self.site.port))
                                    .replace("/var/lib/snapcron/snapshots", str(self.site.pictures)) + "\ncontrol_socket: sock\n")
        self.site.start()
        self.assertExit(self.site.snapshot(), 0)

    def test_what_its_comments_propose_is_good_too(self):
        text = (self.root / "etc/snapcron/snapcron.yaml").read_text()
        proposed = {key: line for line, key in re.findall(r"(?m)^#   ((\w+): .*)$", text)}
        self.assertEqual(set(proposed), {"gpio", "inputs", "relays", "cameras", "http"})
        kept = "".join(line + "\n" for line in text.splitlines() if line.split(":")[0] not in proposed)
        self.site.config.write_text(kept + "\n".join(proposed.values()) + "\n")
        for name, content in (("users", "anna:$y$j9T$abcdefgh$0123456789012345678901234567890123456789012\n"), ("door.pw", "secret\n")):
            (self.site.config.parent / name).write_text(content)
            (self.site.config.parent / name).chmod(0o600)
        done = self.assertExit(self.site.snapcron("check"), 0)
        self.assertNotIn("error", done.stderr)

    def test_a_configuration_that_is_there_stays(self):
        config = self.root / "etc/snapcron/snapcron.yaml"
        config.write_text("mine")
        subprocess.run(["cmake", "--install", str(support.BIN)], capture_output=True, check=True, env={**os.environ, "DESTDIR": str(self.root)})
        self.assertEqual(config.read_text(), "mine")

    @support.need("systemd-analyze")
    def test_systemd_takes_the_unit_and_rates_it(self):
        unit = self.site.write("unit/snapcron.service", re.sub(r"(?m)^(Exec\w+=)\S+", rf"\g<1>{support.SNAPCRON}",
                                                              (self.prefix / "lib/systemd/system/snapcron.service").read_text()))
        done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
        self.assertNotIn("snapcron.service", done.stderr)
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)], capture_output=True, text=True)
        score = re.search(r"Overall exposure level for snapcron.service: ([\d.]+)", done.stdout)
        self.assertIsNotNone(score, done.stdout + done.stderr)
        self.assertLessEqual(float(score.group(1)), 1.4)

    @support.need_root
    @support.need("systemd-sysusers", "systemd-tmpfiles")
    def test_users_and_folders_come_out_as_meant(self):
        for name in ("passwd", "group"):
            (self.root / "etc" / name).write_text({"passwd": "root:x:0:0::/root:/bin/sh\n", "group": "root:x:0:\nvideo:x:44:\n"}[name])
        for tool, folder in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
            command = [tool, f"--root={self.root}"] + (["--create"] if tool.endswith("tmpfiles") else []) + [str(self.prefix / "lib" / folder / "snapcron.conf")]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        group = (self.root / "etc/group").read_text()
        self.assertRegex(group, r"(?m)^gpio:.*:snapcron$")
        self.assertRegex(group, r"(?m)^video:.*:snapcron$")
        snapshots = self.root / "var/lib/snapcron/snapshots"
        self.assertEqual(snapshots.stat().st_mode & 0o777, 0o750)
        uid = int(re.search(r"(?m)^snapcron:[^:]*:(\d+):", (self.root / "etc/passwd").read_text()).group(1))
        self.assertEqual(snapshots.stat().st_uid, uid)


if __name__ == "__main__":
    support.main()
