#!/usr/bin/env python3
"""Writes html_entity_table.inc: HTML5's named character references, as Python's standard library lists them.

Usage: encoder/make_html_entities.py >encoder/html_entity_table.inc
"""
import html.entities

print("// Written by encoder/make_html_entities.py: name without '&', code points. Sorted by name.")
for name, text in sorted(html.entities.html5.items()):
    points = [ord(c) for c in text] + [0]
    print(f'{{"{name}", 0x{points[0]:X}, 0x{points[1]:X}}},')
