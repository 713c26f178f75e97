// A decision table as its author drew it, to be read.
import DmnViewer from "dmn-js/lib/Viewer";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "./decision.css";
import { element } from "./dom.js";
import { getText } from "./http.js";
import { t } from "./texts.js";

function chooser(views, chosen, open) {
  const options = views.map((view, index) => element("option", { value: index, selected: view === chosen }, view.name || view.id));
  const select = element("select", { class: "form-select mb-2", "aria-label": t("Decision") }, ...options);
  select.addEventListener("change", () => open(views[select.value]));
  return select;
}

// dmn-js leaves the head of the rule numbers empty, which says nothing to whoever listens.
function nameHeads(container) {
  for (const head of container.querySelectorAll("th:empty")) head.append(element("span", { class: "visually-hidden" }, t("Rule")));
}

export async function mount(host) {
  const container = element("div", { class: "decision", role: "region", tabindex: "0", "aria-label": host.dataset.title || t("Decision") });
  host.append(container);
  const open = async (view) => {
    await viewer.open(view);
    nameHeads(container);
    for (const table of container.querySelectorAll(".tjs-table-container")) table.tabIndex = 0; // it scrolls: keys must reach it
  };
  const viewer = new DmnViewer({ container });
  await viewer.importXML(await getText(host.dataset.xmlUrl));
  const views = viewer.getViews().filter((view) => view.type !== "drd");
  const first = views.find((view) => view.id === host.dataset.decision) ?? views[0];
  await open(first);
  if (views.length > 1) host.prepend(chooser(views, first, open));
}
