"""What templates, policies and webhooks add to the price of a certificate: each a configuration of its own."""
import http.server
import json
import ssl
import threading

# Some twenty lines, as people write them: names and subject, a condition, a loop, a policy.
TEMPLATE = """{
    "subject": {
        "commonName": {{ toJson .Subject.CommonName }},
        "organization": "Example",
        "organizationalUnit": {{ toJson (default "none" .Insecure.User.unit) }}
    },
    "sans": {{ toJson .SANs }},
{{- if typeIs "*rsa.PublicKey" .Insecure.CR.PublicKey }}
    "keyUsage": ["keyEncipherment", "digitalSignature"],
{{- else }}
    "keyUsage": ["digitalSignature"],
{{- end }}
    "extKeyUsage": ["serverAuth", "clientAuth"],
    "crlDistributionPoints": [
{{- range $i, $host := list "one" "two" }}
        {{- if $i }},{{ end }} "http://{{ $host | upper | lower }}.example.com/ca.crl"
{{- end }}
    ],
    "policyIdentifiers": ["1.3.6.1.4.1.99999.1"]
}
"""
RULES = 1000


def _provisioner(config):
    return config["authority"]["provisioners"][0]


def _template(config, _hook):
    _provisioner(config)["options"] = {"x509": {"template": TEMPLATE}, "ssh": {}}


def _policy(config, _hook):
    names = [f"host-{i}.example.com" for i in range(RULES // 2)]
    config["authority"]["policy"] = {"x509": {
        "allow": {"dns": ["*.test", "bench.test", *names], "cn": ["renewed.test"]},
        "deny": {"dns": [f"*.zone-{i}.example.net" for i in range(RULES - len(names) - 3)]}}}


def _webhook(config, hook):
    _provisioner(config)["options"] = {"x509": {}, "ssh": {}, "webhooks": [
        {"id": "1", "name": "all", "url": hook, "kind": "AUTHORIZING", "certType": "X509"}]}


VARIANTS = {"sign_plain": ("/sign, nothing of these", lambda config, hook: None),
            "sign_template": ("/sign, a template of 20 lines", _template),
            "sign_policy": (f"/sign, a policy of {RULES} rules", _policy),
            "sign_webhook": ("/sign, a webhook on loopback", _webhook)}


class Hook:
    """Allows everything; keeps its connections."""

    def __init__(self, certificate, key):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n"
                                 b'{"allow":true}')

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def measure(bench, serve, count):
    """Name of a variant to what `bench` measures under it. `serve()` is its server, to be entered."""
    home = bench.home
    path = home.steppath / "config/ca.json"
    plain = path.read_text()
    with serve():
        home.s("ca", "certificate", "localhost", "hook.crt", "hook.key", "--provisioner", "admin",
               "--password-file", home.password, "--ca-url", f"https://localhost:{bench.port}",
               "--root", home.steppath / "certs/root_ca.crt")
    hook = Hook(home.file("hook.crt"), home.file("hook.key"))
    results = {}
    try:
        for name, (_, change) in VARIANTS.items():
            config = json.loads(plain)
            change(config, hook.url)
            path.write_text(json.dumps(config))
            with serve() as server:
                bench.pid = server.process.pid
                bench.run(400)
                results[name] = bench.run(count)
    finally:
        hook.close()
        path.write_text(plain)
    return results
