// Colours of series. What is good or bad has its own; the others are those of Okabe and Ito, which
// people tell apart who see few colours. The values are in page.css, for light and for dark.

import { tone } from "./words.js";

const MANY = 8;

/** The series that are none of the others. */
export const OTHERS = "others";

/** A colour for each name. The order of the alphabet gives it, so that it is the same in charts of
 * the same names. */
export function coloursOf(names) {
  const free = names.filter((name) => tone(name) === null && name !== OTHERS).sort();
  return names.map((name) => {
    const known = name === OTHERS ? "gone" : tone(name);
    return `var(--${known ?? `series-${(free.indexOf(name) % MANY) + 1}`})`;
  });
}

/** Shades of one colour, the last one the strongest. */
export function shadesOf(names) {
  return names.map((_, index) => {
    const part =
      Math.round((100 * (index + 1)) / names.length) - (index + 1 < names.length ? 15 : 0);
    return `color-mix(in srgb, var(--series-1) ${part}%, var(--surface))`;
  });
}

/** So many series can be told apart. */
export const DISTINCT = MANY;
