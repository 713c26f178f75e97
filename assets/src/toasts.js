// Say in passing that something worked, or did not. Errors stay until they are closed.
import { element } from "./dom.js";
import { t } from "./texts.js";

const STAY_MS = 6000;
const ICONS = { success: "circle-check", danger: "alert-circle", warning: "alert-triangle", info: "info-circle" };

function place() {
  const found = document.getElementById("toasts");
  if (found) return found;
  const made = element("div", { id: "toasts", class: "toast-container position-fixed bottom-0 end-0 p-3" });
  document.body.append(made);
  return made;
}

export function toast(text, tone = "success", action = null) {
  const close = element("button", { type: "button", class: "btn-close ms-auto", "aria-label": t("Close") });
  const link = action && element("a", { href: action.href, class: "ms-2" }, action.text);
  const role = tone === "danger" ? "alert" : "status";
  const box = element("div", { class: `toast show duly-toast duly-toast-${tone}`, role, "data-icon": ICONS[tone] ?? ICONS.info });
  box.append(element("div", { class: "toast-body d-flex align-items-center" }, element("span", {}, text), link, close));
  close.addEventListener("click", () => box.remove());
  if (tone !== "danger") setTimeout(() => box.remove(), STAY_MS);
  place().append(box);
}

export function startToasts() {
  for (const said of document.querySelectorAll("template[data-toast]")) {
    toast(said.content.textContent.trim(), said.dataset.toast || "success");
    said.remove();
  }
  // An HX-Trigger header {"toast": {"text": ..., "tone": ...}} arrives as an event.
  document.addEventListener("toast", ({ detail }) => toast(detail.text ?? String(detail.value ?? ""), detail.tone, detail.action));
}
