"""A mail server that keeps what it is sent: enough of RFC 5321 for smtplib, in a thread of its own."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mail:
    """What came; the next `refuse` messages are refused with a 451."""

    port: int = 0
    messages: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuse: int = 0


class _Talk(socketserver.StreamRequestHandler):
    mail: Mail

    def handle(self) -> None:
        self._say("220 fake")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._data()
            elif verb == b"EHLO":
                self._say("250-fake")
                self._say("250 AUTH PLAIN")
            elif verb == b"AUTH":
                self.mail.logins.append(line.decode().strip())
                self._say("235 ok")
            else:
                self._say("250 ok")

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if self.mail.refuse:
            self.mail.refuse -= 1
            self._say("451 try later")
            return
        self.mail.messages.append(b"".join(lines).decode())
        self._say("250 kept")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[Mail]:
    """On a free port of this machine."""
    mail = Mail()
    talk = type("Talk", (_Talk,), {"mail": mail})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield mail
        server.shutdown()
        thread.join()
