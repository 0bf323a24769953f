"""all-MiniLM-L6-v2 on a processor, in numpy: a BERT of six layers, the mean of its last one, scaled to length 1."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A thread a batch: threads within a multiplication wait for each other where other programs run, too.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

# What the model was trained on; it reads no more of a text.
MAX_TOKENS = 256
# Texts of about one length go together, and so many tokens at once stay in the processor's cache.
BATCH_TOKENS = 2048


class MiniLm:
    def __init__(self, folder: Path):
        config = json.loads((folder / "config.json").read_text())
        self.heads = config["num_attention_heads"]
        self.size = config["hidden_size"]
        self.layers = config["num_hidden_layers"]
        self.epsilon = config["layer_norm_eps"]
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()

    def embed(self, texts: list[str]) -> tuple[np.ndarray, int]:
        """A row for each text, and how many tokens were read."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        batches: list[list[int]] = [[]]
        for index in sorted(range(len(ids)), key=lambda each: len(ids[each])):
            if batches[-1] and (len(batches[-1]) + 1) * len(ids[index]) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(index)
        rows = np.zeros((len(texts), self.size), np.float32)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            done = threads.map(lambda batch: self._forward([ids[each] for each in batch]), batches)
            for batch, vectors in zip(batches, done):
                rows[batch] = vectors
        return rows, sum(map(len, ids))

    def _forward(self, ids: list[list[int]]) -> np.ndarray:
        longest = max(map(len, ids))
        mask = np.zeros((len(ids), longest), np.float32)
        padded = np.zeros((len(ids), longest), np.int64)
        for row, tokens in enumerate(ids):
            mask[row, : len(tokens)] = 1
            padded[row, : len(tokens)] = tokens
        state = (
            self.weights["embeddings.word_embeddings.weight"][padded]
            + self.weights["embeddings.position_embeddings.weight"][:longest]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm(state, "embeddings.LayerNorm")
        unseen = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(self.layers):
            state = self._layer(state, unseen, f"encoder.layer.{layer}")
        mean = (state * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _layer(self, state: np.ndarray, unseen: np.ndarray, name: str) -> np.ndarray:
        query, key, value = (
            self._in_heads(self._linear(state, f"{name}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(query.shape[-1])) + unseen
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attended = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        attended = attended.swapaxes(1, 2).reshape(state.shape)
        attended = self._linear(attended, f"{name}.attention.output.dense")
        state = self._norm(state + attended, f"{name}.attention.output.LayerNorm")
        thought = _gelu(self._linear(state, f"{name}.intermediate.dense"))
        return self._norm(state + self._linear(thought, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _in_heads(self, state: np.ndarray) -> np.ndarray:
        texts, tokens, size = state.shape
        return state.reshape(texts, tokens, self.heads, size // self.heads).swapaxes(1, 2)

    def _linear(self, state: np.ndarray, name: str) -> np.ndarray:
        flat = state.reshape(-1, state.shape[-1]) @ self.weights[f"{name}.weight"].T
        return (flat + self.weights[f"{name}.bias"]).reshape(*state.shape[:-1], -1)

    def _norm(self, state: np.ndarray, name: str) -> np.ndarray:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self.epsilon))
        return centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """x·Φ(x), with erf by Abramowitz and Stegun 7.1.26, whose error float32 does not show."""
    z = np.abs(x)
    z *= np.float32(np.sqrt(0.5))
    t = np.float32(0.3275911) * z
    t += 1
    np.reciprocal(t, out=t)
    erf = np.float32(1.061405429) * t
    for term in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        erf += np.float32(term)
        erf *= t
    z *= -z
    erf *= np.exp(z, out=z)
    np.subtract(1, erf, out=erf)
    np.copysign(erf, x, out=erf)
    erf += 1
    erf *= x
    erf *= np.float32(0.5)
    return erf
