"""CLIP's tokenizer: byte-level BPE with `</w>` at word ends. Also learns the merges of a new vocabulary.

Usage: tokenizer.py BANK OUT     learns vocab.json and merges.txt in OUT from the names and words of BANK/drawings.json
Texts are lower-cased and their spaces collapsed; HTML entities and mojibake are the caller's business.
"""
import json
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

import regex

PIECES = regex.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+",
                       regex.IGNORECASE)
VOCABULARY = 4096
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_symbols() -> list[str]:
    """One visible character per byte, in the order of the vocabulary: printable bytes first, then the rest."""
    shown = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    hidden = [b for b in range(256) if b not in shown]
    symbol = {b: chr(b) for b in shown} | {b: chr(256 + i) for i, b in enumerate(hidden)}
    return [symbol[b] for b in shown + hidden]


def _symbol_of_byte() -> list[str]:
    shown = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    order = shown + [b for b in range(256) if b not in shown]
    return [s for _, s in sorted(zip(order, byte_symbols()))]


class Tokenizer:
    def __init__(self, folder: Path):
        self.ids = json.loads((folder / "vocab.json").read_text())
        merges = (folder / "merges.txt").read_text().splitlines()[1:]
        self.rank = {tuple(line.split(" ")): i for i, line in enumerate(merges)}
        self.byte = _symbol_of_byte()
        self.piece_ids = lru_cache(maxsize=100_000)(self._piece_ids)
        self.text_ids = lru_cache(maxsize=200_000)(self._text_ids)

    def _piece_ids(self, piece: str) -> tuple[int, ...]:
        if piece in (START, END):
            return (self.ids[piece],)
        symbols = [self.byte[b] for b in piece.encode()]
        symbols[-1] += "</w>"
        while len(symbols) > 1:
            best = min(zip(symbols, symbols[1:]), key=lambda pair: self.rank.get(pair, 1 << 30))
            if best not in self.rank:
                break
            symbols = _merged(symbols, best)
        return tuple(self.ids[s] for s in symbols)

    def _text_ids(self, text: str) -> tuple[int, ...]:
        text = " ".join(text.split()).lower()
        return tuple(i for piece in PIECES.findall(text) for i in self.piece_ids(piece))

    def rows(self, texts: list[str], context: int) -> list[list[int]]:
        """Framed ids, padded with 0 to the longest row; too long a text keeps its first `context` ids, the last is END."""
        framed = [[self.ids[START], *self.text_ids(t), self.ids[END]] for t in texts]
        framed = [r if len(r) <= context else r[:context - 1] + [self.ids[END]] for r in framed]
        longest = max(map(len, framed))
        return [r + [0] * (longest - len(r)) for r in framed]


def _merged(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def learn_merges(words: Counter, count: int) -> list[tuple[str, str]]:
    """The `count` most useful merges: again and again the most frequent neighbouring pair."""
    byte = _symbol_of_byte()
    split = {w: [byte[b] for b in w.encode()] for w in words}
    for symbols in split.values():
        symbols[-1] += "</w>"
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, symbols in split.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        for word, symbols in split.items():
            if best[0] in symbols:
                split[word] = _merged(symbols, best)
    return merges


def main(bank: Path, out: Path) -> None:
    from captions import FREQUENT_WORDS
    facts = json.loads((bank / "drawings.json").read_text())
    words = Counter()
    for thing, others in zip(facts["things"], facts["words"]):
        for text, weight in [(thing.replace("-", " "), 4)] + [(w, 1) for w in others]:
            words.update({piece: weight for piece in PIECES.findall(text.lower())})
            words.update({piece + "s": 1 for piece in PIECES.findall(text.lower())[-1:]})
    for word in FREQUENT_WORDS:
        words[word] += 50
    merges = learn_merges(words, VOCABULARY - 514)
    symbols = byte_symbols()
    vocabulary = symbols + [s + "</w>" for s in symbols] + [a + b for a, b in merges] + [START, END]
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocab.json").write_text(json.dumps({s: i for i, s in enumerate(vocabulary)}, ensure_ascii=False))
    (out / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    print(f"{len(vocabulary)} symbols, {len(merges)} merges from {len(words)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
