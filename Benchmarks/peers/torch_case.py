"""What every PyTorch row is made of: reading the exchanged tensors, and applying the mode.

eager          torch.nn as people write it: NCHW, the optimizer's default implementation.
channels_last  modules and images in the NHWC memory format.
tuned          the optimizer's fused implementation, and an allocator that keeps large blocks (MALLOC_MMAP_MAX_=0,
               trimming off), which the driver sets in this process's environment.
tuned channels_last   both.
compile        torch.compile of every module, otherwise as eager.
"""

import os

import torch
from safetensors.torch import load_file
from torch import nn

from protocol import Case

MODES = ("eager", "channels_last", "tuned", "tuned channels_last", "compile")


class TorchCase(Case):
    def __init__(self, mode: str, file: str, seed: int = 1):
        torch.manual_seed(seed)
        self.mode = mode
        self.tensors = load_file(file)

    def __getitem__(self, name: str) -> torch.Tensor:
        return self.tensors[name]

    def images(self, name: str) -> torch.Tensor:
        """Images that our side wrote as [N, H, W, C], as [N, C, H, W] in the mode's memory format."""
        return self.laid_out(self[name].permute(0, 3, 1, 2).contiguous())

    def labels(self, name: str) -> torch.Tensor:
        return self[name].long()

    def laid_out(self, images: torch.Tensor) -> torch.Tensor:
        return images.contiguous(memory_format=self.memory_format)

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if "channels_last" in self.mode else torch.contiguous_format

    def prepared(self, module: nn.Module) -> nn.Module:
        module = module.to(memory_format=self.memory_format)
        if self.mode == "compile":
            module.compile()
        return module

    def optimizer(self, kind: type[torch.optim.Optimizer], parameters, **settings) -> torch.optim.Optimizer:
        fused = {"fused": True} if self.mode.startswith("tuned") else {}
        return kind(parameters, **settings, **fused)

    def load(self, module: nn.Module, name: str, flattened: tuple[int, int, int] | None = None) -> None:
        """Copies the module that was exchanged as `name` into `module`: by order, with the layout changed.

        `flattened` is the (channels, height, width) of the images that are flattened in front of the first dense
        layer: there the order of the features differs too.
        """
        given = [value for key, value in sorted(self.tensors.items()) if key.startswith(name + "/")]
        if not given:
            raise SystemExit(f"nothing was exchanged as {name}")
        wanted = slots(module)
        if len(given) != len(wanted):
            raise SystemExit(f"{name}: {len(given)} tensors were exchanged for {len(wanted)}")
        with torch.no_grad():
            for (label, layer, target), value in zip(wanted, given):
                if isinstance(layer, nn.Linear) and value.dim() == 2:
                    if flattened is not None:
                        channels, height, width = flattened
                        value = value.reshape(height, width, channels, -1).permute(2, 0, 1, 3).flatten(0, 2)
                        flattened = None
                    value = value.t()
                elif value.dim() == 4:  # [kh, kw, in, out] to [out, in, kh, kw]; transposed ones swap in and out
                    value = value.permute(3, 2, 0, 1)
                if value.shape != target.shape:
                    raise SystemExit(f"{name}.{label}: shape {tuple(value.shape)} for {tuple(target.shape)}")
                target.copy_(value)


def slots(module: nn.Module) -> list[tuple[str, nn.Module, torch.Tensor]]:
    """Parameters and running statistics in the order in which our modules visit them."""
    found = []
    for prefix, layer in module.named_modules():
        for name in ("weight", "bias", "running_mean", "running_var"):
            tensor = getattr(layer, name, None)
            if isinstance(tensor, torch.Tensor):
                found.append((f"{prefix}.{name}", layer, tensor))
    return found


def threads() -> int:
    return int(os.environ.get("LADLE_THREADS") or os.cpu_count() or 1)
