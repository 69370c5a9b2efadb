"""U-Net and Mobile U-Net as PyTorch modules, written from the specification (methods.md 2.2, 2.4) the way a PyTorch user would."""

import torch
import torch.nn.functional as F
from torch import nn


def normed(convolution, activation=None):
    layers = [convolution, nn.BatchNorm2d(convolution.out_channels)]
    return nn.Sequential(*layers, *([activation] if activation else []))


def double_conv(inside, out):
    return nn.Sequential(
        normed(nn.Conv2d(inside, out, 3, padding=1, bias=False), nn.ReLU(inplace=True)),
        normed(nn.Conv2d(out, out, 3, padding=1, bias=False), nn.ReLU(inplace=True)),
    )


class UNet(nn.Module):
    """Five levels, so that the bottleneck has 16 times the width, or fewer."""

    def __init__(self, width, classes, levels=5, channels=1):
        super().__init__()
        widths = [width * 2**level for level in range(levels)]
        self.down = nn.ModuleList(double_conv(a, b) for a, b in zip([channels, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[:-1])
        self.fuse = nn.ModuleList(double_conv(2 * w, w) for w in widths[:-1])
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        return self.answer(x)[0]

    def encode(self, x):
        """The bottleneck, and the skips."""
        skips = []
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        return skips.pop(), skips

    def decode(self, x, skips):
        """Logits, and the decoder's map at a quarter of the picture."""
        for level in reversed(range(len(self.up))):
            x = self.fuse[level](torch.cat([skips[level], self.up[level](x)], 1))
            if level == 2:
                decoder = x
        return self.head(x), decoder

    def answer(self, x):
        """Logits, and the encoder's and the decoder's map at a quarter of the picture."""
        x, skips = self.encode(x)
        logits, decoder = self.decode(x, skips)
        return logits, skips[2], decoder


class Residual(nn.Module):
    """MobileNetV2's inverted residual."""

    def __init__(self, inside, out, expansion, stride=1):
        super().__init__()
        inner = inside * expansion
        expand = [normed(nn.Conv2d(inside, inner, 1, bias=False), nn.ReLU6(inplace=True))] if expansion > 1 else []
        depthwise = nn.Conv2d(inner, inner, 3, stride=stride, padding=1, groups=inner, bias=False)
        self.path = nn.Sequential(*expand, normed(depthwise, nn.ReLU6(inplace=True)), normed(nn.Conv2d(inner, out, 1, bias=False)))
        self.adds = stride == 1 and inside == out

    def forward(self, x):
        return x + self.path(x) if self.adds else self.path(x)


# one list for every resolution: (expansion, channels, count, stride of the first)
ROWS = [[(1, 16, 1, 1)], [(6, 24, 2, 2)], [(6, 32, 3, 2)], [(6, 64, 4, 2), (6, 96, 3, 1)], [(6, 160, 3, 2), (6, 320, 1, 1)]]
SKIPS = [16, 24, 32, 96]


class MobileUNet(nn.Module):
    """MobileNetV2 at width 1.0 as encoder; transposed convolutions and one inverted residual a level upwards."""

    def __init__(self, classes, channels=1):
        super().__init__()
        inside, self.down = 32, nn.ModuleList()
        for rows in ROWS:
            blocks = []
            for expansion, out, count, stride in rows:
                for i in range(count):
                    blocks.append(Residual(inside, out, expansion, stride if i == 0 else 1))
                    inside = out
            self.down.append(nn.Sequential(*blocks))
        self.stem = normed(nn.Conv2d(channels, 32, 3, stride=2, padding=1, bias=False), nn.ReLU6(inplace=True))
        self.widen = normed(nn.Conv2d(320, 1280, 1, bias=False), nn.ReLU6(inplace=True))
        below = [*SKIPS[1:], 1280]
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, w, 4, stride=2, padding=1) for w, b in zip(SKIPS, below))
        self.fuse = nn.ModuleList(Residual(2 * w, w, 6) for w in SKIPS)
        self.head = nn.Sequential(nn.Conv2d(16, 3, 1), nn.Conv2d(3, classes, 1))

    def forward(self, x):
        return self.answer(x)[0]

    def encode(self, x):
        """The bottleneck, and the skips."""
        skips, x = [], self.stem(x)
        for down in self.down:
            x = down(x)
            skips.append(x)
        return self.widen(skips.pop()), skips

    def decode(self, x, skips):
        """Logits, and the decoder's map at a quarter of the picture."""
        for level in reversed(range(len(self.up))):
            x = self.fuse[level](torch.cat([skips[level], self.up[level](x)], 1))
            if level == 1:
                decoder = x
        return F.interpolate(self.head(x), scale_factor=2, mode="bilinear", align_corners=False), decoder

    def answer(self, x):
        """Logits, and the encoder's and the decoder's map at a quarter of the picture."""
        x, skips = self.encode(x)
        logits, decoder = self.decode(x, skips)
        return logits, skips[1], decoder
