// Values as people read them.

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const THIS_YEAR = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const MINUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const SECOND = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const LOCAL_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const COUNT = new Intl.NumberFormat("en-GB");
const SHARE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const PARTS = [
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A value of that unit. */
export function shown(value, unit) {
  if (value === null || value === undefined || value === "") return "";
  if (unit === "seconds") return duration(Number(value));
  if (unit === "percent") return `${SHARE.format(Number(value))} %`;
  if (unit === "count") return COUNT.format(Number(value));
  if (unit === "date") return day(value);
  if (unit === "datetime") return moment(value);
  return String(value);
}

/** What a pointer that rests on the value shows, or null. */
export function precisely(value, unit) {
  if (value === null || value === undefined || value === "") return null;
  if (unit === "datetime") return utc(value);
  if (unit === "seconds") return `${COUNT.format(Math.round(Number(value) * 1000) / 1000)} s`;
  return unit === "id" ? String(value) : null;
}

/** 7323 is "2 h 2 min". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size === 0) return "0 s";
  if (size < 0.9995) return `${sign}${Math.max(1, Math.round(size * 1000))} ms`;
  if (size < 9.95) return `${sign}${SHARE.format(size)} s`;
  let rest = Math.round(size);
  const first = PARTS.findIndex(([length]) => rest >= length);
  const told = [];
  for (const [length, name] of PARTS.slice(first, first + 2)) {
    const many = Math.floor(rest / length);
    if (many) told.push(`${many} ${name}`);
    rest -= many * length;
  }
  return sign + told.join(" ");
}

/** The unit in which an axis of seconds is written. */
export function scaleOf(longest) {
  if (longest >= 2 * 86400) return { length: 86400, name: "days" };
  if (longest >= 2 * 3600) return { length: 3600, name: "hours" };
  if (longest >= 120) return { length: 60, name: "minutes" };
  return { length: 1, name: "seconds" };
}

/** A moment in the viewer's time zone; the year where it is another one. */
export function moment(value) {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return String(value);
  return (at.getFullYear() === new Date().getFullYear() ? THIS_YEAR : MINUTE).format(at);
}

/** With seconds. */
export function exactly(value) {
  return SECOND.format(new Date(value));
}

/** The day of a moment, for the viewer. */
export function dayHere(value) {
  return LOCAL_DAY.format(new Date(value));
}

/** The time of day alone. */
export function clock(value) {
  return CLOCK.format(new Date(value));
}

/** A day, which begins at midnight in UTC. */
export function day(value) {
  return DAY.format(new Date(value));
}

/** As the record has it. */
export function utc(value) {
  const at = new Date(value);
  return Number.isNaN(at.getTime())
    ? String(value)
    : `${at.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** Whether it is a day and no moment in it. */
export function isDate(value) {
  return /T00:00:00(\.0+)?Z$/.test(String(value));
}

/** Beginning and end of an id; brief: the end alone, where its beginning stands beside it. */
export function shortened(id, brief = false) {
  if (brief) return id.length > 14 ? `…${id.slice(-11)}` : id;
  return id.length > 26 ? `${id.slice(0, 12)}…${id.slice(-11)}` : id;
}

/** The name of the viewer's time zone. */
export function zone() {
  return ZONE;
}
