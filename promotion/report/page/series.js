// From rows of an answer to points of a chart.

import { DISTINCT, OTHERS } from "./colours.js";
import { label } from "./words.js";

/** Points {x, y, series, row}, one for each row and y. */
export function pointsOf(chart, rows) {
  return rows
    .flatMap((row) =>
      chart.y.map((y) => ({
        x: row[chart.x],
        y: row[y],
        thing: thingOf(chart, row),
        series: seriesOf(chart, row, y),
        row,
      })),
    )
    .filter((point) => point.x !== null && point.y !== null && point.y !== undefined);
}

function seriesOf(chart, row, y) {
  const names = namesIn(chart.by, row);
  // Bars of several figures have a line for each thing and group; the colour says which figure.
  if (chart.kind === "bars" && chart.y.length > 1) return label(y);
  if (chart.y.length > 1) names.push(label(y));
  return names.length ? names.join(" · ") : chart.by.length ? none(chart.by[0]) : label(y);
}

function thingOf(chart, row) {
  const names = namesIn([chart.x], row);
  if (chart.y.length > 1) names.push(...namesIn(chart.by, row));
  return names.join(" · ") || none(chart.x);
}

function none(column) {
  return `(no ${label(column).toLowerCase()})`;
}

function namesIn(columns, row) {
  return columns
    .map((column) => row[column])
    .filter((name) => name !== null && name !== "")
    .map(String);
}

/** Names of the series, those with most first. */
export function largestFirst(points, key = "series") {
  const sums = new Map();
  for (const point of points) sums.set(point[key], (sums.get(point[key]) ?? 0) + point.y);
  return [...sums].sort((one, two) => two[1] - one[1] || (one[0] < two[0] ? -1 : 1));
}

/** The same points, with the smallest series added up as "others" where they are too many. */
export function folded(points) {
  const names = largestFirst(points).map(([name]) => name);
  if (names.length <= DISTINCT) return points;
  const kept = new Set(names.slice(0, DISTINCT - 1));
  const sums = new Map();
  for (const point of points.filter((one) => !kept.has(one.series))) {
    const key = JSON.stringify([point.x, point.thing]);
    const sum = sums.get(key) ?? { ...point, y: 0, series: OTHERS };
    sum.y += point.y;
    sums.set(key, sum);
  }
  return [...points.filter((point) => kept.has(point.series)), ...sums.values()];
}

/** The points of the largest series only, and how many series there are besides. */
export function largest(points) {
  const names = largestFirst(points).map(([name]) => name);
  const kept = new Set(names.slice(0, DISTINCT));
  return [points.filter((point) => kept.has(point.series)), Math.max(0, names.length - DISTINCT)];
}
