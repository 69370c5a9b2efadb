import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import type { CheckedMethod, Method, Plan, Service, Site, Stage, Wants } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { offer, service } from "../services.js";
import { from, frozen, given, learns } from "../stages.js";
import { memoryStore } from "../store.js";
import { cases, fit, fitting, line, thrownBy } from "../testing/small.js";
import { together } from "../together.js";
import { train } from "../train.js";

await startEngine();

/** A method that does nothing but what a test needs. */
const method = (name: string, more: Partial<Method<string, Wants>> = {}): CheckedMethod => ({ name, options: {}, wants: {}, ...more });
const user = (code: string, message: string) => ({ code: `core/${code}`, exit: 2, left: 0, message });
const author = (code: string, message: string) => ({ ...user(code, message), exit: 1 });
const height = service<number>("height");
const depth = service<number>("depth");
const provides = (token: Service<number>, more: Partial<Method<string, Wants>> = {}): CheckedMethod =>
  method(`gives-${token.name}`, { provides: [token], build: () => ({ provides: [offer(token, 3)] }), ...more });

test("two methods of one name are refused, in a stage and together", async () => {
  const message = (where: string) =>
    `"${where}" has two methods called "fit". Terms are recorded and shared by name: put one of them into together("another-name", …).`;
  expect(await thrownBy([fitting({ methods: [fit(), fit({ other: true })] })])).toEqual(user("same-method-name", message("fitting")));
  expect(() => together("both", fit(), fit({ other: true }))).toThrow(message("both"));
});

describe("networks", () => {
  test("a tap that a network has not", async () => {
    const wants = method("own", { wants: { student: ["map", "decoder/9"] } });
    expect(await thrownBy([fitting({ methods: [fit(), wants] })])).toEqual(
      user("no-tap", '[own] stage "fitting": student has no tap "decoder/9". It has map.'),
    );
  });
  test("a role that a stage has not", async () => {
    expect(await thrownBy([fitting({ methods: [fit(), method("own", { wants: { teacher: [] } })] })])).toEqual(
      user("no-role", '[own] stage "fitting" has no teacher. Its networks: student.'),
    );
  });
  test.each([
    [{ inputChannels: 3 }, 'stage "fitting": student takes 3 channels, the data give 1. Build the network with inputChannels: 1.'],
    [{ classes: 5 }, 'stage "fitting": student takes 5 classes, the data give 2. Build the network with classes: 2.'],
    [{ multiple: 2 }, 'stage "fitting": student takes sizes that are multiples of 2, the data give 2×3. Take patches of such a size.'],
  ])("pictures that a network does not take: %o", async (more, message) => {
    expect(await thrownBy([fitting({ nets: { student: learns(line("line", { more })) } })])).toEqual(user("wrong-input", message));
  });
  test("no earlier result to start from, and none that a method asks for", async () => {
    const error = user(
      "no-earlier",
      'stage "fitting": line has no earlier result. Write learns(spec, { earlier: from(baseline, "student") }).',
    );
    expect(await thrownBy([fitting({ nets: { student: learns(line(), { start: "earlier" }) } })])).toEqual(error);
    const asks = method("asks", { stages: (plan) => [plan.trained["student"]!.stage] });
    expect(await thrownBy([fitting({ methods: [fit(), asks] })])).toEqual(error);
  });
  test("weights that do not fit: missing, surplus and other shapes, all told at once", async () => {
    const value = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    const weights = (all: Record<string, ReturnType<typeof value>>) => ({ fingerprint: "f", read: () => new Map(Object.entries(all)) });
    const goal = (all: Record<string, ReturnType<typeof value>>): Stage[] => [
      fitting({ nets: { teacher: given(line("big"), weights(all)), student: learns(line()) } }),
    ];
    expect(await thrownBy(goal({ w: value(3, 2), b: value(2), "fc.bias": value(1) }))).toEqual(
      user(
        "weights",
        "[fitting/teacher] the given weights do not fit. Missing: seen. Not in the network: fc.bias." +
          " Other shapes: w is 3×2, expected 1×2. Give a name map, or the options that the network was trained with.",
      ),
    );
    const surplus = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`x${i}`, value(1)]));
    expect(await thrownBy(goal({ w: value(1, 2), b: value(2), seen: value(), ...surplus }))).toEqual(
      user(
        "weights",
        "[fitting/teacher] the given weights do not fit. Missing: none. Not in the network: x0, x1, x2, x3, x4 and 2 more." +
          " Other shapes: none. Give a name map, or the options that the network was trained with.",
      ),
    );
  });
});

describe("services", () => {
  test("that nobody provides", async () => {
    const uses = method("own", { uses: [depth] });
    expect(await thrownBy([fitting({ methods: [fit(), uses, provides(height)] })])).toEqual(
      user(
        "no-provider",
        '[own] stage "fitting" needs service "depth", which nobody provides. Add a method that does (provided here: height).',
      ),
    );
    expect(await thrownBy([fitting({ methods: [fit(), uses] })])).toEqual(
      user(
        "no-provider",
        '[own] stage "fitting" needs service "depth", which nobody provides. Add a method that does (provided here: none).',
      ),
    );
  });
  test("of another version", async () => {
    const uses = (version: number) => method("own", { uses: [service("height", version)] });
    expect(await thrownBy([fitting({ methods: [fit(), uses(2), provides(height)] })])).toEqual(
      user(
        "service-version",
        '[own] stage "fitting" needs version 2 of service "height", gives-height provides version 1. Install a newer gives-height, or an older own.',
      ),
    );
    const later = { ...provides(height), provides: [service("height", 3)] };
    expect(await thrownBy([fitting({ methods: [fit(), uses(2), later] })])).toMatchObject({
      message:
        '[own] stage "fitting" needs version 2 of service "height", gives-height provides version 3. Install a newer own, or an older gives-height.',
    });
  });
  test("that two provide", async () => {
    const other = fitting({ name: "other", methods: [fit(), provides(height)] });
    expect(await thrownBy([fitting({ methods: [fit(), provides(height)] }), other])).toEqual(
      user("two-providers", 'service "height" is provided by stages "fitting" and "other". Leave one of them out.'),
    );
  });
  test("that a method uses without saying so", async () => {
    const build = ({ use }: Site<Wants>) => (use(height), {});
    expect(await thrownBy([fitting({ methods: [fit(), provides(height), method("own", { build })] })])).toEqual(
      author("undeclared-use", '[own] uses service "height" without declaring it. Add it to uses.'),
    );
  });
  test("in a circle", async () => {
    const one = fitting({ name: "one", methods: [fit(), provides(height), method("a", { uses: [depth] })] });
    const two = fitting({ name: "two", methods: [fit(), provides(depth), method("b", { uses: [height] })] });
    expect(await thrownBy([one, two])).toEqual(
      user("circle", "stages wait for each other: one → two → one. Take one service out of the circle."),
    );
  });
  test("make order: the provider's stage comes first, whatever the order of the goals, and its value arrives", async () => {
    const got: number[] = [];
    const uses = method("own", { uses: [height], build: ({ use }: Site<Wants>) => (got.push(use(height)), {}) });
    const store = memoryStore();
    const goals = [fitting({ name: "late", methods: [fit(), uses] }), fitting({ name: "early", methods: [fit(), provides(height)] })];
    (await train(goals, { seed: 1, store, eager: true })).dispose();
    expect(got).toEqual([3]);
    expect(store.events.filter(({ event }) => event.event === "started").map(({ stage }) => stage)).toEqual(["early", "late"]);
  });
});

describe("stages", () => {
  test.each([true, false])(
    "that methods ask for may be measured on the validation data of the one that asks (it has some: %s)",
    async (has) => {
      const seen: unknown[] = [];
      const asks = method("asks", { stages: (plan: Plan<Wants>) => (seen.push("held" in plan, plan.held), []) });
      const held = cases();
      (await train([fitting({ methods: [fit(), asks], ...(has && { held }) })], { seed: 1, eager: true })).dispose();
      expect(seen.slice(0, 2)).toEqual([has, has ? held : undefined]);
    },
  );
  test("two different ones of one name", async () => {
    expect(await thrownBy([fitting(), fitting({ steps: 6 })])).toEqual(
      user("same-stage-name", 'two different stages are called "fitting". Names are stable keys of checkpoints: rename one.'),
    );
  });
  test("equal ones are merged and trained once", async () => {
    const teacher = (): Stage => fitting({ name: "teacher" });
    const under = (name: string): Stage =>
      fitting({ name, nets: { teacher: frozen(from(teacher(), "student" as never)), student: learns(line()) } });
    const store = memoryStore();
    const trained = await train([under("one"), under("two")], { seed: 1, store, eager: true });
    expect(trained.stages.map(({ stage }) => stage)).toEqual(["teacher", "one", "two"]);
    expect(store.steps.filter(({ stage }) => stage === "teacher").map(({ record }) => record.step)).toEqual([0, 1, 2, 3, 4]);
    trained.dispose();
  });
  test("that a method asks for are trained first", async () => {
    const asks = method("asks", { stages: ({ data }: Plan<Wants>) => [fitting({ name: "extra", data })] });
    const trained = await train([fitting({ methods: [fit(), asks] })], { seed: 1, eager: true });
    expect(trained.stages.map(({ stage }) => stage)).toEqual(["extra", "fitting"]);
    trained.dispose();
  });
  test("without a term that weighs anything", async () => {
    const message = 'stage "fitting" has no term with a weight, so there is nothing to minimise. Its methods: ';
    expect(await thrownBy([fitting({ methods: [] })])).toEqual(user("no-term", `${message}none.`));
    const off = method("off", { build: () => ({ terms: [{ name: "t", weight: 0, loss: ({ images }) => meanOver(images) }] }) });
    expect(await thrownBy([fitting({ methods: [off, method("empty")] })])).toEqual(user("no-term", `${message}off, empty.`));
  });
  test("without anything that learns", async () => {
    const teacher = fitting({ name: "teacher" });
    expect(await thrownBy([fitting({ nets: { student: frozen(from(teacher, "student" as never)) } })])).toEqual(
      user("nothing-trained", 'stage "fitting" trains nothing. Give it a network with learns(spec), or a method that returns trains.'),
    );
  });
  test("whose images are coupled, in several processes", async () => {
    const couples = method("own", {
      build: () => ({ terms: [{ name: "pairs", couples: "images", loss: ({ images }) => meanOver(images) }] }),
    });
    expect(await thrownBy([fitting({ methods: [fit(), couples] })], { reduce: (local) => local })).toEqual(
      user(
        "couples",
        "[own/pairs] couples the images of a batch, so its value depends on how a batch is cut. Run it in one process, and without accumulate.",
      ),
    );
  });
  test("whose methods make two modules of one name; a method that throws leaves no module behind", async () => {
    const build = ({ scope }: Site<Wants>) => {
      scope.module("m", (make) => ({ w: make.variable("w", [1], "zeros") }));
      scope.module("m", (make) => ({ w: make.variable("w", [1], "zeros") }));
      return {};
    };
    expect(await thrownBy([fitting({ methods: [fit(), method("own", { build })] })])).toEqual(
      author("module-exists", 'module "fitting/own/m" exists. Names are stable keys of checkpoints: give the second one another name.'),
    );
    const breaks = ({ scope }: Site<Wants>) => {
      scope.module("m", (make) => {
        make.variable("w", [1], "zeros");
        throw new Error("mine");
      });
      return {};
    };
    expect(await thrownBy([fitting({ methods: [fit(), method("own", { build: breaks })] })])).toMatchObject({ message: "mine", left: 0 });
  });
});
