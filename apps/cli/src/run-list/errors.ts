import { list, userError, type UserError } from "../errors.js";

export const notARun = (path: string, others: readonly string[] = []): UserError =>
  userError(
    "runs/not-a-run",
    others.length > 0
      ? `[runs] "${path}" holds other things beside runs (${list(others.slice(0, 3))}${others.length > 3 ? ", …" : ""}). Expected a run folder, or nothing but the seeds of one. Name the runs in it.`
      : `[runs] "${path}" is no run folder. Expected one that "segdistill run" made, with config.json in it. segdistill runs lists them.`,
  );
export const runIsLink = (path: string): UserError =>
  userError("runs/link", `[runs] "${path}" is a link, and links are not followed when something is removed. Name the folder itself.`);
export const runIsRunning = (path: string, pid: number, host: string): UserError =>
  userError(
    "runs/running",
    `[runs] "${path}" is being worked on by process ${pid} on ${host}. Expected a run that has ended. Stop it first.`,
  );
