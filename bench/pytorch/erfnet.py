"""ERFNet as a PyTorch module, written from the specification (methods.md 2.6)."""

import torch
import torch.nn.functional as F
from torch import nn


class Down(nn.Module):
    def __init__(self, inside, out):
        super().__init__()
        self.conv = nn.Conv2d(inside, out - inside, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x):
        return F.relu(self.norm(torch.cat([self.conv(x), F.max_pool2d(x, 2)], 1)))


class NonBottleneck(nn.Module):
    def __init__(self, width, rate, dilation=1):
        super().__init__()

        def pair(d):
            first = nn.Conv2d(width, width, (3, 1), padding=(d, 0), dilation=(d, 1))
            return [first, nn.ReLU(inplace=True), nn.Conv2d(width, width, (1, 3), padding=(0, d), dilation=(1, d)), nn.BatchNorm2d(width)]

        self.path = nn.Sequential(*pair(1), nn.ReLU(inplace=True), *pair(dilation), nn.Dropout2d(rate))

    def forward(self, x):
        return F.relu(x + self.path(x))


def up(inside, out):
    convolution = nn.ConvTranspose2d(inside, out, 3, stride=2, padding=1, output_padding=1)
    return nn.Sequential(convolution, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


class ERFNet(nn.Module):
    def __init__(self, classes, channels=1):
        super().__init__()
        self.encoder = nn.Sequential(
            Down(channels, 16),
            Down(16, 64),
            *(NonBottleneck(64, 0.03) for _ in range(5)),
            Down(64, 128),
            *(NonBottleneck(128, 0.3, dilation) for _ in range(2) for dilation in (2, 4, 8, 16)),
        )
        self.decoder = nn.Sequential(
            up(128, 64),
            *(NonBottleneck(64, 0) for _ in range(2)),
            up(64, 16),
            *(NonBottleneck(16, 0) for _ in range(2)),
            nn.ConvTranspose2d(16, classes, 2, stride=2),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))
