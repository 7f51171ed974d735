"""Debian's own cron daemon with a crontab of `snapshot` lines: what every user of the old CRON script does first."""

import contextlib
import os
import signal
import subprocess
import time

import support
from support import wait_until

# cron runs in a mount namespace of its own, so that neither this machine's crontabs nor its mail are touched: its tables
# are the test's, and its sendmail keeps what it is given.
NAMESPACE = """set -e
# In a changed root that is no mount of its own it suffices that nothing is shared.
mount --make-rprivate / 2>/dev/null || ! grep -q ' shared:' /proc/self/mountinfo
mkdir -p /etc/cron.d /var/spool/cron/crontabs
mount --bind {here}/cron.d /etc/cron.d
mount --bind {here}/crontabs /var/spool/cron/crontabs
[ ! -e /etc/crontab ] || mount --bind {here}/empty /etc/crontab
mount --bind /usr/sbin {here}/real-sbin
mount --bind {here}/sbin /usr/sbin
mount -t tmpfs tmpfs /run
exec cron -f -L 15
"""


@support.need_root
@support.need("cron", "unshare", "mount")
class Crontab(support.TestCase):
    def prepare(self, lines):
        here = self.site.folder / "cron"
        for name in ("cron.d", "crontabs", "sbin", "real-sbin", "mails"):
            (here / name).mkdir(parents=True)
        (here / "empty").write_text("")
        for program in os.listdir("/usr/sbin"):
            (here / "sbin" / program).symlink_to(here / "real-sbin" / program)
        sendmail = here / "sbin/sendmail"
        sendmail.unlink(missing_ok=True)
        sendmail.write_text(f"#!/bin/sh\ncat >{here}/mails/mail.$$\n")
        sendmail.chmod(0o755)
        table = here / "cron.d/snapcron"
        table.write_text(f"PATH={support.BIN}:/usr/bin:/bin\nSHELL=/bin/sh\nMAILTO=root\n" + "".join(f"* * * * * root {line}\n" for line in lines))
        table.chmod(0o644)
        return here

    def test_snapshot_lines_take_pictures_and_cron_mails_only_the_broken_one(self):
        site = self.site
        site.start()
        here = self.prepare([f"snapshot -c {site.config} --quiet door", f"snapshot -c {site.config} --quiet yard",
                             f"env -i PATH={support.BIN} snapshot -c {site.config} --quiet door",
                             f"snapshot -c {site.config} --quiet nobody"])
        with open(site.folder / "cron.log", "wb") as log:
            cron = subprocess.Popen(["unshare", "--mount", "--propagation", "unchanged", "--", "sh", "-c", NAMESPACE.format(here=here)], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until("three pictures from cron", lambda: cron.poll() is not None or len(site.files()) >= 3, timeout=130, every=0.5)
            self.assertIsNone(cron.poll(), (site.folder / "cron.log").read_text())
            wait_until("the broken line's mail", lambda: list((here / "mails").iterdir()), timeout=30)
            time.sleep(1)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(cron.pid, signal.SIGKILL)
            cron.wait()

        files = site.files()
        self.assertEqual(sorted(name.split("/")[0] for name in files)[:3], ["door", "door", "yard"])
        for name in files:
            support.decodes(site.pictures / name)
        mails = [p.read_text() for p in (here / "mails").iterdir()]
        for mail in mails:
            self.assertIn("nobody", mail)
            self.assertEqual(len(mail.split("\n\n", 1)[1].strip().splitlines()), 1, "one line says what went wrong: " + mail)
        self.assertLessEqual(len(mails), 2)

    def test_without_the_daemon_the_same_lines_work(self):
        site = self.site
        for line, silent in (("door", True), ("yard", True), ("nobody", False)):
            done = subprocess.run(["env", "-i", f"PATH={support.BIN}:/usr/bin:/bin", "sh", "-c", f"snapshot -c {site.config} --quiet {line}"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")
            self.assertEqual(done.stdout == "", silent, done.stdout)
            self.assertEqual(done.returncode == 0, silent)
        self.assertEqual(len(site.files()), 2)


if __name__ == "__main__":
    support.main()
