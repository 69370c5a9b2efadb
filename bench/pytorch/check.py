"""Holds the bench's PyTorch losses to the fixtures of the packages, values and gradients, both discriminators to the one of models, the semantic autoencoder and the views to theirs: `python check.py`, from anywhere.

The fixtures are the numbers of other code (loops, float64), to which our own losses are held by tests. So both sides of the bench compute the same losses.
Needs torch and numpy.
"""

import base64
import importlib.util
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

import losses as L
import views as V
from alignment import Aligner, Headers, MaskAutoencoder
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


def document(package, name):
    return json.loads((packages / package / "fixtures" / f"{name}.json").read_text())


def tensors(case):
    return {name: tensor(x) for name, x in case.items()}


def headers_of(weights, size, channels=None, d=None):
    """An aligner with a fixture's weights, and its parameters by the fixture's names."""
    channels, d = channels or d, d or channels
    made = Aligner(size, channels, d, weights["w1"].shape[1]) if channels else Headers(size, weights["w1"].shape[1])
    own = {}
    for i, layer in enumerate((made.down[0], made.down[2], made.up[0], made.up[2]), 1):
        own[f"w{i}"], own[f"b{i}"] = layer.weight, layer.bias
    for name in ("enter", "leave"):
        if f"{name}w" in weights:
            own[f"{name}w"], own[f"{name}b"] = getattr(made, name).weight, getattr(made, name).bias
    with torch.no_grad():
        for name, value in weights.items():
            own[name].copy_(value.T.reshape(own[name].shape) if "w" in name else value)
    return made, own


def hold_named(what, loss, value, own, slopes):
    """`hold` of parameters by name, kernels in the fixtures as [in, out]."""
    turned = [tensor(slopes[name]).T.reshape(x.shape) if name.startswith("w") or name.endswith("w") else tensor(slopes[name]) for name, x in own.items()]
    hold(what, loss, value, list(own.values()), turned)


def of_headers():
    for case in document("plugin-msan", "msan")["headers"]:
        x = tensors({key: case[key] for key in ("map", "vector", "down", "up", "byDown", "byUp")})
        made, own = headers_of(tensors(case["weights"]), x["map"].shape[1:3])
        m, v = x["map"].requires_grad_(), x["vector"].requires_grad_()
        down, up = made.encode(nchw(m)), made.decode(v)
        near(down, x["down"], "headers, down")
        near(up, nchw(x["up"]), "headers, up")
        value = (down * x["byDown"]).sum() + (up * nchw(x["byUp"])).sum()
        expected = (x["down"] * x["byDown"]).sum() + (x["up"] * x["byUp"]).sum()
        hold_named("headers", value, expected.item(), own, case["gradient"])
        hold("headers", value, expected.item(), [m, v], [tensor(case["gradient"][name]) for name in ("map", "vector")])


def repeated(x, times):
    return x.repeat_interleave(times, 2).repeat_interleave(times, 3)


def mixed(x, mix, cell):
    """The fixtures' stand-in for a decoder."""
    return repeated(torch.einsum("bchw,ck->bkhw", x, mix), cell)


def of_masks():
    held = [case for case in document("plugin-msan", "msan")["reconstruction"] if case["classes"] == 2]
    assert len(held) > 3
    for case in held:
        x = tensors({key: case[key] for key in ("labels", "valid", "labelled", "map", "mix")})
        made, own = headers_of(tensors(case["weights"]), x["map"].shape[1:3])
        mask = nchw(x["labels"] * x["valid"][..., None])[:, 1:]
        near(L.has_foreground(mask), tensor(case["hasForeground"]), "masks with foreground")
        counted = x["labelled"] * L.has_foreground(mask) if case["emptyMasks"] == "drop" else x["labelled"]
        m = x["map"].requires_grad_()
        found = nchw(m)
        copy = made.decode(made.encode(found.detach())) if case["headers"] else found
        parts = L.mask_losses(mixed(copy, x["mix"], case["cell"]), mask, x["valid"], counted)
        for name, part in zip(("cross-entropy", "dice"), parts):
            near(part, torch.tensor(case["terms"][name]), f"masks, {name}")
        loss = sum(parts)
        if case["headers"]:
            loss = loss + L.picture_mse(copy, found.detach(), counted)
        value = sum(case["terms"].values())
        if case["headers"]:
            hold_named("masks through headers", loss, value, own, case["gradient"])
        else:
            hold("masks", loss, value, [m], [tensor(case["gradient"]["map"])])


def of_consistency():
    names = ("labels", "valid", "labelled", "bottleneck", "viewed", "zeta", "zetaViewed", "mix", "skip")
    for case in document("plugin-msan", "msan")["act"]:
        x = tensors({key: case[key] for key in names})
        found = nchw(x["bottleneck"])
        made, own = headers_of(tensors(case["weights"]), found.shape[2:], found.shape[1], x["zeta"].shape[1])
        decode = lambda f: mixed(f, x["mix"], case["cell"]) + nchw(x["skip"])
        vector = made.encode(found)
        back = made.decode(vector)
        known = x["valid"] * x["labelled"].view(-1, 1, 1)
        terms = {
            "latent": L.picture_mse(vector, x["zeta"], x["labelled"]),
            "reconstruction": F.mse_loss(back, found),
            "consistency": L.consistency(decode(back), decode(found), x["labels"].argmax(3), known),
            "augmentation": L.picture_mse(made.encode(nchw(x["viewed"])), x["zetaViewed"], x["labelled"]),
        }
        for name, term in terms.items():
            near(term, torch.tensor(case["terms"][name]), f"alignment, {name}")
        value = sum(case["act"][name] * case["terms"][name] for name in terms)
        hold_named("alignment", sum(case["act"][name] * term for name, term in terms.items()), value, own, case["gradient"])


def of_graphs():
    held = [case for case in read("plugin-dcgd", "graphs") if case["loss"] == "mse" and not case["centred"]]
    assert len(held) > 3
    for case in held:
        own, other = tensor(case["student"]).requires_grad_(), tensor(case["teacher"])
        for name, loss in zip(("intra", "inter"), L.graphs(own, other)):
            expected = case["found"][name]
            hold(f"graphs, {name}", loss, expected["loss"], [own], [torch.tensor(expected["gradient"]).reshape(own.shape)])


def of_cross_predictions():
    held = [case for case in read("plugin-dicd", "cross") if (case["divergence"], case["detachSkips"], case["headers"]) == ("kl", False, "exchanged")]
    assert len(held) > 1
    for case in held:
        teacher, student = tensors(case["teacher"]), tensors(case["student"])
        learnt = {name: student[name].requires_grad_() for name in case["gradients"]}

        def decode(net, bottleneck):
            skip = net["skip"]
            h, w = skip.shape[1] // bottleneck.shape[1], skip.shape[2] // bottleneck.shape[2]
            wide = bottleneck.repeat_interleave(h, 1).repeat_interleave(w, 2)
            return nchw(torch.tanh(skip @ net["u"] + wide @ net["w"]) @ net["v"])

        vector = lambda net: torch.tanh(net["bottleneck"].mean((1, 2)) @ net["down"])
        back = lambda net, v: (v @ net["up"] + net["place"]).reshape(net["bottleneck"].shape)
        target = decode(teacher, teacher["bottleneck"])
        pair = decode(teacher, back(teacher, vector(student))), decode(student, back(student, vector(teacher)))
        loss = sum(L.divergence(z, target, 1, tensor(case["valid"])) for z in pair)
        hold("cross predictions", loss, case["loss"], list(learnt.values()), [tensor(case["gradients"][name]) for name in learnt])


def layer_of(made, name):
    """A layer of the bench's autoencoder by our variable's name."""
    where, level, *rest = name.split("/")
    if where == "head":
        return made.head
    place = {"1": 0, "2": 1, "4": 2, "8": 3}[level]
    if where == "decoder":
        return made.up[2 - place]
    block, part, *rest = [one for one in rest[:-1] if one != "stage"]
    block = made.down[place][0 if block == "first" else 1]
    if part == "unit":
        unit = block.path[1]
        if rest[0] == "choose":
            return unit.choose[("wide", "narrow").index(rest[1])]
        part = {"wide": unit.large, "narrow": unit.small, "squeeze": unit.squeeze}[rest.pop(0)]
    elif part == "between":
        return block.path[2]
    else:
        part = {"enter": block.path[0], "leave": block.path[4], "shortcut": block.shortcut}[part]
    return part[("conv", "norm").index(rest[0])]


LEAVES = {"kernel": "weight", "scale": "weight", "offset": "bias", "bias": "bias", "mean": "running_mean", "variance": "running_var"}


class Held(torch.nn.Module):
    """Drops the channels that the fixture's numbers say."""

    def __init__(self, noise):
        super().__init__()
        self.kept = 2 * (noise >= 0.5)[:, :, None, None]

    def forward(self, x):
        return x * self.kept if self.training else x


def of_mask_autoencoder():
    fixture, weights = document("plugin-msan", "mask_autoencoder"), {}
    at = lambda made, name: getattr(layer_of(made, name), LEAVES[name.rsplit("/", 1)[1]])
    turned = lambda name, value: value.permute(3, 2, 0, 1) if name.endswith("kernel") else value
    for case in fixture["cases"]:
        masks, weights = nchw(tensor(case["masks"])), weights | tensors(case["weights"])
        made = MaskAutoencoder(masks.shape[1], fixture["width"])
        with torch.no_grad():
            for name, value in weights.items():
                at(made, name).copy_(turned(name, value))
        made.eval()
        near(made.encode(masks), nchw(tensor(case["latent"])), "autoencoder of masks, map")
        near(made(masks), nchw(tensor(case["logits"])), "autoencoder of masks, logits")
        if "train" in case:
            expected = case["train"]
            made.drop = Held(tensor(expected["noise"]))
            made.train()
            logits = made(masks)
            near(logits, nchw(tensor(expected["logits"])), "autoencoder of masks, training")
            own = [at(made, name) for name in expected["gradient"]]
            found = torch.autograd.grad((logits * nchw(tensor(expected["by"]))).sum(), own)
            for g, (name, slope) in zip(found, expected["gradient"].items()):
                near(g, turned(name, tensor(slope)), "autoencoder of masks, gradient")
            for name, value in expected["moved"].items():
                near(at(made, name), tensor(value), "autoencoder of masks, statistics")
    count = lambda made: sum(p.numel() for p in made.parameters())
    assert count(MaskAutoencoder()) == 26_828_353
    assert count(Aligner((16, 16), 512, 512)) == 33_281
    assert count(Aligner((4, 4), 1280, 512)) == 1_314_833


def of_views():
    fixture = json.loads((packages / "core" / "src" / "transforms" / "fixtures" / "augment.json").read_text())
    image = lambda text: (torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32).double().reshape(1, 1, fixture["height"], fixture["width"]) + 1) / 4
    run = {"brightness": V.brighter, "contrast": V.contrasted, "gamma": V.darker, "blur": lambda x, by: V.blurred(x, by, 6)}
    assert {case["name"] for case in fixture["appearance"]} == set(run)
    for case in fixture["appearance"]:
        near(run[case["name"]](image(fixture["wide"]), torch.tensor([case["parameter"]])), image(case["image"]), f"views, {case['name']}")


of_classics()
of_logits()
of_graph_flow()
of_light_vessel()
of_discriminators()
of_headers()
of_masks()
of_consistency()
of_graphs()
of_cross_predictions()
of_mask_autoencoder()
of_views()
print("\n".join(f"{what}: {apart:.1e}" for what, apart in checked.items()))
