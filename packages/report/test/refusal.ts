/** An error as this package makes them for what a user gave: to be compared whole, message, code and all. */
export const refusal = (code: string, message: string): Error =>
  Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 });
