import type { Offered } from "@segdistill/core/contract";
import type { z } from "zod";
import { check, type Place } from "../config/check.js";
import { dotted, shown } from "../config/shown.js";
import { isUserError, wrongValue } from "../errors.js";

/**
 * The options of a method, network or data set as its own package resolves them. zod schemas get messages with the nearest key; of another
 * schema the message is shown as it is. Throws config/… errors.
 */
export const optionsOf = <Options, Made>(offered: Offered<Options, Made>, written: object, place: Place): Options => {
  const schema: unknown = offered.options;
  if (isZod(schema)) return check(schema, written, place) as Options;
  try {
    return offered.options.parse(written);
  } catch (e) {
    if (isUserError(e)) throw e;
    throw wrongValue(place.at(place.path), dotted(place.path), e instanceof Error ? e.message : String(e), shown(written));
  }
};

const isZod = (schema: unknown): schema is z.ZodType =>
  typeof schema === "object" && schema !== null && "safeParse" in schema && "def" in schema;
