// What is asked for: a time range, a route, a stage. It stands in the address of the page.

import { el, refill } from "./dom.js";

const RANGES = [
  ["24h", "24 h"],
  ["7d", "7 d"],
  ["30d", "30 d"],
  ["90d", "90 d"],
  ["", "All"],
];
const USUAL = "30d";

/** The filters; `changed` is called when one of them is. */
export function filtersOf(changed) {
  const given = new URLSearchParams(location.search);
  const range = given.get("range");
  const state = {
    range: RANGES.some(([value]) => value === range) ? range : USUAL,
    route: given.get("route") ?? "",
    stage: given.get("stage") ?? "",
  };
  const set = (name, value) => {
    state[name] = value;
    remember(state);
    changed();
  };
  const route = choice("Route", "All routes", (value) => set("route", value));
  const stage = choice("Stage", "All stages", (value) => set("stage", value));
  return {
    boxes: [rangesOf(state, (value) => set("range", value)), route.box, stage.box],
    wanted: () => ({ since: state.range, route: state.route, stage: state.stage }),
    /** The names that there are, from the answer of the query scope. */
    offer(rows) {
      route.offer(namesOf(rows, "route"), state.route);
      stage.offer(namesOf(rows, "stage"), state.stage);
    },
  };
}

function namesOf(rows, column) {
  return [...new Set(rows.map((row) => row[column]).filter(Boolean))].sort();
}

function rangesOf(state, set) {
  const options = RANGES.map(([value, name]) =>
    el(
      "label",
      {},
      el("input", {
        type: "radio",
        name: "range",
        value,
        checked: value === state.range,
        onchange: () => set(value),
      }),
      el("span", {}, name),
    ),
  );
  return el(
    "fieldset",
    { class: "ranges overview-only" },
    el("legend", { class: "unseen" }, "Time range"),
    ...options,
  );
}

function choice(name, all, set) {
  const select = el("select", { onchange: () => set(select.value) });
  return {
    box: el("label", { class: "field overview-only" }, el("span", {}, name), select),
    offer(names, chosen) {
      const offered = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
      const now = [...select.options].map((option) => option.value).slice(1);
      if (select.options.length && now.join("\n") === offered.join("\n")) return;
      refill(
        select,
        el("option", { value: "" }, all),
        ...offered.map((one) => el("option", { value: one }, one)),
      );
      select.value = chosen;
    },
  };
}

function remember(state) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(state)) {
    if (value || name === "range") address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(history.state, "", address);
}
