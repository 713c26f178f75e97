// Everything the mouse can do often, the keyboard does too. `?` lists the keys of the page.
import { element, isTyping } from "./dom.js";
import { t } from "./texts.js";

const CHORD_MS = 1500;
let chordUntil = 0;

const visible = (found) => found && found.getClientRects().length > 0;
const rows = () => [...document.querySelectorAll("[data-rows] [data-row], tbody[data-rows] > tr")].filter(visible);
const current = () => document.activeElement?.closest?.("[data-row], tbody[data-rows] > tr") ?? document.querySelector("[data-row][aria-current='true']");
const opener = (row) => row.querySelector("[data-open]") ?? row.querySelector("a[href]") ?? row;

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const row = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  const target = opener(row);
  if (target === row) row.tabIndex = -1;
  target.focus();
  row.scrollIntoView({ block: "nearest" });
}

function press(found) {
  if (!visible(found)) return false;
  if (found.matches("input:not([type=checkbox]), textarea, select")) found.focus();
  else found.click();
  return true;
}

function keyed(key) {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  return current()?.querySelector(selector) ?? [...document.querySelectorAll(selector)].find(visible);
}

function focusSearch() {
  const search = document.querySelector("[data-search]");
  search?.focus();
  search?.select?.();
  return Boolean(search);
}

function open() {
  const row = current();
  if (!row || document.activeElement?.matches("a, button, input, summary")) return false;
  return press(opener(row));
}

function chord(key) {
  if (performance.now() > chordUntil) return false;
  chordUntil = 0;
  return press(document.querySelector(`[data-goto="${CSS.escape(key)}"]`)) || follow(key);
}

function follow(key) {
  const link = document.querySelector(`a[data-goto="${CSS.escape(key)}"]`); // folded away on a phone
  if (link) window.location.assign(link.href);
  return Boolean(link);
}

function label(found) {
  return found.dataset.keyLabel || found.getAttribute("aria-label") || found.textContent.trim().replace(/\s+/g, " ");
}

function listed() {
  const list = [["/", t("Search everything")]];
  const seen = new Set();
  for (const found of document.querySelectorAll("[data-goto]")) list.push([`g ${found.dataset.goto}`, label(found)]);
  if (rows().length) list.push(["j", t("Next row")], ["k", t("Previous row")], ["Enter", t("Open the row")]);
  for (const found of document.querySelectorAll("[data-key]")) {
    if (!seen.has(found.dataset.key)) list.push([found.dataset.key, label(found)]);
    seen.add(found.dataset.key);
  }
  if (document.querySelector("[data-island=form]")) list.push(["Ctrl Enter", t("Send the form")]);
  return [...list, ["?", t("Show these keys")]];
}

export function showKeys() {
  const lines = listed().map(([keys, text]) =>
    element("tr", {}, element("td", {}, ...keys.split(" ").map((key) => element("kbd", { class: "me-1" }, key))), element("td", {}, text)),
  );
  const close = element("button", { class: "btn", autofocus: true }, t("Close"));
  const title = element("h2", { id: "duly-keys", class: "h3" }, t("Keys of this page"));
  const table = element("table", { class: "table table-sm" }, element("tbody", {}, ...lines));
  const dialog = element("dialog", { class: "duly-dialog", "aria-labelledby": "duly-keys" }, title, table, element("form", { method: "dialog" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

function answer(key) {
  if (chord(key)) return true;
  if (key === "g") chordUntil = performance.now() + CHORD_MS;
  if (key === "g") return true;
  if (key === "/") return focusSearch();
  if (key === "?") return showKeys();
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1) ?? true;
  if (key === "Enter") return open();
  return press(keyed(key));
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      if (focusSearch()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector("dialog[open], .modal.show")) return;
    if (answer(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => event.target.closest?.("[data-show-keys]") && showKeys());
}
