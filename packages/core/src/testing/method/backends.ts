import { onBoth } from "../both-backends.js";
import type { Holds } from "./describe-method.js";
import * as say from "./errors.js";
import { floorOf, gradientOf } from "./numbers.js";
import { apartAt } from "./running.js";
import { tryOut, type Seen } from "./trial.js";

export const backends: Holds<"every backend agrees"> = {
  "every backend agrees": async (subject) => {
    const [one, other] = await onBoth(async (backend): Promise<Seen> => {
      try {
        return await tryOut(subject, { fresh: true });
      } catch (error) {
        throw backend === "tensorflow" ? error : say.backendFails(subject.name, (error as Error).message);
      }
    });
    for (const [name, value] of Object.entries(one.values[0] ?? {})) {
      const found = other.values[0]![name]!;
      if (apartAt([value], [found], 1e-4) !== null) throw say.backendsDiffer(subject.name, name, value, found);
    }
    // what is left of the student's variables and of those that are trained is their gradient; opponents and means have moved by theirs
    const floor = floorOf(gradientOf(one));
    for (const { module, variables } of one.modules) {
      const twin = other.modules.find((found) => found.module === module)!;
      for (const [key, { after }] of variables) {
        const theirs = twin.variables.get(key)!.after;
        const at = apartAt(after, theirs, 1e-4, floor);
        if (at !== null) throw say.backendsDiffer(subject.name, `${module}/${key}`, after[at]!, theirs[at]!);
      }
    }
  },
};
