import type { Json, Offered } from "@segdistill/core/contract";
import type { z } from "zod";
import { check, type Place } from "../config/check.js";
import { dotted, shown } from "../config/shown.js";
import { isUserError } from "../errors.js";
import { wrongValue } from "../config/errors.js";

/** What was made from an entry of a configuration, and its options with every default filled in. */
export interface Made<T> {
  readonly made: T;
  readonly options: Readonly<Record<string, Json>>;
}

/**
 * Makes a method, network or data set from the options that a configuration writes, as its own package checks them. zod schemas get messages
 * with the nearest key; of another schema the message is shown as it is. Throws config/… errors.
 */
export const make = <T>(offered: Offered<T>, written: object, place: Place): Made<T> => {
  const options = parsed(offered, written, place);
  return { made: offered.create(options as never), options: options as Made<T>["options"] };
};

const parsed = (offered: Offered<unknown>, written: object, place: Place): unknown => {
  const schema: unknown = offered.options;
  if (isZod(schema)) return check(schema, written, place);
  try {
    return offered.options.parse(written);
  } catch (e) {
    if (isUserError(e)) throw e;
    throw wrongValue(place.at(place.path), dotted(place.path), e instanceof Error ? e.message : String(e), shown(written));
  }
};

/** Whether options are checked by a schema of zod's, of whatever copy. */
export const isZod = (schema: unknown): schema is z.ZodType =>
  typeof schema === "object" && schema !== null && "safeParse" in schema && "def" in schema;
