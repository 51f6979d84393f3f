// Scales of charts: figures in their unit, and time.

import { duration, scaleOf } from "./units.js";

const LEAST = { day: 14, week: 8 };
const UNEVEN = 300;
// From a millisecond to a year.
const MARKS = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000, 31536000];

/** An axis of figures in their unit. */
export function upright(about, most) {
  const top = most || 1;
  if (about.unit === "seconds") {
    const scale = scaleOf(top);
    const ticks = d3.ticks(0, top / scale.length, 5).map((tick) => tick * scale.length);
    return {
      y: {
        grid: true,
        label: `${scale.name}`,
        domain: [0, top],
        ticks,
        tickFormat: (tick) => String(Number((tick / scale.length).toFixed(3))),
      },
    };
  }
  if (about.unit === "percent") {
    return { y: { grid: true, label: "%", domain: [0, Math.max(10, top)], ticks: 5 } };
  }
  return {
    y: {
      grid: true,
      label: null,
      domain: [0, top],
      ticks: d3.ticks(0, top, Math.min(5, top)).filter(Number.isInteger),
      tickFormat: "d",
    },
  };
}

/** An axis for figures that differ much. */
export function logarithmic(points) {
  const least = d3.min(points, (point) => (point.y > 0 ? point.y : Infinity));
  const most = d3.max(points, (point) => point.y);
  return {
    marginLeft: 64,
    y: {
      type: "log",
      clamp: true,
      grid: true,
      label: "logarithmic",
      domain: [least, most],
      ticks: MARKS.filter((tick) => tick >= least && tick <= most),
      tickFormat: duration,
    },
  };
}

/** Whether they differ much. */
export function unevenly(points) {
  const figures = points.map((point) => point.y).filter((figure) => figure > 0);
  return figures.length > 1 && d3.max(figures) / d3.min(figures) > UNEVEN;
}

/** The bins of the axis of time. */
export function intervalOf(about) {
  return about.chart.x === "week" ? d3.utcWeek : d3.utcDay;
}

/** From the first to the last, and not less than a fortnight or eight weeks; bins have a width. */
export function spanOf(about, points, bins) {
  const interval = intervalOf(about);
  const [first, last] = d3.extent(points, (point) => point.x);
  const least = interval.offset(last, 1 - (LEAST[about.chart.x] ?? LEAST.day));
  return [first < least ? first : least, bins ? interval.offset(last, 1) : last];
}
