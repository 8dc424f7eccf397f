"""A program that is no function: plain HTTP on $PORT, and told by paths what to do. Run as a file, not imported."""

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

NOTES = Path(os.environ.get("NOTES", "/nonexistent"))


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    running = 0
    most = 0
    well = True

    def do_GET(self) -> None:
        name, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"answer_{name.replace('-', '_') or 'about'}")(rest)

    def answer_about(self, _rest: str) -> None:
        about = {
            "pid": os.getpid(), "arguments": sys.argv[1:], "folder": str(Path.cwd()), "environment": dict(os.environ),
            "stdin": sys.stdin.read(), "headers": {key.lower(): value for key, value in self.headers.items()},
        }  # fmt: skip
        self.say(json.dumps(about))

    def answer_slow(self, seconds: str) -> None:
        with Answers.lock:
            Answers.running += 1
            Answers.most = max(Answers.most, Answers.running)
        if NOTES.is_dir():
            (NOTES / "begun").touch()
        time.sleep(float(seconds))
        with Answers.lock:
            Answers.running -= 1
        self.say(str(Answers.most))

    def answer_stream(self, _rest: str) -> None:
        """The second half waits until somebody has seen the first."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"6\r\nfirst\n\r\n")
        self.wfile.flush()
        while not (NOTES / "seen").exists():
            time.sleep(0.01)
        self.wfile.write(b"7\r\nsecond\n\r\n0\r\n\r\n")

    def answer_drip(self, seconds: str) -> None:
        """Four pieces, with a pause before each but the first."""
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        for number in range(4):
            time.sleep(float(seconds) if number else 0)
            self.wfile.write(b".")
            self.wfile.flush()

    def answer_upgrade(self, _rest: str) -> None:
        """Another protocol from here on: what comes goes back in capitals."""
        self.send_response(101)
        self.send_header("Connection", "upgrade")
        self.send_header("Upgrade", self.headers["Upgrade"])
        self.end_headers()
        while line := self.rfile.readline():
            self.wfile.write(line.upper())
        self.close_connection = True

    def answer_silent(self, _rest: str) -> None:
        self.close_connection = True

    def answer_exit(self, code: str) -> None:
        os._exit(int(code))

    def answer_sicken(self, _rest: str) -> None:
        Answers.well = False
        self.say("")

    def answer_health(self, _rest: str) -> None:
        self.say("", 200 if Answers.well else 500)

    def answer_header(self, name: str) -> None:
        self.say("", 200 if self.headers[name] else 400)

    def answer_spawn(self, _rest: str) -> None:
        self.say(str(subprocess.Popen(["sleep", "1000"]).pid))

    def say(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the log is for last words."""


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


if __name__ == "__main__":
    if words := os.environ.get("LAST_WORDS"):
        sys.stdout.write(f"{words}\n")
        sys.exit(int(os.environ["EXIT_CODE"]))
    while os.environ.get("WAIT_FOR") and not Path(os.environ["WAIT_FOR"]).exists():
        time.sleep(0.01)
    Server(("", int(os.environ["PORT"])), Answers).serve_forever()
