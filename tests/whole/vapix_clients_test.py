"""Present-day programs that speak VAPIX, unmodified, against the daemon. They come from the npm registry, in the versions that
clients/package-lock.json pins."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import support

CLIENTS = pathlib.Path(__file__).parent / "clients"

SITE = """\
version: 1
timezone: UTC
gpio: {chip: sim}
inputs:
  1: {name: gate, line: 0}
  2: {name: garage, line: 1}
relays:
  1: {name: strike, line: 8}
cameras:
  gate: {test_pattern: {width: 640, height: 480}}
storage: {directory: pictures}
http: {listen: "127.0.0.1:@PORT@", users_file: users}
control_socket: sock
"""

CAMSTREAMERLIB = """\
const CameraVapix = require('camstreamerlib/CameraVapix');
const unit = new CameraVapix({ip: '127.0.0.1', port: process.argv[1], auth: process.argv[2]});
(async () => {
  const answers = [];
  for (const ask of JSON.parse(process.argv[3]))
    answers.push(await unit[ask[0]](...ask.slice(1)).catch((error) => ({error})));
  console.log(JSON.stringify(answers));
})();
"""

AXISCAM = """\
const [port, ask, size, out] = process.argv.slice(1);
const unit = require('axiscam').createClient({url: `http://root:s3cret@127.0.0.1:${port}`, name: 'gate'});
unit[ask](size).pipe(require('fs').createWriteStream(out));
"""


def installed_clients():
    """The folder with the pinned programs beside the binaries; installed once, then kept. None where npm cannot."""
    lock = (CLIENTS / "package-lock.json").read_bytes()
    folder = pathlib.Path(support.SNAPCRON).parent / ("clients-" + hashlib.sha256(lock).hexdigest()[:16])
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(prefix="clients-", dir=folder.parent) as fresh:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(CLIENTS / name, fresh)
        # No script of theirs is run by the installation.
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=fresh,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            return None
        os.makedirs(os.path.join(fresh, "done"))
        os.rename(os.path.join(fresh, "node_modules"), os.path.join(fresh, "done", "node_modules"))
        with contextlib.suppress(OSError):  # another run was quicker
            os.rename(os.path.join(fresh, "done"), folder)
    return folder


@support.need("node", "npm")
class Clients(support.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = installed_clients()
        if cls.folder is None:
            raise unittest.SkipTest("npm could not install tests/whole/clients")

    def setUp(self):
        super().setUp()
        self.site.write_config(SITE)
        root, anna = (self.site.ok("passwd", user, input="s3cret\n") for user in ("root", "anna"))
        self.site.write("users", root + anna.strip() + ":viewer\n", 0o600)
        self.site.start()

    def node(self, script, *args):
        return subprocess.run(["node", "-e", script, str(self.site.port), *map(str, args)], cwd=self.folder, check=True,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def camstreamerlib(self, *asks, user="root"):
        """What the library's promises of these calls hold."""
        return json.loads(self.node(CAMSTREAMERLIB, f"{user}:s3cret", json.dumps(asks)).stdout)


class CamStreamerLib(Clients):
    def test_reads_inputs(self):
        self.site.ok("input", "2", "high")
        self.assertEqual(self.camstreamerlib(["getInputState", 1], ["getInputState", 2]), [False, True])

    def test_switches_the_relay(self):
        self.assertEqual(self.camstreamerlib(["setOutputState", 3, True], ["getInputState", 3]), ["", True])
        self.assertEqual(self.site.relay(1), "on")
        self.assertEqual(self.camstreamerlib(["setOutputState", 3, False], ["getInputState", 3]), ["", False])
        self.assertEqual(self.site.relay(1), "off")

    def test_switches_nothing_as_a_viewer(self):
        reading, switching = self.camstreamerlib(["getInputState", 1], ["setOutputState", 3, True], user="anna")
        self.assertIs(reading, False)
        self.assertIn("403", switching["error"])
        self.assertEqual(self.site.relay(1), "off")

    def test_finds_out_what_the_ports_are(self):
        ports, = self.camstreamerlib(["getParameterGroup", "IOPort"])
        self.assertEqual(ports["root.IOPort.I0.Input.Name"], "gate")
        self.assertEqual({ports[f"root.IOPort.I{n}.Direction"] for n in (0, 1)}, {"input"})
        self.assertEqual(ports["root.IOPort.I2.Direction"], "output")


class AxisCam(Clients):
    def test_gets_pictures_in_its_sizes(self):
        out = self.site.folder / "out.jpg"
        for size, expected in {"small": (160, 120), "medium": (320, 240), "large": (640, 480)}.items():
            self.node(AXISCAM, "createImageStream", size, out)
            self.assertEqual(support.decodes(out), expected)

    def test_reads_the_video(self):
        out = self.site.folder / "video"
        player = subprocess.Popen(["node", "-e", AXISCAM, str(self.site.port), "createVideoStream", "medium", out], cwd=self.folder,
                                  stdin=subprocess.DEVNULL)
        self.addCleanup(player.wait)
        self.addCleanup(player.kill)
        support.wait_until("five pictures", lambda: out.exists() and out.read_bytes().count(b"--myboundary") > 5)
        for number, part in enumerate(out.read_bytes().split(b"--myboundary\r\n")[1:6]):
            picture = self.site.folder / f"frame{number}.jpg"
            picture.write_bytes(part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n"))
            self.assertEqual(support.decodes(picture), (320, 240))


if __name__ == "__main__":
    support.main()
