import {
  add,
  div,
  customGrad,
  engine,
  expandDims,
  getBackend,
  greater,
  keep,
  log,
  matMul,
  maximum,
  mean,
  mul,
  ones,
  reshape,
  scalar,
  slice,
  softmax,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  tensor1d,
  cast,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import type { Built, CheckedMethod, Loss, Method, Module, Site, Step, Term } from "../../contract/index.js";
import { constant } from "../../step/off-tape.js";
import { sgd } from "../../optimisers/sgd.js";
import { meanOver, totalOf } from "../../reductions.js";
import { offer, service } from "../../services.js";
import { stage } from "../../stages.js";
import { failures, verdicts } from "../collecting.js";
import { describeMethod, type MethodCheck } from "./describe-method.js";
import type { MethodConformance } from "./subject.js";

type Wants = { student: "decoder/2"; teacher: "decoder/2" };
type S = Step<Wants>;

/** The method that every broken one is made of: the distance of both networks' logits. */
const distance = ({ net, valid }: S): Loss => meanOver(squaredDifference(net.student.logits, net.teacher.logits), valid);
const labelled = (step: S, ...where: Tensor[]): Loss => meanOver(squaredDifference(step.net.student.logits, step.labels), ...where);
interface Parts extends Partial<Omit<Method<"broken", Wants>, "build">> {
  readonly build?: (site: Site<Wants>) => Built<S>;
}
const method = (parts: Parts): CheckedMethod =>
  ({ name: "broken", options: {}, wants: { student: ["decoder/2"], teacher: ["decoder/2"] }, ...parts }) satisfies Method<string, Wants>;
const term = (loss: Term<S>["loss"], more: Partial<Term<S>> = {}): Term<S> => ({ name: "term", loss, ...more });
const oneTerm = (loss: Term<S>["loss"], more?: Partial<Term<S>>): CheckedMethod => method({ build: () => ({ terms: [term(loss, more)] }) });
const perImage = (x: Tensor): Tensor1D => sum(reshape(x, [x.shape[0], -1]), 1);

/** Everything at once: two kinds of sum, an adapter of its own, an opponent, a collected mean, a gate, noise, a coupled term, a schedule. */
const rich = (): CheckedMethod =>
  method({
    build: ({ scope, net }) => {
      const adapter = scope.module("adapter", (make) => ({
        w: make.variable("w", [net.student.taps["decoder/2"].channels, net.teacher.taps["decoder/2"].channels], { uniform: 1 }),
      }));
      const critic = scope.module("critic", (make) => ({ w: make.variable("w", [1], "ones") }));
      const centre = scope.module("centre", (make) => ({ mean: make.state("mean", [3], "zeros") }));
      const flat = (x: Tensor4D): Tensor2D => reshape(x, [-1, x.shape[3]]);
      return {
        trains: [adapter],
        terms: [
          term(distance, { name: "distance", weight: { describe: "ramp", value: ({ step }) => step } }),
          term((step) => labelled(step, step.valid, step.labelled), { name: "labels" }),
          term(
            ({ net: { student, teacher } }) => {
              const [a, b] = [student.tap("decoder/2"), teacher.tap("decoder/2")];
              return totalOf(reshape(squaredDifference(matMul(flat(a), adapter.w as Tensor2D), flat(b)), b.shape));
            },
            { name: "taps", weight: 0.1 },
          ),
          term(
            ({ net: { student }, noise }) => meanOver(square(add(student.logits, noise.normal("shift", student.logits.shape.slice(1))))),
            {
              name: "noise",
            },
          ),
          term(({ net: { student } }) => meanOver(square(sub(student.logits, mean(student.logits, 0, true)))), {
            name: "spread",
            couples: "images",
          }),
          term(({ net: { student } }) => meanOver(square(sub(student.logits, centre.mean.value))), { name: "centre" }),
        ],
        adversaries: [
          {
            name: "critic",
            module: critic,
            optimiser: sgd({ rate: 0.1 }),
            loss: ({ net: { student } }) => meanOver(square(sub(mul(student.logits, critic.w as Tensor), 1))),
          },
        ],
        collect: [
          {
            into: centre.mean,
            when: "epoch",
            of: ({ net: { student } }) => ({ sum: mean(student.logits, [1, 2]), count: ones([student.logits.shape[0]]) }),
          },
        ],
        gates: [{ name: "small", measure: distance, accept: (value) => value < 1e6, otherwise: "stop" }],
      };
    },
  });

const offered = (
  parse: (value: unknown) => object,
  create = (options: object): CheckedMethod => method({ options: options as never }),
) => ({
  options: { parse },
  create,
});

test.each<[string, () => CheckedMethod, MethodConformance?]>([
  ["one term", () => oneTerm(distance), { offered: offered((value) => value as object) }],
  ["everything at once", rich],
  ["a method that only collects", () => collects()],
  ["part of the gradient stopped, as declared", () => oneTerm(halfStopped), { detached: ["term"] }],
  ["one after a stage of its own", () => afterwards(fitted)],
])("an honest method passes: %s", async (_, make, options) => {
  const found = await verdicts((runner) => describeMethod(runner, "honest", make, options));
  expect([Object.fromEntries([...found].filter(([, message]) => message !== null)), found.size]).toEqual([{}, 18]);
});
function collects(): CheckedMethod {
  return method({
    build: ({ scope }) => {
      const held = scope.module("held", (make) => ({ mean: make.state("mean", [3], "zeros") }));
      return {
        collect: [
          {
            into: held.mean,
            when: "start",
            of: ({ net: { student } }) => ({ sum: mean(student.logits, [1, 2]), count: ones([student.logits.shape[0]]) }),
          },
        ],
      };
    },
  });
}
/** Half of what moves it is a constant for autodiff. */
function halfStopped({ net: { student }, valid }: S): Loss {
  return meanOver(mul(student.logits, constant(student.logits)), valid);
}

// ------------------------------------------------------------------------------------------------------- broken ones
let made = 0;
const all: MethodCheck[] = [
  "names are unique, stable and fit for files",
  "options are plain data and decide the key",
  "only what is wanted is read",
  "values and gradients are finite",
  "gradients reach what learns",
  "a small step lowers every term",
  "weights multiply and terms add up",
  "nothing that is frozen moves",
  "no tensor is left behind",
  "same seed, same numbers",
  "compiled and eager agree",
  "pictures in another order give the same",
  "a picture's share depends on no other picture",
  "a batch twice gives the same mean or twice the sum",
  "counts depend on no network",
  "pictures without a label count as they should",
  "pixels that are not valid do not count",
  "every backend agrees",
];
const [names, options, reads, finite, reach, lowers, weights, frozen, leaks, seed, compiled, order, couples, twice, counts, unlabelled, invalid, backends] = all as [
  MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck,
  MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck, MethodCheck,
]; // prettier-ignore

/** A gradient of one's own for Σ(z²) of each picture, which has 2·z·dy. */
const ownGradient =
  (slope: (z: Tensor, dy: Tensor) => Tensor) =>
  (step: S): Loss => ({
    sum: customGrad((z) => ({
      value: perImage(square(z as Tensor)),
      gradFunc: (dy) => slope(z as Tensor, reshape(dy, [-1, 1, 1, 1])),
    }))(step.net.student.logits) as Tensor1D,
  });
const shifted = service<Module & { w: Tensor }>("shifted");
/** Provides a module that nobody trains. */
const provider = (): CheckedMethod =>
  ({
    name: "provider",
    options: {},
    wants: {},
    provides: [shifted],
    build: ({ scope }) => ({
      provides: [
        offer(
          shifted,
          scope.module("m", (make) => ({ w: make.variable("w", [3], { uniform: 1 }) as Tensor })),
        ),
      ],
    }),
  }) satisfies Method<"provider", Record<never, never>>;

/** A method that uses what a stage before has learned: three numbers. */
const afterwards = (loss: (w: Tensor, step: Step<{}>) => Loss, options = {}): CheckedMethod =>
  method({
    uses: [shifted],
    stages: ({ data }) => [
      stage({
        name: "first",
        nets: {},
        methods: [
          {
            ...provider(),
            options,
            build: ({ scope }: Site<{}>) => {
              const m = scope.module("m", (make) => ({ w: make.variable("w", [3], { uniform: 1 }) as Tensor }));
              return { trains: [m], terms: [{ name: "fit", loss: (step: Step<{}>) => loss(m.w, step) }], provides: [offer(shifted, m)] };
            },
          },
        ] as never,
        ...{ data, steps: 5, optimiser: sgd({ rate: 0.1 }) },
      }),
    ],
    build: ({ use }) => ({ terms: [term(({ net, valid }) => meanOver(square(sub(net.student.logits, use(shifted).w)), valid))] }),
  });
const fitted = (w: Tensor, { labels, valid, labelled: known }: Step<{}>): Loss => meanOver(square(sub(labels, w)), valid, known);

interface Broken {
  readonly what: string;
  readonly make: () => CheckedMethod;
  readonly with?: MethodConformance;
  readonly check: MethodCheck;
  /** The beginning of the message, or all of it. */
  readonly says: string;
  readonly others?: readonly MethodCheck[];
}
const broken: readonly Broken[] = [
  {
    what: "two terms of one name",
    make: () => method({ build: () => ({ terms: [term(distance), term(distance)] }) }),
    check: names,
    says: '[b] expected names of terms, opponents and gates that are unique; found "term" twice. Give the second one another name.',
    others: [lowers], // which asks for one term and gets two
  },
  {
    what: "a name with a space",
    make: () => oneTerm(distance, { name: "My term" }),
    check: names,
    says: '[b] expected names of small letters, digits and hyphens; found "My term". Names are keys of files and reports: write it in kebab-case.',
  },
  {
    what: "a name that counts",
    make: () => oneTerm(distance, { name: `term-${made++}` }),
    check: names,
    says: "[b] expected the same names whenever it is made; found broken, term-0, then broken, term-2. Make names of options, never of counters or time.",
    others: [lowers, seed, compiled, order, counts, unlabelled, invalid, backends], // which look for a term by its name
  },
  {
    what: "options with a function",
    make: () => method({ options: { tau: (() => 4) as never, k: 2 }, build: () => ({ terms: [term(distance)] }) }),
    check: options,
    says: '[b] expected options that are plain data (null, booleans, finite numbers, texts, lists, mappings); found {"tau":"(function () => 4)","k":2}. Write down what it was made from, defaults filled in; leave out what is undefined.',
    others: all, // core refuses to hash them
  },
  {
    what: "options that count",
    make: () => method({ options: { id: made++ }, build: () => ({ terms: [term(distance)] }) }),
    check: options,
    says: '[b] expected the same options whenever it is made; found {"id":',
  },
  {
    what: "a stage before with options that count",
    make: () => afterwards(fitted, { id: made++ }),
    check: options,
    says: "[b] expected the same content key whenever it is made; found ",
  },
  {
    what: "an offer that forgets an option",
    make: () => method({ options: { tau: 4 }, build: () => ({ terms: [term(distance)] }) }),
    with: { offered: offered(() => ({})) },
    check: options,
    says: '[b] expected options that make the same method again ({"tau":4}); found {}. Let the schema of what is offered take every option, with the factory\'s defaults.',
  },
  {
    what: "an offer that refuses an option",
    make: () => method({ options: { tau: 4 }, build: () => ({ terms: [term(distance)] }) }),
    with: {
      offered: offered(() => {
        throw new Error('Unrecognized key: "tau"');
      }),
    },
    check: options,
    says: '[b] expected the schema of what is offered to take the method\'s own options, {"tau":4}; found Unrecognized key: "tau". Let the schema take every option of the factory.',
  },
  {
    what: "a tap that is read and not wanted",
    make: () =>
      method({
        wants: { student: [], teacher: [] },
        build: () => ({ terms: [term(({ net }) => meanOver(square(net.student.tap("decoder/2"))))] }),
      }),
    with: { beside: () => [{ name: "beside", options: {}, wants: { student: ["decoder/2"] } }] },
    check: reads,
    says: "[b] expected only what it wants to be read (student, teacher); found student/tap/decoder/2. Add it to wants.",
  },
  {
    what: "a network that is read and not wanted",
    make: () => method({ wants: { student: [] }, build: () => ({ terms: [term(distance)] }) }),
    check: reads,
    says: "[b] expected only networks that it wants to be read (student); found net.teacher. Add teacher to wants.",
    others: all,
  },
  {
    what: "a network that another method wants is read",
    make: () => method({ wants: { student: [] }, build: () => ({ terms: [term(distance)] }) }),
    with: { beside: () => [{ name: "beside", options: {}, wants: { teacher: [] } }] },
    check: reads,
    says: "[b] expected only what it wants to be read (student); found teacher/logits. Add it to wants.",
  },
  {
    what: "the root of a possible 0",
    make: () => oneTerm(({ net }) => ({ sum: sqrt(perImage(square(net.student.logits))), count: ones([net.student.logits.shape[0]]) })),
    check: finite,
    says: "[b] expected finite values and gradients with the student's maps all zero; found ",
  },
  {
    what: "the logarithm of a probability",
    make: () =>
      oneTerm(({ net, labels, valid, labelled: known }) => meanOver(mul(labels, mul(log(softmax(net.student.logits)), -1)), valid, known)),
    check: finite,
    says: "[b] expected finite values and gradients with a saturated student; found ",
  },
  {
    what: "a division by what the teacher says",
    make: () => oneTerm((step) => ({ sum: div(distance(step).sum, perImage(square(step.net.teacher.logits))) })),
    check: finite,
    says: "[b] expected finite values and gradients with the other networks' maps all zero; found ",
  },
  {
    what: "a division by what may be absent",
    make: () =>
      oneTerm((step) => ({
        sum: div(
          labelled(step, step.valid, step.labelled).sum,
          perImage(mul(mul(step.labels, tensor1d([0, 1, 0])), expandDims(step.valid, 3))),
        ),
      })),
    check: finite,
    says: "[b] expected finite values and gradients with every class but the background absent; found ",
    others: [unlabelled], // a picture without a label has no class at all
  },
  {
    what: "a term that nothing moves",
    make: () =>
      method({ build: () => ({ terms: [term(distance), term(({ net }) => meanOver(square(net.teacher.logits)), { name: "dead" })] }) }),
    check: reach,
    says: '[b] expected a gradient of term "dead" in a network that learns or a module that it trains; found none. Take out what stops the gradient, or leave the term out.',
  },
  {
    what: "a module that is trained in vain",
    make: () =>
      method({
        build: ({ scope }) => ({
          trains: [scope.module("idle", (make) => ({ w: make.variable("w", [2], "ones") }))],
          terms: [term(distance)],
        }),
      }),
    check: reach,
    says: "[b] expected every module in trains to be moved (conformance/broken/idle); found no gradient in any of its variables. Use it in a term, or take it out of trains.",
  },
  {
    what: "an opponent whose update does nothing",
    make: () =>
      method({
        build: ({ scope }) => {
          const critic = scope.module("critic", (make) => ({ w: make.variable("w", [1], "ones") }));
          return {
            terms: [term(distance)],
            adversaries: [
              {
                name: "critic",
                module: critic,
                optimiser: sgd({ rate: 0 }),
                loss: ({ net }) => meanOver(mul(net.student.logits, critic.w as Tensor)),
              },
            ],
          };
        },
      }),
    check: reach,
    says: "[b] expected opponent conformance/broken/critic to move; found the same bytes after a step. Let its loss depend on its module.",
  },
  {
    what: "a gradient with the wrong sign",
    make: () => oneTerm(ownGradient((z, dy) => mul(mul(z, -2), dy))),
    check: lowers,
    says: '[b] expected a small step against the gradient of term "term" to lower it by as much as the gradient says, to a fifth; found -1',
  },
  {
    what: "a gradient three times too large",
    make: () => oneTerm(ownGradient((z, dy) => mul(mul(z, 6), dy))),
    check: lowers,
    says: '[b] expected a small step against the gradient of term "term" to lower it by as much as the gradient says, to a fifth; found 0.33',
  },
  {
    what: "a part of the gradient that is stopped, and not declared",
    make: () => oneTerm(halfStopped),
    check: lowers,
    says: '[b] expected a small step against the gradient of term "term" to lower it by as much as the gradient says, to a fifth; found ',
  },
  {
    what: "a gradient with the wrong sign, declared as stopped",
    make: () => oneTerm(ownGradient((z, dy) => mul(mul(z, -2), dy))),
    with: { detached: ["term"] },
    check: lowers,
    says: '[b] expected a small step against the gradient of term "term" to lower it at all; found -',
  },
  {
    what: "a gradient that does not hear of the weight",
    make: () => oneTerm(ownGradient((z) => mul(z, 2))),
    check: weights,
    says: "[b] expected the gradient of twice the method beside another to be twice its own plus the other's (conformance/student/",
  },
  {
    what: "a gradient with a floor",
    make: () => oneTerm(ownGradient((z, dy) => mul(mul(z, 2), maximum(dy, 0.1)))),
    check: weights,
    says: "[b] expected a weight of 0 to leave another method's gradient as it is (conformance/student/",
  },
  {
    what: "a service's module among those it trains",
    make: () =>
      method({
        uses: [shifted],
        build: ({ use }) => {
          const module = use(shifted);
          return { trains: [module], terms: [term(({ net }) => meanOver(square(add(net.student.logits, module.w))))] };
        },
      }),
    with: { beside: () => [provider()] },
    check: frozen,
    says: '[b] expected "conformance/provider/m/w" of provider, which is frozen here, to keep its bytes; found others after three steps. Train modules of its own scope only, and write state only through State.move with the pass of the step.',
  },
  {
    what: "a gate that moves the teacher",
    make: () =>
      method({
        build: () => ({
          terms: [term(distance)],
          gates: [
            {
              name: "meddles",
              measure: distance,
              otherwise: "warn",
              accept: () => {
                const found = Object.values(engine().registeredVariables).find(({ shape }) => shape.join() === "7");
                engine().tidy(() => found!.assign(add(found!, 1)));
                return true;
              },
            },
          ],
        }),
      }),
    check: frozen,
    says: '[b] expected "before-teacher/teacher/bottleneck/bias" of tiny-teacher, which is frozen here, to keep its bytes; found others after three steps.',
  },
  {
    what: "state that is written past its move",
    make: () =>
      method({
        build: ({ scope }) => {
          const held = scope.module("held", (make) => ({ s: make.state("s", [], "zeros") }));
          return {
            terms: [
              term((step) => {
                held.state["s"]!.assign(scalar(1));
                return distance(step);
              }),
            ],
          };
        },
      }),
    check: frozen,
    says: '[conformance] moved "conformance/broken/held/s", which is frozen here. Write state only through State.move with the pass of the step.',
    others: all, // core refuses it in every step
  },
  {
    what: "a tensor that is kept",
    make: () => oneTerm((step) => (keep(scalar(1)), distance(step))),
    check: leaks,
    says: "[b] expected no tensor left behind after three eager steps; found 3. Make tensors inside loss, where the core gives them back, and keep none.",
  },
  {
    what: "a constant that is made while it is built",
    make: () =>
      method({
        build: () => {
          const two = scalar(2);
          return {
            terms: [term(({ net, valid }) => meanOver(squaredDifference(net.student.logits, mul(net.teacher.logits, two)), valid))],
          };
        },
      }),
    check: leaks,
    says: "[b] expected no tensor left behind after three eager steps; found 1. Make tensors inside loss, where the core gives them back, and keep none.",
  },
  {
    what: "a tensor that is given back only if nothing is thrown",
    make: () =>
      oneTerm((step) => {
        const held = keep(scalar(1));
        const loss = distance(step);
        held.dispose();
        return loss;
      }),
    check: leaks,
    says: "[b] expected no tensor left behind after a throw while a step is read; found 1.",
  },
  {
    what: "an error that is swallowed",
    make: () =>
      oneTerm((step) => {
        try {
          return distance(step);
        } catch {
          return meanOver(square(step.net.student.logits));
        }
      }),
    check: leaks,
    says: "[b] expected an error of the step to reach the caller; found none. Catch nothing that is thrown while a step is read.",
  },
  {
    what: "random numbers of its own",
    make: () => oneTerm(({ net }) => meanOver(square(add(net.student.logits, 4 ** (made++ % 5))))), // a generator that is easily foreseen
    check: seed,
    says: "[b] expected the same bytes of broken/term in step 0 in two runs of one seed; found ",
    others: [lowers, weights, compiled, order, couples, twice, unlabelled, invalid, backends], // whatever compares two runs, or two steps
  },
  {
    what: "first values of its own",
    make: () =>
      method({
        build: ({ scope }) => {
          const w = scope.module("w", (make) => ({ w: make.variable("w", [], { uniform: 2 ** (made++ % 12) }) as Tensor }));
          return { trains: [w], terms: [term(({ net }) => meanOver(square(sub(net.student.logits, w.w))))] };
        },
      }),
    check: seed,
    says: "[b] expected the same bytes of broken/term in step 0 in two runs of one seed; found ",
    others: [lowers, weights, compiled, order, unlabelled, invalid, backends], // whatever compares two runs
  },
  {
    what: "a number of JavaScript that changes from step to step",
    make: () =>
      method({
        build: () => {
          let calls = 0;
          return { terms: [term((step) => ({ ...distance(step), sum: mul(distance(step).sum, 1 + 1e-3 * calls++) }))] };
        },
      }),
    check: compiled,
    says: "[b] expected broken/term in step 1 compiled as eager, ",
    others: [couples, twice, unlabelled], // which compare steps of one run
  },
  {
    what: "a place in the batch that weighs more",
    make: () =>
      oneTerm((step) => {
        const place = tensor1d(Array.from({ length: step.valid.shape[0] }, (_, i) => 1 + (i % 2)));
        const loss = distance(step);
        return { sum: mul(loss.sum, place), count: mul(loss.count!, place) };
      }),
    check: order,
    says: '[b] expected the same share of a picture in term "term" with the pictures in another order, ',
  },
  {
    what: "a coupled term that depends on the order",
    make: () =>
      oneTerm(({ net: { student } }) => meanOver(square(sub(student.logits, slice(student.logits, [0, 0, 0, 0], [1, -1, -1, -1])))), {
        couples: "images",
      }),
    check: order,
    says: '[b] expected the same value of term "term" with the pictures in another order, ',
  },
  {
    what: "pictures that are coupled, undeclared",
    make: () => oneTerm(({ net: { student } }) => meanOver(square(sub(student.logits, mean(student.logits, 0, true))))),
    check: couples,
    says: '[b] expected a picture\'s share in term "term" that depends on no other picture, ',
  },
  {
    what: "a sum that is divided by the batch",
    make: () => oneTerm((step) => ({ sum: div(distance(step).sum, step.valid.shape[0]) })),
    check: twice,
    says: '[b] expected term "term", which gives no count, to double when the batch is there twice, ',
  },
  {
    what: "a count of 1 for the whole batch",
    make: () => oneTerm((step) => ({ sum: distance(step).sum, count: tensor1d([1, ...Array<number>(step.valid.shape[0] - 1).fill(0)]) })),
    check: twice,
    says: '[b] expected term "term", which gives a count, to be the same for a batch and for it twice, ',
  },
  {
    what: "a count by what the teacher says",
    make: () => oneTerm((step) => ({ sum: distance(step).sum, count: perImage(cast(greater(step.net.teacher.logits, 0), "float32")) })),
    check: counts,
    says: '[b] expected a count of term "term" that depends on labels and masks only, ',
  },
  {
    what: "pictures without a label in a supervised mean",
    make: () => oneTerm((step) => labelled(step, step.valid)),
    check: unlabelled,
    says: '[b] expected term "term", which needs labels, to leave pictures without a label out, ',
  },
  {
    what: "pictures without a label left out where none is needed",
    make: () => oneTerm((step) => meanOver(squaredDifference(step.net.student.logits, step.net.teacher.logits), step.labelled)),
    check: unlabelled,
    says: '[b] expected term "term", which needs no labels, to count pictures without a label like others, ',
  },
  {
    what: "pixels that are not valid in a supervised mean",
    make: () => oneTerm((step) => labelled(step, step.labelled)),
    check: invalid,
    says: "[b] expected labels of pixels that are not valid to change nothing in broken/term in step 0; found ",
  },
  {
    what: "a number of JavaScript that changes in a stage before",
    make: () => afterwards((w, step) => fitted(mul(w, made++ % 11), step)),
    check: seed,
    says: "[b] expected the same bytes of broken/term in step 0 in two runs of one seed; found ",
    others: [weights, compiled, order, unlabelled, invalid, backends], // which compare runs that train it anew
  },
  {
    what: "a tensor that is kept in a stage before",
    make: () => afterwards((w, step) => (keep(scalar(1)), fitted(w, step))),
    check: leaks,
    says: "[b] expected no tensor left behind after three eager steps; found ",
  },
  {
    what: "another meaning on another backend",
    make: () => oneTerm((step) => ({ ...distance(step), sum: mul(distance(step).sum, getBackend() === "cpu" ? 1.001 : 1) })),
    check: backends,
    says: "[b] expected broken/term on tfjs's cpu backend as on TensorFlow, ",
  },
];

test.each(broken)("$what: told by one check, and by a stated set of others", async ({ make, check, says, others = [], ...more }) => {
  made = 0;
  const found = await failures((runner) => describeMethod(runner, "b", make, more.with));
  expect(Object.keys(found).sort(), JSON.stringify(found, null, 2)).toEqual([...new Set([check, ...others])].sort());
  expect(found[check]!.slice(0, says.length)).toBe(says);
});

/** No network: a module of its own learns labels; it takes whole tiles of 8 × 8 pixels alone. */
const networkless = (): CheckedMethod => ({
  name: "tiles",
  options: {},
  wants: {},
  build: ({ scope, picture: { height, width, classes } }: Site<{}>): Built<Step<{}>> => {
    if (height % 8 !== 0 || width % 8 !== 0) throw new Error(`tiles of ${height} × ${width}, ${classes} classes`);
    const own = scope.module("own", (make) => ({ w: make.variable("w", [classes], { normal: 1 }) as Tensor }));
    const loss = ({ labels, valid, labelled: known }: Step<{}>): Loss => meanOver(square(sub(mul(labels, own.w), 1)), valid, known);
    return { trains: [own], terms: [{ name: "term", loss }] };
  },
});
test("a method without a network, on pictures as it asks for them", async () => {
  const found = await failures((runner) => describeMethod(runner, "t", networkless, { multiple: 8, classes: 5 }));
  expect(found).toEqual({});
  const other = await failures((runner) => describeMethod(runner, "t", networkless, { classes: 5 }));
  expect(other["compiled and eager agree"]).toBe("tiles of 8 × 12, 5 classes");
});

test("every check has something broken that it tells", () => {
  expect([...new Set(broken.map(({ check }) => check))].sort()).toEqual([...all].sort());
});

export type { Scalar };
