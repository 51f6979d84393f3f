// Light or dark: as the system has it, or as the viewer wants it.

import { el } from "./dom.js";

const KEY = "promotions.theme";

/** The switch. Its choice holds for the next visit as well, where the browser keeps it. */
export function themeSwitch() {
  const choice = el(
    "select",
    { id: "theme", onchange: () => choose(choice.value) },
    ...["system", "light", "dark"].map((name) =>
      el("option", { value: name }, name.charAt(0).toUpperCase() + name.slice(1)),
    ),
  );
  choice.value = kept();
  apply(choice.value);
  return el("label", { class: "field" }, el("span", {}, "Theme"), choice);
}

function choose(name) {
  apply(name);
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // A browser may keep nothing of a file; then it holds for this visit.
  }
}

function kept() {
  try {
    const name = localStorage.getItem(KEY);
    return name === "light" || name === "dark" ? name : "system";
  } catch {
    return "system";
  }
}

function apply(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
