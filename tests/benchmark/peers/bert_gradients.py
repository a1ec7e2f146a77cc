#!/usr/bin/env python3
"""Gradients of a whole BERT with a head after every layer, ours against PyTorch's, tensor by tensor.

  bert_gradients.py --offramp build/bin/offramp [--layers 4] [--width 256] [--samples 32]

One step of `offramp train` on one batch of real sentences without dropout, clipping and decay, with AdamW at eps = 1/2 and lr = 1: its
first step moves a weight by g / (|g| + 1/2), from which g is read back. Fails when ‖ours − theirs‖ / ‖theirs‖ of any tensor exceeds 1e-3
(what float32 leaves of g in a weight that is about a thousand times larger; the whole gradient must agree within 1e-4).
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import torch
from safetensors.numpy import load_file
from torch.nn import functional
from transformers import BertConfig, BertModel

import bert_peers
from bert_logits import DATA, ROOT


def their_gradients(work, init, ids, labels, layers):
    network = BertModel.from_pretrained(work / "hf", add_pooling_layer=False).eval()
    rows, mask = map(torch.from_numpy, bert_peers.padded(ids))
    states = network(input_ids=rows, attention_mask=mask, output_hidden_states=True).hidden_states[1:]
    heads, loss = {}, 0
    for stage in range(1, layers + 1):
        names = [f"head.{stage}.{part}.{kind}" for part in ("pooler", "classifier") for kind in ("weight", "bias")]
        for name in names:
            heads[name] = torch.from_numpy(init[name].copy()).requires_grad_()
        first, first_bias, second, second_bias = (heads[name] for name in names)
        logits = torch.tanh(states[stage - 1][:, 0] @ first + first_bias) @ second + second_bias
        loss = loss + stage * functional.cross_entropy(logits, labels)
    (loss / sum(range(1, layers + 1))).backward()
    found = {name: value.grad.numpy() for name, value in heads.items()}
    theirs = {name: value.grad.numpy() for name, value in network.named_parameters() if value.grad is not None}
    for table, ours in (("word_embeddings", "word"), ("position_embeddings", "position"), ("token_type_embeddings", "kind")):
        found[f"embed.{ours}.weight"] = theirs[f"embeddings.{table}.weight"]
    norms = {"embeddings.LayerNorm": "embed.norm"}
    for layer in range(layers):
        there, here = f"encoder.layer.{layer}.", f"stage.{layer + 1}.layer."
        norms |= {there + "attention.output.LayerNorm": here + "attention_norm", there + "output.LayerNorm": here + "output_norm"}
        for part, ours in (("attention.self.query", "attention.query"), ("attention.output.dense", "attention.output"), ("intermediate.dense", "intermediate"),
                           ("output.dense", "output")):
            found[here + ours + ".weight"], found[here + ours + ".bias"] = theirs[there + part + ".weight"].T, theirs[there + part + ".bias"]
        for kind in ("weight", "bias"):
            key, value = (theirs[f"{there}attention.self.{part}.{kind}"] for part in ("key", "value"))
            found[f"{here}attention.key_value.{kind}"] = numpy.concatenate([key.T, value.T], axis=-1)
    for there, here in norms.items():
        found[here + ".gain"], found[here + ".bias"] = theirs[there + ".weight"], theirs[there + ".bias"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offramp", default=str(ROOT / "build/bin/offramp"))
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--samples", type=int, default=32)
    options = parser.parse_args()
    torch.manual_seed(1)
    header, *rows = (DATA / "sst2" / "dev.tsv").read_text().splitlines()
    rows = rows[:options.samples]
    texts, labels = [row.split("\t")[0] for row in rows], torch.tensor([int(row.split("\t")[1]) for row in rows])
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        config = BertConfig(num_hidden_layers=options.layers, hidden_size=options.width, num_attention_heads=options.width // 32,
                            intermediate_size=4 * options.width, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        network = BertModel(config, add_pooling_layer=False)
        for parameter in network.parameters():
            parameter.data += 0.02 * torch.randn_like(parameter)
        network.save_pretrained(work / "hf", safe_serialization=True)
        vocabulary = DATA / "bert_vocab" / "vocab.txt"
        (work / "hf" / "vocab.txt").write_bytes(vocabulary.read_bytes())
        (work / "rows.tsv").write_text("\n".join([header, *rows]) + "\n")

        def offramp(*words):
            subprocess.run([options.offramp, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def train(out, epochs):
            offramp("train", work / "model/model.ramp", "--init", work / "model/weights.safetensors", "--set", f"fine_tune.epochs={epochs}", "--data", f"train={work / 'rows.tsv'}", "--data",
                    f"valid={work / 'rows.tsv'}", "--out", work / out)
            return load_file(work / out / "model.safetensors")

        offramp("import", "hf", work / "hf", "--out", work / "model")
        text = (work / "model/model.ramp").read_text()
        plain = f"batch = {options.samples}, optimizer = adamw(lr = 1, eps = 0.5, weight_decay = 0, warmup = 0, decay = constant, clip = 0))"
        (work / "model/model.ramp").write_text(re.sub(r"batch = 32, optimizer = .*?\)\)", plain, text))
        encode = bert_peers.tokenizer(vocabulary)
        before, after = train("before", 0), train("after", 1)
        expected = their_gradients(work, before, [encode(text) for text in texts], labels, options.layers)
    if set(expected) != set(before):
        sys.exit(f"other weights: {sorted(set(expected) ^ set(before))}")
    worst, squares, total = ("", 0.0), 0.0, 0.0
    for name, theirs in expected.items():
        moved = (before[name].astype(numpy.float64) - after[name])
        ours = 0.5 * moved / (1 - numpy.abs(moved))
        difference, size = numpy.linalg.norm(ours - theirs), numpy.linalg.norm(theirs)
        squares, total = squares + difference ** 2, total + size ** 2
        # the gradient of a key's bias is 0 but for rounding: compared with the size of its neighbours
        error = difference / max(size, 1e-6)
        if error > worst[1]:
            worst = name, error
    whole = (squares / total) ** 0.5
    print(f"{len(expected)} tensors of {options.layers} x {options.width}, {len(rows)} sentences: the whole gradient differs by {whole:.2e} (to reach: 1e-4), "
          f"the worst tensor {worst[0]} by {worst[1]:.2e} (to reach: 1e-3)")
    if whole > 1e-4 or worst[1] > 1e-3:
        sys.exit(1)


if __name__ == "__main__":
    main()
