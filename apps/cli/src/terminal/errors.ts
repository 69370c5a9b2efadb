import { userError, type UserError } from "../errors.js";

export const questionRefused = (): UserError => userError("cli/question-refused", "stopped at a question; nothing was written.", 130);
