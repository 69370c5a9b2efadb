import type { Store, Values } from "../store.js";
import type { RunFolder } from "./folder.js";
import { adopt, finishedElsewhere } from "./reuse.js";
import type { StoredTensor } from "./safetensors.js";

const floats = (tensors: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, Values> =>
  new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) }]),
  );

/** What a folder's store may look at, and whom it tells. */
export interface FolderStoreOptions {
  /** Other run folders whose finished stages may be taken over; none if left out. */
  readonly others?: readonly string[];
  /** Hears of damaged checkpoints and of those of another content. */
  readonly warn?: (text: string) => void;
}

/**
 * A run folder as the place where the loop keeps its stages and tells of them.
 * Loading an unfinished stage cuts the events back to its checkpoint, so none is lost or repeated; saving flushes them first.
 * A stage that is not done here but elsewhere under the same key is taken over.
 */
export function folderStore(folder: RunFolder, { others = [], warn = () => undefined }: FolderStoreOptions = {}): Store {
  const { checkpoints, events } = folder;
  return {
    load: async (stage, key) => {
      const own = await checkpoints.latest(stage, key);
      own.warnings.forEach(warn);
      let checkpoint = own.checkpoint;
      if (checkpoint?.record.done !== true && others.length > 0) {
        const elsewhere = await finishedElsewhere(others, key);
        elsewhere.warnings.forEach(warn);
        if (elsewhere.checkpoint) {
          events.cutStage(stage);
          events.flush();
          checkpoint = await adopt(elsewhere.checkpoint, checkpoints, stage, events.offset());
        }
      }
      if (checkpoint === null) {
        events.cutStage(stage);
        return null;
      }
      const { record } = checkpoint;
      if (!record.done) {
        const warning = events.cutBack(record.eventsOffset);
        if (warning !== null) warn(warning);
      }
      const { step, steps, epoch, batch, done, seconds, counters } = record;
      const position = { step, steps, epoch, batch, done, seconds, counters: counters as Readonly<Record<string, number>> };
      return { position, tensors: floats(await checkpoint.read()) };
    },
    save: async (stage, key, position, tensors) => {
      events.flush();
      await checkpoints.save({ stage, key, ...position, eventsOffset: events.offset() }, tensors);
    },
    step: (stage, { step, epoch, terms, rate, ms }) => events.append({ stage, step, epoch, terms, rate, ms }),
    tell: (stage, event) => {
      if (event.event !== "validation") {
        // what is no number (a gate over nothing that counts) is null in files
        events.append({ stage, ...event, ...("value" in event && !Number.isFinite(event.value) && { value: null }) });
        return;
      }
      const { step, epoch, values, best } = event;
      const missing = Object.entries(values).filter(([, value]) => value === null);
      const reasons = Object.fromEntries(missing.map(([name]) => [name, "no pixel counted"]));
      events.append({ stage, step, epoch, validation: values, best, ...(missing.length > 0 && { reasons }) });
    },
  };
}
