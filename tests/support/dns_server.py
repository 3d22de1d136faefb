"""A small authoritative name server on loopback, UDP and TCP, whose records a test changes while it runs.

Records are (name, type) to a list of values: A and AAAA addresses, TXT strings, CNAME, NS and PTR names, CAA "0 issue x".
`*.example.test` answers for every name below that has no records of its own. Clients' hooks set TXT records over HTTP:
POST {"fqdn": …, "value": …} to /present and /cleanup (what lego's provider "httpreq" sends), see `hook_url`.
"""
import http.server
import ipaddress
import json
import socket
import socketserver
import struct
import threading
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "CAA": 257}
NAMES = {number: name for name, number in TYPES.items()}
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5


def encode_name(name):
    out = b""
    for label in name.rstrip(".").split("."):
        if label:
            out += bytes([len(label)]) + label.encode()
    return out + b"\0"


def encode_value(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "TXT":
        data = value if isinstance(value, bytes) else value.encode()
        return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data) or 1, 255))
    if kind == "CAA":
        flags, tag, text = value.split(" ", 2)
        return bytes([int(flags), len(tag)]) + tag.encode() + text.encode()
    if kind == "SOA":
        return encode_name("ns." + value) + encode_name("hostmaster." + value) + struct.pack(">5I", 1, 60, 60, 60, 1)
    return encode_name(value)


class DnsServer:
    """`with DnsServer() as dns: dns.set("a.test", "A", "127.0.0.1")`; `address` is what --resolver wants."""

    def __init__(self, host="127.0.0.1"):
        self.records = {}
        self.broken = {}    # name -> a response code, or "drop"
        self.delay = 0      # Seconds before each answer.
        self.truncate = False  # UDP answers carry TC and nothing else: ask by TCP.
        self.asked = []     # (name, type, "udp" or "tcp")
        self._lock = threading.Lock()
        self._udp, self._tcp = self._listen(host)
        self._hook = self._hook_server(host)
        self.port = self._udp.server_address[1]
        self.address = f"{host}:{self.port}"
        self.hook_url = f"http://{host}:{self._hook.server_address[1]}"
        self._servers = [self._udp, self._tcp, self._hook]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def set(self, name, kind, *values):
        """Replaces the records of this name and type."""
        with self._lock:
            self.records[(name.lower().rstrip("."), kind)] = list(values)

    def add(self, name, kind, value):
        with self._lock:
            self.records.setdefault((name.lower().rstrip("."), kind), []).append(value)

    def clear(self, name, kind, value=None):
        """Removes one value, or all of them."""
        with self._lock:
            key = (name.lower().rstrip("."), kind)
            left = [v for v in self.records.get(key, []) if value is not None and v != value]
            self.records.pop(key, None)
            if left:
                self.records[key] = left

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- answers

    def _find(self, name, kind):
        """(exists, values): the name's own records, else those of the nearest wildcard above it."""
        labels = name.split(".")
        for candidate in [name] + [".".join(["*"] + labels[i:]) for i in range(1, len(labels))]:
            if any(n == candidate for n, _ in self.records):
                return True, self.records.get((candidate, kind), [])
        return any(n.endswith("." + name) for n, _ in self.records), []

    def _records_for(self, name, kind):
        """The chain of answers, CNAMEs first, and whether the name exists."""
        found, exists = [], False
        for _ in range(8):
            here, values = self._find(name, kind)
            exists = exists or here
            if values:
                return exists, found + [(name, kind, v) for v in values]
            _, aliases = self._find(name, "CNAME")
            if not aliases or kind == "CNAME":
                return exists, found
            found.append((name, "CNAME", aliases[0]))
            name = aliases[0].lower().rstrip(".")
        return exists, found

    def answer(self, packet, protocol):
        """The reply to one query, None for silence."""
        if len(packet) < 12:
            return None
        ident, flags, questions = struct.unpack(">HHH", packet[:6])
        if flags & 0x8000 or questions != 1:
            return None
        labels, at = [], 12
        while at < len(packet) and packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
            at += 1 + packet[at]
        question = packet[12:at + 5]
        number, = struct.unpack(">H", packet[at + 1:at + 3])
        name, kind = ".".join(labels).lower(), NAMES.get(number, str(number))
        with self._lock:
            self.asked.append((name, kind, protocol))
            code = self.broken.get(name, 0)
            exists, records = self._records_for(name, kind)
        if code == "drop":
            return None
        if self.delay:
            time.sleep(self.delay)
        truncated = self.truncate and protocol == "udp"
        body, authority = b"", b""
        if code or truncated:
            records = []
        elif not records:
            code = 0 if exists else NXDOMAIN
            zone = name.split(".")[-1]
            authority = self._record(zone, "SOA", zone)
        body = b"".join(self._record(*r) for r in records)
        if protocol == "udp" and len(body) > 1200:
            truncated, body, records = True, b"", []
        head = struct.pack(">6H", ident, 0x8480 | (flags & 0x0100) | (0x0200 if truncated else 0) | code, 1, len(records),
                           1 if authority else 0, 0)
        return head + question + body + authority

    @staticmethod
    def _record(name, kind, value):
        data = encode_value(kind, value)
        return encode_name(name) + struct.pack(">HHIH", TYPES[kind], 1, 1, len(data)) + data

    # --- listeners

    def _listen(self, host):
        """Both protocols on one port."""
        dns = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                data, wire = self.request
                reply = dns.answer(data, "udp")
                if reply:
                    wire.sendto(reply, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            timeout = 5

            def handle(self):
                while len(size := self.rfile.read(2)) == 2:
                    reply = dns.answer(self.rfile.read(*struct.unpack(">H", size)), "tcp")
                    if not reply:
                        return
                    self.wfile.write(struct.pack(">H", len(reply)) + reply)

        for _ in range(20):
            udp = socketserver.ThreadingUDPServer((host, 0), Udp)
            try:
                tcp = socketserver.ThreadingTCPServer((host, udp.server_address[1]), Tcp)
            except OSError:
                udp.server_close()
                continue
            udp.daemon_threads = tcp.daemon_threads = True
            udp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            return udp, tcp
        raise AssertionError("no port that is free for UDP and TCP")

    def _hook_server(self, host):
        dns = self

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                {"/present": dns.add, "/cleanup": dns.clear}[self.path](wish["fqdn"], "TXT", wish["value"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((host, 0), Hook)
        server.daemon_threads = True
        return server
