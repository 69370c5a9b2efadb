import { tensorflowFailed } from "./errors.js";
import type { CApi, Pointer } from "./c-api.js";
import { statusName } from "./constants.js";

/** Runs calls that report through a `TF_Status`, and throws what they report. */
export interface Checked {
  /** The status that synchronous calls share. */
  readonly status: Pointer;
  /** Throws if the last call failed; `what` names the op for the message. */
  readonly check: (what: string, of?: Pointer) => void;
}

export function checked(c: CApi): Checked {
  const status = c.TF_NewStatus();
  return {
    status,
    check: (what, of = status) => {
      const code = c.TF_GetCode(of);
      if (code === 0) return;
      const message = c.TF_Message(of);
      c.TF_SetStatus(of, 0, ""); // some calls that succeed leave the status as it is
      throw tensorflowFailed(statusName(code), message, what);
    },
  };
}
