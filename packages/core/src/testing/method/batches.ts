import type { Item } from "../batches.js";
import type { Holds } from "./describe-method.js";
import * as say from "./errors.js";
import { floorOf, gradientOf } from "./numbers.js";
import { apartAt, compareRuns, differAt } from "./running.js";
import { tryOut, type Seen, type Share } from "./trial.js";

const items = (...ids: readonly string[]): readonly Item[] => ids.map((id) => ({ id }));
const shareOf = ({ shares }: Seen, term: string): Share => shares.find((share) => share.term === term)!;

export const batches: Holds<
  | "pictures in another order give the same"
  | "a picture's share depends on no other picture"
  | "a batch twice gives the same mean or twice the sum"
  | "counts depend on no network"
  | "pictures without a label count as they should"
  | "pixels that are not valid do not count"
> = {
  "pictures in another order give the same": async (subject) => {
    const [one, other] = [await tryOut(subject, { record: true }), await tryOut(subject, { items: items("c", "a", "b"), record: true })];
    for (const { name, couples } of one.terms) {
      const [{ sum: first }, { sum: [c, a, b] }] = [shareOf(one, name), shareOf(other, name)]; // prettier-ignore
      const second = [a!, b!, c!];
      const at = couples ? null : apartAt(first, second, 1e-5);
      if (at !== null) throw say.orderMatters(subject.name, `share of a picture in term "${name}"`, first[at]!, second[at]!);
      const key = `${subject.make().name}/${name}`;
      const [before, after] = [one.values[0]![key]!, other.values[0]![key]!];
      if (apartAt([before], [after], 1e-5) !== null) throw say.orderMatters(subject.name, `value of term "${name}"`, before, after);
    }
    const [mine, theirs] = [gradientOf(one), gradientOf(other)];
    for (const [name, gradient] of mine) {
      const at = apartAt(gradient, theirs.get(name)!, 1e-4, floorOf(mine));
      if (at !== null) throw say.orderMatters(subject.name, `gradient of ${name}`, gradient[at]!, theirs.get(name)![at]!);
    }
  },

  "a picture's share depends on no other picture": async (subject) => {
    const { terms, shares } = await tryOut(subject, { batches: [items("a", "b", "c"), items("a", "d", "e")], record: true });
    for (const { name, couples } of terms) {
      if (couples) continue;
      const [first, second] = shares.filter((share) => share.term === name) as [Share, Share];
      for (const part of ["sum", "count"] as const) {
        const [a, b] = [first[part]?.[0] ?? 0, second[part]?.[0] ?? 0];
        if (apartAt([a], [b], 1e-5) !== null) throw say.undeclaredCoupling(subject.name, name, a, b);
      }
    }
  },

  "a batch twice gives the same mean or twice the sum": async (subject) => {
    const { terms, values, shares } = await tryOut(subject, { batches: [items("a", "b"), items("a", "b", "a", "b")], record: true });
    for (const { name, couples } of terms) {
      if (couples) continue;
      const key = `${subject.make().name}/${name}`;
      const [first, second] = [values[0]![key]!, values[1]![key]!];
      const mean = shares.find((share) => share.term === name)!.count !== null;
      if (apartAt([mean ? first : 2 * first], [second], 1e-5) === null) continue;
      throw (mean ? say.repeatedMean : say.repeatedSum)(subject.name, name, first, second);
    }
  },

  "counts depend on no network": async (subject) => {
    const one = await tryOut(subject, { record: true });
    for (const seed of [2, 3]) {
      const other = await tryOut(subject, { record: true, seed });
      for (const { name } of one.terms) {
        const [first, second] = [shareOf(one, name).count ?? [], shareOf(other, name).count ?? []];
        const at = differAt(first, second);
        if (at !== null) throw say.countMoves(subject.name, name, first[at]!, second[at]!);
      }
    }
  },

  "pictures without a label count as they should": async (subject) => {
    const without: Item = { id: "b", labelled: false };
    const [a, b, c] = items("a", "b", "c") as [Item, Item, Item];
    const some = await tryOut(subject, { items: [a, without, c] });
    const scrambled = await tryOut(subject, { items: [a, { ...without, unknown: "other" }, c] });
    compareRuns(some, scrambled, 0, (what, x, y) => say.labelsLeak(subject.name, "of a picture that is not labelled", what, x, y));
    const other = { drawn: "other" };
    const { values } = await tryOut(subject, { batches: [[a, without, c], [a, b, c], [a, c], [{ ...a, ...other }, b, { ...c, ...other }]] }); // prettier-ignore
    for (const { name, couples } of some.terms) {
      if (couples || subject.options.mixed?.includes(name) === true) continue;
      const [found, whole, less, drawn] = values.map((step) => step[`${subject.make().name}/${name}`]!) as [number, number, number, number];
      const needed = differAt([whole], [drawn]) !== null;
      const expected = needed ? less : whole;
      if (apartAt([expected], [found], 1e-5) === null) continue;
      throw (needed ? say.unlabelledCount : say.unlabelledLeftOut)(subject.name, name, expected, found);
    }
  },

  "pixels that are not valid do not count": async (subject) => {
    const [one, other] = [
      await tryOut(subject),
      await tryOut(subject, { items: items("a", "b", "c").map((item) => ({ ...item, unknown: "other" })) }),
    ];
    compareRuns(one, other, 0, (what, x, y) => say.labelsLeak(subject.name, "of pixels that are not valid", what, x, y));
  },
};
