/** An error that the user's input caused: `name` "SegDistillError", a stable `code`, and the exit code 2. */
export function userError(code: string, message: string): Error & { readonly code: string; readonly exit: 2 } {
  return Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 as const });
}
