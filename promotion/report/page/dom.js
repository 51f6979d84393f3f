// Elements. What records say becomes text and nothing else: it comes from people and services that
// this page has no reason to trust.

/** A new element; `on…` properties are listeners, strings among the children are text. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Replace what an element has; the focus stays on the element of the same `data-key`. */
export function refill(box, ...children) {
  const key = box.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  box.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  if (key === undefined) return;
  const again = [...box.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  again?.focus({ preventScroll: true });
}

/** The address of a promotion's timeline. */
export function linkTo(promotion) {
  return `#promotion=${encodeURIComponent(promotion)}`;
}
