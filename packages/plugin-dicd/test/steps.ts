import { alignedTrial, type AlignedTrial } from "@segdistill/alignment/testing";
import { mobileUNet, uNet } from "@segdistill/models";

/** A U-Net teaches a Mobile U-Net, unless other networks are named. */
export const distil = (trial: Partial<AlignedTrial> & Pick<AlignedTrial, "methods">) =>
  alignedTrial({ teacher: uNet({ width: 2, classes: 2 }), student: mobileUNet({ classes: 2 }), ...trial });
