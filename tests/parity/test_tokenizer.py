"""fovea's ids beside open_clip's: random texts, and sentences of Django's message catalogs in about a hundred languages."""
import gettext
import json
import os
import pathlib
import random
import shutil
import subprocess

import django
import pytest
from open_clip.tokenizer import SimpleTokenizer, default_bpe
from random_texts import random_texts

SEED = 20_000
CHUNK = 5_000


@pytest.fixture(scope="session")
def reference():
    return SimpleTokenizer()


@pytest.fixture(scope="session")
def folder(reference, tmp_path_factory) -> pathlib.Path:
    """open_clip's vocabulary with its own spelling of the two specials."""
    return write_vocabulary(tmp_path_factory.mktemp("vocabulary"), reference)


def merges_of(reference) -> list[tuple[str, str]]:
    return sorted(reference.bpe_ranks, key=reference.bpe_ranks.get)


def write_vocabulary(to: pathlib.Path, reference) -> pathlib.Path:
    (to / "vocab.json").write_text(json.dumps(reference.encoder))
    (to / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges_of(reference)))
    return to


def fovea_ids(folder: pathlib.Path, texts: list[str]) -> list[list[int]]:
    binary = os.environ.get("FOVEA_BINARY")
    if not binary:
        pytest.skip("FOVEA_BINARY is not set")
    program = pathlib.Path(binary).parent / "tests" / "print_ids"
    done = subprocess.run([program, folder], input="".join(json.dumps(t) + "\n" for t in texts), capture_output=True, text=True,
                          timeout=600)
    assert done.returncode == 0, done.stderr
    return [[int(i) for i in line.split()] for line in done.stdout.splitlines()]


def framed(reference, text: str) -> list[int]:
    ids = [reference.sot_token_id, *reference.encode(text), reference.eot_token_id]
    return ids if len(ids) <= 77 else ids[:76] + [reference.eot_token_id]


def check(reference, folder: pathlib.Path, texts: list[str]) -> None:
    wrong = []
    for at in range(0, len(texts), CHUNK):
        some = texts[at:at + CHUNK]
        found = fovea_ids(folder, some)
        assert len(found) == len(some)
        for text, ids in zip(some, found):
            expected = framed(reference, text)
            if ids != expected:
                wrong.append(f"{ascii(text)}\n  {ids}, expected {expected}")
        reference.cache = {k: v for k, v in reference.cache.items() if k == v}  # only its specials: it grows without end
    assert not wrong, f"{len(wrong)} of {len(texts)} differ:\n" + "\n".join(sorted(wrong, key=len)[:20])


def sentences(count: int) -> list[str]:
    """Messages of Django's catalogs; the same number of each language."""
    r = random.Random(5)
    languages: dict[str, list[str]] = {}
    for path in sorted(pathlib.Path(django.__file__).parent.rglob("*.mo")):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)._catalog
        language = path.parent.parent.name
        languages.setdefault(language, []).extend(t for k, t in catalog.items() if k and isinstance(t, str) and " " in t.strip())
    lists = [sorted(set(messages)) for _, messages in sorted(languages.items())]
    for messages in lists:
        r.shuffle(messages)
    rows = [messages[i] for i in range(max(map(len, lists))) for messages in lists if i < len(messages)]
    assert len(rows) >= count and len(lists) >= 90
    return rows[:count]


def test_random_texts(reference, folder):
    check(reference, folder, random_texts(SEED, 20_000))


def test_sentences(reference, folder):
    check(reference, folder, sentences(5_000))


@pytest.mark.skipif(not os.environ.get("FOVEA_TEST_LONG"), reason="a million texts: FOVEA_TEST_LONG=1")
@pytest.mark.parametrize("seed", range(1, 51))
def test_a_million_random_texts(reference, folder, seed):
    check(reference, folder, random_texts(seed, 20_000))


@pytest.mark.skipif(not os.environ.get("FOVEA_TEST_LONG"), reason="every character: FOVEA_TEST_LONG=1")
@pytest.mark.parametrize("first, last, step", ((0, 0xD7FF, 1), (0xE000, 0x1FFFF, 1), (0x20000, 0xDFFFF, 31), (0xE0000, 0xE0FFF, 1)))
def test_every_character(reference, folder, first, last, step):
    check(reference, folder, [f"a{chr(c)}b1{chr(c)}!{chr(c)} 's{chr(c)}" for c in range(first, last + 1, step)])


def test_same_ids_from_every_kind_of_file(reference, folder, tmp_path):
    texts = [t for t in random_texts(3, 2_000) if "of_text" not in t.lower() and "oftext" not in t.lower()] + sentences(500)
    expected = fovea_ids(folder, texts)
    merges = merges_of(reference)
    vocab = {**reference.encoder, "<|startoftext|>": reference.sot_token_id, "<|endoftext|>": reference.eot_token_id}
    del vocab["<start_of_text>"], vocab["<end_of_text>"]
    for name, form in (("text", [f"{a} {b}" for a, b in merges]), ("pairs", [list(pair) for pair in merges])):
        (tmp_path / name).mkdir()
        content = {"model": {"type": "BPE", "vocab": vocab, "merges": form, "end_of_word_suffix": "</w>"}}
        (tmp_path / name / "tokenizer.json").write_text(json.dumps(content))
        assert fovea_ids(tmp_path / name, texts) == expected, name
    (tmp_path / "original").mkdir()
    shutil.copy(default_bpe(), tmp_path / "original")
    assert fovea_ids(tmp_path / "original", texts) == expected
