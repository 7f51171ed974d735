"""examples/phone: a photo on the phone when the door opens, against small servers that take requests as strictly as
ntfy, Telegram and Matrix document them."""

import email.parser
import email.policy
import http.server
import json
import re
import socketserver
import threading
import urllib.parse

import support
from support import wait_until

TOKEN = "123456:AB-c/d+e"
TIME = r"\d\d:\d\d:\d\d"


class Service:
    """An HTTP server on loopback; `answer(request)` gives (status, object)."""

    def __init__(self, answer):
        service = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, self.headers, body)
                service.requests.append(request)
                status, reply = answer(request)
                data = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = handle_one

            def log_message(self, *args):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.raw_path, _, self.query = target.partition("?")
        self.path = urllib.parse.unquote(self.raw_path)

    def json(self):
        if self.headers.get("Content-Type") != "application/json":
            raise AssertionError(f"Content-Type of JSON: {self.headers.get('Content-Type')}")
        return json.loads(self.body)

    def form(self):
        """{name: (file name or None, type, bytes)} of multipart/form-data, read by Python's own parser."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        if message.get_content_type() != "multipart/form-data":
            raise AssertionError(self.headers["Content-Type"])
        return {part.get_param("name", header="content-disposition"):
                (part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_parts()}


class Phone(support.TestCase):
    service_name = None
    address = None

    def setUp(self):
        if self.service_name is None:
            self.skipTest("the services are below")
        text = (support.ROOT / "examples" / "phone" / f"{self.service_name}.yaml").read_text()
        self.service = Service(self.answer)
        self.addCleanup(self.service.close)
        self.assertIn(self.address, text)
        type(self).config = text.replace(self.address, self.service.url).replace("phone-data/snapcron.sock", "sock").replace(
            "phone-data/snapshots", "pictures")
        super().setUp()
        self.site.write(f"{self.service_name}.token", TOKEN + "\n", 0o600)
        self.site.start()

    def open_the_door(self):
        self.site.ok("input", "front-door", "pulse", "100ms")
        return json_lines(wait_until("the run's end in the log", self.ended))

    def ended(self):
        text = self.site.ok("log", "--json")
        return text if any(r.get("kind") == "end" for r in json_lines(text)) else None

    def assertJpeg(self, data):
        self.assertEqual(support.jpeg_size(data), (640, 480))

    def assertNoToken(self):
        """Neither in the log, nor in what is kept."""
        texts = [self.site.daemon.log(), self.site.ok("log"), self.site.ok("log", "--json"), self.site.ok("status", "--json")]
        data = "".join(texts).encode() + b"".join(f.read_bytes() for f in (self.site.pictures / ".snapcron").iterdir())
        for spelling in (TOKEN, urllib.parse.quote(TOKEN, safe="")):
            self.assertNotIn(spelling.encode(), data)

    def result(self, records):
        return next(r for r in records if r.get("kind") == "end")["result"]


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Ntfy(Phone):
    """https://docs.ntfy.sh/publish/: the body is the attachment when there is a Filename."""

    service_name, address = "ntfy", "https://ntfy.sh"
    largest = 1_000_000

    def answer(self, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"code": 40101, "http": 401, "error": "unauthorized"}
        if request.method not in ("PUT", "POST") or not re.fullmatch(r"/[-_A-Za-z0-9]{1,64}", request.path):
            return 404, {"code": 40401, "http": 404, "error": "page not found"}
        if len(request.body) > self.largest:
            return 413, {"code": 41301, "http": 413, "error": "attachment too large, or bandwidth limit reached"}
        return 200, {"id": "hwQ2YpKdmg", "event": "message", "topic": request.path[1:]}

    def test_a_photo_with_a_title(self):
        self.assertEqual(self.result(self.open_the_door()), "ok")
        (request,) = self.service.requests
        self.assertEqual((request.method, request.path), ("PUT", "/front-door-4711"))
        self.assertEqual(request.headers["Title"], "front-door opened")
        self.assertEqual(request.headers["Filename"], "front-door.jpg")
        self.assertRegex(request.headers["Message"], f"^at {TIME}$")
        self.assertEqual(request.headers["Content-Type"], "image/jpeg")
        self.assertJpeg(request.body)
        self.assertNoToken()

    def test_a_text_when_the_photo_is_refused(self):
        type(self).largest = 1000
        self.addCleanup(setattr, type(self), "largest", 1_000_000)
        records = self.open_the_door()
        self.assertIn("413", json.dumps(records))
        photo, text = self.service.requests
        self.assertEqual((text.method, text.headers["Title"]), ("POST", "front-door opened"))
        self.assertRegex(text.body.decode(), f"^at {TIME}, without a picture$")
        self.assertIsNone(text.headers.get("Filename"))
        self.assertNoToken()

    def test_a_wrong_token_is_said(self):
        self.site.write("ntfy.token", "another\n", 0o600)
        self.site.ok("reload")
        self.assertEqual(self.result(self.open_the_door()), "failed")
        self.assertRegex(self.site.ok("log"), r"PUT http://127\.0\.0\.1:\d+: 401: \{\"code\": 40101")


class Telegram(Phone):
    """https://core.telegram.org/bots/api#sendphoto: multipart/form-data with chat_id, photo and caption."""

    service_name, address = "telegram", "https://api.telegram.org"
    refuses = False

    def answer(self, request):
        if not request.path.startswith(f"/bot{TOKEN}/"):
            return 404, {"ok": False, "error_code": 404, "description": "Not Found"}
        method = request.path[len(f"/bot{TOKEN}/"):]
        if method == "sendPhoto":
            if self.refuses:
                return 400, {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
            form = request.form()
            good = set(form) == {"chat_id", "caption", "photo"} and form["photo"][0]
        else:
            good = method == "sendMessage" and set(request.json()) == {"chat_id", "text"}
        if not good:
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: message text is empty"}
        return 200, {"ok": True, "result": {"message_id": 101, "chat": {"id": 123456789}}}

    def test_a_photo_with_a_caption(self):
        self.assertEqual(self.result(self.open_the_door()), "ok")
        (request,) = self.service.requests
        self.assertEqual(request.method, "POST")
        form = request.form()
        self.assertEqual(form["chat_id"][2], b"123456789")
        self.assertRegex(form["caption"][2].decode(), f"^front-door opened at {TIME}$")
        name, kind, data = form["photo"]
        self.assertTrue(name.endswith(".jpg"), name)
        self.assertEqual(kind, "image/jpeg")
        self.assertJpeg(data)
        self.assertNoToken()

    def test_a_text_when_the_photo_is_refused(self):
        type(self).refuses = True
        self.addCleanup(setattr, type(self), "refuses", False)
        records = self.open_the_door()
        self.assertIn("PHOTO_INVALID_DIMENSIONS", json.dumps(records))
        photo, text = self.service.requests
        self.assertTrue(text.path.endswith("/sendMessage"))
        self.assertRegex(text.json()["text"], f"^front-door opened at {TIME}, without a picture$")
        self.assertNoToken()


class Matrix(Phone):
    """https://spec.matrix.org/v1.11/client-server-api/: upload, then an event that names what was uploaded. The same
    transaction id again does nothing."""

    service_name, address = "matrix", "https://matrix.example.org"
    uploads = True

    def answer(self, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token"}
        if (request.method, request.path) == ("POST", "/_matrix/media/v3/upload"):
            if not self.uploads:
                return 413, {"errcode": "M_TOO_LARGE", "error": "Cannot upload files larger than 1 KB"}
            return 200, {"content_uri": "mxc://example.org/AQwafuaFswefuhsfAFAgsw"}
        room = re.fullmatch(r"/_matrix/client/v3/rooms/!abcdefg:example\.org/send/m\.room\.message/([^/]+)", request.path)
        if request.method != "PUT" or not room or "msgtype" not in request.json():
            return 404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}
        return 200, {"event_id": "$" + room.group(1)}

    def test_a_photo_in_the_room(self):
        self.assertEqual(self.result(self.open_the_door()), "ok")
        upload, event = self.service.requests
        self.assertEqual((upload.query, upload.headers["Content-Type"]), ("filename=front-door.jpg", "image/jpeg"))
        self.assertJpeg(upload.body)
        self.assertEqual(event.json(), {"msgtype": "m.image", "body": "front-door.jpg", "info": {"mimetype": "image/jpeg"},
                                        "url": "mxc://example.org/AQwafuaFswefuhsfAFAgsw"})
        self.assertNoToken()

    def test_a_text_when_the_photo_is_refused(self):
        type(self).uploads = False
        self.addCleanup(setattr, type(self), "uploads", True)
        records = self.open_the_door()
        self.assertIn("M_TOO_LARGE", json.dumps(records))
        upload, text, image = self.service.requests
        self.assertEqual(text.json()["msgtype"], "m.text")
        self.assertRegex(text.json()["body"], f"^front-door opened at {TIME}, without a picture$")
        self.assertEqual(image.path, text.path, "the same transaction id: the server leaves the image out")
        self.assertNoToken()


if __name__ == "__main__":
    support.main()
