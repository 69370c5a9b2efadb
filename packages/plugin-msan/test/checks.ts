import { actChecks } from "./act-checks.js";
import { autoencoderChecks } from "./autoencoder-checks.js";

/** What must hold (methods.md 3.4, "Tests"), as functions of an implementation: the package passes all of them, each wrong variant fails at one or more. */
export const checks = { ...autoencoderChecks, ...actChecks };
