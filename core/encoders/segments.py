"""Sums, means and softmax over the segments of a flat list: the pairs of a site, the sites of a crystal."""

import torch
from torch import Tensor

from core.graphs.batch import Batch


def segment_sum(values: Tensor, segment: Tensor, num_segments: int) -> Tensor:
    """Add up `values` (N, ...) by their `segment` (N,); empty segments give 0."""
    if values.dtype is torch.bfloat16:  # whose three digits lose what is added to a long sum
        values = values.float()
    total = values.new_zeros(num_segments, *values.shape[1:])
    return total.index_add(0, segment, values)


def segment_mean(values: Tensor, segment: Tensor, counts: Tensor) -> Tensor:
    """Average `values` (N, ...) by their `segment` (N,); `counts` (num_segments,) says how many each has."""
    total = segment_sum(values, segment, len(counts))
    return total / counts.view(-1, *[1] * (values.dim() - 1))


def mean_over_sites(values: Tensor, batch: Batch) -> Tensor:
    """Average `values` (I, ...) over the sites of each crystal, a row counting as all that it stands for."""
    counts = batch.site_counts.view(-1, *[1] * (values.dim() - 1))
    return segment_mean(values * counts, batch.site_crystal, batch.sites_per_crystal)


def segment_softmax(logits: Tensor, segment: Tensor, num_segments: int, counts: Tensor) -> Tensor:
    """Turn `logits` (N, ...) into weights that add up to 1 within each segment, column by column.

    A row that stands for `counts` (N,) equal ones gets the weight of all together: m exp(s) / sum m exp(s).
    """
    if logits.dtype is torch.bfloat16:
        logits = logits.float()
    lowest = logits.new_full((num_segments, *logits.shape[1:]), -torch.inf)
    index = segment.view(-1, *[1] * (logits.dim() - 1)).expand_as(logits)
    highest = lowest.scatter_reduce(0, index, logits.detach(), "amax")
    weights = torch.exp(logits - highest[segment]) * counts.view(-1, *[1] * (logits.dim() - 1))
    return weights / segment_sum(weights, segment, num_segments)[segment]
