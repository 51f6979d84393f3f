// Tables: columns that can be sorted, ids that open a timeline, long ones cut.

import { el, linkTo, refill } from "./dom.js";
import { precisely, shortened, shown } from "./units.js";
import { label, said, tone, toned } from "./words.js";

const FIRST = 10;
const SHORT = 22;
const LONG = 400;
const NUMBERS = new Set(["count", "percent", "seconds"]);
const MOMENTS = new Set(["datetime", "date"]);

/** A table whose rows can be put in again; it stays sorted, scrolled and opened as it was. */
export function tableOf(query, drill) {
  const state = { rows: [], by: null, down: false, all: false };
  const head = el("thead");
  const body = el("tbody");
  const more = el("p", { class: "more" });
  const table = el("table", {}, el("caption", { class: "unseen" }, query.question), head, body);
  const scroller = el(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": query.question },
    table,
  );
  const box = el("div", { class: "tabled" }, scroller, more);
  const draw = () => fill(query, drill, state, { head, body, more }, draw);
  return {
    box,
    show(rows) {
      state.rows = rows;
      draw();
    },
  };
}

function fill(query, drill, state, parts, draw) {
  const columns = columnsFor(query, state.rows, drill);
  refill(parts.head, el("tr", {}, ...columns.map((column) => heading(column, state, draw))));
  const sorted = sortedBy(state, columns);
  const rows = state.all ? sorted : sorted.slice(0, FIRST);
  refill(parts.body, ...rows.map((row) => el("tr", {}, ...columns.map((one) => cell(one, row)))));
  if (!rows.length) refill(parts.body, el("tr", {}, el("td", {}, "Nothing has that.")));
  refill(parts.more, sorted.length > FIRST ? opener(state, sorted.length, draw) : null);
}

/** Without those that are empty in every row; a remedy stands below its reason, and a version
 * beside its model. */
function columnsFor(query, rows, drill) {
  const names = new Set(query.columns.map((column) => column.name));
  const versions = names.has("model") && names.has("version");
  return query.columns
    .filter((column) => rows.some((row) => row[column.name] !== null && row[column.name] !== ""))
    .filter((column) => !(column.name.endsWith("remedy") && names.has(reasonOf(column.name))))
    .filter((column) => !(versions && column.name === "version"))
    .map((column) => ({
      ...column,
      below: column.name.endsWith("reason") ? column.name.replace(/reason$/, "remedy") : null,
      with: versions && column.name === "model" ? "version" : null,
      drills: column.name === drill,
      brief: names.has("version"),
    }));
}

function reasonOf(remedy) {
  return remedy.replace(/remedy$/, "reason");
}

function valueOf(column, row) {
  const value = row[column.name];
  return column.with && value && row[column.with] ? `${value}:${row[column.with]}` : value;
}

function heading(column, state, draw) {
  const sorted = state.by === column.name;
  const order = sorted ? (state.down ? "descending" : "ascending") : null;
  const button = el(
    "button",
    {
      type: "button",
      "data-key": `sort ${column.name}`,
      title: column.meaning,
      onclick: () => {
        state.down = sorted ? !state.down : NUMBERS.has(column.unit) || MOMENTS.has(column.unit);
        state.by = column.name;
        draw();
      },
    },
    column.with ? "Version" : label(column.name),
  );
  const kind = column.drills ? "drill" : kindOf(column);
  return el("th", { scope: "col", "aria-sort": order, class: kind }, button);
}

function sortedBy(state, columns) {
  const column = columns.find((one) => one.name === state.by);
  if (!column) return state.rows;
  const key = (row) => valueOf(column, row);
  const missing = (value) => value === null || value === undefined || value === "";
  return [...state.rows].sort((one, two) => {
    const [a, b] = [key(one), key(two)];
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    const order =
      typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
    return state.down ? -order : order;
  });
}

function cell(column, row) {
  const value = valueOf(column, row);
  const text = shown(value, column.unit);
  const kind = kindOf(column) ?? (text.length <= SHORT ? "short" : null);
  const properties = { class: kind, title: precisely(value, column.unit) };
  if (column.unit === "id" && text) {
    const short = shortened(text, column.brief);
    const inside = column.drills
      ? el(
          "a",
          {
            href: linkTo(text),
            "data-key": `open ${text}`,
            "aria-label": `${short}: timeline of ${text}`,
          },
          short,
        )
      : short;
    return el("td", { ...properties, class: column.drills ? "id drill" : "id" }, inside);
  }
  const words = said(column.name, text);
  if (toned(column.name) && tone(text)) {
    return el("td", properties, badge(text, words));
  }
  const remedy = column.below ? row[column.below] : "";
  const title = words.length > LONG ? words : properties.title;
  return el(
    "td",
    { ...properties, title },
    cut(words),
    remedy ? el("span", { class: "remedy" }, cut(remedy)) : null,
  );
}

/** Services repeat whole requests in their errors; the timeline has all of it. */
function cut(text) {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

/** A word with the colour of what it means. */
export function badge(word, words = said("outcome", word)) {
  return el("span", { class: `badge ${tone(word) ?? "plain"}` }, words);
}

function kindOf(column) {
  if (NUMBERS.has(column.unit)) return "number";
  if (column.unit === "id") return "id";
  if (MOMENTS.has(column.unit)) return "moment";
  return column.name.endsWith("reason") ? "reason" : null;
}

function opener(state, many, draw) {
  return el(
    "button",
    {
      type: "button",
      class: "plain",
      "data-key": "all",
      "aria-expanded": String(state.all),
      onclick: () => {
        state.all = !state.all;
        draw();
      },
    },
    state.all ? `Show the first ${FIRST}` : `Show all ${many}`,
  );
}
