"""The network: a small image transformer with an exit head after every stage and a gate after every stage but the last.

Plain PyTorch modules with PyTorch's own default starts for linear layers. N: samples, T = 17: rows (16 patches and, in
front, the class token), D = 128.
"""

import torch
from torch import nn
from torch.nn import functional

WIDTH, STAGES, HEADS, HIDDEN, PATCH, CLASSES = 128, 6, 4, 512, 7, 10


class Stage(nn.Module):
    """Pre-norm transformer block, [N, T, D] -> [N, T, D]."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.expand, self.shrink = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, h):
        n, t, _ = h.shape
        q, k, v = self.qkv(self.norm1(h)).view(n, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(q, k, v)  # softmax(q·kᵀ/√32)·v
        h = h + self.out(attended.transpose(1, 2).reshape(n, t, WIDTH))
        return h + self.shrink(functional.gelu(self.expand(self.norm2(h))))  # gelu with erf


class Classifier(nn.Module):
    """Exit head, [N, D] -> [N, CLASSES]."""

    def __init__(self):
        super().__init__()
        self.norm, self.dense, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, CLASSES)

    def forward(self, row):
        return self.out(torch.tanh(self.dense(self.norm(row))))


class Gate(nn.Module):
    """Exit policy, [N, D] -> [N]: the logit of leaving."""

    def __init__(self, hidden=32):
        super().__init__()
        self.norm, self.dense, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, hidden), nn.Linear(hidden, 1)

    def forward(self, row):
        return self.out(functional.gelu(self.dense(self.norm(row)))).squeeze(-1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Linear(PATCH * PATCH, WIDTH)
        self.token = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.position = nn.Parameter(torch.randn((28 // PATCH) ** 2 + 1, WIDTH) * 0.02)
        self.stages = nn.ModuleList(Stage() for _ in range(STAGES))
        self.heads = nn.ModuleList(Classifier() for _ in range(STAGES))
        self.gates = nn.ModuleList(Gate() for _ in range(STAGES - 1))

    def embed(self, images):
        """uint8 [N, 28, 28] -> [N, T, D]."""
        n, side = len(images), 28 // PATCH
        pixels = images.to(torch.float32) / 255
        patches = pixels.view(n, side, PATCH, side, PATCH).transpose(2, 3).reshape(n, side * side, PATCH * PATCH)
        return torch.cat([self.token.expand(n, 1, WIDTH), self.patch(patches)], dim=1) + self.position

    def first_rows(self, images):
        """The class token's row after every stage: a list of STAGES tensors [N, D]."""
        h, rows = self.embed(images), []
        for stage in self.stages:
            h = stage(h)
            rows.append(h[:, 0])
        return rows

    def logits_of(self, rows):
        return torch.stack([head(row) for head, row in zip(self.heads, rows)], dim=1)  # [N, STAGES, CLASSES]

    def gates_of(self, rows):
        return torch.stack([gate(row) for gate, row in zip(self.gates, rows)], dim=1)  # [N, STAGES - 1]

    def forward(self, images):
        """Full depth: the last head only, [N, CLASSES]."""
        h = self.embed(images)
        for stage in self.stages:
            h = stage(h)
        return self.heads[-1](h[:, 0])

    def backbone(self):
        yield from self.patch.parameters()
        yield from (self.token, self.position)
        yield from self.stages.parameters()
