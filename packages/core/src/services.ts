import type { Offer, Service } from "./contract/index.js";

/** A token: two packages that write the same name and type mean the same service. */
export const service = <T>(name: string): Service<T> => ({ name });

/** A value under a token, with its type checked. */
export const offer = <T>(to: Service<T>, value: NoInfer<T>): Offer => ({ service: to, value });
