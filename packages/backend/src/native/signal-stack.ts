import koffi from "koffi";

const BYTES = 256 * 1024; // a frame with AMX's registers takes 11 KiB; the rest is the handler's

/**
 * Gives this thread a stack of its own for signal handlers that ask for one (SA_ONSTACK), as V8's profiler does. oneDNN's AVX product of large matrices has rsp point into its workspace, on the heap: a
 * handler on the thread's own stack would write below it, into what other code allocated (docs/engine.md).
 */
export function signalStack(): void {
  if (process.platform !== "linux") return;
  const stack = koffi.struct({ ss_sp: "void *", ss_flags: "int", ss_size: "size_t" });
  const sigaltstack = koffi.load(null).func("sigaltstack", "int", [koffi.pointer(stack), "void *"]) as unknown as (
    now: { readonly ss_sp: unknown; readonly ss_flags: number; readonly ss_size: number },
    before: null,
  ) => number;
  sigaltstack({ ss_sp: koffi.alloc("uint8_t", BYTES), ss_flags: 0, ss_size: BYTES }, null); // for as long as the thread lives
}
