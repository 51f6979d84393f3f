// What all drawings have in common: size, colours, and tips with exact figures.

import { coloursOf } from "./colours.js";
import { largestFirst } from "./series.js";
import { day, isDate, moment, shown } from "./units.js";
import { said } from "./words.js";

const HIGH = 250;

/** A drawing of these series. */
export function plot(about, names, colours, options) {
  return Plot.plot({
    width: about.width,
    height: HIGH,
    marginLeft: 48,
    marginBottom: 30,
    style: { fontSize: "12px", fontFamily: "inherit" },
    color: { type: "ordinal", domain: names, range: colours },
    ...options,
  });
}

/** Of all points together. */
export function sumOf(points) {
  return d3.sum(points, (point) => point.y);
}

/** Names of the series, those with most first, and their colours. */
export function coloured(points) {
  const names = largestFirst(points).map(([name]) => name);
  return [names, coloursOf(names)];
}

/** A tip for what the pointer is near to. */
export function tipped(pointer) {
  return { pointer, fill: "var(--raised)", stroke: "var(--line-strong)" };
}

/** What it says: the thing or the day, the series, the exact figure. */
export function tipOf(about, point) {
  const at = point.x instanceof Date ? whenOf(about, point) : said(about.chart.x, point.thing);
  const figures = `${said(about.chart.by[0] ?? "", point.series)}: ${shown(point.y, about.unit)}`;
  return `${at}\n${figures}`;
}

function whenOf(about, point) {
  const at = point.row[about.chart.x];
  const name = isDate(at) ? day(at) : moment(at);
  return about.chart.x === "week" ? `Week of ${name}` : name;
}
