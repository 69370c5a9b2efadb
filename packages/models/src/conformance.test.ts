import { describeNetwork } from "@segdistill/core/testing";
import { describe, it } from "vitest";
import { enet } from "./enet.js";
import { erfnet } from "./erfnet.js";
import { fanet } from "./fanet.js";
import { mobileUNet } from "./mobile-u-net.js";
import { transunet } from "./transunet.js";
import { uNet } from "./u-net.js";

describeNetwork({ describe, it }, "u-net", () => uNet({ width: 2, inputChannels: 2, classes: 3 }));
describeNetwork({ describe, it }, "u-net with biases", () => uNet({ width: 2, bias: true, classes: 2 }));
describeNetwork({ describe, it }, "mobile-u-net", () => mobileUNet({ inputChannels: 4, classes: 3 }));
describeNetwork({ describe, it }, "fanet", () => fanet({ width: 2, inputChannels: 2, classes: 3 }));
describeNetwork({ describe, it }, "enet", () => enet({ classes: 3 }));
describeNetwork({ describe, it }, "erfnet", () => erfnet({ inputChannels: 2, classes: 2 }));
// Matrix products of attention are rounded otherwise in a function (1e-6), which rectifiers and norms over few positions make more of.
const within = 0.02;
describeNetwork({ describe, it }, "transunet", () => transunet({ size: "small", inputChannels: 2, classes: 3 }), { within });
describeNetwork({ describe, it }, "transunet with batch norm", () => transunet({ size: "small", norm: "batch", image: 32, classes: 2 }), {
  within,
});
