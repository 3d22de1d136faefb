"""A server that is called as a webhook: checks what it gets, answers as it is told, or misbehaves."""
import base64
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
import time

from tests.support.harness import PATIENCE


class Call:
    """One request as it came."""

    def __init__(self, handler, body):
        self.method, self.path, self.body = handler.command, handler.path, body
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        peer = handler.connection.getpeercert() if isinstance(handler.connection, ssl.SSLSocket) else None
        self.client = dict(part[0] for part in peer["subject"])["commonName"] if peer else None
        self.connection = handler.client_address

    def json(self):
        return json.loads(self.body)

    def signed_by(self, secret):
        """Whether the signature is that of the exact octets; `secret` is base64, "" an empty key."""
        wanted = hmac.new(base64.b64decode(secret), self.body, hashlib.sha256).hexdigest()
        return self.headers.get("x-smallstep-signature") == wanted


class WebhookServer:
    """https://localhost:PORT. `answers` maps a path (without query) to what is sent: an object for JSON,
    a number for a bare status, a list of these to be sent one after the other (the last for ever), or a
    function that takes the handler and writes to it."""

    def __init__(self, home, answers=None):
        self.answers = {"/allow": {"allow": True}, "/deny": {"allow": False}, **(answers or {})}
        self.calls = []
        self.open = threading.Event()  # What "hang" waits for.
        self._lock = threading.Lock()
        crt, key = home.file("webhook.crt"), home.file("webhook.key")
        if not crt.exists():
            certs, secrets = home.steppath / "certs", home.steppath / "secrets"
            home.s("certificate", "create", "localhost", crt, key, "--profile", "leaf", "--bundle",
                   "--ca", certs / "intermediate_ca.crt", "--ca-key", secrets / "intermediate_ca_key",
                   "--ca-password-file", home.password, "--no-password", "--insecure",
                   "--san", "localhost", "--san", "127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(crt, key)
        context.load_verify_locations(home.steppath / "certs/root_ca.crt")
        context.verify_mode = ssl.CERT_OPTIONAL
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def log_message(self, *_):
                pass

            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                outer._serve(self, Call(self, self.rfile.read(length)))

            def do_GET(self):
                outer._serve(self, Call(self, b""))

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def get_request(self):
                connection, address = self.socket.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # The handshake is made by the thread that reads, not by the one that accepts.
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, *_):
                pass

        self._server = Threads(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path="/allow"):
        return f"https://localhost:{self.port}{path}"

    def _serve(self, handler, call):
        with self._lock:
            self.calls.append(call)
            answer = self.answers.get(call.path.partition("?")[0], 404)
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer(handler)
        elif isinstance(answer, int):
            send(handler, answer, b"")
        else:
            send(handler, 200, json.dumps(answer).encode())

    def paths(self):
        with self._lock:
            return [call.path for call in self.calls]

    def clear(self):
        with self._lock:
            self.calls.clear()

    def wait_for(self, count, seconds=PATIENCE):
        """The calls, once there are `count`."""
        end = time.monotonic() + seconds
        while True:
            with self._lock:
                if len(self.calls) >= count:
                    return list(self.calls)
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.calls)} calls within {seconds} s, not {count}")
            time.sleep(0.01)

    def close(self):
        self.open.set()
        self._server.shutdown()
        self._server.server_close()

    # Answers that no decent server gives.

    def hang(self, handler):
        self.open.wait(60)
        handler.close_connection = True

    def stream(self, handler):
        """A body without end."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while not self.open.is_set():
                handler.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        except OSError:
            pass
        handler.close_connection = True

    def drip(self, handler):
        """An octet of the answer now and then."""
        try:
            for octet in b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b" " * 1000000:
                handler.wfile.write(bytes([octet]))
                if self.open.wait(0.2):
                    break
        except OSError:
            pass
        handler.close_connection = True


def send(handler, status, body, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def redirect(status, where):
    return lambda handler: send(handler, status, b"", Location=where)


def raw(body):
    return lambda handler: send(handler, 200, body)


def huge(handler):
    """100 MB, told beforehand."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100_000_000))
    handler.end_headers()
    try:
        for _ in range(1600):
            handler.wfile.write(b" " * 62500)
    except OSError:
        pass
    handler.close_connection = True


def drop(handler):
    """The connection ends without an answer."""
    handler.close_connection = True
    handler.connection.close()
