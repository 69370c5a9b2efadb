"""The changes of appearance that are our packages' default (`appearanceChanges` of packages/alignment), for pictures [N, C, H, W] in [0, 1], numbers [N] of each its own.

Written from what core's transforms document, for many pictures at once.
"""

import math

import torch


def each(u):
    return u.view(-1, 1, 1, 1)


def between(u, least, most):
    return least + (most - least) * u


def factors(u, least, most):
    return least * (u * math.log(most / least)).exp()


def brighter(x, shift):
    return (x + each(shift)).clamp(0, 1)


def contrasted(x, factor):
    middle = x.mean((2, 3), keepdim=True)
    return (middle + (x - middle) * each(factor)).clamp(0, 1)


def darker(x, exponent):
    return x.clamp(0, 1) ** each(exponent)


def smoothed(x, weights, dim):
    """Neighbours along an axis, weighted by [N, 2 r + 1]; mirrored at the edges, whose pixels are repeated."""
    n, r = x.shape[dim], weights.shape[1] // 2
    wide = torch.cat([x.narrow(dim, 0, r).flip(dim), x, x.narrow(dim, n - r, r).flip(dim)], dim)
    return sum(wide.narrow(dim, k, n) * each(weights[:, k]) for k in range(2 * r + 1))


def blurred(x, deviation, radius=3):
    k = torch.arange(-radius, radius + 1, dtype=x.dtype)
    weights = (-((k / deviation.clamp(min=1e-3).view(-1, 1)) ** 2) / 2).softmax(1)
    return smoothed(smoothed(x, weights, 2), weights, 3).clamp(0, 1)


def noisy(x, deviation, grain):
    return (x + grain * each(deviation)).clamp(0, 1)


def changed(x):
    """Every picture anew, with numbers of its own."""
    u = torch.rand(7, len(x))
    x = darker(contrasted(brighter(x, between(u[0], -0.1, 0.1)), factors(u[1], 0.7, 1.4)), factors(u[2], 0.7, 1.4))
    x = torch.where(each(u[3] < 0.5), blurred(x, u[4]), x)
    return torch.where(each(u[5] < 0.5), noisy(x, 0.05 * u[6], torch.randn_like(x)), x)
