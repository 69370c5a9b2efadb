import { assignValues, namedVariables, readStudent, scope, type StudentDescription, type Values } from "@segdistill/core";
import type { Module, Network, NetworkSpec } from "@segdistill/core/contract";
import { prepareSchema } from "@segdistill/datasets/prepare";
import { dispose } from "@tensorflow/tfjs-core";
import { check } from "../config/check.js";
import { fewerWeights } from "./errors.js";
import { find } from "../resolve/offers.js";
import { make } from "../resolve/options.js";

/** A student as it lies in its folder; `build` makes its network once the engine is started. */
export interface OpenedStudent {
  readonly student: StudentDescription;
  readonly spec: NetworkSpec<string>;
  readonly build: () => { readonly network: Network<string>; readonly dispose: () => void };
}

/** Opens a student's folder with the package that its network is from. Throws as `readStudent` does, and resolve/… where that package is missing. */
export const openStudent = async (folder: string): Promise<OpenedStudent> => {
  const { student, tensors } = await readStudent(folder);
  const file = `${folder}/student.json`;
  check(prepareSchema, student.prepare, { at: () => file, path: ["prepare"] });
  const { use, options } = student.network;
  const found = await find("networks", use, process.cwd(), file);
  const place = { at: () => file, path: ["network", "options"] };
  const frame = { inputChannels: student.inputChannels, classes: student.classes.length };
  const spec: NetworkSpec<string> & { readonly parameters?: number } = make(found.offered, options as object, place).made(frame);
  // Before the network is built: a description may ask for one that no memory holds.
  const values = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  if (spec.parameters !== undefined && values < spec.parameters) throw fewerWeights(file, spec.name, spec.parameters, values);
  return {
    student,
    spec,
    build: () => {
      const made = new Map<string, Module>();
      const network = spec.build(scope("student", spec.name, null, made));
      const variables = namedVariables([network]);
      const values = new Map(
        [...tensors].map(([name, { shape, data }]): [string, Values] => [
          `${network.name}/${name}`,
          { shape, data: Float32Array.from(data) },
        ]),
      );
      assignValues(file, variables, values);
      return { network, dispose: () => dispose([...variables.values()]) };
    },
  };
};
