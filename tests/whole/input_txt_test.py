"""/io/ as the old clients read it, to the byte."""

import datetime
import re
import time
import zoneinfo

import support

MINUTE = r"\d\d\.\d\d"


def told(text):
    """{number: (current, last, pulse)}, the times apart."""
    rows = re.findall(rf"^input:(\d+) current:([01]) last:([01]) pulse:(\d+) time of change:{MINUTE}$", text, re.M)
    if len(rows) != len(text.splitlines()):
        raise AssertionError(f"not the format: {text!r}")
    return {int(n): (int(c), int(l), int(p)) for n, c, l, p in rows}


class InputTxt(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.start()

    def read(self, path="/io/input.txt"):
        reply = self.site.get(path)
        self.assertEqual(reply.status, 200, reply)
        return told(reply.text)

    def test_before_any_read_last_is_the_level_at_start_and_pulses_count_from_there(self):
        self.site.ok("input", "1", "pulse", "50ms")
        self.site.ok("input", "1", "pulse", "50ms")
        self.site.ok("input", "1", "high")

        self.assertEqual(self.read()[1], (1, 0, 2))

    def test_each_read_is_what_the_next_refers_to(self):
        self.read()
        self.site.ok("input", "2", "high")
        self.assertEqual(self.read()[2], (1, 0, 0))
        self.assertEqual(self.read()[2], (1, 1, 0))
        self.site.ok("input", "2", "low")
        self.assertEqual(self.read()[2], (0, 1, 1))
        self.assertEqual(self.read()[2], (0, 0, 0))

    def test_peek_head_and_the_api_are_no_reads(self):
        self.site.ok("input", "1", "pulse", "50ms")
        for _ in range(3):
            self.assertEqual(self.read("/io/input.txt?peek")[1], (0, 0, 1))
            self.assertEqual(self.site.http("HEAD", "/io/input.txt").body, b"")
            self.site.status()
            self.site.get("/api/v1/status")
        self.assertEqual(self.read()[1], (0, 0, 1))
        self.assertEqual(self.read()[1], (0, 0, 0))
        self.assertEqual(self.site.input_status(1)["pulses"], 1, "the API's counters only grow")

    def test_a_refused_request_is_no_read(self):
        self.site.ok("input", "1", "pulse", "50ms")
        self.assertGreaterEqual(self.site.get("/io/input.txt", headers={"Host": "evil.example"}).status, 400)
        self.assertGreaterEqual(self.site.http("POST", "/io/input.txt").status, 400)
        self.assertEqual(self.read()[1], (0, 0, 1))

    def test_the_text_to_the_byte(self):
        now = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm"))
        reply = self.site.get("/io/input.txt")
        self.assertTrue(reply.headers["content-type"].startswith("text/plain"), reply.headers)
        candidates = []
        for minutes in (-1, 0, 1):
            at = (now + datetime.timedelta(minutes=minutes)).strftime("%H.%M")
            candidates.append(f"input:1 current:0 last:0 pulse:0 time of change:{at}\ninput:2 current:0 last:0 pulse:0 time of change:{at}\n")
        self.assertIn(reply.text, candidates)
        self.assertNotIn("\r", reply.text)

    def test_the_printed_manuals_format_by_configuration_and_a_reload_keeps_the_counts(self):
        self.site.ok("input", "1", "pulse", "50ms")
        self.site.replace('listen: "127', 'input_txt: manual, listen: "127')
        self.site.ok("reload")
        text = self.site.get("/io/input.txt").text
        self.assertRegex(text, rf"\Ainput:1 current:0 last:0 pulse:1 time_of_change:{MINUTE}\ninput:2 [^\n]*\n\Z")

    def test_a_restart_resets_pulse(self):
        self.site.ok("input", "1", "pulse", "50ms")
        self.site.stop()
        self.site.start()
        self.assertEqual(self.read()[1], (0, 0, 0))

    def test_the_relay_pages_switch_relay_1_and_answer_literally(self):
        self.assertEqual(self.site.get("/io/relayon.txt").text.rstrip("\r\n"), "Relay is On")
        self.assertEqual(self.site.relay(1), "on")
        self.assertEqual(self.site.get("/io/relayoff.txt").text.rstrip("\r\n"), "Relay is Off")
        self.assertEqual(self.site.relay(1), "off")

    def test_head_switches_nothing(self):
        self.assertEqual(self.site.http("HEAD", "/io/relayon.txt").body, b"")
        self.assertEqual(self.site.relay(1), "off")

    def test_the_index_names_the_three(self):
        text = self.site.get("/io/").text
        for name in ("input.txt", "relayon.txt", "relayoff.txt"):
            self.assertIn(name, text)

    def test_http_1_0_clients_without_a_host_are_served(self):
        reply = self.site.raw(b"GET /io/input.txt HTTP/1.0\r\n\r\n")
        self.assertRegex(reply.split(b"\r\n")[0], rb"^HTTP/1\.[01] 200")
        self.assertIn(b"input:1 current:0", reply)

    def test_curl_reads_it(self):
        done = self.site.run("curl", "-sS", "-f", f"http://127.0.0.1:{self.site.port}/io/input.txt")
        self.assertExit(done, 0)
        self.assertEqual(told(done.stdout)[1], (0, 0, 0))


if __name__ == "__main__":
    support.main()
