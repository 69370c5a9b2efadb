import { freemem } from "node:os";
import { runtime } from "./engine.js";

/** Whether the engine computes on a GPU: then a step goes on behind our back, and reading what it gave waits for it. */
export const onGpu = (): boolean => runtime().context.devices.some(({ type }) => type === "GPU");

/** Bytes that a step may still take on the engine's device: what the system, or the group that the process is confined to, has left. Null on a GPU, where TensorFlow alone knows. */
export function availableMemory(): number | null {
  if (onGpu()) return null;
  return (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem(); // from Node 20.13 on
}
