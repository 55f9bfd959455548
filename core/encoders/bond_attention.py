"""Site-Net's attention over the pairs of each site, forwards and backwards by hand (arXiv 2209.08190).

It is where Site-Net spends its time. See bond_blocks.py for why it goes through the pairs in blocks.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.encoders.bond_blocks import (
    BondLayer,
    BondTerms,
    Hidden,
    before_norm,
    blocks,
    hidden,
)
from core.encoders.segments import segment_softmax, segment_sum
from core.graphs.batch import Batch


def bond_attention(
    logits: BondTerms,
    values: BondTerms,
    logit_weight: Tensor,
    second: tuple[Tensor, Tensor] | None,
    activation: str,
    batch: Batch,
) -> tuple[Tensor, Tensor]:
    """Average the values of the pairs of each site with attention, in each of H heads.

    attention = softmax over the pairs of a site of a_ij @ logit_weight, (W_a, H), where a_ij is the
    normalised layer of the terms `logits`. The values are the normalised layer of the terms `values`, passed
    through one more when `second` gives its weight (W_v, W_out) and bias (W_out,).
    Returns the averages (I, H, W_out) and the attention (P, H), to which no gradient flows.
    """
    with torch.autocast(logit_weight.device.type, enabled=False):  # the sums want all digits of float32
        averages, attention = _BondAttention.apply(  # type: ignore[no-untyped-call]
            *(None if term is None else term.to(logit_weight) for term in (*logits[:4], *values[:4])),
            logit_weight,
            *(second or (None, None)),
            logits.row,
            values.row,
            activation,
            torch.is_grad_enabled(),
            batch,
        )
    return averages, attention


class _BondAttention(Function):
    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> tuple[Tensor, Tensor]:
        attending, valuing, logit_weight = _parts(*arguments)
        keep, batch = arguments[-2:]
        logits, ctx.of_logits = _logits(attending, logit_weight, batch, keep)
        attention = segment_softmax(logits, batch.pair_i, batch.num_sites, batch.pair_counts)
        averages, ctx.of_values = _averages(valuing, attention, batch, keep)
        ctx.arguments, ctx.logits, ctx.attention = arguments, logits, attention
        ctx.mark_non_differentiable(attention)
        return averages, attention

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: None) -> tuple[Tensor | None, ...]:
        attending, valuing, logit_weight = _parts(*ctx.arguments)
        attention, batch = ctx.attention, ctx.arguments[-1]
        slopes = _averages_backward(valuing, gradient, attention, batch, ctx.of_values)
        along = segment_sum(attention * slopes, batch.pair_i, batch.num_sites)
        slopes = attention * (slopes - along[batch.pair_i])
        weight_gradient = _logits_backward(attending, logit_weight, ctx.logits, slopes, batch, ctx.of_logits)
        parts = (
            *attending.gradients,
            *valuing.bonds.gradients,
            weight_gradient,
            *(valuing.gradients or (None, None)),
        )
        return *parts, None, None, None, None, None


class _Values:
    """One or two layers from the terms of the values to the values themselves."""

    def __init__(self, bonds: BondLayer, second: tuple[Tensor, Tensor] | None) -> None:
        self.bonds, self.second = bonds, second
        self.out_width = bonds.terms.centre.shape[1] if second is None else len(second[1])
        # Of the weight and bias of the second layer.
        self.gradients = (
            None if second is None else (torch.zeros_like(second[0]), torch.zeros_like(second[1]))
        )

    def hidden(self, block: slice, keep: bool) -> tuple[Hidden, ...]:
        """Compute each layer of a block, with what `backward` needs if it is to be kept."""
        first = self.bonds.hidden(block, keep)
        if self.second is None:
            return (first,)
        weight, bias = self.second
        sums = torch.addcmul(bias, first.centred @ weight, first.scale)
        return first, hidden(sums, self.bonds.activation, keep)

    def backward(self, block: slice, gradient: Tensor, layers: tuple[Hidden, ...]) -> None:
        """Pass the gradient (n, W_out) of the sums of the last layer of a block down to weights and terms."""
        if self.second is not None and self.gradients is not None:
            weight, first = self.second[0], layers[0]
            self.gradients[1].add_(gradient.sum(0))
            gradient = gradient * first.scale
            self.gradients[0].addmm_(first.centred.T, gradient)
            gradient = before_norm(gradient @ (weight - weight.mean(dim=0)).T, first)
        self.bonds.backward(block, gradient)


def _parts(*arguments: Any) -> tuple[BondLayer, _Values, Tensor]:
    """Name the arguments of the function: both layers, and the weight of the logits."""
    logit_weight, weight, bias, logit_row, value_row, activation, _, batch = arguments[8:]
    attending = BondLayer(BondTerms._make((*arguments[:4], logit_row)), batch, activation)
    valuing = BondLayer(BondTerms._make((*arguments[4:8], value_row)), batch, activation)
    return attending, _Values(valuing, None if weight is None else (weight, bias)), logit_weight


def _logits(attending: BondLayer, weight: Tensor, batch: Batch, keep: bool) -> tuple[Tensor, list[Hidden]]:
    """Compute the logits (P, H), and what their gradient needs of each block if it is to be kept."""
    logits, kept = weight.new_empty(batch.num_pairs, weight.shape[1]), []
    for block in blocks(batch, len(weight)):
        computed = attending.hidden(block, keep)
        torch.mul((weight.T @ computed.centred.T).T, computed.scale, out=logits[block])
        if keep:
            kept.append(computed)
    return logits, kept


def _logits_backward(
    attending: BondLayer, weight: Tensor, logits: Tensor, slopes: Tensor, batch: Batch, kept: list[Hidden]
) -> Tensor:
    """Pass the gradient (P, H) of the logits down to the terms; return that of the weight (W_a, H)."""
    gradient = torch.zeros_like(weight.T)
    # The gradient of the normalised values is a sum over a few heads, so its means cost a row's few logits.
    centred = (weight - weight.mean(dim=0)).T
    for block, computed in zip(blocks(batch, len(weight)), kept, strict=True):
        scaled = slopes[block] * computed.scale
        gradient.addmm_(scaled.T, computed.centred)
        along = (slopes[block] * logits[block]).sum(dim=1, keepdim=True)
        attending.backward(block, before_norm(scaled @ centred, computed, along))
    return gradient.T


def _averages(
    valuing: _Values, attention: Tensor, batch: Batch, keep: bool
) -> tuple[Tensor, list[tuple[Hidden, ...]]]:
    """Average the values (I, H, W_out), and keep what their gradient needs as above."""
    heads, kept = attention.shape[1], []
    averages = attention.new_zeros(heads, batch.num_sites, valuing.out_width)
    for block in blocks(batch, valuing.out_width):
        layers = valuing.hidden(block, keep)
        weights = attention[block] * layers[-1].scale
        for head in range(heads):
            averages[head].index_add_(0, batch.pair_i[block], weights[:, head, None] * layers[-1].centred)
        if keep:
            kept.append(layers)
    return averages.transpose(0, 1), kept


def _averages_backward(
    valuing: _Values, gradient: Tensor, attention: Tensor, batch: Batch, kept: list[tuple[Hidden, ...]]
) -> Tensor:
    """Pass the gradient (I, H, W_out) of the averages down; return that of the attention (P, H)."""
    # What all values of a site have in common falls away in their norm.
    of_heads = (gradient - gradient.mean(dim=2, keepdim=True)).unbind(1)
    slopes = torch.empty_like(attention)
    for block, layers in zip(blocks(batch, valuing.out_width), kept, strict=True):
        centred, scale, _ = layers[-1]
        weights, scaled = attention[block] * scale, torch.zeros_like(centred)
        for head, of_head in enumerate(of_heads):
            of_site = of_head.index_select(0, batch.pair_i[block])
            scaled.addcmul_(of_site, weights[:, head, None])
            slopes[block, head] = of_site.mul_(centred).sum(1)
        slopes[block] *= scale
        along = (attention[block] * slopes[block]).sum(dim=1, keepdim=True)
        valuing.backward(block, before_norm(scaled, layers[-1], along), layers)
    return slopes
