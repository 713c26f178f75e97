// A letter as it will be read. Pages break differently in a word processor, so it says that it is a preview.
import { renderAsync } from "docx-preview";
import "./letter.css";
import { element } from "./dom.js";
import { Refused } from "./http.js";
import { t } from "./texts.js";

const NARROW_PX = 400; // below, a page shrunk to fit could not be read: its text flows instead
const OPTIONS = { className: "docx", inWrapper: true, ignoreLastRenderedPageBreak: true, useBase64URL: true };

function fit(sheet) {
  const page = sheet.querySelector("section.docx");
  if (!page) return;
  sheet.style.zoom = 1;
  sheet.style.zoom = Math.min(1, (sheet.parentElement.clientWidth - 2) / page.offsetWidth);
}

export async function mount(host) {
  const title = host.dataset.title ? `${t("Preview")}: ${host.dataset.title}` : t("Preview");
  const hint = element("p", { class: "text-secondary small mb-1" }, t("Preview. Pages may break at other places in the letter itself."));
  const sheet = element("div", { class: "letter-sheet" });
  const window_ = element("div", { class: "letter-window", role: "region", tabindex: "0", "aria-label": title }, sheet);
  host.append(hint, window_);
  const response = await fetch(host.dataset.url);
  if (!response.ok) throw new Refused(response.status);
  const narrow = host.clientWidth < NARROW_PX;
  host.classList.toggle("letter-narrow", narrow);
  await renderAsync(await response.blob(), sheet, null, { ...OPTIONS, ignoreWidth: narrow, ignoreHeight: narrow });
  if (narrow) return;
  fit(sheet);
  new ResizeObserver(() => fit(sheet)).observe(window_);
}
