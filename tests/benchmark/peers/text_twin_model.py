"""The network of examples/04-sst2 in PyTorch: a BERT encoder, an exit head after every stage and a gate after every stage but the last.

Written from the description of the method. Batches are padded and masked, as PyTorch's users do it. Losses are those of twin_train.py,
which know no network: `cross_entropies` and `weighted_loss` (warm-up), `rollout_loss` (REINFORCE, COPIES walks, group mean as baseline),
`memorized_from`. N: samples, T: tokens of the longest, D: width.
"""

import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

import bert_peers

CLASSES = 2


class Classifier(nn.Module):
    """Exit head, [N, D] -> [N, CLASSES]."""

    def __init__(self, width):
        super().__init__()
        self.dense, self.out = nn.Linear(width, width), nn.Linear(width, CLASSES)

    def forward(self, pooled):
        return self.out(torch.tanh(self.dense(pooled)))


class Gate(nn.Module):
    """Exit policy, the exit's logits [N, CLASSES] -> [N]: the logit of leaving, from the log-odds of the likeliest class alone."""

    def __init__(self, hidden=16):
        super().__init__()
        self.dense, self.out = nn.Linear(1, hidden), nn.Linear(hidden, 1)

    def forward(self, logits):
        ordered = logits.detach().sort(dim=1, descending=True).values
        others = (ordered[:, 1:] - ordered[:, :1]).exp().sum(1, keepdim=True)
        return self.out(functional.gelu(self.dense(-torch.log(others + 1e-6)))).squeeze(-1)


class TextNetwork(nn.Module):
    """`encoder` is a BertModel; the example drops values at rate 0.1, but no attention weights."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        stages, width = encoder.config.num_hidden_layers, encoder.config.hidden_size
        self.heads = nn.ModuleList(Classifier(width) for _ in range(stages))
        self.gates = nn.ModuleList(Gate() for _ in range(stages - 1))

    @classmethod
    def pretrained(cls, folder):
        """From a Hugging Face folder; heads and gates start as PyTorch's linear layers do."""
        return cls(BertModel.from_pretrained(folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0))

    @classmethod
    def random(cls, size):
        """Of one of bert_peers.SIZES."""
        return cls(BertModel(BertConfig(attention_probs_dropout_prob=0.0, **bert_peers.SIZES[size]), add_pooling_layer=False))

    def means(self, ids, mask):
        """Mean over each sample's own tokens after every stage: a list of STAGES tensors [N, D]."""
        states = self.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[1:]
        own = mask.to(states[0].dtype)[:, :, None]
        return [(state * own).sum(1) / own.sum(1) for state in states]

    def frozen_means(self, ids, mask):
        """The same while the encoder is not trained: no dropout, no gradient."""
        training = self.encoder.training
        self.encoder.eval()
        with torch.no_grad():
            means = self.means(ids, mask)
        self.encoder.train(training)
        return means

    def logits_of(self, means):
        return torch.stack([head(mean) for head, mean in zip(self.heads, means)], dim=1).float()  # [N, STAGES, CLASSES]

    def gates_of(self, logits):
        """From the logits of all stages [N, STAGES, CLASSES]: [N, STAGES - 1]."""
        return torch.stack([gate(logits[:, stage]) for stage, gate in enumerate(self.gates)], dim=1).float()

    def forward(self, ids, mask):
        """Full depth: the last head only, [N, CLASSES]."""
        return self.heads[-1](self.means(ids, mask)[-1])
