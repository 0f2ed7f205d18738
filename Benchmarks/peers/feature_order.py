"""The order of an image's features in a flat row: ours ends with the channels, PyTorch's begins with them."""

import torch


def inputs(weight: torch.Tensor, channels: int, side: int) -> torch.Tensor:
    """A dense weight [side·side·channels, outputs] of ours, its inputs in PyTorch's order."""
    return weight.reshape(side, side, channels, -1).permute(2, 0, 1, 3).flatten(0, 2)


def outputs(tensor: torch.Tensor, channels: int, side: int) -> torch.Tensor:
    """A dense weight [inputs, side·side·channels], or a vector of such features, its last axis in PyTorch's order."""
    return tensor.unflatten(-1, (side, side, channels)).movedim(-1, -3).flatten(-3)
