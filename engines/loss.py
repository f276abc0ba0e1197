"""What a training step is judged by: class, core, upright direction and sides of what the network saw."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engines.augment import View
from engines.network import Answers
from engines.truth import IGNORE
from station.types import SIDES_REACH_PX, SIDES_STRIDE

WEIGHTS = {"background": 0.6, "sheet": 0.6, "barcode": 3.0, "colour_chart": 2.0, "scale_bar": 2.5, "stamp": 1.5,
           "slide": 0.7, "type_marker": 2.5}  # fmt: skip
"""Cross-entropy weight of classes that differ from 1: small objects count more a pixel."""
NOTE_PX, NOTE_WEIGHT = 1500.0, 4.0
"""An object with fewer pixels than this (of the view) weighs more a pixel, by the root of the ratio, but no more than
so many times: the notes written on sheets were hardly learnt at all (1 of 21 on training sheets), for a label is a
hundred times as large."""
SEAM = 2.0
"""Additional weight of the core's loss on an object's outer part, between its core and its outline."""
SMALLEST = 4
"""Fewer visible cells than this make no object to learn sides from."""


def loss_of(answers: Answers, views: Sequence[View], device: torch.device, classes: Sequence[str]) -> Tensor:
    """Weighted cross-entropy + soft Dice (Milletari 2016) on classes, binary cross-entropy on core, the sides' loss,
    a little for the upright direction."""
    class_maps, cores = (torch.from_numpy(np.stack([v[k] for v in views])).to(device) for k in (1, 2))
    upright = torch.tensor([v[3] for v in views], device=device)
    target = class_maps[:, ::2, ::2].long()
    known = target != IGNORE
    weight = torch.tensor([WEIGHTS.get(name, 1.0) for name in classes], device=device)
    small = torch.from_numpy(np.stack([smallness(v[4])[::2, ::2] for v in views])).to(device)
    each = functional.cross_entropy(
        answers.classes, target, weight, ignore_index=IGNORE, label_smoothing=0.02, reduction="none"
    )
    entropy = (each * small).sum() / (weight[torch.where(known, target, 0)] * small * known).sum()
    chance = answers.classes.softmax(1) * known[:, None]
    truth = functional.one_hot(torch.where(known, target, 0), len(classes)).permute(0, 3, 1, 2) * known[:, None]
    overlap, total = (chance * truth).sum((0, 2, 3)), (chance + truth).sum((0, 2, 3))
    present = truth.sum((0, 2, 3)) > 0
    dice = (1 - (2 * overlap + 1) / (total + 1))[present].mean()
    inside = cores[:, ::2, ::2]
    seam = (inside == 0) & (target > classes.index("specimen"))  # where two labels touch, this alone parts them
    weight = (inside != IGNORE) + SEAM * seam
    core = functional.binary_cross_entropy_with_logits(answers.core[:, 0], inside.float(), weight)
    loss = entropy + dice + core + sides_loss(answers.sides, [v[4] for v in views], device)
    if (upright >= 0).any():
        loss = loss + 0.3 * functional.cross_entropy(answers.upright, upright, ignore_index=-1)
    return loss


def smallness(owner: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Owner map (h, w) -> how much more than others each pixel weighs, 1..NOTE_WEIGHT; 1 where there is no object."""
    pixels = np.bincount(owner.ravel()).astype(np.float32)
    gain = np.clip(np.sqrt(NOTE_PX / np.maximum(pixels, 1)), 1, NOTE_WEIGHT)
    gain[0] = 1
    return gain[owner]


def sides_loss(sides: Tensor, owners: Sequence[NDArray[np.uint16]], device: torch.device) -> Tensor:
    """1 - IoU of the boxes that cells tell (Yu 2016, "UnitBox": they share the cell's middle) + the absolute error of
    the root of the distances. Every object counts as much as the root of its number of cells."""
    true, weight = (torch.from_numpy(a).to(device) for a in true_sides(owners))
    if not weight.any():
        return sides.sum() * 0
    root = sides.sigmoid()
    told = root**2 * SIDES_REACH_PX
    (tl, tt, tr, tb), (gl, gt, gr, gb) = told.unbind(1), true.unbind(1)
    both = (torch.minimum(tl, gl) + torch.minimum(tr, gr)) * (torch.minimum(tt, gt) + torch.minimum(tb, gb))
    either = (tl + tr) * (tt + tb) + (gl + gr) * (gt + gb) - both
    wrong = 1 - both / either.clamp(min=1)
    off = (root - (true / SIDES_REACH_PX).clamp(0, 1).sqrt()).abs().sum(1)
    return (weight * (wrong + 4 * off)).sum() / weight.sum()


def true_sides(owners: Sequence[NDArray[np.uint16]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Owner maps (h, w) -> (distances float32 (n, 4, h/8, w/8) in pixels from the middle of each cell to the left, top,
    right and bottom of what is seen of its object, weights float32 (n, h/8, w/8), 0 where there is none)."""
    middle = SIDES_STRIDE // 2
    cells = np.stack([owner[middle::SIDES_STRIDE, middle::SIDES_STRIDE] for owner in owners])
    true, weight = np.zeros((len(owners), 4, *cells.shape[1:]), np.float32), np.zeros(cells.shape, np.float32)
    for n, owner in enumerate(owners):
        for number in np.unique(cells[n][cells[n] > 0]):
            x, y, w, h = cv2.boundingRect((owner == number).astype(np.uint8))
            rows, columns = np.nonzero(cells[n] == number)
            if len(rows) < SMALLEST:
                continue
            at_x, at_y = (columns * SIDES_STRIDE + middle, rows * SIDES_STRIDE + middle)
            true[n, :, rows, columns] = np.stack((at_x - x, at_y - y, x + w - at_x, y + h - at_y), axis=1)
            weight[n, rows, columns] = len(rows) ** -0.5
    return true, weight
