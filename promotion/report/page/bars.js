// Bars that lie: one for each thing, the largest first.

import { upright } from "./axes.js";
import { shadesOf } from "./colours.js";
import { coloured, plot, sumOf, tipOf, tipped } from "./plots.js";
import { folded, largestFirst } from "./series.js";
import { shown } from "./units.js";
import { said } from "./words.js";

const ROW = 30;
const BARS = 12;
const WIDEST = 760;

/** Lying, a bar for each thing. */
export function barsOf(asked, given) {
  const about = { ...asked, width: Math.min(asked.width, WIDEST) };
  const several = about.chart.y.length > 1;
  const things = largestFirst(given, "thing").map(([name]) => name);
  const shownThings = new Set(things.slice(0, BARS));
  const points = (several ? given : folded(given)).filter((point) => shownThings.has(point.thing));
  const [names, usual] = coloured(points);
  const colours = several ? shadesOf(names) : usual;
  const most = d3.max(
    several
      ? points.map((point) => point.y)
      : d3.rollups(points, sumOf, (point) => point.thing).map((one) => one[1]),
  );
  const left = Math.min(
    about.width * 0.38,
    16 + 7 * d3.max(things.slice(0, BARS), (name) => name.length),
  );
  const { y: along } = upright(about, most);
  const svg = plot(about, names, colours, {
    marginTop: 6,
    height: 42 + ROW * Math.min(things.length, BARS),
    marginLeft: left,
    marginRight: 74,
    x: { ...along, domain: [0, most || 1] },
    y: {
      type: "band",
      label: null,
      domain: things.slice(0, BARS),
      tickSize: 0,
      padding: 0.25,
      tickFormat: (name) => fitting(said(about.chart.x, name), left),
    },
    marks: [
      ...(several ? overlaid(about, points, names) : [stacked(about, points, names)]),
      totals(about, points, several),
    ],
  });
  const more = things.length - BARS;
  return {
    svg,
    names,
    colours,
    upside: several,
    note: more > 0 ? `And ${more} more; the table has all.` : null,
  };
}

function stacked(about, points, names) {
  return Plot.barX(points, {
    x: "y",
    y: "thing",
    fill: "series",
    order: names,
    insetRight: 1,
    title: (point) => tipOf(about, point),
    tip: tipped("xy"),
  });
}

function overlaid(about, points, names) {
  // The largest figure behind, the others narrower before it.
  return names.map((name, index) =>
    Plot.barX(
      points.filter((point) => point.series === name),
      {
        x1: 0,
        x2: "y",
        y: "thing",
        fill: "series",
        insetTop: 4 * index,
        insetBottom: 4 * index,
        title: (point) => tipOf(about, point),
        tip: tipped("xy"),
      },
    ),
  );
}

function totals(about, points, several) {
  const sums = several
    ? d3.rollups(
        points,
        (some) => d3.max(some, (one) => one.y),
        (one) => one.thing,
      )
    : d3.rollups(points, sumOf, (one) => one.thing);
  return Plot.text(sums, {
    x: (one) => one[1],
    y: (one) => one[0],
    text: (one) => shown(one[1], about.unit),
    textAnchor: "start",
    dx: 6,
    fill: "var(--quiet)",
  });
}

function fitting(name, room) {
  const most = Math.floor(room / 7) - 1;
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
