#!/usr/bin/env python3
"""Independent PyTorch version of examples/04-sst2, to compare accuracy with: the same encoder, exits, phases, rates and rows.

  text_twin.py --model runs/minilm --method consistent [--limit 8000]     ConsistentEE: RL of gates; --epochs 1 3 1 1 also has everything together
  text_twin.py --model runs/minilm --method weighted                      stage-weighted cross-entropy, exits by max-probability
  text_twin.py --model runs/minilm --method distilled                     exits that learn to answer as the last one does, by max-probability
  text_twin.py --model runs/minilm --method plain                         plain fine-tuning: the last head only

All stages run and the exits are read off afterwards, which gives exactly what batch 1 would. --start FOLDER begins after the warm-up with
the weights of an Offramp run (exported with `offramp export hf RUN --like DIR --out FOLDER`, and RUN/model.safetensors beside them as
FOLDER/run.safetensors), so that only the training of exits is compared. Results are one JSON object on standard output, progress goes to
standard error. --distilled is the distilled warm-up for ConsistentEE.
"""

import argparse
import json
import pathlib
import sys
import time

import torch
from safetensors.torch import load_file

import text_twin_data
import twin_train
from text_twin_model import TextNetwork

ROOT = pathlib.Path(__file__).resolve().parents[3]
METHODS = {"consistent": [1, 0], "weighted": [], "distilled": [], "plain": []}  # epochs of gates alone and of everything again, after exits and warm-up


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face folder of the pretrained encoder, with vocab.txt")
    parser.add_argument("--start", help="begin after the warm-up with the weights in this folder")
    parser.add_argument("--data", default=str(ROOT.parent / "shared/data/sst2"), help="folder with train.tsv(.gz) and dev.tsv")
    parser.add_argument("--method", choices=list(METHODS), default="consistent")
    parser.add_argument("--distilled", action="store_true", help="ConsistentEE after distilled exits instead of stage-weighted ones")
    parser.add_argument("--epochs", type=int, nargs="+", help="of the phases; as the example has them unless said")
    parser.add_argument("--alpha", type=float, default=0.02, help="weight of the speed term of the reward")
    parser.add_argument("--entropy", type=float, default=0.02, help="what a walk is paid for each nat of being unlikely")
    parser.add_argument("--limit", type=int, default=0, help="use the first N training rows only")
    parser.add_argument("--held-out", type=float, default=0.05, help="share of the training rows that is not trained on")
    parser.add_argument("--mean-stages", type=float, nargs="*", default=[2.0, 3.0, 4.0], help="also report at these mean stages of the dev rows")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def after_warm_up(network, folder):
    """Takes over the heads of an Offramp run; the encoder came from the folder already."""
    run = load_file(pathlib.Path(folder) / "run.safetensors")
    for stage, head in enumerate(network.heads, 1):
        for part, layer in (("linear_0", head.dense), ("linear_1", head.out)):
            layer.weight.data.copy_(run[f"head.{stage}.{part}.weight"].T)
            layer.bias.data.copy_(run[f"head.{stage}.{part}.bias"])


class Rows:
    """Encoded sentences and labels of one split."""

    def __init__(self, sentences, labels, vocabulary):
        self.ids, self.labels = text_twin_data.encoded(sentences, vocabulary), labels

    def __len__(self):
        return len(self.ids)

    def batch(self, chosen):
        return text_twin_data.batch(self.ids, chosen.tolist())

    def subset(self, chosen):
        part = object.__new__(Rows)
        part.ids, part.labels = [self.ids[index] for index in chosen.tolist()], self.labels[chosen]
        return part


@torch.no_grad()
def all_means(network, rows):
    """Means of all rows after every stage, without dropout, [N, STAGES, D]; rows of like length share a batch."""
    order = sorted(range(len(rows)), key=lambda index: len(rows.ids[index]))
    means = [None] * len(rows)
    for number, part in enumerate(torch.tensor(order).split(64)):
        for index, mean in zip(part.tolist(), torch.stack(network.frozen_means(*rows.batch(part)), dim=1)):
            means[index] = mean.clone()
        if number % 200 == 0:
            say(f"encoding: {100 * number * 64 // len(rows)} %")
    return torch.stack(means)


@torch.no_grad()
def outputs(network, means):
    """Logits [N, STAGES, CLASSES] and gate logits [N, STAGES - 1] of means [N, STAGES, D], without dropout."""
    network.eval()
    logits = network.logits_of(means.unbind(1))
    gates = network.gates_of(logits)
    network.train()
    return logits, gates


def policy_loss(network, logits, memorized, alpha, entropy):
    """Of gates that are paid for the answers of full depth; `rollout_loss`. logits [N, STAGES, CLASSES], memorized [N]."""
    changed = twin_train.zero_one(logits, logits[:, -1].argmax(1))
    return twin_train.rollout_loss(network.gates_of(logits), changed, memorized, alpha, entropy)


def phase(name, network, rows, epochs, batch, rate, parameters, loss_of, average=0.0):
    began = time.perf_counter()
    found = twin_train.run_phase(name, torch.arange(len(rows)), epochs, batch, rate, parameters, loss_of, say, average)
    return {**found, "seconds": round(time.perf_counter() - began, 1)}


def train(network, rows, options):
    last_only, distilled = options.method == "plain", options.distilled or options.method == "distilled"
    warm_up_epochs, rate, average = (2, 1e-4, 0.5) if last_only or distilled else (3, 5e-5, 0.0)
    usual = [1, warm_up_epochs, *METHODS[options.method]]
    epochs = options.epochs or usual
    if len(epochs) != len(usual):
        raise SystemExit(f"--epochs has {len(epochs)} numbers; {options.method} has {len(usual)} phases")
    heads = network.heads[-1:] if last_only else network.heads

    def loss(means, labels, distil=False):
        if last_only:
            return torch.nn.functional.cross_entropy(network.heads[-1](means[-1]), labels)
        logits = network.logits_of(means)
        ce = twin_train.cross_entropies(logits, labels)
        return ce[:, -1].mean() + twin_train.weighted_loss(twin_train.divergences(logits)) if distil else twin_train.weighted_loss(ce)

    def heads_loss(chosen):
        return loss(frozen[chosen].unbind(1), rows.labels[chosen])

    def warm_up_loss(chosen):
        return loss(network.means(*rows.batch(chosen)), rows.labels[chosen], distilled)

    phases = []
    if not options.start:
        frozen = all_means(network, rows)  # of an encoder that is not trained: once for the whole phase
        phases.append(phase("new_exits", network, rows, epochs[0], 32, 1e-3, heads.parameters(), heads_loss))
        phases.append(phase("warm_up", network, rows, epochs[1], 32, rate, [*network.encoder.parameters(), *heads.parameters()], warm_up_loss, average))
    if options.method != "consistent":
        return phases
    settled = outputs(network, all_means(network, rows))[0]  # gates alone read logits, and these stay as they are while gates learn
    memorized = twin_train.memorized_from(settled, rows.labels)
    say("memorized layers:", torch.bincount(memorized.long(), minlength=7)[1:].tolist())

    def gates_loss(chosen):
        return policy_loss(network, settled[chosen], memorized[chosen], options.alpha, options.entropy)[0]

    def joint_loss(chosen):
        means = network.means(*rows.batch(chosen))
        logits = network.logits_of(means)
        ce = twin_train.cross_entropies(logits, rows.labels[chosen])
        policy, index = policy_loss(network, logits, memorized[chosen], options.alpha, options.entropy)
        return policy + ce.gather(1, index).mean()

    phases.append(phase("learn_to_exit", network, rows, epochs[2], 32, 2e-3, network.gates.parameters(), gates_loss))
    phases.append(phase("together", network, rows, epochs[3], 32, 2e-5, network.parameters(), joint_loss))
    return phases


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    vocabulary, data = pathlib.Path(options.model) / "vocab.txt", pathlib.Path(options.data)
    table = next((path for path in (data / "train.tsv", data / "train.tsv.gz") if path.exists()), None)
    if table is None:
        raise SystemExit(f"{data}: no train.tsv and no train.tsv.gz; name the folder of SST-2 with --data")
    all_rows = Rows(*text_twin_data.rows(table, options.limit), vocabulary)
    order = torch.randperm(len(all_rows), generator=torch.Generator().manual_seed(options.seed))
    rows = all_rows.subset(order[int(len(order) * options.held_out):])
    dev = Rows(*text_twin_data.rows(data / "dev.tsv"), vocabulary)

    network = TextNetwork.pretrained(options.start or options.model)
    if options.start:
        after_warm_up(network, options.start)
    network.train()
    phases = train(network, rows, options)
    logits, gates = outputs(network, all_means(network, dev))
    consistent = options.method == "consistent"
    signal = torch.sigmoid(gates) if consistent else logits.softmax(2).amax(2)[:, :-1]
    found = {"method": options.method, "seed": options.seed, "train_rows": len(rows), "dev_rows": len(dev), "phases": phases,
             **twin_train.curve(logits, dev.labels, signal, [0.3, 0.5, 0.7] if consistent else [0.8, 0.9, 0.95], options.mean_stages),
             "pytorch": torch.__version__, "threads": options.threads}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
