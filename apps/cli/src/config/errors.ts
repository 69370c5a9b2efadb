import { meant, userError, type UserError } from "../errors.js";

export const configNotFound = (file: string): UserError =>
  userError(
    "config/not-found",
    `[${file}] There is no such file. Give the path of a configuration: segdistill run examples/quickstart.yaml`,
  );
export const configNotReadable = (file: string, why: string): UserError =>
  userError("config/not-readable", `[${file}] cannot be read: ${why}. Expected a YAML or JSON file.`);
export const badYaml = (at: string, problem: string): UserError =>
  userError("config/yaml", `[${at}] is not valid YAML: ${problem}. Mend this line.`);
export const duplicateKey = (at: string, key: string): UserError =>
  userError("config/duplicate-key", `[${at}] key "${key}" stands twice in one mapping. Expected once. Take one of them out.`);
export const configTooLarge = (file: string, bytes: number, most: number): UserError =>
  userError("config/too-large", `[${file}] has ${bytes} bytes. Expected a configuration, of at most ${most}. Is this the right file?`);
export const configRefused = (at: string, why: string): UserError => userError("config/refused", `[${at}] ${why}.`);
export const notAMapping = (at: string, found: string): UserError =>
  userError(
    "config/not-a-mapping",
    `[${at}] Expected a mapping of keys (name, data, teacher, …), found ${found}. See examples/quickstart.yaml for one that works.`,
  );
export const unknownKey = (at: string, path: string, key: string, known: readonly string[]): UserError =>
  userError(
    "config/unknown-key",
    `[${at}] unknown key "${key}" ${path === "" ? "at the top" : `in ${path}`}. ${meant(key, known, "Known keys")}`,
  );
export const missingKey = (at: string, path: string, expected: string): UserError =>
  userError("config/missing-key", `[${at}] ${path} is missing. Expected ${expected}. Add it.`);
export const wrongValue = (at: string, path: string, expected: string, found: string): UserError =>
  userError("config/wrong-value", `[${at}] ${path}: expected ${expected}, found ${found}.`);
export const unknownValue = (at: string, path: string, found: string, known: readonly string[]): UserError =>
  userError("config/unknown-value", `[${at}] ${path}: "${found}" is not known. ${meant(found, known, "Known values")}`);
export const badSet = (text: string, why: string): UserError =>
  userError("config/set", `[--set ${text}] ${why}. Expected a.b=value, for example --set distil.epochs=2`);

/** "a.yaml → b.yaml": who extends whom. */
const links = (files: readonly string[]): string => files.join(" → ");
export const extendsNoText = (at: string, found: string): UserError =>
  userError(
    "config/extends",
    `[${at}] extends: expected the path of one other configuration, found ${found}. For example extends: base.yaml`,
  );
export const extendsMissing = (at: string, asked: string, chain: readonly string[]): UserError =>
  userError(
    "config/extends-missing",
    `[${at}] extends "${asked}", which does not exist (${links([...chain, asked])}). Paths are taken from the folder of the file that says so. Correct the path.`,
  );
export const extendsInCircle = (at: string, chain: readonly string[]): UserError =>
  userError("config/extends-circle", `[${at}] configurations extend each other in a circle: ${links(chain)}. Take one extends out.`);
export const extendsOutside = (at: string, asked: string, inside: string): UserError =>
  userError(
    "config/extends-outside",
    `[${at}] extends "${asked}", which lies outside of ${inside}. Expected a file in the project (the folder of the nearest package.json, else that of the configuration), named from here. Copy it there.`,
  );
