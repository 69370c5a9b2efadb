import {
  abs,
  add,
  broadcastTo,
  concat,
  div,
  fill,
  gather,
  grad,
  linalg,
  matMul,
  mul,
  randomNormal,
  slice,
  sum,
  tensor,
  tensor1d,
  zeros,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import type { Asked, Distance } from "./distance.js";

interface Case {
  readonly loss: "mse" | "kl";
  readonly temperature: number | null;
  readonly centred: boolean;
  readonly dead: boolean;
  readonly centre: { readonly teacher: Tensor; readonly student: Tensor };
  readonly teacher: Tensor;
  readonly student: Tensor;
  readonly found: Readonly<Partial<Record<Graph, { readonly loss: number; readonly gradient: number[] }>>>;
}
type Graph = "intra" | "inter" | "batch";
const graphs = ["intra", "inter", "batch"] as const;
const losses = [{ loss: "mse" }, { loss: "kl", temperature: 0.3 }] as const;

const asked = (graph: Graph, loss: (typeof losses)[number] | { readonly loss: "kl"; readonly temperature: number }): Asked => ({
  of: graph === "intra" ? "intra" : "inter",
  options: { ...loss, nodes: graph === "batch" ? "batch" : "views", ...(graph === "intra" && { inter: 0 }) },
});
/** Σ sum / Σ count, as the core reduces it; 0 where nothing counts. */
const value = (distance: Distance, how: Asked, student: Tensor, teacher: Tensor): Tensor => {
  const { sum: total, count } = distance(how, student, teacher);
  const counts = sum(count).dataSync()[0]!;
  return counts === 0 ? sum(total) : div(sum(total), counts);
};
const number = (...args: Parameters<typeof value>): number => value(...args).dataSync()[0]!;
const slope = (distance: Distance, how: Asked, student: Tensor, teacher: Tensor): Tensor =>
  grad((v) => value(distance, how, v, teacher))(student);
const drawn = (seed: number, b = 3, views = 4, d = 7): Tensor => randomNormal([b, 1 + views, d], 0.3, 1, "float32", seed);
const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);
const everywhere = (f: (how: Asked, graph: Graph) => void): void => {
  for (const graph of graphs) for (const loss of losses) f(asked(graph, loss), graph);
};
const order = (x: Tensor, to: number[], axis: number): Tensor => gather(x, tensor1d(to, "int32"), axis);

/**
 * Two classes of numbers that are met below: v⁰ = (1, 0), v¹ = (3, 4), v² = (0, 2), v³ = (−2, 0) of the teacher have the directions (1, 0), (0.6, 0.8), (0, 1), (−1, 0);
 * v⁰ = (0, 5), v¹ = (1, 0), v² = (4, 3), v³ = (3, −4) of the student (0, 1), (1, 0), (0.8, 0.6), (0.6, −0.8).
 */
const teacher = [1, 0, 3, 4, 0, 2, -2, 0];
const student = [0, 5, 1, 0, 4, 3, 3, -4];
const one = (values: readonly number[], nodes: number): Tensor => tensor([...values], [1, nodes, values.length / nodes]);

/** What must hold of DCGD's losses (methods.md 3.5, "Tests"), as functions of an implementation: the package's own passes all of them, each wrong variant fails at one or more. */
export const checks: Readonly<Record<string, (distance: Distance) => void>> = {
  "by hand, squares": (distance) => {
    const at = (of: "intra" | "inter"): number => number(distance, asked(of, losses[0]), one(student, 4), one(teacher, 4));
    // the star: (0.6, 0, −1) against (0, 0.6, −0.8)
    expect(at("intra")).toBeCloseTo((0.6 ** 2 + 0.6 ** 2 + 0.2 ** 2) / 3, 6);
    // views 1–2, 1–3, 2–3: (0.8, −0.6, 0) against (0.8, 0.6, 0)
    expect(at("inter")).toBeCloseTo(1.2 ** 2 / 3, 6);
  },

  /** e_T = (0.6, 0) and e_S = (0, 0.6) of the first three, τ = 0.6 / ln 3: (3/4, 1/4) against (1/4, 3/4), apart by ½ ln 3. */
  "by hand, the divergence of a star": (distance) => {
    const how = asked("intra", { loss: "kl", temperature: 0.6 / Math.log(3) });
    expect(number(distance, how, one(student.slice(0, 6), 3), one(teacher.slice(0, 6), 3))).toBeCloseTo(0.18 / Math.log(3), 6);
  },

  /**
   * Views of the teacher a, a, b with a ⟂ b: rows of edges (1, 0), (1, 0), (0, 0); of the student a, b, a: (0, 1), (0, 0), (1, 0). τ = 1 / ln 3 makes (3/4, 1/4) of (1, 0).
   * The pictures themselves, all (1, 1), are no nodes.
   */
  "by hand, the divergence of rows": (distance) => {
    const how = asked("inter", { loss: "kl", temperature: 1 / Math.log(3) });
    const found = number(distance, how, one([1, 1, 2, 0, 0, 3, 5, 0], 4), one([1, 1, 2, 0, 7, 0, 0, 3], 4));
    const rows = [0.5 * Math.log(3), 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 0.5 * Math.log(2 / 3) + 0.5 * Math.log(2)];
    expect(found).toBeCloseTo((rows[0]! + rows[1]! + rows[2]!) / 3 / Math.log(3) ** 2, 6);
    // of a, a, a: (1/2, 1/2) three times; the other way round it would be 3/4 ln 3/2 + 1/4 ln 1/2 twice
    const alike = number(distance, how, one([1, 1, 2, 0, 0, 3, 5, 0], 4), one([1, 1, 2, 0, 7, 0, 3, 0], 4));
    expect(alike).toBeCloseTo(Math.log(4 / 3) / 3 / Math.log(3) ** 2, 6);
  },

  /** The same vectors as those of three pictures, each with one view that is all (1, 1): pairs (1, 0, 0) against (0, 1, 0). */
  "by hand, pictures of a batch": (distance) => {
    const pictures = (...v: readonly (readonly [number, number])[]): Tensor =>
      tensor(
        v.map((first) => [first, [1, 1]]),
        [v.length, 2, 2],
      );
    const [own, target] = [pictures([2, 0], [0, 3], [5, 0]), pictures([2, 0], [7, 0], [0, 3])];
    expect(number(distance, asked("batch", losses[0]), own, target)).toBeCloseTo(2 / 3, 6);
    // two pictures have one edge, one has none
    const first = (x: Tensor, n: number): Tensor => slice(x, [0, 0, 0], [n, -1, -1]);
    expect(number(distance, asked("batch", losses[0]), first(own, 2), first(target, 2))).toBeCloseTo(1, 6);
    expect(number(distance, asked("batch", losses[0]), first(own, 1), first(target, 1))).toBe(0);
    expect(number(distance, { of: "inter", options: { loss: "kl", nodes: "batch", intra: 0 } }, first(own, 1), first(target, 1))).toBe(0);
  },

  "by hand, centred": (distance) => {
    const centre = { teacher: [10, -20], student: [-3, 7] };
    const moved = (v: readonly number[], by: readonly number[]): Tensor => one(v.map((x, i) => x + by[i % 2]!), 4); // prettier-ignore
    const how: Asked = { of: "intra", options: { centre: "sourceMean" }, centre };
    expect(number(distance, how, moved(student, centre.student), moved(teacher, centre.teacher))).toBeCloseTo(0.76 / 3, 5);
  },

  "values and gradients are PyTorch's": (distance) => {
    const { cases } = readFixture(new URL("../fixtures/graphs.json", import.meta.url), (data, shape) => tensor(data, shape)) as {
      readonly cases: readonly Case[];
    };
    expect(cases.length).toBe(36);
    for (const { loss, temperature, centred, dead, centre, found, ...vectors } of cases)
      for (const graph of graphs) {
        const expected = found[graph];
        if (!expected) continue;
        const { of, options } = asked(graph, loss === "kl" ? { loss, temperature: temperature! } : losses[0]);
        const how: Asked = {
          of,
          options: { ...options, centre: centred ? "sourceMean" : "none" },
          centre: { teacher: centre.teacher.dataSync(), student: centre.student.dataSync() },
        };
        const what = `${graph} by ${loss} at τ ${temperature}, ${centred ? "centred" : "as they are"}${dead ? ", one dead" : ""}, ${vectors.student.shape.join(" × ")}`;
        expectClose(value(distance, how, vectors.student, vectors.teacher), [expected.loss], { what });
        expectClose([...slope(distance, how, vectors.student, vectors.teacher).dataSync()], expected.gradient, {
          what: `gradient of ${what}`,
        });
      }
  },

  "P1: equal vectors cost nothing and pull nowhere": (distance) =>
    everywhere((how) => {
      expect(number(distance, how, drawn(1), drawn(1))).toBe(0);
      expect(Math.max(...slope(distance, how, drawn(1), drawn(1)).dataSync().map(Math.abs))).toBeLessThan(1e-8);
      expect(Math.max(...slope(distance, how, drawn(1), drawn(2)).dataSync().map(Math.abs))).toBeGreaterThan(1e-4);
    }),

  "P3m: the batch twice, the same mean, but where pictures are nodes": (distance) =>
    everywhere((how, graph) => {
      const twice = (x: Tensor): Tensor => concat([x, x]);
      const by = relative(number(distance, how, twice(drawn(1)), twice(drawn(2))), number(distance, how, drawn(1), drawn(2)));
      if (graph === "batch") expect(by).toBeGreaterThan(1e-2);
      else expect(by).toBeLessThan(1e-5);
    }),

  "P4: finite for vectors of zeros and all alike": (distance) =>
    everywhere((how) => {
      for (const [own, target] of [
        [zeros([3, 5, 7]), zeros([3, 5, 7])],
        [zeros([3, 5, 7]), drawn(1)],
        [drawn(1), zeros([3, 5, 7])],
        [fill([3, 5, 7], -2), drawn(1)],
        [mul(drawn(1), 1e-9), mul(drawn(2), 1e9)],
      ] as const) {
        const found = [...value(distance, how, own, target).dataSync(), ...slope(distance, how, own, target).dataSync()];
        expect(found.every(Number.isFinite)).toBe(true);
        expect(Math.max(...found.map(Math.abs))).toBeLessThan(100);
      }
      // two dead networks agree; against a dead one the edges count as they are
      expect(number(distance, how, zeros([3, 5, 7]), zeros([3, 5, 7]))).toBe(0);
      expect(number(distance, how, zeros([3, 5, 7]), drawn(1))).toBeGreaterThan(1e-3);
    }),

  "P6: pictures in another order": (distance) =>
    everywhere((how) => {
      const turned = (x: Tensor): Tensor => order(x, [2, 0, 1], 0);
      expect(relative(number(distance, how, turned(drawn(1)), turned(drawn(2))), number(distance, how, drawn(1), drawn(2)))).toBeLessThan(
        1e-5,
      );
    }),

  "a rotation and a positive scale of the student's vectors change nothing, a negative one of a single view does": (distance) =>
    everywhere((how) => {
      const rotation = linalg.gramSchmidt(randomNormal([7, 7], 0, 1, "float32", 9) as Tensor2D);
      const before = number(distance, how, drawn(1), drawn(2));
      const turned = matMul(drawn(1), broadcastTo(rotation as Tensor, [3, 7, 7]));
      const scales = add(abs(randomNormal([3, 5, 1], 0, 3, "float32", 4)), 0.1);
      expect(relative(number(distance, how, turned, drawn(2)), before)).toBeLessThan(1e-4);
      expect(relative(number(distance, how, mul(drawn(1), scales), drawn(2)), before)).toBeLessThan(1e-4);
      const mirrored = mul(drawn(1), tensor([-1, -1, 1, 1, 1], [1, 5, 1]));
      const flipped = how.options.nodes === "batch" ? mul(drawn(1), tensor([-1, 1, 1], [3, 1, 1])) : mirrored;
      expect(
        relative(
          number(distance, how, how.of === "intra" ? mul(drawn(1), tensor([1, -1, 1, 1, 1], [1, 5, 1])) : flipped, drawn(2)),
          before,
        ),
      ).toBeGreaterThan(1e-3);
    }),

  "views in another order in both networks change nothing, in one network they do; the picture is no view": (distance) => {
    for (const graph of ["intra", "inter"] as const)
      for (const loss of losses) {
        const how = asked(graph, loss);
        const before = number(distance, how, drawn(1), drawn(2));
        const turned = (x: Tensor): Tensor => order(x, [0, 3, 1, 4, 2], 1);
        expect(relative(number(distance, how, turned(drawn(1)), turned(drawn(2))), before)).toBeLessThan(1e-5);
        expect(relative(number(distance, how, turned(drawn(1)), drawn(2)), before)).toBeGreaterThan(1e-3);
        const exchanged = (x: Tensor): Tensor => order(x, [1, 0, 2, 3, 4], 1);
        expect(relative(number(distance, how, exchanged(drawn(1)), exchanged(drawn(2))), before)).toBeGreaterThan(1e-3);
      }
    // among views the picture's own vector counts nowhere
    const other = (x: Tensor): Tensor => concat([drawn(5, 3, 0), slice(x, [0, 1, 0], [-1, 4, -1])], 1);
    for (const loss of losses) {
      const how = asked("inter", loss);
      expect(number(distance, how, other(drawn(1)), drawn(2))).toBe(number(distance, how, drawn(1), drawn(2)));
    }
    // and among pictures no view's
    const changed = (x: Tensor): Tensor => concat([slice(x, [0, 0, 0], [-1, 1, -1]), drawn(5, 3, 3)], 1);
    for (const loss of losses) {
      const how = asked("batch", loss);
      expect(number(distance, how, changed(drawn(1)), drawn(2))).toBe(number(distance, how, drawn(1), drawn(2)));
    }
  },

  "identical views make every edge 1, and cost nothing": (distance) => {
    for (const graph of ["intra", "inter"] as const)
      for (const loss of losses) {
        const same = (seed: number): Tensor => broadcastTo(drawn(seed, 3, 0), [3, 5, 7]);
        expect(Math.abs(number(distance, asked(graph, loss), same(1), same(2)))).toBeLessThan(1e-12);
      }
  },

  "one view: a star of one edge, no graph among views": (distance) => {
    expect(number(distance, asked("inter", losses[0]), drawn(1, 3, 1), drawn(2, 3, 1))).toBe(0);
    expect(number(distance, asked("intra", losses[0]), drawn(1, 3, 1), drawn(2, 3, 1))).toBeGreaterThan(1e-3);
  },
};
