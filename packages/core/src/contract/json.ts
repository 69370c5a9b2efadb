/** Plain data: what can be written into a file and hashed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a method, network or data set was loaded from. Part of the content hash of every stage that it takes part in. */
export interface Origin {
  readonly package: string;
  readonly version: string;
  /** SHA-256 of the package's built files. */
  readonly files: string;
}
