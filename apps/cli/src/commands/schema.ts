import { basename, resolve } from "node:path";
import { writeAtomic } from "@segdistill/core";
import { configurationSchema } from "../config/json-schema.js";
import type { Common } from "../program.js";
import { installedPackages } from "../resolve/offerings.js";
import { write, writeJson } from "../terminal/write.js";

export interface SchemaOptions extends Common {
  readonly out?: string;
}

/** The JSON Schema of a configuration, as text; packages that cannot be used are told of. */
export const schemaText = async (folder: string): Promise<{ readonly text: string; readonly problems: readonly string[] }> => {
  const packages = await installedPackages(folder);
  const schema = configurationSchema(packages.flatMap(({ offerings }) => offerings));
  return { text: `${JSON.stringify(schema, null, 2)}\n`, problems: packages.flatMap(({ problem }) => problem ?? []) };
};

/** `segdistill schema`: on standard output, or into a file. */
export const schema = async ({ out, json, quiet }: SchemaOptions): Promise<number> => {
  const { text, problems } = await schemaText(process.cwd());
  if (!quiet) for (const problem of problems) write(`left out: ${problem}\n`, process.stderr);
  if (out === undefined)
    process.stdout.write(text); // a JSON text is never broken into lines of a terminal
  else {
    await writeAtomic(resolve(out), text);
    if (json) writeJson({ schema: out });
    else write(`${out} is written. In a configuration beside it, first line: # yaml-language-server: $schema=./${basename(out)}\n`);
  }
  return 0;
};
