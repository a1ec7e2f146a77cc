"""Compares the ids of Offramp's WordPiece with those of the `tokenizers` package, text by text: all lines and JSON strings of the data root,
every code point, and random mixtures of them, as single texts and as pairs, cased and uncased, cut at several lengths.

    cmake --build build --target offramp_encode_texts
    tests/benchmark/peers/.venv/bin/python tests/benchmark/peers/tokenizer_check.py [--program build/tests/benchmark/offramp_encode_texts]

The data root is $OFFRAMP_DATA (default ../shared/data). Exit status 1 if there is a difference that Unicode versions do not explain: a text
whose only odd characters were assigned after the version that Offramp's tables were made from is counted apart. Judges no speed, but prints it."""
import argparse
import gzip
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Lower-case forms of letters assigned after Unicode 15.0, which the reference knows.
LATER = re.compile("[\u1C89\uA7CB-\uA7CF\uA7D2-\uA7D5\uA7DA-\uA7DD\U00010D50-\U00010D65\U00016EA0-\U00016EB8]")


def reference(vocabulary, lowercase):
    """As `transformers` makes BertTokenizerFast from a vocab.txt."""
    tokenizer = Tokenizer(models.WordPiece.from_file(str(vocabulary), unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIAL)
    ids = {token: tokenizer.token_to_id(token) for token in ("[SEP]", "[CLS]")}
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    return tokenizer


def frames(texts):
    out = bytearray()
    for text in texts:
        parts = [part.encode("utf-8") for part in ((text,) if isinstance(text, str) else text)]
        out += struct.pack("=II", len(parts[0]), len(parts[1]) if len(parts) == 2 else 0xFFFFFFFF) + b"".join(parts)
    return bytes(out)


def ours(program, vocabulary, lowercase, maximum, texts):
    command = [program, vocabulary, "uncased" if lowercase else "cased", str(maximum)]
    out = subprocess.run(command, input=frames(texts), stdout=subprocess.PIPE, check=True).stdout
    at = 0
    for text in texts:
        count, = struct.unpack_from("=I", out, at)
        ids = list(struct.unpack_from(f"={count}i", out, at + 4))
        at += 4 + 4 * count
        segments = [0] * count
        if not isinstance(text, str):
            segments = list(struct.unpack_from(f"={count}i", out, at))
            at += 4 * count
        yield ids, segments


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings(member)


def real(folder):
    """The lines of all text files, TSV lines as their cells' pairs, JSON objects as their strings."""
    singles, pairs = [], []
    for path in sorted(folder.rglob("*")):
        name = path.name.removesuffix(".gz")
        if path.is_dir() or not name.endswith((".tsv", ".jsonl", ".txt")) or path.parent.name in ("bert_vocab", "gpt2_bpe"):
            continue
        data = gzip.decompress(path.read_bytes()) if path.name.endswith(".gz") else path.read_bytes()
        for line in data.decode("utf-8", errors="replace").split("\n"):
            if name.endswith(".jsonl"):
                singles += strings(json.loads(line)) if line else []
                continue
            singles.append(line)
            cells = [cell for cell in line.split("\t") if len(cell) > 12]
            if len(cells) >= 2:
                pairs.append((cells[-2], cells[-1]))
    return singles, pairs


def odd(seed):
    """Runs of neighbouring code points; mixtures of all scripts with marks, controls and special tokens."""
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts = ["".join(map(chr, points[i:i + 7])) for i in range(0, 0x32000, 7)]
    draw = random.Random(seed)
    frequent = [chr(c) for c in (*range(128), *range(0xA0, 0x250), *range(0x300, 0x400), *range(0xAC00, 0xAC40), *range(0x4E00, 0x4E20))]
    for _ in range(60000):
        parts = []
        for _ in range(draw.randrange(1, 40)):
            kind = draw.randrange(12)
            if kind == 0:
                parts.append(draw.choice(SPECIAL + ["[sep]", "[", "[SEP", "##", "[[CLS]]"]))
            elif kind < 3:
                parts.append(chr(draw.choice(points[:0x20000])))
            elif kind == 3:
                parts.append(draw.choice("abc") * draw.choice([1, 2, 49, 50, 99, 100, 101, 150]))
            else:
                parts.append("".join(draw.choices(frequent, k=draw.randrange(1, 8))))
        texts.append(draw.choice(["", " "]).join(parts))
    return texts


def compare(what, peer, program, vocabulary, lowercase, maximum, texts):
    """Prints one line, and the first differences; returns their number."""
    peer.enable_truncation(maximum)
    different, later = [], 0
    for i in range(0, len(texts), 65536):  # not all at once, for the memory that the reference's answers take
        part = texts[i:i + 65536]
        for text, one, (ids, segments) in zip(part, peer.encode_batch(part), ours(program, vocabulary, lowercase, maximum, part)):
            if one.ids == ids and one.type_ids == segments:
                continue
            if lowercase and LATER.search("".join(text)):
                later += 1
            else:
                different.append((text, one.ids, ids))
    print(f"{'uncased' if lowercase else 'cased'} {what} (max {maximum}): {len(texts)} compared, {len(different)} different, "
          f"{later} with letters later than Unicode 15", flush=True)
    for text, theirs, ids in different[:5]:
        print(f"  {text!r:.300}\n    theirs {theirs[:40]}\n    ours   {ids[:40]}")
    return len(different)


def everyCodePoint(program):
    """With a vocabulary of all characters, alone and inside words, ids show each normalised character and each end of a word."""
    points = [c for c in (*range(0x21, 0x32000), *range(0xE0000, 0xE0200)) if not 0xD800 <= c < 0xE000 and c not in (0x85, 0xA0, 0x2028, 0x2029)]
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = pathlib.Path(folder, "vocab.txt")
        pieces = [chr(c) for c in points if not chr(c).isspace()]
        vocabulary.write_text("\n".join([*SPECIAL, *pieces, *("##" + piece for piece in pieces)]) + "\n", encoding="utf-8")
        texts = [f"a{chr(c)}b {chr(c)}" for c in (*range(0x21), *points, *range(0x32000, 0xE0000, 997), *range(0xE0200, 0x110000, 997), 0x10FFFF)]
        return len(texts) * 2, sum(compare("every code point", reference(vocabulary, lowercase), program, vocabulary, lowercase, 100, texts)
                                   for lowercase in (True, False))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=str(ROOT / "build/tests/benchmark/offramp_encode_texts"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("OFFRAMP_DATA", ROOT.parent / "shared" / "data"))
    vocabulary = data / "bert_vocab" / "vocab.txt"
    singles, pairs = real(data)
    strange = odd(options.seed)
    draw = random.Random(options.seed)
    strangePairs = [(draw.choice(strange), draw.choice(strange)) for _ in range(20000)]
    print(f"{len(singles)} real texts, {len(pairs)} real pairs, {len(strange)} odd texts, "
          f"{len(strangePairs)} odd pairs; seed {options.seed}", flush=True)
    compared, failed = everyCodePoint(options.program)
    for lowercase in (True, False):
        peer = reference(vocabulary, lowercase)
        some = singles if lowercase else draw.sample(singles, len(singles) // 10)
        for what, texts, maximum in (("odd", strange, 100000), ("odd pairs cut", strangePairs, 19), ("odd pairs cut", strangePairs, 64),
                                     ("real", some, 100000), ("real cut", draw.sample(singles, len(singles) // 10), 16),
                                     ("pairs", draw.sample(pairs, len(pairs) // 10), 100000),
                                     ("pairs cut", draw.sample(pairs, len(pairs) // 4), 33), ("pairs cut", draw.sample(pairs, len(pairs) // 4), 40)):
            compared += len(texts)
            failed += compare(what, peer, options.program, vocabulary, lowercase, maximum, texts)
    peer = reference(vocabulary, True)
    size = sum(len(text.encode()) for text in singles)
    begun = time.process_time()
    peer.encode_batch(singles)
    print(f"tokenizers, one thread: {size / (time.process_time() - begun) / 1e6:.1f} MB/s of processor time; ours: ", end="", flush=True)
    subprocess.run([options.program, vocabulary, "uncased", "100000", "--time", "3"], input=frames(singles), check=True)
    print(f"{compared} comparisons, {failed} differences")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
