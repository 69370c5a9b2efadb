// Checked by `tsc --noEmit`: what the compiler refuses, and that it lets the rest through.
import { mean, squaredDifference, variable, zeros } from "@tensorflow/tfjs-core";
import {
  adam,
  from,
  frozen,
  given,
  learns,
  meanOver,
  offer,
  service,
  stage,
  weigh,
  type Data,
  type Gate,
  type Loss,
  type Method,
  type NetworkSpec,
  type Offered,
  type Pass,
  type Plugin,
  type Service,
  type State,
  type Step,
  type Weights,
} from "@segdistill/core";
import { graphFlow } from "./graph-flow.js";
import { alignment, type Alignment } from "./msan.js";
import { logitsKd, supervised } from "./supervised-and-kd.js";

declare const big: NetworkSpec<"encoder/4" | "encoder/2" | "decoder/4">;
declare const small: NetworkSpec<"encoder/4" | "decoder/4">;
declare const data: Data;
declare const weights: Weights;
declare const ablate: boolean;
declare function channelWise<const S extends string, const T extends string>(o: {
  readonly student: S;
  readonly teacher: T;
}): Method<"channel-wise", { student: S; teacher: T }>;
declare function attention<const P extends readonly (readonly [string, string])[]>(o: {
  readonly pairs: P;
}): Method<"attention", { student: P[number][0]; teacher: P[number][1] }>;
const rest = { data, optimiser: adam({ rate: 1e-3 }), steps: 5 };

const teacher = stage({ name: "teacher", nets: { student: learns(big) }, methods: [supervised()], ...rest });
const nets = { teacher: frozen(from(teacher, "student")), student: learns(small) };
// @ts-expect-error the stage trained nothing under this role
from(teacher, "teacher");

const distil = stage({
  name: "distil",
  nets,
  ...rest,
  methods: [
    supervised(),
    weigh(0.5, logitsKd({ temperature: 4 })),
    weigh({ describe: "ramp", value: ({ step }) => Math.min(3, step / 300) }, channelWise({ student: "decoder/4", teacher: "encoder/2" })),
    !ablate &&
      weigh(
        0.1,
        attention({
          pairs: [
            ["encoder/4", "encoder/2"],
            ["decoder/4", "decoder/4"],
          ],
        }),
      ),
  ],
});
// A stage knows the names of its methods.
export const names: "supervised" | "kd" | "channel-wise" | "attention" = distil.methods[0]!.name;
// @ts-expect-error no method of this name is in the stage
export const wrongName: "cwd" = distil.methods[0]!.name;

stage({
  name: "a",
  nets,
  ...rest,
  // @ts-expect-error the student has no tap "decoder/9"
  methods: [channelWise({ student: "decoder/9", teacher: "decoder/4" })],
});
stage({
  name: "b",
  nets,
  ...rest,
  // @ts-expect-error the student has no tap "encoder/2" (the teacher has)
  methods: [supervised(), weigh(0.1, attention({ pairs: [["encoder/2", "encoder/2"]] }))],
});
stage({
  name: "c",
  nets: { student: learns(small) },
  ...rest,
  // @ts-expect-error there is no teacher in this stage
  methods: [supervised(), logitsKd()],
});
stage({
  name: "d",
  nets,
  ...rest,
  methods: [
    // @ts-expect-error the teacher has no tap "decoder/2"
    graphFlow({
      student: { encoder: "encoder/4", decoder: "decoder/4" },
      teacher: { encoder: "encoder/4", decoder: "decoder/2" },
    }),
  ],
});
// A teacher of one's own is checked like a trained one.
stage({
  name: "e",
  nets: { teacher: given(big, weights), student: learns(small) },
  ...rest,
  methods: [channelWise({ student: "encoder/4", teacher: "encoder/2" })],
});
// @ts-expect-error the earlier result is of a network with other taps
learns(big, { earlier: from(distil, "student") });
// @ts-expect-error a network starts fresh or from the earlier one
learns(small, { start: "imagenet" });
// @ts-expect-error a stage has a budget of steps
stage({ name: "f", nets, data, optimiser: rest.optimiser, methods: [supervised()] });

// A method written by hand sees the roles and taps that it asked for, and nothing else.
export const own: Method<"own", { student: "decoder/4"; teacher: "encoder/2" }> = {
  name: "own",
  options: {},
  wants: { student: ["decoder/4"], teacher: ["encoder/2"] },
  uses: [alignment],
  build: ({ net, use, scope }) => {
    const channels: number = net.student.taps["decoder/4"].channels;
    const aligned: Alignment = use(alignment);
    // @ts-expect-error shapes are known of the taps asked for only
    void net.student.taps["encoder/4"];
    // @ts-expect-error a method gets no function that builds or runs a network
    void net.student.build;
    const m = scope.module("adapter", (make) => ({ s: make.state("mean", [channels], "zeros") }));
    // @ts-expect-error state is not assigned, it is moved with a pass
    void m.s.assign;
    return {
      trains: [m],
      terms: [
        {
          name: "mse",
          loss: (step) => {
            // @ts-expect-error it did not ask for this tap
            step.net.student.tap("encoder/4");
            // @ts-expect-error it did not ask for this role
            void step.net.assistant;
            // @ts-expect-error the index is a tensor: a number would be baked into the trace
            if (step.index > 3) return meanOver(step.images);
            // @ts-expect-error the step is read only
            step.labels = step.images;
            // @ts-expect-error a pass is handed out for modules; labels are not one
            step.pass(step.labels);
            void aligned;
            return meanOver(squaredDifference(step.net.student.tap("decoder/4"), step.net.teacher.tap("encoder/2")));
          },
        },
      ],
    };
  },
};
stage({ name: "g", nets, ...rest, methods: [own] });

export const scalar: Method<"scalar", { student: never }> = {
  name: "scalar",
  options: {},
  wants: {},
  // @ts-expect-error a term gives sums per image, not a scalar that is already a mean
  build: () => ({ terms: [{ name: "t", loss: (step) => mean(step.net.student.logits) }] }),
};
export const baked: Method<"baked", {}> = {
  name: "baked",
  options: {},
  wants: {},
  // @ts-expect-error a schedule gives a number, which is fed; it does not see the step
  build: () => ({ terms: [{ name: "t", weight: (step: Step<{}>) => step.index, loss: (step) => meanOver(step.images) }] }),
};
// @ts-expect-error options are plain data, since they are hashed
export const options: Method<"options", {}> = { name: "options", options: { by: () => 1 }, wants: {} };
// @ts-expect-error a method says what it wants, if nothing
export const silent: Method<"silent", {}> = { name: "silent", options: {} };
// @ts-expect-error no undefined: a term without count leaves the field out
export const missing: Loss = { sum: zeros([1]), count: undefined };
// @ts-expect-error a gate that fails stops or warns; it cannot be told to do nothing
export const gate: Gate<Step<{}>> = { name: "g", measure: ({ images }) => meanOver(images), accept: () => true, otherwise: "ignore" };

const threshold: Service<number> = service<number>("threshold");
offer(threshold, 1);
// @ts-expect-error the service carries a number
offer(threshold, "1");
// @ts-expect-error what a service carries is known to its user
export const read = (use: <T>(token: Service<T>) => T): string => use(threshold);
// @ts-expect-error a collected mean goes into a state, not into a variable of the optimiser
export const into: State = variable(zeros([1]));
// @ts-expect-error statistics move or are still
export const pass: Pick<Pass, "statistics"> = { statistics: "maybe" };

// What packages offer is checked where it is written.
declare const offered: Offered<Method<"own", { student: "decoder/4"; teacher: "encoder/2" }>>;
export const plugin = { contract: 1, methods: { own: offered } } satisfies Plugin;
// @ts-expect-error this core knows contract 1 only
export const other = { contract: 2, methods: { own: offered } } satisfies Plugin;
