import { dirname, resolve } from "node:path";
import type { Json, NetworkSpec } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import type { Source } from "../config/read.js";
import { patchMultiple } from "./errors.js";
import { refuseOutside } from "./own-weights.js";
import { detectRoots } from "./detect-roots.js";
import { openData, type Looking, type Opened, type Sets } from "./open-data.js";
import { methodsOf, networkOf } from "./parts.js";
import { refuseUnused, rootsOf } from "./roots.js";

/** A configuration with everything that it names found, opened and checked: nothing is trained or written yet. */
export interface ResolvedRun {
  /** Folder of the configuration file: paths in it are taken from there. */
  readonly folder: string;
  readonly config: Resolved;
  /** Where a key stands, for messages. */
  readonly at: (path: readonly string[]) => string;
  readonly data: Opened;
  readonly teacher: NetworkSpec<string>;
  readonly student: NetworkSpec<string>;
  readonly studentUse: string;
  readonly methods: Awaited<ReturnType<typeof methodsOf>>;
}

/** What is left out in nearly every run. */
export interface ResolveOptions {
  /** Where the configuration lay: paths in it are taken from there; the folder of its file if left out. */
  readonly folder?: string;
  /** Data sets that other entries of a sweep use, so that `--data` may name them too. */
  readonly beside?: readonly string[];
  /** Data sets that other entries have opened already, for the same `--data`. */
  readonly sets?: Sets;
}

/** The names of the data sets that a configuration uses. */
export const dataSetsOf = ({ data }: Pick<Resolved, "data">): readonly string[] =>
  [data.train, data.unlabelled, data.validation, ...Object.values(data.test)].flatMap((entry) => (entry ? [entry.use] : []));

/** Opens all that a checked configuration names, with data where `--data` and SEGDISTILL_DATA say. Throws resolve/…, config/…, run/… and the data sets' own errors. */
export const resolveRun = async (
  source: Source,
  written: Resolved,
  data: readonly string[],
  { folder = dirname(resolve(source.file)), beside = [], sets }: ResolveOptions = {},
): Promise<ResolvedRun> => {
  const roots = rootsOf(data);
  refuseUnused(roots, [...dataSetsOf(written), ...beside]);
  const detected = await detectRoots(process.env["SEGDISTILL_DATA"]);
  refuseOutside(source, written.teacher.weights, folder);
  const looking: Looking = { at: source.at, folder: process.cwd(), roots, detected: (name) => detected.get(name) };
  const opened = await openData(written, looking, sets);
  const frame = { inputChannels: 1, classes: opened.train.set.classes.length }; // a prepared picture has one channel
  const teacher = await networkOf("teacher", written.teacher, frame, looking);
  const student = await networkOf("student", written.student, frame, looking);
  const methods = await methodsOf(written, looking);
  const patch = [written.sample.patch].flat();
  for (const { spec } of [teacher, student])
    if (patch.some((side) => side % spec.multiple !== 0))
      throw patchMultiple(source.at(["sample", "patch"]), patch, spec.name, spec.multiple);
  const config: Resolved = {
    ...written,
    data: {
      train: opened.train.entry,
      ...(written.data.labelled && { labelled: written.data.labelled }),
      ...(opened.unlabelled && written.data.unlabelled && { unlabelled: opened.unlabelled.entry }),
      ...(opened.validation && { validation: opened.validation.entry }),
      test: Object.fromEntries(
        Object.entries(opened.test).map(([domain, part]) => [domain, part.entry as Resolved["data"]["test"][string]]),
      ),
    },
    teacher: teacher.entry as Resolved["teacher"],
    student: student.entry as Resolved["student"],
    distil: { ...written.distil, methods: methods.entries },
  };
  return {
    folder,
    config,
    at: source.at,
    data: opened,
    teacher: teacher.spec,
    student: student.spec,
    studentUse: written.student.use,
    methods,
  };
};

/** Case ids by part, as split.json has them: `{ train, validation, "test/stare" }`. */
export const splitOf = ({ train, unlabelled, validation, test }: Opened): Json => {
  const ids = ({ cases }: { readonly cases: readonly { readonly id: string }[] }): readonly string[] => cases.map(({ id }) => id);
  return {
    train: ids(train),
    ...(unlabelled && { unlabelled: ids(unlabelled) }),
    ...(validation && { validation: ids(validation) }),
    ...Object.fromEntries(Object.entries(test).map(([domain, part]) => [`test/${domain}`, ids(part)])),
  };
};
