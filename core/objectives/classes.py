"""Learning classes: probabilities from logits, and their log loss, for two classes or for more.

Columns of logits that belong to one property form a group. A group of one column is the logit of class 1
against class 0; in a group of several, one column for each class, the probabilities add up to 1 (softmax).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Groups = Sequence[Sequence[int]]  # places of the columns of each property that is learned as classes


def class_probabilities(logits: Tensor, groups: Groups) -> Tensor:
    """Turn the logits (C, K) of classes into probabilities; the columns of no group stay as they are."""
    shown = logits.clone()
    for group in groups:
        columns = list(group)
        chosen = logits[:, columns]
        shown[:, columns] = torch.sigmoid(chosen) if len(columns) == 1 else torch.softmax(chosen, dim=1)
    return shown


def log_losses(logits: Tensor, known: Tensor, groups: Groups) -> Tensor:
    """Minus the logarithm of the probability of what is known, (C, K); 0 in the columns of no group.

    known: (C, K), 1 for the class of a structure and 0 for others. The columns of several classes add up to
    the cross-entropy of the structure.
    """
    losses = torch.zeros_like(logits)
    for group in groups:
        columns = list(group)
        chosen, true = logits[:, columns], known[:, columns]
        if len(columns) == 1:
            losses[:, columns] = F.softplus(chosen) - true * chosen
        else:
            losses[:, columns] = -true * torch.log_softmax(chosen, dim=1)
    return losses
