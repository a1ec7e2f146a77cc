#!/usr/bin/env python3
"""Compares an imported BERT with `transformers` on real sentences: logits at full depth, packed rows here against padded batches
there, and the folder that `offramp export hf` writes.

  bert_logits.py --offramp build/bin/offramp [--model DIR | --random base] [--samples 256]

--model DIR    a Hugging Face BERT folder (its encoder; the classifier is drawn anew when it has none)
--random SIZE  random weights of BERT's published sizes: tiny (2 x 128), base (12 x 768); the default is base
Fails when ‖ours − theirs‖ / ‖theirs‖ exceeds 1e-4, or when exported weights differ.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from transformers import BertConfig, BertForSequenceClassification

import bert_peers
from offramp_library import Library

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = pathlib.Path(os.environ.get("OFFRAMP_DATA", ROOT.parent / "shared" / "data"))
SIZES = {"tiny": dict(num_hidden_layers=2, hidden_size=128, num_attention_heads=2, intermediate_size=512), "base": {}}


def sentences(count):
    rows = (DATA / "sst2" / "dev.tsv").read_text().splitlines()[1:]
    return [row.split("\t")[0] for row in rows[:count]]


def theirs(network, ids):
    network.eval()
    logits = []
    with torch.no_grad():
        for start in range(0, len(ids), 32):
            rows, mask = map(torch.from_numpy, bert_peers.padded(ids[start:start + 32]))
            logits.append(network(input_ids=rows, attention_mask=mask).logits)
    return torch.cat(logits).numpy()


def distance(ours, others):
    return float(numpy.linalg.norm(ours - others) / numpy.linalg.norm(others))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offramp", default=str(ROOT / "build/bin/offramp"))
    parser.add_argument("--model")
    parser.add_argument("--random", choices=SIZES, default="base")
    parser.add_argument("--samples", type=int, default=256)
    options = parser.parse_args()
    torch.manual_seed(1)
    texts = sentences(options.samples)
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        if options.model:
            network = BertForSequenceClassification.from_pretrained(options.model, num_labels=2)
            vocabulary = pathlib.Path(options.model) / "vocab.txt"
        else:
            network = BertForSequenceClassification(BertConfig(num_labels=2, **SIZES[options.random]))
            for parameter in network.parameters():  # biases and gains of a fresh network are all 0 and 1, which would hide mistakes
                parameter.data += 0.02 * torch.randn_like(parameter)
            vocabulary = DATA / "bert_vocab" / "vocab.txt"
        encode = bert_peers.tokenizer(vocabulary)
        ids = [encode(text) for text in texts]
        network.save_pretrained(work / "hf", safe_serialization=True)
        (work / "hf" / "vocab.txt").write_bytes(vocabulary.read_bytes())

        def offramp(*words):
            subprocess.run([options.offramp, *map(str, words)], check=True, stdout=subprocess.DEVNULL)

        offramp("import", "hf", work / "hf", "--out", work / "model")
        offramp("train", work / "model/model.ramp", "--init", work / "model/weights.safetensors", "--set", "fine_tune.epochs=0",
                "--data", f"train={DATA / 'sst2/dev.tsv'}", "--out", work / "run")
        offramp("build", work / "run", "--emit", "so", "-o", work / "libbert.so")
        ours = Library(work / "libbert.so")
        ours.set_exits(0)
        packed = numpy.concatenate([ours.run(ids[i:i + 32], [[0] * len(row) for row in ids[i:i + 32]])[0] for i in range(0, len(ids), 32)])
        reference = theirs(network, ids)
        error = distance(packed, reference)
        print(f"{len(texts)} sentences, {network.config.num_hidden_layers} x {network.config.hidden_size}: logits differ by {error:.2e} (to reach: 1e-4), "
              f"largest {abs(packed - reference).max():.2e}")
        offramp("export", "hf", work / "run", "--like", work / "hf", "--out", work / "back")
        back = BertForSequenceClassification.from_pretrained(work / "back")
        same = distance(theirs(back, ids), reference)
        print(f"exported and loaded by transformers: logits differ by {same:.2e} (to reach: 0)")
        if error > 1e-4 or same > 0:
            sys.exit(1)


if __name__ == "__main__":
    main()
