/**
 * A process that trains some steps of one part of generalisable distillation by the real loop and prints their times: `node gkd.mjs '{"method", "network", "teacher", …}'`. `method` is
 * one of the stages that `gkd()` trains before its own, or what S3 is trained by; stages before the measured one are built and not trained.
 */
import { gkd } from "@segdistill/gkd";
import { supervised } from "@segdistill/plugin-kd";
import { plain } from "./plain.mjs";
import { stepped } from "./stepped.mjs";

/** Options are the packages' defaults; pytorch/gkd.py has their twins. */
const methods = {
  plain,
  dcgd: () => gkd({ dicd: false }),
  dicd: () => gkd({ dcgd: false }),
  gkd,
};

const { method, ...asked } = JSON.parse(process.argv[2]);
const before = !Object.hasOwn(methods, method);
const measured = before ? { stage: method } : {};
console.log(JSON.stringify(await stepped({ ...asked, ...measured, baseline: true }, [supervised(), (before ? gkd : methods[method])()])));
