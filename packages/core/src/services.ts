import type { Offer, Service } from "./contract/index.js";

/** A token: two packages that write the same name and version mean the same service. */
export const service = <T>(name: string, version = 1): Service<T> => ({ name, version });

/** A value under a token, with its type checked. */
export const offer = <T>(to: Service<T>, value: NoInfer<T>): Offer => ({ service: to, value });
