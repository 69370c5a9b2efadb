import { curvePlot, type CurvePlot } from "./curve-plot.js";
import { markup, type Markup } from "./markup.js";

/** A curve with its caption. */
export interface CurveFigure extends Omit<CurvePlot, "title"> {
  readonly stage: string;
  readonly name: string;
  /** Said after the name. */
  readonly about?: string;
  /** Stands under the curve. */
  readonly below?: Markup | null;
}

/** A curve of a stage as a figure: its name, what is to be known of it, and whether its axis is logarithmic. Source: our choice. */
export const curveFigure = ({ stage, name, about = "", below = null, ...plot }: CurveFigure): Markup => {
  const words = [about, plot.logarithmic ? "log axis" : ""].filter((text) => text !== "").join(", ");
  return markup`<figure><figcaption><b>${name}</b> ${words}</figcaption>${curvePlot({ ...plot, title: `${stage}: ${name}` })}${below}</figure>`;
};
