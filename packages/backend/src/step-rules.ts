import { engine as tfjs } from "@tensorflow/tfjs-core";
import { randomInside } from "./errors.js";
import { userLine } from "./user-line.js";

/** tfjs's operators that draw numbers: in a compiled step they would be constants, or follow no seed that a resumed run knows. */
const draws = new Set(
  "rand randomUniform randomUniformInt randomNormal randomStandardNormal randomGamma truncatedNormal multinomial dropout".split(" "),
);

/** Runs `f` with `Math.random` and the random numbers of tfjs refused. Off again when it returns: `f` is synchronous. */
export function withoutChance<T>(f: () => T): T {
  const engine = tfjs() as unknown as { startScope: (name?: string) => void };
  const { random } = Math;
  const { startScope } = engine;
  const own = Object.hasOwn(engine, "startScope");
  Math.random = () => {
    throw randomInside("Math.random", userLine());
  };
  // every operator of tfjs opens a scope with its name
  engine.startScope = (name) => {
    const operator = name?.replace(/__op$/, "") ?? "";
    if (draws.has(operator)) throw randomInside(`tf.${operator}`, userLine());
    startScope.call(engine, name);
  };
  try {
    return f();
  } finally {
    Math.random = random;
    if (own) engine.startScope = startScope;
    else Reflect.deleteProperty(engine, "startScope");
  }
}
