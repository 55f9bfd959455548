"""The layers of the `geometric-algebra-attention` package with the weights of ours, in evaluation."""

from typing import Any

import torch
from geometric_algebra_attention import pytorch as original
from torch import Tensor, nn

from core.encoders.geometric_algebra.attention import GeometricAttention, LabelledAttention
from core.encoders.geometric_algebra.products import MULTIVECTORS

_NAMES = {"values": "{}Attention", "points": "{0}2{0}Attention", "tied": "Tied{}Attention"}


class _Column(nn.Module):
    def __init__(self, column: int) -> None:
        super().__init__()
        self.column = column

    def forward(self, values: Tensor) -> Tensor:
        return values[..., self.column : self.column + 1]


def _in_order_of_the_package(layer: GeometricAttention, per_invariant: Tensor) -> Tensor:
    """From [pair, n(pair), x_i, n(x_i), x_j, n(x_j)] to [pair, x_i, x_j, n(pair), n(x_i), n(x_j)]."""
    parts = per_invariant.split(layer.pair_values.sizes, dim=-1)
    if not layer.normalised:
        return per_invariant
    halves = [part.chunk(2, dim=-1) for part in parts]
    return torch.cat([half[k] for k in range(2) for half in halves], dim=-1)


def _value_net(layer: GeometricAttention) -> nn.Module:
    """V, as the package has it: normalisation, linear, LayerNorm, ReLU, linear."""
    ours = layer.pair_values
    mean, variance = (
        _in_order_of_the_package(layer, one) for one in (ours.norm.running_mean, ours.norm.running_var)
    )
    norm = original.MomentumNormalization(len(mean)).to(mean)
    norm.mu.copy_(mean)
    norm.sigma.copy_(variance.sqrt())
    first = nn.Linear(len(mean), ours.hidden_width).to(mean)
    with torch.no_grad():
        first.weight.copy_(_in_order_of_the_package(layer, ours.first.weight))
        first.bias.copy_(ours.first.bias)
    return nn.Sequential(norm, first, ours.hidden_norm, nn.ReLU(), ours.last)


def original_of(layer: GeometricAttention) -> nn.Module:
    """The same function as the package works it out."""
    kind = "Multivector" if layer.form == MULTIVECTORS else "Vector"
    labelled = isinstance(layer, LabelledAttention)
    name = f"Labeled{kind}Attention" if labelled else _NAMES[layer.outputs].format(kind)
    scores = layer.scores
    nets = [
        nn.Sequential(scores.first, scores.norm, nn.ReLU(), scores.last, _Column(column)) for column in (0, 1)
    ]
    mixing = "mean" if layer.pair_values.merge is None else "concat"
    arguments: dict[str, Any] = {"reduce": layer.reduced, "merge_fun": mixing, "join_fun": mixing}
    arguments |= {"invariant_mode": "full", "include_normalized_products": layer.normalised, "rank": 2}
    if layer.outputs != "values":
        arguments |= {"covariant_mode": "full", "scale_net": nets[1]}
    width = layer.pair_values.last.out_features
    found: nn.Module = getattr(original, name)(
        n_dim=width, score_net=nets[0], value_net=_value_net(layer), **arguments
    )
    _copy_kernels(layer, found)
    return found.to(next(layer.parameters())).eval()


@torch.no_grad()
def _copy_kernels(layer: GeometricAttention, found: Any) -> None:
    if layer.pair_values.merge is not None:
        for kernels, ours in (
            (found.merge_kernels, layer.pair_values.merge),
            (found.join_kernels, layer.pair_values.join),
        ):
            for kernel, one in zip(kernels, ours, strict=True):
                kernel.copy_(one)
    if layer.mixture is not None:
        found.vector_kernels.copy_(layer.mixture)
