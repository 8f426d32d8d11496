"""Two small U-Nets of our own beside those of segmentation_models_pytorch."""

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn import functional

FOLD = 2
"""Edge of the square of pixels that FoldedUnet works on as one, with a channel for each."""


class FoldedUnet(nn.Module):
    """A U-Net that folds 2 x 2 pixels into channels, works at half resolution and unfolds its answer.

    No pixel is lost on the way, as in the strided first layer of most encoders, and nothing is computed at full
    resolution, where most of a U-Net's time goes. Skip connections are sums.

    Parameters
    ----------
    in_channels, classes : int
    channels : sequence of int
        Of each level, finest first; each further level halves the resolution.

    References
    ----------
    W. Shi et al., CVPR 2016, 1874 (unfolding by sub-pixel convolution); O. Ronneberger et al., MICCAI 2015, 234.
    """

    def __init__(self, in_channels: int, classes: int, channels: Sequence[int]) -> None:
        super().__init__()
        before = [in_channels * FOLD**2, *channels[:-1]]
        self.down = nn.ModuleList(double_convolution(a, b) for a, b in zip(before, channels, strict=True))
        coarser = list(zip(channels[1:], channels[:-1], strict=True))
        self.narrow = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in coarser)
        self.up = nn.ModuleList(double_convolution(b, b) for _, b in coarser)
        self.head = nn.Conv2d(channels[0], classes * FOLD**2, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes, y, x) of images (n, in_channels, y, x)."""
        level = self.down[0](functional.pixel_unshuffle(image, FOLD))
        skips = []
        for block in self.down[1:]:
            skips.append(level)
            level = block(functional.max_pool2d(level, 2))
        for narrow, block, skip in zip(self.narrow[::-1], self.up[::-1], skips[::-1], strict=True):
            level = functional.interpolate(narrow(level), scale_factor=2.0, mode="nearest") + skip
            level = level + block(level)
        return functional.pixel_shuffle(self.head(level), FOLD)


def double_convolution(before: int, after: int) -> nn.Sequential:
    """Two 3 x 3 convolutions, each with batch normalisation and a rectifier."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


class CholletUnet(nn.Module):
    """The small Xception-like U-Net of the Keras documentation: separable convolutions, 32 to 256 filters.

    It keeps no skip connections between encoder and decoder; each of its blocks has a residual one.

    Parameters
    ----------
    in_channels, classes : int

    References
    ----------
    F. Chollet, "Image segmentation with a U-Net-like architecture", keras.io/examples/vision (2019).
    """

    STEM = 32
    DOWN = (64, 128, 256)
    UP = (256, 128, 64, 32)

    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, self.STEM, 3, stride=2, padding=1), nn.BatchNorm2d(self.STEM), nn.ReLU()
        )
        self.blocks, self.residuals = nn.ModuleList(), nn.ModuleList()
        before = self.STEM
        for filters in self.DOWN:
            layers = [*_rectified(_separable, before, filters), *_rectified(_separable, filters, filters)]
            self.blocks.append(nn.Sequential(*layers, nn.MaxPool2d(3, stride=2, padding=1)))
            self.residuals.append(nn.Conv2d(before, filters, 1, stride=2))
            before = filters
        for filters in self.UP:
            layers = [*_rectified(_transposed, before, filters), *_rectified(_transposed, filters, filters)]
            self.blocks.append(nn.Sequential(*layers, nn.Upsample(scale_factor=2.0, mode="nearest")))
            upsample = nn.Upsample(scale_factor=2.0, mode="nearest")
            self.residuals.append(nn.Sequential(upsample, nn.Conv2d(before, filters, 1)))
            before = filters
        self.head = nn.Conv2d(before, classes, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes, y, x) of images (n, in_channels, y, x)."""
        level = self.stem(image)
        for block, residual in zip(self.blocks, self.residuals, strict=True):
            level = block(level) + residual(level)
        return self.head(level)


def _rectified(convolution: Callable[[int, int], nn.Module], before: int, after: int) -> list[nn.Module]:
    return [nn.ReLU(), convolution(before, after), nn.BatchNorm2d(after)]


def _separable(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, before, 3, padding=1, groups=before, bias=False), nn.Conv2d(before, after, 1)
    )


def _transposed(before: int, after: int) -> nn.Module:
    return nn.ConvTranspose2d(before, after, 3, padding=1)
