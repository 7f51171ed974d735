"""Debian's own cron daemon with a crontab of `snapshot` lines: what every user of the old CRON script does first."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import support
from support import wait_until


@support.need_root
@support.need("cron", "unshare", "mount")
class Crontab(support.TestCase):
    def test_snapshot_lines_take_pictures_and_cron_has_nothing_to_mail(self):
        site = self.site
        site.start()
        broken = "nobody"
        mails = site.folder / "mails"
        mails.mkdir(mode=0o777)
        sendmail = site.write("sendmail", f"#!/bin/sh\ncat >{mails}/mail.$$\n", 0o755)
        path = f"{support.BIN}:/usr/bin:/bin"
        crontab = (f"PATH={path}\nSHELL=/bin/sh\nMAILTO=root\n"
                   f"* * * * * root snapshot -c {site.config} --quiet door\n"
                   f"* * * * * root snapshot -c {site.config} --quiet yard\n"
                   f"* * * * * root env -i PATH={path} snapshot -c {site.config} --quiet door\n"
                   f"* * * * * root snapshot -c {site.config} --quiet {broken}\n")
        # A mount namespace of its own, so that neither this machine's crontabs nor its mail are touched.
        private = site.folder / "etc-cron"
        for name in ("cron.d", "crontabs"):
            (private / name).mkdir(parents=True)
        table = private / "cron.d/snapcron"
        table.write_text(crontab)
        table.chmod(0o644)
        (private / "crontab").write_text("")
        run = site.folder / "run"
        run.mkdir()
        has_sendmail = os.path.exists("/usr/sbin/sendmail")
        if not has_sendmail:
            (site.folder / "sbin").mkdir()
        script = f"""set -e
mount --make-rprivate /
mkdir -p /etc/cron.d /var/spool/cron/crontabs
mount --bind {private}/cron.d /etc/cron.d
mount --bind {private}/crontabs /var/spool/cron/crontabs
[ ! -e /etc/crontab ] || mount --bind {private}/crontab /etc/crontab
mount -t tmpfs tmpfs /run
mkdir -p {site.folder}
if [ -e /usr/sbin/sendmail ]; then mount --bind {sendmail} /usr/sbin/sendmail; fi
exec cron -f -L 15
"""
        with open(site.folder / "cron.log", "wb") as log:
            cron = subprocess.Popen(["unshare", "--mount", "--", "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    start_new_session=True)
        try:
            began = time.time()
            wait_until("three pictures from cron", lambda: cron.poll() is not None or len(site.files()) >= 3, timeout=130, every=0.5)
            self.assertIsNone(cron.poll(), (site.folder / "cron.log").read_text())
            took = time.time() - began
            site.daemon.wait_log("nobody", timeout=10)
            time.sleep(1)
        finally:
            with __import__("contextlib").suppress(ProcessLookupError):
                os.killpg(cron.pid, signal.SIGKILL)
            cron.wait()

        self.assertEqual(sorted(name.split("/")[0] for name in site.files())[:3], ["door", "door", "yard"])
        for name in site.files():
            support.decodes(site.pictures / name)
        texts = [p.read_text() for p in mails.iterdir()]
        if has_sendmail:
            self.assertEqual(len(texts), 1, "only the broken line is mailed: " + "\n".join(texts))
            self.assertIn("nobody", texts[0])
        else:
            print(f"skipped: no sendmail on this machine, so that cron's silence was seen in the pictures only ({took:.0f} s)")

    def test_the_same_lines_by_hand_say_what_cron_would_mail(self):
        site = self.site
        site.start()
        for line, silent in (("door", True), ("yard", True), ("nobody", False)):
            done = subprocess.run(["env", "-i", f"PATH={support.BIN}:/usr/bin:/bin", "sh", "-c", f"snapshot -c {site.config} --quiet {line}"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")
            self.assertEqual(done.stdout == "", silent, done.stdout)


if __name__ == "__main__":
    support.main()
