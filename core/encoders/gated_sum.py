"""The sum over neighbours of a gated crystal graph convolution, forwards and backwards by hand.

It is where CGCNN spends its time. Left to automatic differentiation it would keep and pass through a dozen
tensors with a row per pair; here there are two, gone through in blocks that stay in the cache of one core.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.encoders.segments import segment_sum
from core.encoders.site_norm import follow_statistics
from core.graphs import process_group
from core.graphs.batch import Batch

_PAIRS_AT_ONCE = 2048


def gated_sum(
    centre: Tensor, neighbour: Tensor, pairs: Tensor, weight: Tensor, norm: nn.BatchNorm1d, batch: Batch
) -> tuple[Tensor, Tensor]:
    """Sum sigmoid(f_ij) softplus(s_ij) over the pairs of each site (Xie and Grossman, PRL 120, 145301).

    [f_ij; s_ij] = norm(centre_i + neighbour_j + weight pairs_ij), normalised over all pairs of the batch; a
    row counts as all pairs that it stands for. centre, neighbour: (I, 2 W). pairs: (P, K), to which no
    gradient flows. weight: (2 W, K). Returns the sums (I, W) and the mean gate of each pair (P,), without
    gradient.
    """
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("the norm keeps no running statistics")
    running = None if norm.training else (_by_half(norm.running_mean), _by_half(norm.running_var))
    occurrences = batch.pair_weights.to(weight)
    num_pairs = occurrences.sum()
    if norm.training:  # of all that the processes of a job work on together
        num_pairs = process_group.sum_over_all(num_pairs)
    with torch.autocast(centre.device.type, enabled=False):  # the sums want all digits of float32
        total, gates, mean, variance = _GatedSum.apply(  # type: ignore[no-untyped-call]
            _by_half(centre.to(weight)),
            _by_half(neighbour.to(weight)),
            pairs,
            weight.view(2, -1, weight.shape[1]).mT,
            _by_half(norm.weight),
            _by_half(norm.bias),
            running,
            norm.eps,
            batch,
            occurrences / num_pairs,
        )
    if norm.training:
        follow_statistics(norm, mean.flatten(), variance.flatten(), num_pairs)
    return total, gates


def _by_half(values: Tensor) -> Tensor:
    """Lay the halves of f and s, of (N, 2 W) or (2 W,), one behind the other: (2, N or 1, W)."""
    width = values.shape[-1]
    return values.view(values.numel() // width, 2, width // 2).transpose(0, 1).contiguous()


class _GatedSum(Function):
    """Tensors have a leading dimension of 2, for f and s; see `gated_sum` for what they are.

    Kept for the way back: z, the centred values before normalisation, and the slopes of the summand. With
    gate g = sigmoid(f) and softplus p = softplus(s), the summand g p has the slopes g (1 - g) p to f and
    g sigmoid(s) to s. With r = 1 / sqrt(variance + eps), dy the gradient of the normalised values and m how
    often each row of pairs occurs, M times in all (shares: m / M), that of z is
    scale r (dy - m / M (sum(dy) + z r^2 sum(dy z))). Its sums are over all processes of a job, as M is.
    """

    @staticmethod
    def forward(
        ctx: Any,
        centre: Tensor,
        neighbour: Tensor,
        pairs: Tensor,
        weight: Tensor,
        scale: Tensor,
        shift: Tensor,
        running: tuple[Tensor, Tensor] | None,
        eps: float,
        batch: Batch,
        shares: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        mean = _mean(centre, neighbour, pairs, weight, batch, shares) if running is None else running[0]
        z, variance = _centred(centre - mean, neighbour, pairs, weight, batch, shares)
        variance = process_group.sum_over_all(variance) if running is None else running[1]
        r = torch.rsqrt(variance + eps)
        total, gates, slopes = torch.zeros_like(centre[0]), z.new_empty(batch.num_pairs), torch.empty_like(z)
        for block, site, _ in _blocks(batch):
            y = torch.addcmul(shift, z[:, block], scale * r)
            message, gate = _message(y, batch.pair_counts[block, None].to(y), slopes[:, block])
            total.index_add_(0, site, message)
            torch.mean(gate, dim=1, out=gates[block])
        ctx.batch, ctx.is_batch_normalised = batch, running is None
        ctx.save_for_backward(z, slopes, pairs, scale, r, shares)
        ctx.mark_non_differentiable(gates, mean, variance)
        return total, gates, mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *others: None) -> tuple[Tensor | None, ...]:
        z, slopes, pairs, scale, r, shares = ctx.saved_tensors
        batch: Batch = ctx.batch
        sum_dy, sum_dy_z = torch.zeros_like(scale), torch.zeros_like(scale)
        for block, site, _ in _blocks(batch):
            dy = slopes[:, block] * gradient.index_select(0, site)
            sum_dy += dy.sum(1, keepdim=True)
            sum_dy_z += dy.mul_(z[:, block]).sum(1, keepdim=True)
        centre = z.new_zeros(2, *gradient.shape)
        neighbour, weight = torch.zeros_like(centre), z.new_zeros(2, pairs.shape[1], gradient.shape[1])
        all_dy, all_dy_z = sum_dy, sum_dy_z
        if ctx.is_batch_normalised:
            all_dy, all_dy_z = process_group.sum_over_all(torch.stack([sum_dy, sum_dy_z]))
        for block, site, other in _blocks(batch):
            dz = slopes[:, block] * gradient.index_select(0, site)
            if ctx.is_batch_normalised:
                through_statistics = torch.addcmul(all_dy, z[:, block], r.square() * all_dy_z)
                dz.addcmul_(through_statistics, shares[block, None], value=-1)
            for half in range(2):
                centre[half].index_add_(0, site, dz[half])
                neighbour[half].index_add_(0, other, dz[half])
                weight[half].addmm_(pairs[block].T, dz[half])
        slope = scale * r
        parts = (centre * slope, neighbour * slope, None, weight * slope)
        return *parts, sum_dy_z * r, sum_dy, None, None, None, None


def _blocks(batch: Batch) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Divide the pairs: which ones, their centres and their neighbours."""
    for start in range(0, batch.num_pairs, _PAIRS_AT_ONCE):
        block = slice(start, start + _PAIRS_AT_ONCE)
        yield block, batch.pair_i[block], batch.pair_j[block]


def _mean(
    centre: Tensor, neighbour: Tensor, pairs: Tensor, weight: Tensor, batch: Batch, shares: Tensor
) -> Tensor:
    """Average the values over all pairs, (2, 1, W): each site's terms count as often as it has pairs."""
    as_centre, as_neighbour = (
        segment_sum(shares, sites, batch.num_sites) for sites in (batch.pair_i, batch.pair_j)
    )
    mean = as_centre @ centre + as_neighbour @ neighbour + (shares @ pairs) @ weight
    return process_group.sum_over_all(mean[:, None])


def _centred(
    centre: Tensor, neighbour: Tensor, pairs: Tensor, weight: Tensor, batch: Batch, shares: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the values before normalisation, (2, P, W), and the means of their squares, (2, 1, W)."""
    z = pairs @ weight
    mean_square = z.new_zeros(len(z), 1, z.shape[2])
    for block, site, other in _blocks(batch):
        values = z[:, block]
        values += centre.index_select(1, site)
        values += neighbour.index_select(1, other)
        mean_square += shares[None, block] @ values.square()
    return z, mean_square


def _message(y: Tensor, counts: Tensor, slopes: Tensor) -> tuple[Tensor, Tensor]:
    """Return summands and gates, (n, W), for normalised values y (2, n, W); fill `slopes`.

    Summands and slopes count `counts` (n, 1) times, gates do not.
    """
    sigmoid = torch.sigmoid(y)
    gate, gates = sigmoid[0], sigmoid[0] * counts
    message = gates * F.softplus(y[1])
    torch.addcmul(message, message, gate, value=-1, out=slopes[0])
    torch.mul(gates, sigmoid[1], out=slopes[1])
    return message, gate
