import { added } from "./added.js";
import { convNorm } from "./conv-norm.js";
import { conv, depthwise } from "./convolutions.js";
import { heNormalFanOut } from "./initialisers.js";
import { sequence, type Layer } from "./layer.js";

/**
 * MobileNetV2's block: [1×1 to `expansion · in`, norm, ReLU6] – 3×3 depthwise, norm, ReLU6 – 1×1 to `out`, norm, no activation; with expansion 1
 * the first part is left out. The input is added where stride is 1 and `in = out`. `[B, h, w, in]` → `[B, h / stride, w / stride, out]`,
 * signed. Variables `expand/…`, `depthwise/…`, `project/…`. methods.md 2.4 [code].
 */
export function invertedResidual(options: {
  readonly in: number;
  readonly out: number;
  readonly expansion: number;
  readonly stride?: number;
}): Layer {
  const { in: from, out, expansion, stride = 1 } = options;
  const inner = from * expansion;
  const initial = heNormalFanOut;
  const expand = expansion === 1 ? [] : [["expand", convNorm(conv({ in: from, out: inner, size: 1, initial }), "relu6")] as const];
  const path = sequence([
    ...expand,
    ["depthwise", convNorm(depthwise({ channels: inner, size: 3, stride, initial }), "relu6")],
    ["project", convNorm(conv({ in: inner, out, size: 1, initial }), "linear")],
  ]);
  return stride === 1 && from === out ? added({ path }) : path;
}
