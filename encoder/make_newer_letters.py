#!/usr/bin/env python3
"""Writes newer_letters.inc: letters and numbers that Unicode has added since the tables of this Python.

Needs the package regex, by which the references split texts, and a Python whose Unicode is at most that of ICU 72 (15.0).
Usage: encoder/make_newer_letters.py >encoder/newer_letters.inc
"""
import unicodedata

import regex

assert unicodedata.unidata_version <= "15.0.0"
ranges = []
for point in [*range(0xD800), *range(0xE000, 0x110000)]:
    c = chr(point)
    if unicodedata.category(c) != "Cn" or not regex.match(r"[\p{L}\p{N}]", c):
        continue
    letter = regex.match(r"\p{L}", c) is not None
    if ranges and ranges[-1][1:] == [point - 1, letter]:
        ranges[-1][1] = point
    else:
        ranges.append([point, point, letter])
print(f"// Written by encoder/make_newer_letters.py from regex {regex.__version__}: first, last, whether letters or numbers.")
for first, last, letter in ranges:
    print(f"{{0x{first:04X}, 0x{last:04X}, {str(letter).lower()}}},")
