import { userError, type UserError } from "../errors.js";

export const profileFailed = (said: string): UserError => userError("profile/failed", `[profile] the compiled steps failed: ${said}`, 1);
