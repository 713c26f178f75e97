// The words the scripts say, translated by the server in <script type="application/json" id="texts">.
let known;

export function t(text, values = {}) {
  known ??= JSON.parse(document.getElementById("texts")?.textContent || "{}");
  return (known[text] || text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function moment(iso) {
  const when = new Date(iso);
  if (Number.isNaN(when.getTime())) return String(iso ?? "");
  const withTime = String(iso).includes("T");
  const style = withTime ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium", timeZone: "UTC" };
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", style).format(when);
}
