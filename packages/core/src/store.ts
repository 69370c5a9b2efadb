/** A tensor outside the engine: values row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a stage stood when it was saved. `done` stages are not trained again. */
export interface Position {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly batch: number;
  readonly done: boolean;
  readonly seconds: number;
  /** What else the stage found out: gates by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What the loop tells of a stage; times and formats are the store's. */
export type StageEvent =
  | { readonly event: "started" | "resumed" | "reused" | "finished"; readonly step: number; readonly steps: number }
  | { readonly event: "gate"; readonly gate: string; readonly value: number; readonly passed: boolean; readonly warning?: string }
  /** `best`: better than all before, by the stage's choice. */
  | {
      readonly event: "validation";
      readonly step: number;
      readonly epoch: number;
      /** Null where nothing counted. */
      readonly values: Readonly<Record<string, number | null>>;
      readonly best: boolean;
    }
  /** A step that gave a number that is not finite: it was taken back, or it ended the stage. */
  | {
      readonly event: "skipped" | "not-finite";
      readonly step: number;
      readonly term: string;
      readonly cases: readonly string[];
      readonly where: string;
    }
  /** How the terms pull: the norm of each term's weighted gradient, and the cosine between those of two terms, by "a · b". */
  | {
      readonly event: "gradients";
      readonly step: number;
      readonly norms: Readonly<Record<string, number | null>>;
      readonly cosines: Readonly<Record<string, number | null>>;
    };

/** One step as it is recorded: raw values and weights by "method/term". */
export interface StepRecord {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly terms: Readonly<Record<string, { readonly raw: number; readonly weight: number }>>;
  readonly rate: number;
  readonly ms: number;
}

/** Where stages are kept and told of. A run folder is one; `memoryStore` another. */
export interface Store {
  /** The stage's newest whole checkpoint under this key, here or in another run; null where there is none. */
  readonly load: (
    stage: string,
    key: string,
  ) => Promise<{ readonly position: Position; readonly tensors: ReadonlyMap<string, Values> } | null>;
  readonly save: (stage: string, key: string, position: Position, tensors: ReadonlyMap<string, Values>) => Promise<void>;
  readonly step: (stage: string, record: StepRecord) => void;
  readonly tell: (stage: string, event: StageEvent) => void;
}

/** Keeps everything in memory, for tests and short scripts. */
export function memoryStore(): Store & {
  readonly steps: { readonly stage: string; readonly record: StepRecord }[];
  readonly events: { readonly stage: string; readonly event: StageEvent }[];
} {
  const saved = new Map<string, { position: Position; tensors: ReadonlyMap<string, Values> }>();
  const steps: { stage: string; record: StepRecord }[] = [];
  const events: { stage: string; event: StageEvent }[] = [];
  return {
    steps,
    events,
    load: (stage, key) => Promise.resolve(saved.get(`${stage}/${key}`) ?? null),
    save: (stage, key, position, tensors) => {
      saved.set(`${stage}/${key}`, { position, tensors });
      return Promise.resolve();
    },
    step: (stage, record) => void steps.push({ stage, record }),
    tell: (stage, event) => void events.push({ stage, event }),
  };
}
