"""Servers that pictures are delivered to, each a context manager on a free port of 127.0.0.1: Debian's own where there
is one, and small ones of our own that are faulty on purpose. Their user is `camera`, the password `s3cret`."""

import contextlib
import datetime
import hashlib
import hmac
import http.server
import logging
import os
import pathlib
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import urllib.parse
import warnings

import support

USER, PASSWORD = "camera", "s3cret"


def run(*argv, input=None):
    return subprocess.run(argv, check=True, capture_output=True, text=True, input=input).stdout.strip()


class Folder:
    """A folder that goes when its server does, and which anybody may enter."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="snapcron-server-"))
        self.folder.chmod(0o755)
        self.undo = contextlib.ExitStack()
        self.undo.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def inner(self, name, owner=None):
        path = self.folder / name
        path.mkdir()
        if owner is not None:
            os.chown(path, owner, owner)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.undo.close()


def files(folder):
    """Each file below, with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def certificate(folder):
    """A key and a certificate that nobody signed, as one file."""
    pem, crt = folder.folder / "pem", folder.folder / "crt"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", str(pem), "-out", str(crt))
    with pem.open("a") as both:
        both.write(crt.read_text())
    return pem


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Program(Folder):
    """A server that is a program of somebody else's."""

    def start(self, argv, port):
        self.port = port
        self.log = self.folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.undo.callback(self.stop)
        support.wait_until(f"{argv[0]} to listen", self.is_there)

    def is_there(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.process.args} ended:\n{self.log.read_text(errors='replace')}")
        return listens(self.port)

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()


ID = 54321


def with_user(folder, argv):
    """The program in a mount namespace of its own where a user `camera` exists: this machine gets none."""
    hashed = run("openssl", "passwd", "-6", PASSWORD)
    home = folder.folder / "home"
    here = {name: pathlib.Path("/etc", name).read_text() for name in ("passwd", "shadow", "group")}
    folder.write("passwd", here["passwd"] + f"{USER}:x:{ID}:{ID}::{home}:/bin/sh\n")
    folder.write("shadow", here["shadow"] + f"{USER}:{hashed}:19000:0:99999:7:::\n", 0o600)
    folder.write("group", here["group"] + f"{USER}:x:{ID}:\n")
    script = 'for f in passwd shadow group; do mount --bind "$1/$f" /etc/$f || exit; done; shift; exec "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(folder.folder), *argv]


class Vsftpd(Program):
    """`tls`: None, "explicit" or "implicit". The files are below `home`."""

    def __init__(self, tls=None, rename=True):
        super().__init__()
        self.home = self.inner("home", ID)
        self.inner("empty")
        port = support.free_port()
        lines = f"""\
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
secure_chroot_dir={self.folder}/empty
pam_service_name=vsftpd
seccomp_sandbox=NO
delay_failed_login=0
isolate_network=NO
xferlog_enable=NO
"""
        if tls:
            pem = certificate(self)
            lines += f"ssl_enable=YES\nrsa_cert_file={pem}\nrsa_private_key_file={pem}\nssl_ciphers=HIGH\n"
            lines += "force_local_logins_ssl=YES\nforce_local_data_ssl=YES\n"
        if tls == "implicit":
            lines += "implicit_ssl=YES\n"
        if not rename:
            lines += "cmds_denied=RNFR,RNTO\n"
        config = self.write("vsftpd.conf", lines)
        self.start(with_user(self, [shutil.which("vsftpd", path="/usr/sbin"), str(config)]), port)
        self.url = f"{'ftps' if tls == 'implicit' else 'ftp'}://127.0.0.1:{port}"


class Sshd(Program):
    """With an ed25519 host key; `key` opens it as well as the password does."""

    def __init__(self):
        super().__init__()
        self.home = self.inner("home", ID)
        host = self.new_key("host")
        self.key = self.new_key("key")
        keys = self.write("authorized_keys", self.key.with_suffix(".pub").read_text())
        self.host_key = run("ssh-keygen", "-lf", str(host)).split()[1]
        port = support.free_port()
        words = host.with_suffix(".pub").read_text().split()
        self.known_hosts = self.write("known_hosts", f"[127.0.0.1]:{port} {words[0]} {words[1]}\n")
        config = self.write("sshd_config", f"""\
ListenAddress 127.0.0.1
Port {port}
HostKey {host}
AuthorizedKeysFile {keys}
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
""")
        os.makedirs("/run/sshd", exist_ok=True)  # where it wants to be without rights
        self.start(with_user(self, ["/usr/sbin/sshd", "-D", "-e", "-f", str(config)]), port)
        self.url = f"sftp://127.0.0.1:{port}"

    def end_sessions(self):
        """Kills what serves the connections, not what waits for new ones."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), 9)

    def new_key(self, name, kind="ed25519"):
        path = self.folder / name
        run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path))
        return path


class NginxDav(Program):
    """Takes PUT, makes folders. The files are below `home`."""

    def __init__(self, extra="", tls=False):
        super().__init__()
        self.home = self.inner("home")
        port = support.free_port()
        pem = certificate(self) if tls else None
        secure = f"ssl_certificate {pem}; ssl_certificate_key {pem};" if tls else ""
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{kind};"
                             for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        config = self.write("nginx.conf", f"""\
{user} daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{}}
http {{
  log_format asked '$request $http_idempotency_key';
  access_log {self.folder}/access asked; {temporary}
  server {{
    listen 127.0.0.1:{port} {"ssl" if tls else ""}; {secure} root {self.home}; client_max_body_size 64m;
    location / {{ dav_methods PUT DELETE; create_full_put_path on; {extra} }}
  }}
}}
""")
        self.start([shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-e", f"{self.folder}/error.log", "-c", str(config)], port)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"

    def asked(self):
        return (self.folder / "access").read_text().splitlines()


class Mail(Folder):
    """aiosmtpd with STARTTLS and a password. `answers`: what it says to "RCPT" and "DATA" instead of yes."""

    def __init__(self, answers=None, tls=True):
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # it tells what the tests want to happen
        warnings.filterwarnings("ignore", module="aiosmtpd")

        super().__init__()
        self.mails, self.logins = [], []
        answers = answers or {}
        mail = self

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if "RCPT" in answers:
                    return answers["RCPT"]
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                if "DATA" in answers:
                    return answers["DATA"]
                mail.mails.append(envelope)
                return "250 taken"

        def authenticate(server, session, envelope, mechanism, data):
            self.logins.append((session.ssl is not None, data.login, data.password))
            return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

        options = {}
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate(self))
            options = dict(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate)
        else:
            options = dict(auth_require_tls=False, authenticator=authenticate)
        self.port = support.free_port()
        self.controller = Controller(Handler(), hostname="127.0.0.1", port=self.port, data_size_limit=2**26, **options)
        self.controller.start()
        self.undo.callback(self.controller.stop)
        self.url = f"smtp://127.0.0.1:{self.port}"


class Threaded(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass


class Ours(Folder):
    """A server of ours, a thread a connection."""

    def serve(self, handler):
        self.server = Threaded(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.undo.callback(self.server.server_close)
        self.undo.callback(self.server.shutdown)


class Web(Ours):
    """Every request is a call of behave(handler, body), whose answer is (status, headers, body); None closes."""

    def __init__(self, behave):
        super().__init__()
        self.requests = []  # (method, path, headers, body)
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                web.requests.append((self.command, self.path, self.headers, body))
                answer = behave(self, body)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_HEAD = any

            def log_message(self, *_):
                pass

        self.serve(Handler)
        self.url = f"http://127.0.0.1:{self.port}"


class S3(Web):
    """Checks AWS Signature Version 4 as its specification has it, written apart from what makes the signature; and that
    the body has the hash that was signed. `now`: its clock."""

    def __init__(self, region="eu-north-1", now=lambda: datetime.datetime.now(datetime.timezone.utc)):
        super().__init__(self.answer)
        self.region, self.now = region, now
        self.objects = {}

    def answer(self, handler, body):
        wrong = self.what_is_wrong(handler, body)
        if wrong:
            return 403, {"Content-Type": "application/xml"}, f"<Error><Code>{wrong}</Code></Error>".encode()
        if handler.command != "PUT":
            return 405, {}, b""
        self.objects[urllib.parse.unquote(handler.path)] = body
        return 200, {"ETag": '"' + hashlib.md5(body).hexdigest() + '"'}, b""

    def what_is_wrong(self, handler, body):
        headers = {name.lower(): value.strip() for name, value in handler.headers.items()}
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
                             r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", headers.get("authorization", ""))
        if not found:
            return "AccessDenied"
        user, day, region, names, signature = found.groups()
        at = headers.get("x-amz-date", "")
        when = datetime.datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs((self.now() - when).total_seconds()) > 900:
            return "RequestTimeTooSkewed"
        if user != USER:
            return "InvalidAccessKeyId"
        if region != self.region or not at.startswith(day):
            return "AuthorizationHeaderMalformed"
        signed = names.split(";")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed) or signed != sorted(signed):
            return "AccessDenied"
        path, _, query = handler.path.partition("?")
        encoded = urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~")
        payload = headers["x-amz-content-sha256"]
        request = "\n".join([handler.command, encoded, query, *(f"{name}:{headers[name]}" for name in signed), "",
                             names, payload])
        text = "\n".join(["AWS4-HMAC-SHA256", at, f"{day}/{region}/s3/aws4_request",
                          hashlib.sha256(request.encode()).hexdigest()])
        key = ("AWS4" + PASSWORD).encode()
        for part in (day, region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        if not hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), signature):
            return "SignatureDoesNotMatch"
        if hashlib.sha256(body).hexdigest() != payload:
            return "XAmzContentSHA256Mismatch"
        return None


class Ftp(Ours):
    """A server in memory with the faults that are asked for:

    AUTH is always refused; and
    keeps=N          stores the first N bytes and still answers 226
    no_size          does not know SIZE
    never_replaces   RNTO to a name that is taken is refused with 553
    no_rename        RNFR is refused
    lies_about_host  PASV names another machine
    silent           never says that an upload has ended
    idle=N           after N uploads the connection is closed with a 421, while nothing is asked
    """

    def __init__(self, keeps=None, no_size=False, never_replaces=False, no_rename=False, lies_about_host=False, silent=False, idle=None):
        super().__init__()
        self.files, self.commands = {}, []
        self.folders = {"/"}
        self.faults = dict(keeps=keeps, no_size=no_size, never_replaces=never_replaces, no_rename=no_rename,
                           lies_about_host=lies_about_host, silent=silent, idle=idle)
        ftp = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self):
                FtpSession(ftp, self).talk()

        self.serve(Handler)
        self.url = f"ftp://127.0.0.1:{self.port}"


class FtpSession:
    def __init__(self, ftp, handler):
        self.ftp, self.handler = ftp, handler
        self.at, self.source, self.data, self.stored = "/", None, None, 0

    def say(self, line):
        self.handler.wfile.write((line + "\r\n").encode())

    def path(self, name):
        return os.path.normpath(os.path.join(self.at, name))

    def talk(self):
        self.say("220 ready")
        for line in self.handler.rfile:
            line = line.decode().rstrip("\r\n")
            self.ftp.commands.append(line)
            verb, _, rest = line.partition(" ")
            answer = getattr(self, "do_" + verb.lower(), lambda _: "500 unknown")(rest)
            if answer:
                self.say(answer)
            if answer.startswith("221"):
                return
            if self.ftp.faults["idle"] is not None and self.stored >= self.ftp.faults["idle"] and verb == "RNTO":
                self.say("421 idle for too long")
                return

    def do_user(self, _):
        return "331 password"

    def do_pass(self, word):
        return "230 in" if word == PASSWORD else "530 not you"

    def do_pwd(self, _):
        return f'257 "{self.at}"'

    def do_type(self, _):
        return "200 ok"

    def do_quit(self, _):
        return "221 bye"

    def do_cwd(self, name):
        if self.path(name) not in self.ftp.folders:
            return "550 no such folder"
        self.at = self.path(name)
        return "250 ok"

    def do_mkd(self, name):
        if os.path.dirname(self.path(name)) not in self.ftp.folders:
            return "550 no such parent"
        self.ftp.folders.add(self.path(name))
        return "257 made"

    def listen(self):
        self.data = socket.create_server(("127.0.0.1", 0))
        return self.data.getsockname()[1]

    def do_epsv(self, _):
        if self.ftp.faults["lies_about_host"]:
            return "500 unknown"
        return f"229 ok (|||{self.listen()}|)"

    def do_pasv(self, _):
        port = self.listen()
        return f"227 ok (192,0,2,1,{port // 256},{port % 256})"

    def do_stor(self, name):
        self.say("150 go on")
        with self.data, self.data.accept()[0] as connection:
            content = b"".join(iter(lambda: connection.recv(65536), b""))
        self.ftp.files[self.path(name)] = content[: self.ftp.faults["keeps"]]
        self.stored += 1
        return "" if self.ftp.faults["silent"] else "226 stored"

    def do_size(self, name):
        if self.ftp.faults["no_size"]:
            return "502 unknown"
        content = self.ftp.files.get(self.path(name))
        return "550 no such file" if content is None else f"213 {len(content)}"

    def do_rnfr(self, name):
        if self.ftp.faults["no_rename"]:
            return "502 unknown"
        self.source = self.path(name)
        return "350 and to?" if self.source in self.ftp.files else "550 no such file"

    def do_rnto(self, name):
        if self.ftp.faults["never_replaces"] and self.path(name) in self.ftp.files:
            return "553 is there"
        self.ftp.files[self.path(name)] = self.ftp.files.pop(self.source)
        return "250 ok"

    def do_dele(self, name):
        return "250 gone" if self.ftp.files.pop(self.path(name), None) is not None else "550 no such file"


class Raw(Ours):
    """Every connection is a call of behave(socket); what clients sent before TLS or a close is kept in `heard`."""

    def __init__(self, behave):
        super().__init__()
        self.heard = []
        raw = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                behave(self.request, raw)

        self.serve(Handler)
