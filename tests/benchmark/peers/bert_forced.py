#!/usr/bin/env python3
"""What the BERT rows of tests/benchmark/run measure: an encoder with random weights whose exits are forced, and sentences.

  bert_forced.py --offramp build/bin/offramp --out FOLDER [--size base|minilm] [--samples 128]

The rule is that of ../forced_exits.ramp, `exit head when gate.p > threshold`, and every gate and head is computed. At each stage gates are
drawn until the sentences that leave are as long as those that stay (so that layers count alike); then the bias is set between the last
that leaves and the first that stays. In bf16 and int8 some sentences near that border leave elsewhere: rows count what was taken.

FOLDER: hf/ (a Hugging Face folder, for the peers), model/ (model file; weights.safetensors, the encoder; forced.safetensors, with exits),
short.tsv (the first sentences of SST-2's dev set), long.tsv and longest.tsv (texts of 128 and 512 tokens, sentences of the training set in
a row), sets.json (their numbers of tokens, and those of the first training sentences; the exits wanted).
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

import numpy
import torch
from torch import nn
from safetensors.numpy import load_file, save_file
from torch.nn import functional

import bert_peers
import text_twin_data
from bert_logits import DATA, ROOT
from text_twin_model import Classifier

# Shares of the sentences that leave after stage 1 … 12: mean 5.4.
SHARES = (0.06, 0.10, 0.14, 0.16, 0.14, 0.10, 0.08, 0.06, 0.04, 0.03, 0.02, 0.07)
DRAWS, TRAINING = 200, 6400
LONG = {"long": (32, 128), "longest": (8, 512)}  # how many texts of how many tokens each


def counts(samples, stages):
    """How many leave after each stage: SHARES, spread over `stages`, rounded so that they add up."""
    ends = numpy.interp(numpy.arange(stages + 1) / stages, numpy.arange(len(SHARES) + 1) / len(SHARES), numpy.cumsum((0, *SHARES)))
    return numpy.diff(numpy.rint(ends * samples).astype(int))


def first_rows(network, sequences):
    """The class token after every stage, [N, STAGES, D]."""
    rows = []
    with torch.inference_mode():
        for start in range(0, len(sequences), 32):
            ids, mask = map(torch.from_numpy, bert_peers.padded(sequences[start:start + 32]))
            states = network.bert(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[1:]
            rows.append(torch.stack([state[:, 0] for state in states], dim=1))
    return torch.cat(rows).clone()


class Gate(nn.Module):
    """That of ../forced_exits.ramp: [N, D] -> [N], the logit of leaving."""

    def __init__(self, width, hidden=64):
        super().__init__()
        self.dense, self.out = nn.Linear(width, hidden), nn.Linear(hidden, 1)

    def forward(self, rows):
        return self.out(functional.gelu(self.dense(rows))).squeeze(-1)


def forced_gate(rows, lengths, leaving):
    """A gate [D] -> logit that is positive for `leaving` of the rows [N, D], and which those are, [N] bool."""
    best = None
    for _ in range(DRAWS):
        gate = Gate(rows.shape[1])
        with torch.no_grad():
            logits = gate(rows)
        order = logits.argsort(descending=True)
        last, first = logits[order[leaving - 1]], logits[order[leaving]]
        uneven = abs(lengths[order[:leaving]].mean() - lengths[order[leaving:]].mean()).item()
        rank = (uneven > 1, uneven if uneven > 1 else 0, -((last - first) / logits.std()).item())
        if best is None or rank < best[0]:
            best = rank, gate, (last + first) / 2, order[:leaving]
    _, gate, border, leaves = best
    with torch.no_grad():
        gate.out.bias -= border
    return gate, functional.one_hot(leaves, len(rows)).sum(0).bool()


def forced(network, sequences):
    """Weights of heads and gates by their names in the model file, and the stage each sequence leaves after."""
    rows, lengths = first_rows(network, sequences), torch.tensor([float(len(sequence)) for sequence in sequences])
    stages = rows.shape[1]
    weights, taken, left = {}, torch.full((len(sequences),), stages), torch.arange(len(sequences))
    for stage, leaving in enumerate(counts(len(sequences), stages)[:-1], 1):
        gate, leaves = forced_gate(rows[left, stage - 1], lengths[left], max(1, int(leaving)))
        taken[left[leaves]] = stage
        left = left[~leaves]
        weights |= named(f"gate.{stage}", gate)
    for stage in range(1, stages + 1):
        weights |= named(f"head.{stage}", Classifier(rows.shape[2]))
    return weights, taken.tolist()


def named(prefix, module):
    return {f"{prefix}.linear_{place}.{kind}": numpy.ascontiguousarray(getattr(layer, kind).detach().numpy().T)
            for place, layer in enumerate((module.dense, module.out)) for kind in ("weight", "bias")}


def long_texts(count, tokens, vocabulary):
    """Training sentences put one after the other until they have so many tokens (more are cut by both sides alike)."""
    encode = bert_peers.tokenizer(vocabulary, tokens)
    made, parts = [], []
    for sentence in text_twin_data.rows(DATA / "sst2" / "train.tsv.gz", tokens * count)[0]:
        parts.append(sentence.strip())
        if len(encode(" ".join(parts))) == tokens:
            made.append(" ".join(parts))
            parts = []
            if len(made) == count:
                return made
    sys.exit(f"{DATA / 'sst2/train.tsv.gz'} has too few sentences for {count} texts of {tokens} tokens")


def write_table(path, sentences, labels):
    path.write_text("sentence\tlabel\n" + "".join(f"{sentence}\t{label}\n" for sentence, label in zip(sentences, labels)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offramp", default=str(ROOT / "build/bin/offramp"))
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", choices=bert_peers.SIZES, default="base")
    parser.add_argument("--samples", type=int, default=128)
    options = parser.parse_args()
    if options.samples < 64:
        parser.error("--samples below 64 leaves stages at which nobody leaves")
    out, vocabulary = options.out, DATA / "bert_vocab" / "vocab.txt"
    out.mkdir(parents=True, exist_ok=True)
    network = bert_peers.network(options.size)
    network.save_pretrained(out / "hf", safe_serialization=True)
    shutil.copy(vocabulary, out / "hf" / "vocab.txt")
    subprocess.run([options.offramp, "import", "hf", out / "hf", "--encoder-only", "--out", out / "model"], check=True, stdout=sys.stderr)

    sentences, labels = text_twin_data.rows(DATA / "sst2" / "dev.tsv", options.samples)
    write_table(out / "short.tsv", sentences, labels.tolist())
    for name, (count, tokens) in LONG.items():
        write_table(out / f"{name}.tsv", long_texts(count, tokens, vocabulary), [0, 1] * (count // 2))
    sequences = text_twin_data.encoded(sentences, vocabulary)
    weights, taken = forced(network, sequences)
    save_file({**load_file(out / "model" / "weights.safetensors"), **weights}, out / "model" / "forced.safetensors")
    shutil.copy(ROOT / "tests/benchmark/forced_exits.ramp", out / "model")
    training = text_twin_data.encoded(text_twin_data.rows(DATA / "sst2" / "train.tsv.gz", TRAINING)[0], vocabulary)
    lengths = {"short": [len(sequence) for sequence in sequences], "train": [len(sequence) for sequence in training]}
    lengths |= {name: [tokens] * count for name, (count, tokens) in LONG.items()}
    (out / "sets.json").write_text(json.dumps({"tokens": lengths, "exits": taken, "size": options.size}) + "\n")
    print(f"{len(sequences)} sentences, mean {statistics.mean(lengths['short']):.1f} tokens, mean exit {statistics.mean(taken):.2f}", file=sys.stderr)


if __name__ == "__main__":
    main()
