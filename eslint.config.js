import tseslint from "typescript-eslint";

const ours = "@segdistill/";
/** Who may import whom (one way: cli → plugins, datasets, models, metrics → core → backend). */
const may = {
  backend: [],
  core: ["backend", "backend/ops"],
  models: ["core/contract", "backend/ops"],
  datasets: ["core/contract", "core/random"],
  metrics: ["core/contract"],
  report: ["core/contract", "metrics"],
  "metrics-fsd": [],
  "layer-pairs": ["core", "core/contract", "backend/ops", "models/blocks"],
  alignment: ["core", "core/contract", "backend/ops"],
  gkd: ["core", "core/contract", "plugin-*"],
  "plugin-*": ["core", "core/contract", "backend/ops", "models/blocks", "layer-pairs", "alignment"],
};
const everything = [
  "backend",
  "backend/ops",
  "core",
  "core/contract",
  "core/random",
  "core/testing",
  "models",
  "models/blocks",
  "layer-pairs",
  "alignment",
  "gkd",
  "datasets",
  "metrics",
  "metrics-fsd",
  "report",
  "plugin-*",
  "cli",
];
const arrows = Object.entries(may).map(([name, allowed]) => ({
  files: [`packages/${name}/src/**/*.ts`],
  ignores: ["**/*.test.ts", "**/*.test-d.ts"],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        paths: everything
          .filter((other) => !other.includes("*") && !allowed.includes(other))
          .map((other) => ({
            name: ours + other,
            allowTypeImports: name === "report" && other === "core", // the types of results.json and events.jsonl
            message: `${name} may import only ${allowed.map((a) => ours + a).join(", ") || "nothing of ours"}.`,
          })),
        patterns: allowed.includes("plugin-*")
          ? []
          : [{ group: [`${ours}plugin-*`], message: "What one plugin needs of another goes through a service token." }],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      "eslint.config.js",
      "tools/**",
      "**/*.js",
      "**/*.mjs",
      "**/*.d.ts",
      "**/dist/**",
      "**/node_modules/**",
      "runs/**",
      "**/fixtures/**",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: "./tsconfig.json",
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "off", // noUncheckedIndexedAccess asks for it where an index is known to be right
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "No default exports." }],
    },
  },
  { files: ["**/*.config.ts", "**/*.config.js"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.mjs", "**/*.js"], ...tseslint.configs.disableTypeChecked },
  ...arrows,
);
