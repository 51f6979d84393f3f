// The page asks again every ten seconds while somebody can see it, unless it is paused.

import { el } from "./dom.js";

const EVERY = 10_000;

/** Calls `load` now and then; one call at a time, but `now` does not wait for an older one. */
export function refresherOf(load, live) {
  let timer = null;
  let took = 0;
  const again = () => {
    clearTimeout(timer);
    // A source that takes long is asked less often.
    if (live && followed.checked && !document.hidden)
      timer = setTimeout(next, Math.max(EVERY, 2 * took));
  };
  const run = async () => {
    clearTimeout(timer);
    await loaded();
    again();
  };
  const loaded = async () => {
    const began = performance.now();
    await load();
    took = performance.now() - began;
  };
  // Whoever marks a text wants to copy it; drawing it anew would take it away.
  const next = () => (document.getSelection()?.type === "Range" ? again() : run());
  const followed = el("input", {
    type: "checkbox",
    id: "follow",
    checked: true,
    onchange: () => (followed.checked ? run() : again()),
  });
  document.addEventListener("visibilitychange", () => {
    if (live && !document.hidden && followed.checked) run();
    else clearTimeout(timer);
  });
  const box = el("label", { class: "follow" }, followed, el("span", {}, "Live"));
  return { box, now: run };
}
