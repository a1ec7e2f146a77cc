#!/usr/bin/env python3
"""Inference of a BERT encoder at the lengths of SST-2 sentences: Offramp's packed rows against PyTorch, ONNX Runtime and OpenVINO.

  bert_bench.py --offramp build/bin/offramp [--size base|minilm] [--batch 32 8 1] [--dtype f32 bf16 int8] [--rounds 3] [--samples 128]
                [--threads 2] [--chain build/tests/benchmark/gemm_chain]

Random weights (speed does not depend on them), full depth, one process after the other in turns; a figure is the median of the rounds.
Prints one line per engine and batch, and the ratio to the best peer of the same dtype. Results also go to --json FILE.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import bert_peers
from bert_logits import DATA, ROOT, sentences


def rate_of(peer, sequences, batch):
    batches = [bert_peers.padded(sequences[i:i + batch]) for i in range(0, len(sequences), batch)]
    peer.run(batches[0])
    start = time.perf_counter()
    for part in batches:
        peer.run(part)
    return len(sequences) / (time.perf_counter() - start)


class Offramp:
    def __init__(self, program, size, work, threads, samples):
        self.program, self.threads, self.run_folder, self.samples = program, threads, work / "run", samples
        network = bert_peers.network(size)
        network.save_pretrained(work / "hf", safe_serialization=True)
        (work / "hf" / "vocab.txt").write_bytes((DATA / "bert_vocab" / "vocab.txt").read_bytes())
        self.data = DATA / "sst2/dev.tsv"
        self.call("import", "hf", work / "hf", "--out", work / "model")
        self.call("train", work / "model/model.ramp", "--init", work / "model/weights.safetensors", "--set", "fine_tune.epochs=0", "--data",
                  f"train={self.data}", "--out", self.run_folder)

    def call(self, *words):
        return subprocess.run([self.program, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True).stdout

    def rate(self, batch, dtype):
        rows = json.loads(self.call("bench", self.run_folder, "--data", f"test={self.data}", "--batch", batch, "--limit", self.samples, "--rounds", 1,
                                    "--ways", "full_depth", "--threads", self.threads, "--json", *(["--dtype", dtype] if dtype != "f32" else [])))
        return next(row["samples_per_second"] for row in rows if row["way"] == "full_depth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offramp", default=str(ROOT / "build/bin/offramp"))
    parser.add_argument("--size", choices=bert_peers.SIZES, default="base")
    parser.add_argument("--batch", type=int, nargs="+", default=[32, 8, 1])
    parser.add_argument("--dtype", nargs="+", choices=["f32", "bf16", "int8"], default=["f32"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json")
    options = parser.parse_args()
    encode = bert_peers.tokenizer(DATA / "bert_vocab" / "vocab.txt")
    sequences = [encode(text) for text in sentences(options.samples)]
    print(f"{len(sequences)} sentences, mean length {statistics.mean(map(len, sequences)):.1f}, {options.threads} threads")
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        ours = Offramp(options.offramp, options.size, work, options.threads, options.samples)
        others, missing = bert_peers.peers(options.size, options.threads, work, options.dtype)
        for text in missing:
            print(f"not measured: {text}", file=sys.stderr)
        found = {}
        for _ in range(options.rounds):
            for batch in options.batch:
                for dtype in options.dtype:
                    found.setdefault((batch, f"Offramp {dtype}"), []).append(ours.rate(batch, dtype))
                for peer in others:
                    found.setdefault((batch, peer.name), []).append(rate_of(peer, sequences, batch))
    rows = []
    for batch in options.batch:
        for dtype in options.dtype:
            rates = {name: statistics.median(values) for (size, name), values in found.items() if size == batch and name.endswith(dtype)}
            mine = rates.pop(f"Offramp {dtype}")
            best = max(rates, key=rates.get) if rates else None
            line = f"batch {batch:3}  {dtype:5}  Offramp {mine:8.1f} samples/s" + "".join(f"  {name} {rate:.1f}" for name, rate in rates.items())
            print(line + (f"  ratio to {best}: {mine / rates[best]:.2f}" if best else ""))
            rows.append({"batch": batch, "dtype": dtype, "offramp": mine, "peers": rates})
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
