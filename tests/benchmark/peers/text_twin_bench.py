#!/usr/bin/env python3
"""Training speed of the text twin: samples/s of whole steps (forward, backward, clipping, AdamW), one JSON object on standard output.

  text_twin_bench.py --model DIR --data DIR/train.tsv.gz --phase warm_up|learn_to_exit|together [--dtype f32|bf16] [--steps 20]

Batches of 32 sentences in shuffled order, padded to the longest of the batch; bf16 is autocast. The figure is that of the median step.
"""
import argparse
import contextlib
import json
import pathlib
import statistics
import sys
import time

import torch
import transformers

import text_twin_data
import twin_train
from text_twin import policy_loss
from text_twin_model import TextNetwork

BATCH, ALPHA, ENTROPY = 32, 0.02, 0.02
RATES = {"warm_up": 5e-5, "learn_to_exit": 2e-3, "together": 2e-5}


def updated(network, phase):
    if phase == "learn_to_exit":
        return network.gates.parameters()
    return network.parameters() if phase == "together" else [*network.encoder.parameters(), *network.heads.parameters()]


def loss_of(network, phase, inputs, labels, memorized):
    if phase == "learn_to_exit":
        means = network.frozen_means(*inputs)
        with torch.no_grad():
            logits = network.logits_of(means)
        return policy_loss(network, logits, memorized, ALPHA, ENTROPY)[0]
    means = network.means(*inputs)
    logits = network.logits_of(means)
    ce = twin_train.cross_entropies(logits, labels)
    if phase == "warm_up":
        return twin_train.weighted_loss(ce)
    policy, index = policy_loss(network, logits, memorized, ALPHA, ENTROPY)
    return policy + ce.gather(1, index).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="Hugging Face folder with vocab.txt")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--phase", choices=RATES, required=True)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    transformers.logging.set_verbosity_error()
    with contextlib.redirect_stdout(sys.stderr):
        network = TextNetwork.pretrained(options.model)
    network.train()
    sentences, labels = text_twin_data.rows(options.data, BATCH * options.steps)
    sequences = text_twin_data.encoded(sentences, options.model / "vocab.txt")
    memorized = torch.randint(1, len(network.heads) + 1, (len(labels),)).float()
    optimizer = twin_train.Optimizer(updated(network, options.phase), RATES[options.phase], 10 ** 9)
    rates = []
    for chosen in torch.randperm(len(labels)).split(BATCH):
        began = time.perf_counter()
        inputs = text_twin_data.batch(sequences, chosen.tolist())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.dtype == "bf16"):
            loss = loss_of(network, options.phase, inputs, labels[chosen], memorized[chosen])
        optimizer.step(loss)
        rates.append(len(chosen) / (time.perf_counter() - began))
    print(json.dumps({"phase": options.phase, "dtype": options.dtype, "steps": len(rates), "samples_per_second": statistics.median(rates),
                      "pytorch": torch.__version__}))


if __name__ == "__main__":
    main()
