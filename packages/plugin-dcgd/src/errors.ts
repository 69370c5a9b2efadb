import { userError, type CoreError } from "@segdistill/core";

export const noViews = (count: number): CoreError =>
  userError("dcgd/views", `[dcgd] views.count is ${count}. Expected a whole number from 1 on; 4 is the default.`);

export const tooFewViews = (term: "intra" | "inter", needs: number, count: number): CoreError =>
  userError(
    "dcgd/too-few-views",
    `[dcgd] loss "kl" compares how the edges of a row share out, so ${term} needs views.count ${needs} or more: with ${count} every row has one edge or none, and ` +
      `${term} would be 0 whatever the networks do. Take more views, loss: mse, or ${term}: 0.`,
  );
