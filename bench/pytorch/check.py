"""Holds the bench's PyTorch losses to the fixtures of the packages, values and gradients, and both discriminators to the one of models: `python check.py`, from anywhere.

The fixtures are the numbers of other code (loops, float64), to which our own losses are held by tests. So both sides of the bench compute the same losses.
Needs torch and numpy.
"""

import importlib.util
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch.func import functional_call

import losses as L
from discriminators import Patch, Sagan

torch.set_default_dtype(torch.float64)
packages = pathlib.Path(__file__).resolve().parents[2] / "packages"
checked = {}


def tensor(x):
    return torch.tensor(x["data"]).reshape(x["shape"])


def nchw(x):
    return x.permute(0, 3, 1, 2)


def near(found, expected, what, bound=1e-5):
    """Relative to the largest entry."""
    most = max(expected.detach().abs().max().item(), 1e-9)
    apart = (found - expected).detach().abs().max().item() / most
    assert apart < bound, f"{what}: {apart:.1e} apart"
    checked[what] = max(checked.get(what, 0), apart)


def hold(what, loss, value, inputs, slopes, bound=1e-5):
    near(loss.detach(), torch.tensor(value), what, bound)
    found = torch.autograd.grad(loss, inputs, allow_unused=True, retain_graph=True)
    for x, g, slope in zip(inputs, found, slopes):
        near(torch.zeros_like(x) if g is None else g, slope, f"{what}, gradient", bound)


def read(package, name):
    return json.loads((packages / package / "fixtures" / f"{name}.json").read_text())["cases"]


def known(size, batch, classes, absent):
    """As fixtures/labels.py of plugin-classics describes them."""
    u = torch.arange(batch * size[0] * size[1]).reshape(batch, *size)
    labels = torch.zeros_like(u) if absent else (u // 5 + u // (4 * size[1])) % classes
    return labels, (u % 11 != 4).double(), (torch.arange(batch) != 1).double()


def first(t, like):
    """The fixtures' stand-in for a paraphraser."""
    return t[:, : like.shape[1]]


def classics(name, term, loss, of=lambda case: True):
    held = [case for case in read("plugin-classics", name) if of(case)]
    assert len(held) > 1, name
    for case in held:
        own = [tensor(x).requires_grad_() for x in case["student"]]
        other = [tensor(x) for x in case["teacher"]]
        expected = case["terms"][term]
        made = loss([nchw(x) for x in own], [nchw(x) for x in other], case)
        hold(f"{name}, {term}", made + 0 * sum(x.sum() for x in own), expected["value"], own, [tensor(g) for g in expected["gradient"]])


def translated(x, weights):
    for kernel, bias in zip(weights[::2], weights[1::2]):
        x = F.leaky_relu(F.conv2d(x, kernel.permute(3, 2, 0, 1), bias, padding=1), 0.1)
    return x


def factors(own, other, case):
    weights = [tensor(w) for w in case["weights"]]
    pairs = zip(own, other, (weights[:6], weights[6:]))
    return case["options"]["beta"] * sum(L.factor_difference(translated(s, w), first(t, s)) for s, t, w in pairs)


def likelihood(own, other, case):
    weights, total = [tensor(w) for w in case["weights"]], 0
    for s, t, (*kernels, alpha) in zip(own, other, (weights[:4], weights[4:])):
        a, b, c = (k.permute(3, 2, 0, 1) for k in kernels)
        guess = F.conv2d(F.relu(F.conv2d(F.relu(F.conv2d(s, a)), b)), c)
        total = total + L.negative_log_likelihood(t, guess, F.softplus(alpha) + 1e-6)
    return total


def pixels(own, other, case):
    z = own[1]
    valid = (torch.arange(z.shape[0] * 60) % 7 != 3).reshape(z.shape[0], 6, 10).double()
    return L.soft_cross_entropy(z, other[1], valid)


def variation(own, other, case):
    where = L.regions(*known((16, 24), len(own[0]), case["classes"], case["absent"]), case["classes"], own[0].shape[2:])
    return L.intra_class_variation(own[0], other[0], where)


def affinity(own, other, case):
    seen = known((8, 12), len(own[0]), case["classes"], case["absent"])
    return L.region_difference([(s, t, L.regions(*seen, case["classes"], s.shape[2:])) for s, t in zip(own[:2], other)])


def prediction(own, other, case):
    return L.divergence(own[2], other[2], 4, known((8, 12), len(own[0]), case["classes"], case["absent"])[1])


def of_classics():
    maps = lambda f: lambda own, other, case: sum(f(s, t, case) for s, t in zip(own[:2], other))
    paraphrased = lambda f: lambda own, other, case: F.mse_loss(f(*own), f(*(first(t, s) for s, t in zip(own, other))))
    classics("attention", "maps", maps(lambda s, t, case: L.attention_difference(s, t, case["options"]["power"])))
    classics("fsp", "flow", paraphrased(L.flow))
    classics("factor-transfer", "factors", factors)
    classics("variational-information", "likelihood", likelihood)
    classics("structured-knowledge", "pixels", pixels, lambda case: case["options"]["reduction"] == "sum")
    similar = lambda own, other, case: F.mse_loss(L.cell_similarity(own[0]), L.cell_similarity(other[0]))
    classics("structured-knowledge", "pairs", similar, lambda case: case["options"]["kernel"] == "half")
    classics("intra-class-variation", "variation", variation, lambda case: len(case["student"][0]["shape"]) == 4)
    classics("emkd", "prediction-maps", prediction)
    classics("emkd", "importance-maps", maps(lambda s, t, case: L.attention_difference(s, t, 4)))
    classics("emkd", "region-affinity", affinity)
    classics("cocod", "correlation", paraphrased(L.correlation), lambda case: case["options"]["correlation"] == "product")


def of_logits():
    for case in read("plugin-kd", "logits"):
        if case["reduction"] == "pixel":
            z, soft = (torch.tensor(case[who]).reshape(case["shape"]) for who in ("student", "teacher"))
            z.requires_grad_()
            b, h, w, _ = case["shape"]
            valid = (torch.arange(b * h * w) % 7 != 3).reshape(b, h, w).double()
            slope = torch.tensor(case["gradient"]).reshape(case["shape"])
            hold("logits", L.divergence(nchw(z), nchw(soft), case["temperature"], valid), case["loss"], [z], [slope])


def of_graph_flow():
    for case in read("plugin-graphflow", "variation"):
        if case["reading"] == "R2" or case["border"] != "zero":
            continue
        own, other = ([torch.tensor(x).reshape(shape) for x, shape in zip(case[who], case["shapes"])] for who in ("student", "teacher"))
        for x in own:
            x.requires_grad_()
        made = L.graph_flow(case["reading"], [nchw(x) for x in own], [nchw(x) for x in other], case["patch"], batch_scale=False)
        for name, loss in zip(("vertex", "edge"), made):
            slopes = [torch.tensor(g).reshape(shape) for g, shape in zip(case[name]["gradients"], case["shapes"])]
            hold(f"graph flow {case['reading']}, {name}", loss, case[name]["loss"], own, slopes)


def of_light_vessel():
    found = json.loads((packages / "plugin-lightvessel" / "fixtures" / "feature_similarity.json").read_text())["cases"]
    for case in found:
        if case["similarity"] == "cosine-map":
            own, other = ([tensor(x) for x in case[who]] for who in ("student", "teacher"))
            for x in own:
                x.requires_grad_()
            loss = L.feature_similarity([nchw(x) for x in own], [nchw(x) for x in other])
            hold("feature similarity", loss, case["loss"], own, [tensor(g) for g in case["gradients"]])
    for case in json.loads((packages / "plugin-lightvessel" / "fixtures" / "adversarial_similarity.json").read_text())["distances"]:
        g, t, s = (tensor(case[who]) for who in ("annotation", "teacher", "student"))
        s.requires_grad_()
        loss = L.annotation_distance(nchw(g), nchw(t), nchw(s), torch.ones(len(s)))
        hold("annotation distance", loss, case["loss"], [s], [tensor(case["gradient"])])


def script(name):
    """A fixture's script of models, whose `networks` is not ours."""
    folder = packages / "models" / "fixtures"
    ours = {key: sys.modules.pop(key) for key in ("networks", "discriminators") if key in sys.modules}
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(f"fixture_{name}", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    sys.modules.pop("networks", None)
    sys.modules.update(ours)
    return module


def of_discriminators():
    fixture = script("discriminators")
    for what, score, made, shape, base in (
        ("sagan", fixture.sagan, Sagan(3, 8), (2, 3, 64, 80), 8),
        ("patch", fixture.patch, Patch(3, 4), (2, 3, 32, 48), 4),
    ):
        torch.manual_seed(1)
        x = torch.randn(shape)
        run = fixture.Scorer(True)
        expected = score(run, x, base)
        with torch.no_grad():
            for name, w in run.table.items():  # ours by name, from what the other one made
                _, part, *rest = name.split("/")
                target = made.last if part == "last" else made.stages[int(part[-1]) - 1] if part.startswith("stage") else made.attention[int(part[-1]) - 3]
                leaf = rest[-1]
                if leaf == "u":
                    getattr(made, f"u{int(part[-1]) - 1}").copy_(w)
                elif leaf == "gamma":
                    target.gamma.copy_(w)
                elif leaf in ("kernel", "bias"):
                    layer = getattr(target, rest[0]) if part.startswith("attention") else target
                    (layer.weight if leaf == "kernel" else layer.bias).copy_(w.permute(3, 2, 0, 1) if leaf == "kernel" else w)
        scores, hidden = made(x, made.kernels(True))
        near(scores, expected, f"{what}'s scores")
        if what == "patch":
            near(hidden, run.hidden, "patch's hidden layer")
        slope = lambda y, q: torch.autograd.grad(y.sum(), q, create_graph=True)[0].square().sum()
        q = x.clone().requires_grad_()
        penalty = slope(made(q, made.kernels(False))[0], q)
        again = fixture.Scorer(True)
        other = slope(score(again, q, base), q)
        near(penalty, other, f"{what}'s slope")
    assert sum(p.numel() for p in Sagan(2).parameters()) == 3_174_275
    assert sum(p.numel() for p in Patch(3).parameters()) == 2_764_737


of_classics()
of_logits()
of_graph_flow()
of_light_vessel()
of_discriminators()
print("\n".join(f"{what}: {apart:.1e}" for what, apart in checked.items()))
