// The list of promotions can be searched: for a part of an id, a model, a version, a route.

import { el } from "./dom.js";

const SEARCHED = "promotions";

/** A box for that query, or null; `show` gets the rows that have what is written there. */
export function searchOf(query, show) {
  if (query.name !== SEARCHED) return null;
  let rows = [];
  const wanted = el("input", {
    type: "search",
    placeholder: "Promotion, model or version",
    "aria-label": "Search promotions",
    oninput: () => show(matching(rows, wanted.value)),
  });
  return {
    box: wanted,
    of(all) {
      rows = all;
      return matching(rows, wanted.value);
    },
  };
}

function matching(rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const there = [row.promotion_id, row.route, row.model, row.version, row.outcome]
      .join(" ")
      .toLowerCase();
    return words.every((word) => there.includes(word));
  });
}
