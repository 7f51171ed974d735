"""The same bytes to us and to nginx: never do we see more requests in them than nginx does, so that no proxy before us
and we understand a connection differently. Differences are shown with the seed and the bytes."""

import os
import random
import re
import shutil
import socket
import unittest

import servers
import support

HOST = b"Host: localhost\r\n"
POST = b"POST /api/v1/inputs/1 HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
BODY = b'{"level":"low"}'
SEEDS = [
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    b"GET /healthz HTTP/1.0\r\n\r\n",
    POST + b"Content-Length: 15\r\n\r\n" + BODY + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\nf\r\n" + BODY + b"\r\n0\r\n\r\n" + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"HEAD http://localhost/healthz HTTP/1.1\r\n" + HOST + b"Accept: */*\r\n\r\n",
]
PIECES = [b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b",", b"\0", b"\x0b", b"\x7f", b"\xff", b";", b"0", b"%00", b"/../", b"#", b"\\",
          b"Host: other\r\n", b"Content-Length: 3\r\n", b"Content-Length: +3\r\n", b"Content-Length: 3, 3\r\n", b"Content-Length : 3\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: chunked, identity\r\n",
          b"transfer-encoding:\x0bchunked\r\n", b"X: y\r\n z\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Upgrade: h2c\r\n"]
# Malformed, or refused before the body is looked at, which ends the connection.
NOT_UNDERSTOOD = {"400", "403", "404", "405", "408", "411", "413", "414", "415", "417", "421", "431", "494", "501", "505"}


class Nginx(servers.Program):
    def __init__(self):
        super().__init__()
        port = support.free_port()
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.write("nginx.conf", f"""\
daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{}}
http {{ access_log off; {temporary}
  server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}
""")
        self.start([shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-e", f"{self.folder}/error.log", "-c", str(config)], port)


def understood(port, data):
    """How many requests a server saw in these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        replies = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                replies += part
        except ConnectionError:
            pass
    statuses = re.findall(r"(?:^|\n|\r\n\r\n)HTTP/1\.[01] (\d{3}) ", replies.decode("latin-1"))
    return sum(status not in NOT_UNDERSTOOD and status != "100" for status in statuses)


def mutated(rng):
    data = rng.choice(SEEDS)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        at = rng.randrange(len(data))
        lines = [m.end() for m in re.finditer(b"\r\n", data)]
        kind = rng.randrange(5)
        if kind == 0:
            data = data[:at] + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + rng.choice(PIECES[:17]) + data[at:]
        elif kind == 2 and lines:  # a further line, where one may stand
            line = rng.choice(lines)
            data = data[:line] + rng.choice(PIECES[17:]) + data[line:]
        elif kind == 3:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        elif lines:
            line = rng.choice(lines)
            begin = data.rfind(b"\r\n", 0, line - 2) + 2 if line > 2 else 0
            data = data[:line] + data[max(begin, 0) : line] + data[line:]
    return data


@support.need("nginx")
class BesideNginx(support.TestCase):
    ROUNDS = int(os.environ.get("SNAPCRON_STRICTNESS_ROUNDS", "3000"))

    def test_we_never_see_more_requests_than_nginx(self):
        self.site.start()
        nginx = Nginx()
        self.addCleanup(nginx.__exit__, None, None, None)
        seed = int(os.environ.get("SNAPCRON_TEST_SEED", random.SystemRandom().randrange(1 << 30)))
        rng = random.Random(seed)
        alike = stricter = 0
        differences = []
        for _ in range(self.ROUNDS):
            data = mutated(rng)
            if re.search(rb"Host:[^\r\n]*\t", data):
                continue  # by the letter a tab is a blank there; nginx refuses it, and nothing is misunderstood
            ours, theirs = understood(self.site.port, data), understood(nginx.port, data)
            alike += ours == theirs
            stricter += ours < theirs
            if ours > theirs:
                differences.append(f"{ours} requests, {theirs} for nginx: {data!r}")
        print(f"seed {seed}: {self.ROUNDS} connections, {alike} alike, {stricter} stricter", flush=True)
        self.assertEqual(differences, [], "\n".join(differences))
        self.assertGreater(alike, self.ROUNDS // 3)
        for data in SEEDS:
            self.assertGreaterEqual(understood(self.site.port, data), 1)


if __name__ == "__main__":
    support.main()
