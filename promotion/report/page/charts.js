// Charts: a figure with its legend, its drawing and its text.

import { barsOf } from "./bars.js";
import { el } from "./dom.js";
import { largestFirst, pointsOf } from "./series.js";
import { columnsOf, linesOf } from "./times.js";
import { shown } from "./units.js";
import { said } from "./words.js";

/** A chart of those rows in that width, with its legend and a text for who cannot see it. */
export function chartOf(query, chart, rows, width) {
  const points = pointsOf(chart, rows);
  if (!points.length) return null;
  const units = Object.fromEntries(query.columns.map((column) => [column.name, column.unit]));
  const about = { query, chart, width, unit: units[chart.y[0]] };
  const drawn = { columns: columnsOf, bars: barsOf, lines: linesOf }[chart.kind](about, points);
  describe(drawn.svg, inWords(about, points));
  return el(
    "figure",
    { class: "chart", "data-kind": chart.kind },
    legendOf(chart, drawn.names, drawn.colours, drawn.upside),
    drawn.svg,
    drawn.note ? el("figcaption", { class: "quiet" }, drawn.note) : null,
  );
}

/** One picture with one text: Plot's own labels of its parts are for nobody. */
function describe(svg, text) {
  for (const part of svg.querySelectorAll("[aria-label]")) {
    part.dataset.mark = part.getAttribute("aria-label");
    part.removeAttribute("aria-label");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", text);
}

function legendOf(chart, names, colours, upside) {
  if (names.length < 2 && !chart.by.length) return null;
  const order = names.map((_, index) => (upside ? names.length - 1 - index : index));
  return el(
    "ul",
    { class: "legend" },
    ...order.map((index) => {
      const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = colours[index];
      return el("li", {}, swatch, said(chart.by[0] ?? "", names[index]));
    }),
  );
}

/** The chart as a sentence. */
function inWords(about, points) {
  const sums =
    about.unit === "count"
      ? largestFirst(points).map(([name, sum]) => `${name} ${shown(sum, "count")}`)
      : d3
          .rollups(
            points,
            (some) => d3.max(some, (one) => one.y),
            (one) => one.series,
          )
          .map(([name, most]) => `${name} at most ${shown(most, about.unit)}`);
  const told = sums.slice(0, 6).join(", ") + (sums.length > 6 ? " and more" : "");
  return `${about.query.question} ${told}. The table has all figures.`;
}
