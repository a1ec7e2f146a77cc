#!/usr/bin/env python3
"""Independent PyTorch version of examples/01-fashion-mnist, to compare accuracy and speed with.

The same network (7x7 patches, class token, learned positions, 6 pre-norm stages), the same three training phases and the
same exits, written from the description of the method and not from Offramp's code. It deliberately has no batched early
exits: all stages run and the exits are read off afterwards, which gives exactly what batch 1 would.

  vit_twin.py train        accuracy and mean stage, method `consistent` (RL) or `weighted` (weighted CE, max-probability exits)
  vit_twin.py bench-train  training samples/s, eager and torch.compile
  vit_twin.py bench-infer  inference samples/s at full depth

Results are one JSON object on standard output; progress goes to standard error.
"""

import argparse
import json
import sys
import time

import torch

import twin_bench
import twin_data
import twin_train
from twin_model import Network


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="cpu or cuda; accuracy may be measured on either, speed is compared on the CPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default=twin_data.DEFAULT_ROOT, help="folder with the four gzip IDX files")
    modes = parser.add_subparsers(dest="mode", required=True)

    train = modes.add_parser("train")
    train.add_argument("--method", choices=["consistent", "weighted"], default="consistent")
    train.add_argument("--epochs", type=int, nargs="+", help="4 1 2 for consistent, 7 for weighted, unless said")
    train.add_argument("--alpha", type=float, default=0.05, help="weight of the speed term of the reward")
    train.add_argument("--entropy", type=float, default=0.05, help="what a walk is paid for each nat of being unlikely")
    train.add_argument("--limit", type=int, default=0, help="use the first N training images only")
    train.add_argument("--held-out", type=float, default=0.05, help="share of the training images kept out for validation")
    train.add_argument("--thresholds", type=float, nargs="+", help="exit thresholds to report")
    train.add_argument("--mean-stages", type=float, nargs="*", default=[2.19], help="also report at these mean stages")

    bench_train = modes.add_parser("bench-train")
    bench_train.add_argument("--compile", choices=["off", "on", "both"], default="both")
    bench_train.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    bench_train.add_argument("--phase", choices=["warm_up", "together"], default="warm_up")

    bench_infer = modes.add_parser("bench-infer")
    bench_infer.add_argument("--compile", choices=["off", "on", "both"], default="off")
    bench_infer.add_argument("--batch", type=int, nargs="+", default=[64, 1])
    for bench in (bench_train, bench_infer):
        bench.add_argument("--seconds", type=float, default=5.0, help="measured time per figure, after warming up")
    return parser.parse_args()


def run_training(options):
    images, labels = (values.to(options.device) for values in twin_data.load(options.data, "train"))
    if options.limit:
        images, labels = images[: options.limit], labels[: options.limit]
    test = tuple(values.to(options.device) for values in twin_data.load(options.data, "t10k"))
    order = torch.randperm(len(images), generator=torch.Generator("cpu").manual_seed(options.seed), device="cpu").to(options.device)
    held = order[: int(len(order) * options.held_out)]
    kept = order[len(held):]
    train, valid = (images[kept], labels[kept]), (images[held], labels[held])

    torch.manual_seed(options.seed)
    network = Network()
    began = time.perf_counter()
    if options.method == "consistent":
        epochs = options.epochs or [4, 1, 2]
        thresholds = options.thresholds or [0.3, 0.5, 0.7]
        phases = twin_train.consistent(network, *train, epochs, options.alpha, options.entropy, say)
    else:
        epochs = options.epochs or [7]
        thresholds = options.thresholds or [0.7, 0.8, 0.9, 0.95]
        phases = twin_train.weighted(network, *train, epochs[0], say)
    seconds = time.perf_counter() - began

    result = {"method": options.method, "seed": options.seed, "epochs": epochs, "train_samples": len(kept),
              "test_samples": len(test[0]), "train_seconds": round(seconds, 1), "phases": phases}
    for name, split in (("valid", valid), ("test", test)):
        if len(split[0]):
            result[name] = twin_train.evaluate(network, *split, options.method, thresholds, options.mean_stages)
    return result


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_default_device(options.device)
    say(f"PyTorch {torch.__version__}, {options.threads} threads, seed {options.seed}")
    torch.manual_seed(options.seed)
    if options.mode == "train":
        result = run_training(options)
    elif options.mode == "bench-train":
        result = twin_bench.training(options.phase, options.compile, options.seconds, say, options.dtype)
    else:
        result = twin_bench.inference(options.batch, options.compile, options.seconds, say)
    result["threads"], result["device"] = options.threads, options.device
    result["pytorch"] = torch.__version__
    print(json.dumps(result))


if __name__ == "__main__":
    main()
