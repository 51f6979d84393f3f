// The row of figures at the top. They are sums and choices of answers, never counted anew.

import { el, refill } from "./dom.js";
import { duration, shown } from "./units.js";

const OUTCOMES = [
  ["Succeeded", "good", ["succeeded"]],
  ["Refused", "refused", ["rejected"]],
  ["Rolled back", "back", ["rolled_back", "rolled_back_later"]],
  ["Failed", "bad", ["failed"]],
];
const NEEDED = ["promotions-by-outcome", "waiting-now", "lead-time"];

/** Figures that are filled when their answers are there. */
export function figuresOf() {
  const box = el("dl", { class: "figures", "aria-label": "Key figures" });
  return {
    box,
    show(answers) {
      if (NEEDED.every((name) => answers[name])) refill(box, ...allOf(answers));
    },
  };
}

function allOf(answers) {
  const outcomes = answers["promotions-by-outcome"];
  const all = sum(outcomes);
  return [
    figure("Promotions", shown(all, "count"), "in this time range"),
    ...OUTCOMES.map(([name, tone, ended]) => {
      const many = sum(outcomes.filter((row) => ended.includes(row.outcome)));
      return figure(
        name,
        shown(many, "count"),
        all ? `${Math.round((100 * many) / all)} %` : "",
        many ? tone : "",
      );
    }),
    waiting(answers["waiting-now"]),
    leadTime(answers["lead-time"]),
  ];
}

function sum(rows) {
  return rows.reduce((before, row) => before + row.promotions, 0);
}

function waiting(rows) {
  const longest = Math.max(0, ...rows.map((row) => row.waited_s ?? 0));
  return figure(
    "Waiting now",
    shown(rows.length, "count"),
    rows.length ? `longest ${duration(longest)}` : "nobody has to act",
    rows.length ? "busy" : "",
  );
}

/** Medians cannot be put together: this is the stage that takes longest. */
function leadTime(rows) {
  const known = rows.filter((row) => row.p50_s !== null);
  if (!known.length) return figure("Median lead time", "–", "nothing came into service");
  const slowest = known.reduce((one, two) => (two.p50_s > one.p50_s ? two : one));
  const where = [slowest.route, slowest.stage].filter(Boolean).join(" · ");
  return figure(
    "Median lead time",
    duration(slowest.p50_s),
    known.length > 1 ? `slowest: ${where}` : where,
  );
}

function figure(name, value, beside, tone = "") {
  return el(
    "div",
    { class: `figure ${tone}` },
    el("dt", {}, name),
    el("dd", {}, value),
    el("dd", { class: "beside" }, beside),
  );
}
