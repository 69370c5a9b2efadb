import { defineConfig, type Options } from "tsup";
import shared from "../../tsup.config.js";

/**
 * tfjs-node-gpu's kernel files and tfjs-core's gradients as one file. They are bundled because the package's own install script would
 * download an old TensorFlow; of it, nothing but these files is used (NOTICE).
 */
const kernels = defineConfig({
  entry: { "tfjs-kernels": "src/bundled/tfjs-kernels.js" },
  format: "esm",
  target: "node20",
  platform: "node",
  dts: false,
  clean: false,
  external: ["@tensorflow/tfjs-core"],
  noExternal: [/@tensorflow\/tfjs-core\/dist/, /@tensorflow\/tfjs-node-gpu/],
  banner: { js: 'import { createRequire as _createRequire } from "node:module";\nconst require = _createRequire(import.meta.url);' },
  esbuildPlugins: [
    {
      name: "only-the-kernels",
      setup(build) {
        // the kernels use the union package only for what tfjs-core holds
        build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: "@tensorflow/tfjs-core", external: true }));
        // TensorBoard's messages: nothing here writes summaries
        build.onResolve({ filter: /proto\/api_pb$/ }, () => ({ path: "api_pb", namespace: "empty" }));
        // util.isNullOrUndefined and util.isArray are gone from newer Node
        build.onResolve({ filter: /^util$/ }, () => ({ path: "util", namespace: "util" }));
        build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};", loader: "js" }));
        build.onLoad({ filter: /.*/, namespace: "util" }, () => ({
          contents: "exports.isNullOrUndefined = (x) => x == null; exports.isArray = Array.isArray;",
          loader: "js",
        }));
      },
    },
  ],
});

// "#tfjs-kernels" is looked up when it runs: at this moment the file may not be there yet.
// the two run side by side: one must not clear away what the other has written
export default [{ ...(shared as Options), external: ["#tfjs-kernels"], clean: ["!tfjs-kernels.*"] }, kernels as Options];
