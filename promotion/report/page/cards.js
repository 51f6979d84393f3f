// A question with its answer: as charts, as a table, or as both.

import { chartOf } from "./charts.js";
import { el, refill } from "./dom.js";
import { emptiness, isHalf } from "./layout.js";
import { searchOf } from "./search.js";
import { tableOf } from "./tables.js";
import { label } from "./words.js";

/** A card that shows rows again and again, and draws only what has changed. */
export function cardOf(query) {
  const charts = query.charts.filter((chart) => chart.kind !== "table");
  const drill = query.charts.find((chart) => chart.drill)?.drill;
  const state = { rows: [], told: null, width: 0, table: false };
  const drawings = el("div", { class: "drawings" });
  const table = tableOf(query, drill);
  const empty = el("p", { class: "empty" });
  const search = searchOf(query, (rows) => table.show(rows));
  const draw = () => {
    if (toggle) toggle.hidden = state.rows.length === 0;
    drawAll({ query, charts, drill, state, drawings, table, empty, search });
  };
  const toggle = charts.length && !drill ? switchOf(query, state, draw) : null;
  const box = el(
    "article",
    {
      class: `card${isHalf(query.name) ? " half" : ""}`,
      id: `card-${query.name}`,
      "aria-busy": "true",
    },
    el(
      "header",
      {},
      el("h3", {}, query.question),
      el("div", { class: "tools" }, search?.box, toggle, aboutOf(query)),
    ),
    empty,
    drawings,
    table.box,
  );
  new ResizeObserver(() => {
    if (!drawings.hidden && state.rows.length && widthOf(drawings) !== state.width) draw();
  }).observe(box);
  return {
    box,
    show(rows) {
      box.removeAttribute("aria-busy");
      const told = JSON.stringify(rows);
      if (told === state.told) return;
      Object.assign(state, { rows, told });
      draw();
    },
  };
}

function drawAll({ query, charts, drill, state, drawings, table, empty, search }) {
  const none = state.rows.length === 0;
  const [what, remedy] = emptiness(query.name);
  empty.hidden = !none || state.told === null;
  refill(empty, el("strong", {}, what), remedy ? ` ${remedy}` : null);
  const tabled = !charts.length || drill || state.table;
  drawings.hidden = none || !charts.length || state.table;
  table.box.hidden = none || !tabled;
  if (!table.box.hidden) table.show(search ? search.of(state.rows) : state.rows);
  if (drawings.hidden) return;
  state.width = widthOf(drawings);
  const width = charts.length > 1 && state.width > 900 ? state.width / 2 - 14 : state.width;
  if (width < 50) return;
  drawings.classList.toggle("beside", width < state.width);
  drawings.replaceChildren(
    ...charts.map((chart) => drawing(query, chart, state.rows, width, charts)),
  );
}

function drawing(query, chart, rows, width, charts) {
  const made = chartOf(query, chart, rows, Math.floor(width));
  const title = charts.length > 1 ? el("h4", {}, chart.y.map(label).join(", ")) : null;
  return el(
    "div",
    {},
    title,
    made ?? el("p", { class: "quiet" }, "No figures in this time range."),
  );
}

function widthOf(drawings) {
  return Math.floor(drawings.parentElement.clientWidth - 40);
}

function switchOf(query, state, draw) {
  const button = el(
    "button",
    {
      type: "button",
      class: "plain",
      "aria-pressed": "false",
      "data-key": "table",
      "aria-label": `Table: ${query.question}`,
      onclick: () => {
        state.table = !state.table;
        button.setAttribute("aria-pressed", String(state.table));
        draw();
      },
    },
    "Table",
  );
  return button;
}

function aboutOf(query) {
  const columns = query.columns
    .map((column) => [el("dt", {}, label(column.name)), el("dd", {}, column.meaning)])
    .flat();
  return el(
    "details",
    { class: "about", name: "about" },
    el("summary", { "aria-label": `About: ${query.question}`, title: "What is counted" }, "About"),
    el(
      "div",
      { class: "sheet" },
      query.notes.length ? el("p", {}, query.notes.join(" ")) : null,
      el("p", {}, `One row is ${query.row}.`),
      el("dl", {}, ...columns),
    ),
  );
}
