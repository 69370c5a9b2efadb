/** An error that ends the bench with its message alone and this exit code. */
export const stop = (message, exit) => Object.assign(new Error(message), { exit });
