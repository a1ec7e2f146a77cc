#!/usr/bin/env python3
"""Keeps the peers of bert_peers.py loaded and times them when asked, so that figures can be taken in turns with ours.

  bert_serve.py --work FOLDER --dtype f32 bf16 int8 [--size base] [--threads 2]      FOLDER as bert_forced.py makes it

Prints one JSON line at the start (`engines`, and `missing` ones with the reason), then one for each line it reads: {"engine": NAME,
"set": "short", "batch": 32} is answered by {"samples_per_second": …}: all sentences of the set once, in order, after one batch to warm up.
"""
import argparse
import contextlib
import json
import pathlib
import sys
import time

import bert_peers
import text_twin_data


def rate(peer, sequences, batch):
    parts = [bert_peers.padded(sequences[start:start + batch]) for start in range(0, len(sequences), batch)]
    peer.run(parts[0])
    began = time.perf_counter()
    for part in parts:
        peer.run(part)
    return len(sequences) / (time.perf_counter() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--size", choices=bert_peers.SIZES, default="base")
    parser.add_argument("--dtype", nargs="+", choices=["f32", "bf16", "int8"], default=["f32"])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # engines print while they load
        sets = {name: text_twin_data.encoded(text_twin_data.rows(options.work / f"{name}.tsv")[0], options.work / "hf" / "vocab.txt", longest=512)
                for name in ("short", "long", "longest")}
        found, missing = bert_peers.peers(options.size, options.threads, options.work, options.dtype)
        engines = {peer.name: peer for peer in found}
        print(json.dumps({"engines": list(engines), "missing": missing}), file=answers, flush=True)
        for line in sys.stdin:
            wanted = json.loads(line)
            figure = rate(engines[wanted["engine"]], sets[wanted["set"]], wanted["batch"])
            print(json.dumps({"samples_per_second": figure}), file=answers, flush=True)


if __name__ == "__main__":
    main()
