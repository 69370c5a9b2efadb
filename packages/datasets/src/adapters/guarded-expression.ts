import { createContext, Script } from "node:vm";
import { regexSlow } from "./errors.js";

const mostMs = 2000;

/** A regular expression as far as adapters use one. */
export interface Expression {
  readonly exec: (text: string) => RegExpExecArray | null;
}

/** At most three repetitions, none of a group: the work is bounded by the third power of a name's length. */
const isHarmless = (source: string): boolean => !/\)[*+{]/.test(source) && (source.match(/[*+{]/g) ?? []).length <= 3;

/**
 * A regular expression from a configuration, which may be written so that one name keeps it busy for years. Most cannot, and are used as they are; the others
 * have two seconds a name. [ours]
 *
 * @throws SyntaxError where it is no expression; using it: regex-slow
 */
export function guardedExpression(source: string, flags: string): Expression {
  const expression = new RegExp(source, flags);
  if (isHarmless(source)) return expression;
  const sandbox = createContext({ expression, text: "" });
  const script = new Script("expression.exec(text)");
  return {
    exec: (text) => {
      sandbox["text"] = text;
      try {
        return script.runInContext(sandbox, { timeout: mostMs }) as RegExpExecArray | null;
      } catch (error) {
        const isSlow = (error as { readonly code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
        throw isSlow ? regexSlow(source.length > 200 ? `${source.slice(0, 200)}…` : source, mostMs / 1000) : error;
      }
    },
  };
}
