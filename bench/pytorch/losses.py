"""The losses of methods.md 3.1 to 3.3 and 3.8 on NCHW tensors, without loops over pictures or channels, the way a PyTorch user in a hurry would write them.

check.py holds each of them to the numbers in the packages' fixtures, which are computed by other code. Maps `s`, `t` are the student's and the teacher's; `valid`
[B, H, W] and `labelled` [B] are 0 or 1; `labels` [B, H, W] are classes.
"""

import torch
import torch.nn.functional as F


def unit(x, dim):
    """Of length 1 along `dim`; 0 without gradient where the length is at most 1e-6."""
    squared = x.square().sum(dim, keepdim=True)
    long = squared > 1e-12
    return torch.where(long, x * torch.where(long, squared, 1.0).rsqrt(), 0.0)


def mean_over(x, counts):
    return (x * counts).sum() / counts.sum()


def divergence(z, soft, tau, valid):
    """tau^2 KL of softened predictions, the mean over valid pixels."""
    p, q = F.log_softmax(soft / tau, 1), F.log_softmax(z / tau, 1)
    return tau**2 * mean_over((p.exp() * (p - q)).sum(1), valid)


def attention(f, power=1):
    size = f.abs() if power == 1 else f.abs().pow(power)
    return unit(size.sum(1).flatten(1), 1)


def attention_difference(s, t, power=1):
    return F.mse_loss(attention(s, power), attention(t, power))


def flow(encoder, decoder):
    """FSP's matrix; the larger map is max-pooled."""
    rows = min(encoder.shape[2], decoder.shape[2])
    a, b = (f if f.shape[2] == rows else F.max_pool2d(f, f.shape[2] // rows) for f in (encoder, decoder))
    a, b = a.flatten(2), b.flatten(2)
    return a @ b.transpose(1, 2) / a.shape[2]


def factor_difference(s, t):
    return (unit(s.flatten(1), 1) - unit(t.flatten(1), 1)).abs().mean()


def negative_log_likelihood(t, guess, variance):
    variance = variance.view(1, -1, 1, 1)
    return 0.5 * ((t - guess).square() / variance + variance.log()).mean()


def soft_cross_entropy(z, soft, valid):
    """The sum over pictures of the mean over each one's valid pixels."""
    each = -(soft.softmax(1) * F.log_softmax(z, 1)).sum(1)
    return ((each * valid).sum((1, 2)) / valid.sum((1, 2)).clamp(min=1)).sum()


def cell_similarity(f):
    size = (f.shape[2] // 2, f.shape[3] // 2)
    cells = unit(F.max_pool2d(f, size, size).flatten(2), 1)
    return cells.transpose(1, 2) @ cells


def regions(labels, valid, labelled, classes, size):
    """Where each class is at a map's size, [B, K, h, w]: of the nearest pixel, position i of h takes floor((i + 1/2) H / h)."""
    at = [((torch.arange(n) + 0.5) * full / n).long() for n, full in zip(size, labels.shape[1:])]
    near = lambda x: x[:, at[0]][:, :, at[1]]
    counts = near(valid) * labelled.view(-1, 1, 1)
    return F.one_hot(near(labels), classes).permute(0, 3, 1, 2) * counts[:, None]


def region_means(f, where):
    """[B, K, C]; 0 of an absent class."""
    where = where.flatten(2)
    return where @ f.flatten(2).transpose(1, 2) / where.sum(2, keepdim=True).clamp(min=1)


def class_similarity(f, where):
    centres = unit(region_means(f, where), 2)
    own = torch.einsum("bkhw,bkc->bchw", where, centres)
    return (unit(f, 1) * own).sum(1)


def intra_class_variation(s, t, where):
    return mean_over((class_similarity(s, where) - class_similarity(t, where)).square(), where.sum(1))


def region_affinity(f, where):
    centres = unit(region_means(f, where), 2)
    return centres @ centres.transpose(1, 2)


def region_difference(pairs):
    """Over (student's map, teacher's map, regions): the mean over pictures that have two regions in each of the maps."""
    total, counts = 0, 1
    for s, t, where in pairs:
        present = where.sum((2, 3)).clamp(max=1)
        both = torch.triu(present[:, :, None] * present[:, None, :], diagonal=1)
        apart = (region_affinity(s, where) - region_affinity(t, where)).square() * both
        many = both.sum((1, 2))
        total, counts = total + apart.sum((1, 2)) / many.clamp(min=1), counts * many.clamp(max=1)
    return (total * counts).sum() / counts.sum().clamp(min=1)


def spatial_similarity(f):
    cells = F.adaptive_avg_pool2d(f, 16).flatten(2)
    return unit(cells.transpose(1, 2) @ cells, 2)


def correlation(encoder, decoder):
    return spatial_similarity(encoder) @ spatial_similarity(decoder)


def salience(f, patch):
    """The patch of every channel around its own largest value, zeros around the map: [B, C, patch^2]."""
    b, c, h, w = f.shape
    r = (patch - 1) // 2
    place = f.detach().flatten(2).argmax(2)
    y, x = place // w, place % w
    dy, dx = torch.meshgrid(torch.arange(patch), torch.arange(patch), indexing="ij")
    wide = w + 2 * r
    index = (y[..., None] + dy.flatten()) * wide + x[..., None] + dx.flatten()
    return F.pad(f, (r, r, r, r)).flatten(2).gather(2, index)


def variation(reading, encoder, decoder):
    """How nodes and edges change from the encoder's layer to the decoder's, R1 or R3."""
    low, high = (unit(nodes, 2) if reading == "R3" else nodes for nodes in (encoder, decoder))
    return high - low, high @ high.transpose(1, 2) - low @ low.transpose(1, 2)


def graph_flow(reading, student, teacher, patch=3, batch_scale=True):
    """Vertex and edge losses of one pair; each side is (encoder, decoder)."""
    own, other = (variation(reading, *(salience(f, patch) for f in maps)) for maps in (student, teacher))
    squares = [(a - b).square() for a, b in zip(own, other)]
    if reading == "R3":
        return [x.mean() for x in squares]
    return [x.sum() * (8 / x.shape[0] if batch_scale else 1) for x in squares]


def cosine_map(a, b):
    return (unit(a, 1) * unit(b, 1)).sum(1)


def feature_similarity(student, teacher):
    own, other = cosine_map(*student), cosine_map(*teacher)
    if own.shape != other.shape:
        own = F.interpolate(own[:, None], size=other.shape[1:], mode="bilinear", align_corners=False)[:, 0]
    return F.mse_loss(own, other)


def annotation_distance(annotation, teacher, student, labelled):
    """LightVessel's variant A."""
    apart = (cosine_map(annotation, teacher) - cosine_map(annotation, student)).square()
    return mean_over(apart.mean((1, 2)), labelled)


def has_foreground(mask):
    return mask.amax((1, 2, 3))


def mask_losses(logits, mask, valid, counted):
    """P-SAE's cross-entropy and Dice of a foreground [B, 1, H, W], over the pictures that count [B]."""
    z, y = logits[:, 0], mask[:, 0]
    cross_entropy = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    p = z.sigmoid() * valid
    dice = 1 - (2 * (p * y).sum((1, 2)) + 1) / (p.sum((1, 2)) + (y * valid).sum((1, 2)) + 1)
    return mean_over(cross_entropy, valid * counted.view(-1, 1, 1)), mean_over(dice, counted)


def picture_mse(a, b, counted):
    """The mean square, over the pictures that count [B]."""
    return mean_over((a - b).square().flatten(1).mean(1), counted)


def consistency(through, own, labels, known):
    """ACT's L_con, the mean over pixels that are `known` [B, H, W]."""
    return mean_over(F.cross_entropy(through, labels, reduction="none"), known) + divergence(through, own, 1, known)


def graphs(student, teacher):
    """DCGD's star and complete graph: [B, 1 + K, d], the picture first."""
    own, other = (nodes @ nodes.transpose(1, 2) for nodes in (unit(student, 2), unit(teacher, 2)))
    i, j = torch.triu_indices(own.shape[1] - 1, own.shape[1] - 1, 1) + 1
    return F.mse_loss(own[:, 0, 1:], other[:, 0, 1:]), F.mse_loss(own[:, i, j], other[:, i, j])
