import { isDeepStrictEqual } from "node:util";
import type { Holds } from "./describe-method.js";
import * as say from "./errors.js";
import { wantsOf, type MethodSubject } from "./subject.js";
import { tryOut } from "./trial.js";

export const wiring: Holds<
  "names are unique, stable and fit for files" | "options are plain data and decide the key" | "only what is wanted is read"
> = {
  "names are unique, stable and fit for files": async (subject) => {
    const names = async (fresh: boolean): Promise<readonly string[]> => {
      const { terms, adversaries, gates } = await tryOut(subject, { fresh });
      return [subject.make().name, ...terms.map(({ name }) => name), ...adversaries, ...gates];
    };
    const [first, second] = [await names(false), await names(true)];
    const unfit = first.find((name) => !/^[a-z0-9]+([-/][a-z0-9]+)*$/.test(name));
    if (unfit !== undefined) throw say.nameUnfit(subject.name, unfit);
    const double = first.slice(1).find((name, i) => first.slice(1).indexOf(name) !== i);
    if (double !== undefined) throw say.nameTwice(subject.name, double);
    if (!isDeepStrictEqual(first, second)) throw say.namesVary(subject.name, first.join(", "), second.join(", "));
  },

  "options are plain data and decide the key": async (subject) => {
    const { options } = subject.make();
    const text = written(options);
    if (text === null) throw say.optionsNotPlain(subject.name, shown(options));
    const again = written(subject.make().options) ?? "";
    if (again !== text) throw say.keyVaries(subject.name, "options", text, again);
    const [first, second] = [await tryOut(subject), await tryOut(subject, { fresh: true })];
    if (first.key !== second.key) throw say.keyVaries(subject.name, "content key", first.key.slice(0, 12), second.key.slice(0, 12));
    const { offered } = subject.options;
    if (!offered) return;
    const made = (): string | null => {
      try {
        return written(offered.create(offered.options.parse(options) as never).options);
      } catch (error) {
        throw say.offeredRefuses(subject.name, text, (error as Error).message);
      }
    };
    const found = made();
    if (found !== text) throw say.offeredOtherwise(subject.name, text, found ?? "options that are not plain data");
  },

  "only what is wanted is read": async (subject) => {
    const wants = [...wantsOf([subject.make()])].flatMap(([role, taps]) => [role, ...taps.map((tap) => `${role}/tap/${tap}`)]);
    const { reads } = await tryOut(subject);
    const surplus = reads.filter((read) => !wants.includes(read.includes("/tap/") ? read : read.slice(0, read.indexOf("/"))));
    if (surplus.length > 0) throw say.undeclaredRead(subject.name, surplus, wants);
  },
};

/** Options as JSON; null where they would not come back as they are. */
function written(options: unknown): string | null {
  const text = JSON.stringify(options) as string | undefined;
  return text !== undefined && isDeepStrictEqual(JSON.parse(text), options) ? text : null;
}
const shown = (options: unknown): string =>
  JSON.stringify(options, (_, value: unknown) =>
    ["string", "boolean", "object"].includes(typeof value) || Number.isFinite(value) ? value : `(${typeof value} ${String(value)})`,
  );

export type { MethodSubject };
