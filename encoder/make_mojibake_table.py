#!/usr/bin/env python3
"""Writes mojibake_table.inc: the characters that occur in UTF-8 read with a wrong single-byte code page.

The classes of the characters are ftfy's (Apache-2.0, Robyn Speer), the code pages Python's. Needs ftfy 6.3.
Usage: encoder/make_mojibake_table.py >encoder/mojibake_table.inc
"""
import re

from ftfy import __version__
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CHARMAP_ENCODINGS, UTF8_CLUES

CLASSES = ("common", "c1", "bad", "law", "currency", "start_punctuation", "end_punctuation", "numeric", "kaomoji",
           "upper_accented", "lower_accented", "upper_common", "lower_common", "box", "utf8_first_of_2", "utf8_first_of_3",
           "utf8_first_of_4", "utf8_continuation", "utf8_continuation_strict")
PAGES = CHARMAP_ENCODINGS[1:]  # of the first, Latin-1, every byte is its own character

sets = {**MOJIBAKE_CATEGORIES, **UTF8_CLUES}
assert sorted(sets) == sorted(CLASSES)
patterns = [re.compile(f"[{sets[name]}]") for name in CLASSES]


def byte_of(c: str, page: str) -> int:
    """The byte that stands for a character, 0 if there is none."""
    try:
        return c.encode(page)[0]
    except UnicodeEncodeError:
        return 0


print(f"// Written by encoder/make_mojibake_table.py from ftfy {__version__}: character, classes, its byte in "
      f"{', '.join(PAGES)}.")
for point in [*range(0x80, 0xD800), *range(0xE000, 0x10000)]:
    c = chr(point)
    classes = sum(1 << bit for bit, pattern in enumerate(patterns) if pattern.match(c))
    page_bytes = [byte_of(c, page) for page in PAGES]
    if classes or any(page_bytes):
        print(f"{{0x{point:04X}, 0x{classes:05X}, {{{', '.join(f'0x{b:02X}' for b in page_bytes)}}}}},")
