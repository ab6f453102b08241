"""Random texts that look for every step of a tokenizer: scripts, marks, controls, emoji, entities, wrong code pages, quotes."""
import html.entities
import random
import unicodedata

import regex
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CHARMAP_ENCODINGS, UTF8_CLUES

WORDS = ("a photo of cat dog it's don't you'd we'll I'M they've o'neill naïve café crème Ångström straße ÉCOLE smørrebrød żółw "
         "příliš žluťoučký İstanbul ğüş ŐŰ Привет мир Ґанок ЁЛКА Ελλάδα ΟΔΟΣ ίσως שלום مرحبا سلام नमस्ते ภาษาไทย 你好 世界 日本語 "
         "カタカナ 한국어 தமிழ் ქართული ⴰⵎⴰⵣⵉⵖ ελλ β€ ™ © “quoted” ‘it’ … – — • € £ ½ × ² ³ µ ¡hola! ¿qué? «oui» „ja“ ☃ ✔ 😀 "
         "quele quela s à la às la").split()
SCRIPTS = ((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x17F), (0x180, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x530, 0x58F), (0x590, 0x5FF),
           (0x600, 0x6FF), (0x900, 0x97F), (0x980, 0x9FF), (0xB80, 0xBFF), (0xE00, 0xE7F), (0xE80, 0xEFF), (0xF00, 0xFFF), (0x1000, 0x109F),
           (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1780, 0x17FF), (0x1E00, 0x1FFF), (0x2000, 0x206F),
           (0x20A0, 0x214F), (0x2150, 0x218F), (0x2190, 0x27BF), (0x2C00, 0x2DFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xA640, 0xA7FF),
           (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFE6F), (0xFF00, 0xFFFD), (0x10000, 0x103FF), (0x1D400, 0x1D7FF),
           (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE000, 0xE0FF), (0xF8F0, 0xF8FF), (0xE0000, 0xE01EF))


def members(test) -> list[str]:
    return [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF and test(chr(c))]


# What Python's and our tables of Unicode know alike: what is assigned in the older of them. Letters newer than that are
# known to `regex`; no other property of theirs is.
ASSIGNED = members(lambda c: unicodedata.category(c) != "Cn")
NEW_LETTERS = members(lambda c: unicodedata.category(c) == "Cn" and regex.match(r"[\p{L}\p{N}]", c))
MARKS = [c for c in ASSIGNED if unicodedata.category(c)[0] == "M"]
NUMBERS = [c for c in ASSIGNED if unicodedata.category(c)[0] == "N"]
DIGITS = [c for c in ASSIGNED if unicodedata.category(c) == "Nd"]
CASED = [c for c in ASSIGNED if c.lower() != c or c.upper() != c]
IGNORABLE = list("\u0345\u0307\u00ad\u200d.:'’·\u0301\ufe0f")
SUSPICIOUS = [c for c in ASSIGNED if regex.match(f"[{''.join({**MOJIBAKE_CATEGORIES, **UTF8_CLUES}.values())}]", c)]
SPACES = list(" \t\n\r\f\v\u00a0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000\u200b\ufeff\u0085\x1c\x1d\x1e\x1f")
EMOJI = ["👨‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇩🇪", "❤️", "🧑🏿‍🚀", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "☺", "1️⃣", "👩‍❤️‍💋‍👨"]
NAMES = sorted(html.entities.html5)
LITERALS = ["<start_of_text>", "<end_of_text>", "<END_OF_TEXT>", "<\u017ftart_of_text>", "&lt;end_of_text&gt;", "<|endoftext|>", "<start_of_", "<end"]


def mojibake(r: random.Random) -> str:
    """Some words as UTF-8, read in a wrong page up to three times, with what then happens to such text."""
    text = " ".join(r.choices(WORDS, k=r.randint(1, 4)))
    page = r.choice(CHARMAP_ENCODINGS)
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        data = bytearray(text.encode("utf-8", "surrogatepass" if r.random() < 0.1 else "replace"))
        for _ in range(r.choice((0, 0, 0, 1, 2))):
            data[r.randrange(len(data))] = r.choice((0x1A, 0x3F, 0x20, 0xA0, 0x80, r.randrange(256)))
        if r.random() < 0.3:
            data = data.replace(b"\xa0", b" ")
        text = bytes(data).decode(page)
        if r.random() < 0.2:
            text = text.replace("\x81", "�").replace("\x9d", "�").replace("\x90", "?")
    return text


def surrogates(r: random.Random) -> str:
    """A character above U+FFFF as two surrogates in UTF-8, or U+0000 as two bytes, read in a wrong page."""
    units = chr(r.randrange(0x10000, 0x110000)).encode("utf-16-be")
    data = b"".join(chr(int.from_bytes(units[i:i + 2], "big")).encode("utf-8", "surrogatepass") for i in (0, 2))
    data = bytearray(r.choice((data, data, b"\xc0\x80", data[:5], data + data[:3])))
    if r.random() < 0.4:
        data[r.randrange(len(data))] = r.choice((0x1A, 0x3F, 0x20, 0x0A))
    return "é©".encode().decode("latin-1") + bytes(data).decode(r.choice(CHARMAP_ENCODINGS)) + r.choice(("", "\n", " a"))


def entity(r: random.Random) -> str:
    name = r.choice(NAMES)
    number = r.choice((r.randrange(0x110000), r.randrange(0x180), r.randrange(0x80, 0xA0), 0xD800, 0xFFFE, 0x110000, 10 ** 12))
    return r.choice((f"&{name}", f"&{name}", f"&{name.upper()}", f"&{name.rstrip(';')}", f"&{name[:-2]}", f"&#{number};", f"&#{number}",
                     f"&#x{number:x};", f"&#X{number:X}", "&amp;" * r.randint(1, 4), f"&amp;{name}", "&", "&;", "&#;", f"&amp;#{number};"))


def terminal_code(r: random.Random) -> str:
    return "\x1b[" + "".join(r.choices("0123456789;" + "".join(r.sample(DIGITS, 3)), k=r.randint(0, 4))) + r.choice("mKHz{A\n")


def pick(characters, most):
    return lambda r: "".join(r.choices(characters, k=r.randint(1, most)))


def from_script(r: random.Random) -> str:
    first, last = r.choice(SCRIPTS)
    points = [c for c in (chr(r.randint(first, last)) for _ in range(r.randint(1, 10))) if unicodedata.category(c) not in ("Cn", "Cs")]
    return "".join(points)


FRAGMENTS = (
    (12, lambda r: r.choice(WORDS)), (6, lambda r: r.choice(WORDS) + r.choice("'’ʼ＇") + r.choice("s S t T re Ve M ll D ſ x".split())),
    (8, from_script), (4, pick(ASSIGNED, 6)), (4, pick(MARKS, 4)), (3, pick(NUMBERS, 4)), (4, pick(CASED, 6)),
    (3, lambda r: "".join(r.choices(IGNORABLE + ["Σ", "σ", "ς", "a", "Ο"], k=5))), (8, pick(SUSPICIOUS, 5)),
    (8, pick([c for c in SUSPICIOUS if c < "\u0100"] + ["a", " "], 5)), (8, mojibake), (2, surrogates), (8, entity), (5, pick(SPACES, 3)),
    (3, lambda r: r.choice(EMOJI)), (2, pick([chr(c) for c in range(0x20)], 3)), (2, pick([chr(c) for c in range(0x7F, 0xA0)], 3)),
    (2, terminal_code), (2, pick([chr(c) for c in range(0xFF00, 0xFFF0)], 5)), (2, pick("ĲĳŉǄǅǆǇǈǉǊǋǌǱǲǳﬀﬁﬂﬃﬄﬅﬆ", 4)),
    (3, pick("'‘’‚‛“”„‟ʼ\"`´", 3)), (3, pick("!?.,;:-_<>()[]{}#@$%^*+=~|\\/", 5)), (1, lambda r: r.choice(LITERALS)),
    (1, lambda r: r.choice(("<b>", "a < b", "<", "\r\n", "\n"))), (2, lambda r: "�" * r.randint(1, 3)),
)
WEIGHTS = [weight for weight, _ in FRAGMENTS]
MAKERS = [maker for _, maker in FRAGMENTS]


def one_text(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.01:
        return "".join(r.choices(NEW_LETTERS + ["a", " ", "1", "!"], k=r.randint(1, 8)))
    if kind < 0.02:  # longer than any context
        return (r.choice(WORDS) + r.choice(("", " ", "\n"))) * r.randint(80, 400) + mojibake(r)
    if kind < 0.25:  # one wrong page throughout, so that the whole text is read again
        return mojibake(r) + r.choice(("", " ", "\n"))
    makers = r.choices(MAKERS, WEIGHTS, k=r.randint(1, 7))
    return r.choice(("", "", " ")).join(maker(r) for maker in makers)


def random_texts(seed: int, count: int) -> list[str]:
    r = random.Random(seed)
    return [one_text(r) for _ in range(count)]
