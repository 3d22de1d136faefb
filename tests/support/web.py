"""A web server on loopback that answers what a test tells it, and remembers what it was asked."""
import http.server
import threading


class Web:
    """`with Web({"/x": b"body"}) as web:` - a value is the body, or (status, headers, body), or a function of the request."""

    def __init__(self, pages, context=None):
        self.pages, self.asked = pages, []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                web.asked.append((self.command, self.path, dict(self.headers), body))
                page = web.pages.get(self.path, (404, {}, b"nothing here"))
                if callable(page):
                    page = page(body)
                status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # The client had enough.

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        scheme = "http"
        if context:
            scheme = "https"
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
