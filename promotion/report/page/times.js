// Columns and lines over time.

import { intervalOf, logarithmic, spanOf, unevenly, upright } from "./axes.js";
import { coloured, plot, sumOf, tipOf, tipped } from "./plots.js";
import { folded, largest } from "./series.js";

/** Upright and stacked, over time. */
export function columnsOf(about, given) {
  const points = folded(given).map((point) => ({ ...point, x: new Date(point.x) }));
  const [names, colours] = coloured(points);
  const interval = intervalOf(about);
  const scale = upright(
    about,
    d3.max(
      d3.rollups(points, sumOf, (one) => +one.x),
      (one) => one[1],
    ),
  );
  const bars = Plot.rectY(points, {
    x: "x",
    y: "y",
    interval,
    fill: "series",
    order: names,
    insetLeft: 1,
    insetRight: 1,
    title: (point) => tipOf(about, point),
    tip: tipped("xy"),
  });
  const svg = plot(about, names, colours, {
    x: { type: "utc", label: null, domain: spanOf(about, points, true) },
    ...scale,
    marks: [bars, Plot.ruleY([0], { stroke: "var(--line-strong)" })],
  });
  return { svg, names, colours };
}

/** Over time. */
export function linesOf(about, given) {
  const [kept, more] = largest(given.map((point) => ({ ...point, x: new Date(point.x) })));
  const points = d3.sort(kept, (point) => point.x);
  const [names, colours] = coloured(points);
  const uneven = about.unit === "seconds" && unevenly(points);
  const scale = uneven
    ? logarithmic(points)
    : upright(
        about,
        d3.max(points, (point) => point.y),
      );
  const svg = plot(about, names, colours, {
    x: { type: "utc", label: null, domain: spanOf(about, points, false) },
    ...scale,
    marks: [
      ...(uneven ? [] : [Plot.ruleY([0], { stroke: "var(--line-strong)" })]),
      Plot.lineY(points, { x: "x", y: "y", stroke: "series", z: "series", strokeWidth: 2 }),
      Plot.dot(points, {
        x: "x",
        y: "y",
        fill: "series",
        r: 3,
        title: (point) => tipOf(about, point),
        tip: tipped("xy"),
      }),
    ],
  });
  const note = more
    ? `The ${names.length} largest of ${names.length + more}; the table has all.`
    : null;
  return { svg, names, colours, note };
}
