// What happened to one promotion, step by step.

import { el, refill } from "./dom.js";
import { badge } from "./tables.js";
import { clock, dayHere, duration, exactly, shown, utc } from "./units.js";
import { happened, said, tone } from "./words.js";

const MACHINE = "event-grid";

/** The id in the address, or null. */
export function promotionInAddress() {
  const found = new URLSearchParams(location.hash.slice(1)).get("promotion");
  return found || null;
}

/** Show these rows in the box; null: a report that does not have them. */
export function showTimeline(box, promotion, rows, known) {
  refill(
    box,
    backLink(),
    ...(rows?.length ? whole(promotion, rows, known) : missing(promotion, rows)),
  );
}

function backLink() {
  return el(
    "p",
    { class: "backward" },
    el("a", { href: "#", "data-key": "back" }, "← All promotions"),
  );
}

function missing(promotion, rows) {
  const why =
    rows === null
      ? "This report has the timelines of the newest promotions only."
      : "There is no record of this promotion.";
  const remedy =
    rows === null
      ? "Make a report of a shorter time range, or look at the dashboard."
      : "Look whether its id is whole, and whether its records are older than the source keeps them.";
  return [
    el("h2", {}, "Promotion"),
    idOf(promotion),
    el("p", { class: "empty" }, el("strong", {}, why), ` ${remedy}`),
  ];
}

function whole(promotion, rows, known) {
  const first = rows[0].at;
  const last = rows.at(-1).at;
  const heading = known ? `${known.model} ${known.version}` : "Promotion";
  const facts = [
    known?.route ? ["Route", known.route] : null,
    ["Began", exactly(first), utc(first)],
    ["Last record", exactly(last), utc(last)],
    ["Time between", duration((new Date(last) - new Date(first)) / 1000)],
  ].filter(Boolean);
  return [
    el("h2", {}, heading, " ", known ? badge(known.outcome) : null),
    idOf(promotion),
    el(
      "dl",
      { class: "facts" },
      ...facts.map(([name, value, title]) =>
        el("div", {}, el("dt", {}, name), el("dd", { title }, value)),
      ),
    ),
    el("ol", { class: "timeline" }, ...rows.map((row, index) => step(row, rows[index - 1]))),
  ];
}

function idOf(promotion) {
  const button = el(
    "button",
    {
      type: "button",
      class: "plain",
      "data-key": "copy",
      onclick: async () => {
        button.textContent = (await copied(promotion, code)) ? "Copied" : "Selected";
        setTimeout(() => {
          button.textContent = "Copy id";
        }, 2000);
      },
    },
    "Copy id",
  );
  const code = el("code", {}, promotion);
  return el("p", { class: "identity" }, code, " ", button);
}

async function copied(text, shownAs) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed here: then it is selected, and the keyboard copies it.
    getSelection().selectAllChildren(shownAs);
    return false;
  }
}

function step(row, before) {
  const mark = tone(row.outcome) ?? tone(row.fact) ?? "plain";
  const sameDay = before && dayHere(before.at) === dayHere(row.at);
  const sameStage = before && (before.stage ?? "") === (row.stage ?? "");
  return el(
    "li",
    { class: mark },
    el(
      "div",
      { class: "when" },
      sameDay ? null : el("span", { class: "day" }, dayHere(row.at)),
      el("time", { datetime: row.at, title: utc(row.at) }, clock(row.at)),
      el("span", { class: "quiet" }, row.after_s ? `+ ${duration(row.after_s)}` : ""),
    ),
    el(
      "div",
      { class: "what" },
      row.stage && !sameStage ? el("p", { class: "stage" }, row.stage) : null,
      el(
        "p",
        {},
        el("strong", {}, happened(row.fact)),
        row.what ? el("span", { class: "subject" }, said("what", row.what)) : null,
        row.outcome ? badge(row.outcome) : null,
        ...figures(row),
      ),
      row.reason ? el("p", { class: "why" }, row.reason) : null,
      row.remedy ? el("p", { class: "remedy" }, row.remedy) : null,
    ),
  );
}

function figures(row) {
  const told = [
    row.traffic === null || row.traffic === undefined
      ? null
      : `${shown(row.traffic, "percent")} of the traffic`,
    row.took_s ? `took ${duration(row.took_s)}` : null,
    row.by_whom && row.by_whom !== MACHINE
      ? `${row.fact === "approval_requested" ? "for" : "by"} ${row.by_whom}`
      : null,
  ];
  return told.filter(Boolean).map((text) => el("span", { class: "quiet detail" }, text));
}
