import base from "/work/main/vitest.config.ts";
const c:any=base; c.root="/work/main"; for(const p of c.test.projects) p.test.setupFiles=["/tmp/cpu-setup.mjs"]; export default c;
