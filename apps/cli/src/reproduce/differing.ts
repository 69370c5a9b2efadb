import type { Environment, Results } from "@segdistill/core";
import { changed, machineChanges } from "../run/not-bit-exact.js";

/**
 * What of two runs' environments, data and configuration is not the same, old → new; the first lines are those that most likely made the numbers differ.
 * Code is told by version and hash of the built files. Empty where everything recorded is the same. Source: our choice.
 */
export const differing = (there: Results, here: Results): readonly string[] => {
  const [a, b] = [there.environment, here.environment];
  const fingerprint = ({ data }: Results, domain: string): string =>
    (Object.hasOwn(data, domain) ? data[domain]!.fingerprint : "none").slice(0, 12);
  return [
    ...changed("configuration", there.config.slice(0, 12), here.config.slice(0, 12)),
    ...Object.keys({ ...there.data, ...here.data }).flatMap((domain) =>
      changed(`data ${domain}`, fingerprint(there, domain), fingerprint(here, domain)),
    ),
    ...machineChanges(a, b),
    ...changed("precision", a.precision.chosen, b.precision.chosen),
    ...entries("", a.packages, b.packages),
    ...entries("variable ", a.variables, b.variables),
    ...changed("Node", a.node, b.node),
    ...changed("system", system(a), system(b)),
    ...changed("lock file", (a.lockFile ?? "none").slice(0, 12), (b.lockFile ?? "none").slice(0, 12)),
    ...changed("git commit", (a.gitCommit ?? "none").slice(0, 12), (b.gitCommit ?? "none").slice(0, 12)),
    ...(a.notBitExact ?? []).map((note) => `the run itself went on after a change: ${note}`),
    ...(b.notBitExact ?? []).map((note) => `its repetition went on after a change: ${note}`),
  ];
};

const system = ({ os }: Environment): string => `${os.platform} ${os.release} ${os.arch}`;

type Texts = Readonly<Record<string, string>>;
const entries = (what: string, a: Texts, b: Texts): readonly string[] =>
  Object.keys({ ...a, ...b }).flatMap((name) => {
    const of = (record: Texts): string => (Object.hasOwn(record, name) ? record[name]! : "none");
    return changed(`${what}${name}`, of(a), of(b));
  });
