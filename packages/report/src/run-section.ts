import type { Environment, StageResults } from "@segdistill/core";
import { markup, type Markup, type Piece } from "./markup.js";
import { count, duration } from "./numbers.js";
import type { ReportInput } from "./report-input.js";
import { table } from "./table.js";

/** What is needed to judge and to repeat a run: stages, data, environment, configuration. Source: our choice. */
export const runSection = ({ results, configuration }: ReportInput): Markup => {
  const stages = table({
    caption: "Stages of training in their order.",
    head: ["Stage", "Steps", "Time", "Reused", "Gate"],
    rows: results.stages.map((stage) => ({
      cells: [stage.name, stage.steps, duration(stage.seconds), stage.reused ? "yes" : "no", gate(stage)],
    })),
  });
  const data = table({
    caption: "Test sets. The fingerprint is a hash over all pictures and masks.",
    head: ["Set", "Pictures", "Groups", "Unseen", "Fingerprint"],
    rows: Object.entries(results.data).map(([domain, { cases, groups, unseen, fingerprint }]) => ({
      cells: [domain, cases, groups, unseen ? "yes" : "no", markup`<span class="code">${fingerprint}</span>`],
    })),
    words: [4],
  });
  return markup`<section id="run"><h2>Run</h2><h3>Stages</h3>${stages}<h3>Data</h3>${data}<h3>Environment</h3>${environmentList(results.environment)}
<h3>Configuration</h3><p class="note">As resolved. SHA-256 of its canonical JSON: <span class="code">${results.config}</span></p><pre tabindex="0">${configuration}</pre></section>`;
};

const gate = ({ gate: of }: StageResults): string => (of === undefined ? "–" : of.passed ? "passed" : "not passed");

const environmentList = (of: Environment): Markup => {
  const unknown = "not known";
  const packages = Object.entries(of.packages).map(([name, version]) => `${name} ${version}`);
  const variables = Object.entries(of.variables).map(([name, value]) => `${name}=${value}`);
  const lines: readonly (readonly [string, Piece])[] = [
    [
      "Precision",
      of.precision.asked === of.precision.chosen ? of.precision.chosen : `${of.precision.chosen} (asked for: ${of.precision.asked})`,
    ],
    ["Processor", `${of.cpu.model ?? unknown}, ${of.cpu.count} logical cores${of.threads === null ? "" : `, ${of.threads} threads used`}`],
    ["Instruction sets", of.cpu.flags === null ? unknown : of.cpu.flags.join(", ")],
    ...(of.gpus ? ([["GPU", of.gpus.join(", ")]] as const) : []),
    ["Memory", `${count(of.memoryBytes)}B`],
    ["System", `${of.os.platform} ${of.os.release}, ${of.os.arch}`],
    ["Node", of.node],
    ["TensorFlow", of.tensorflow ?? "none: another backend"],
    ["Packages", packages.join(", ")],
    ["Variables", variables.length === 0 ? "none that decide on numbers or speed" : variables.join(", ")],
    ["Git commit", markup`<span class="code">${of.gitCommit ?? unknown}</span>`],
    ["Lock file", markup`<span class="code">${of.lockFile ?? unknown}</span>`],
    ...(of.notBitExact ? ([["Not bit-exact", `the run went on after a change: ${of.notBitExact.join("; ")}`]] as const) : []),
    ["Written", of.date],
  ];
  return markup`<dl>${lines.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
};
