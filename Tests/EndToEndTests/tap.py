"""A port in front of a server that passes everything on, or accepts and never answers."""

import selectors
import socket
import threading


class Tap:
    """Listens on a free port of loopback, from `with` to its end. Connections live until the tap is turned."""

    def __init__(self, target_port: int):
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._is_silent = False
        self._pairs: list[tuple[socket.socket, socket.socket | None]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def turn(self, *, silent: bool) -> None:
        """Closes what is open; new connections are passed on, or accepted in silence."""
        with self._lock:
            self._is_silent = silent
            for pair in self._pairs:
                for end in pair:
                    if end is not None:
                        _shut(end)
            self._pairs.clear()

    def close(self) -> None:
        _shut(self._listener)
        self._listener.close()
        self.turn(silent=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            with self._lock:
                server = None if self._is_silent else self._reach_server()
                self._pairs.append((client, server))
            pass_on = self._hold if server is None else self._pass_on
            threading.Thread(target=pass_on, args=(client, server), daemon=True).start()

    def _reach_server(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
        except OSError:
            return None

    def _hold(self, client: socket.socket, _: None) -> None:
        with client:
            try:
                while client.recv(65536):
                    pass
            except OSError:
                pass

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            try:
                while True:
                    for key, _ in selector.select():
                        data = key.fileobj.recv(65536)
                        if not data:
                            return
                        key.data.sendall(data)
            except OSError:
                return


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
