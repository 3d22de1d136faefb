"""A web server on loopback that answers what a test tells it, and remembers what it was asked."""
import http.server
import socket
import threading


def answer_with(handler, page):
    """Writes a page: a body, or (status, headers, body)."""
    status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    try:
        handler.wfile.write(body)
    except OSError:
        pass  # The client had enough.


class Listener(http.server.ThreadingHTTPServer):
    """Serves from construction to close(), each connection in a thread; with `context` by TLS."""

    request_queue_size = 128

    def __init__(self, host, port, handler, context=None):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_):
        pass  # A client that went away is no news.

    def close(self):
        self.shutdown()
        self.server_close()


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
                answer_with(self, page)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = Listener("127.0.0.1", 0, Handler, context)
        self.port = self.server.server_port
        self.url = f"{'https' if context else 'http'}://localhost:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()
