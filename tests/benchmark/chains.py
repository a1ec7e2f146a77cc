"""Which matrix products a network has, for gemm_chain: lists of its lines (`KIND M K N WEIGHT`), in the network's order.

A batch of sentences is the list of their numbers of tokens: rows are packed, so a product over all tokens has the sum of them.
"""

from typing import NamedTuple


class Layer(NamedTuple):
    """A linear layer as it is met once: `rows` of it are computed. Without input_gradient nothing before it learns."""

    rows: int
    inputs: int
    outputs: int
    weight: str
    input_gradient: bool = True


def inference(layers):
    return [f"packed {layer.rows} {layer.inputs} {layer.outputs} {layer.weight}" for layer in layers]


def forward(layers):
    return [f"forward {layer.rows} {layer.inputs} {layer.outputs} {layer.weight}" for layer in layers]


def training(layers, weights=0):
    """Forward, the gradients of inputs and weights, and one pass of AdamW over `weights` numbers if there are any."""
    lines = forward(layers)
    for layer in reversed(layers):
        size = f"{layer.rows} {layer.inputs} {layer.outputs} {layer.weight}"
        lines += [f"weight {size}"] + ([f"input {size}"] if layer.input_gradient else [])
    return lines + ([f"adamw {weights}"] if weights else [])


def stage(number, rows, read, width, hidden):
    """A transformer stage: keys and values of all rows, everything else of those that are read."""
    sizes = {"query": (read, width, width), "key_value": (rows, width, 2 * width), "output": (read, width, width),
             "expand": (read, width, hidden), "shrink": (read, hidden, width)}
    return [Layer(*size, f"{number}.{name}") for name, size in sizes.items()]


def head(number, samples, width, classes):
    return [Layer(samples, width, width, f"{number}.head_dense"), Layer(samples, width, classes, f"{number}.head_out")]


def gate(number, samples, width, hidden=64):
    return [Layer(samples, width, hidden, f"{number}.gate_dense"), Layer(samples, hidden, 1, f"{number}.gate_out")]


def image_transformer(batch, every_head):
    """Example 1: 16 patches of 49 pixels and a class token, 6 stages of width 128; the last stage's other rows are never read."""
    stages, width, tokens = 6, 128, 17
    layers = [Layer(batch * (tokens - 1), 49, width, "patch", input_gradient=False)]
    for number in range(1, stages + 1):
        rows = batch * tokens
        layers += stage(number, rows, batch if number == stages else rows, width, 4 * width)
        if every_head or number == stages:
            layers += head(number, batch, width, 10)
    return layers


class Bert(NamedTuple):
    """An encoder with a head of two classes after every stage. first_row: heads and gates read the class token, else the mean of all."""

    stages: int = 12
    width: int = 768
    first_row: bool = True

    def stage(self, number, tokens):
        last = self.first_row and number == self.stages
        return stage(number, sum(tokens), len(tokens) if last else sum(tokens), self.width, 4 * self.width)

    def full_depth(self, tokens):
        layers = [layer for number in range(1, self.stages + 1) for layer in self.stage(number, tokens)]
        return layers + head(self.stages, len(tokens), self.width, 2)

    def with_exits(self, tokens, taken):
        """The samples leave after the stages `taken` (from 1): a stage has the rows of those who are left, a gate looks at each of them, a
        head at those who leave. Whole stages: what exit-first saves is not in the chain."""
        layers = []
        for number in range(1, self.stages + 1):
            left = [count for count, leaves in zip(tokens, taken) if leaves >= number]
            if not left:
                break
            layers += self.stage(number, left)
            layers += gate(number, len(left), self.width) if number < self.stages else []
            leaving = sum(leaves == number for leaves in taken)
            layers += head(number, leaving, self.width, 2) if leaving else []
        return layers

    def step(self, tokens):
        """A warm-up step: every head."""
        return [layer for number in range(1, self.stages + 1)
                for layer in self.stage(number, tokens) + head(number, len(tokens), self.width, 2)]

    def phase(self, name, tokens, weights):
        """Lines of a step of ConsistentEE's phase `name` (examples/04-sst2), in which `weights` numbers learn. While exits learn, everything
        else runs forward only."""
        gates = [layer for number in range(1, self.stages) for layer in gate(number, len(tokens), self.width)]
        if name == "warm_up":
            return training(self.step(tokens), weights)
        if name == "together":
            return training(self.step(tokens)) + training(gates, weights)
        inward = [layer._replace(input_gradient=not layer.weight.endswith("gate_dense")) for layer in gates]
        return forward(self.step(tokens)) + training(inward)


def typical(tokens, size):
    """A batch whose lengths are spread as those of all: every so many-th of them in order of length."""
    stride = len(tokens) // size
    return sorted(tokens)[stride // 2::stride][:size]


def batches(values, size):
    return [values[start:start + size] for start in range(0, len(values), size)]
