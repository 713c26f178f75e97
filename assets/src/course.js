// A strategy's diagram: the path a case took, where it stands, or how much stands where.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "./course.css";
import { element, notice } from "./dom.js";
import { getJson, getText } from "./http.js";
import { moment, t } from "./texts.js";
import { startTouch } from "./touch.js";

const INK = "var(--tblr-body-color)";
const PAPER = "var(--tblr-bg-surface)";
const READABLE = 0.6; // a smaller scale cannot be read
const CLOSE = 0.75;
const MARKS = ["course-visited", "course-current"];

// With some air around: badges stand out of their shapes.
function whole(canvas) {
  canvas.zoom("fit-viewport", "auto");
  canvas.zoom(canvas.zoom() * 0.92, "auto");
}

function tools(canvas, zoom) {
  const button = (label, sign, act) => {
    const made = element("button", { type: "button", class: "btn btn-icon btn-sm", "aria-label": label, title: label }, sign);
    made.addEventListener("click", act);
    return made;
  };
  return element(
    "div",
    { class: "btn-group course-tools", role: "group", "aria-label": t("Zoom") },
    button(t("Zoom in"), "+", () => zoom.stepZoom(1)),
    button(t("Zoom out"), "−", () => zoom.stepZoom(-1)),
    button(t("Show the whole diagram"), "⤢", () => whole(canvas)),
  );
}

// The engine records elements, not flows: of the ways into an element, the last one left before it was taken.
function flowsTaken(registry, order) {
  const lastLeft = new Map();
  const taken = new Set();
  order.forEach((id, index) => {
    const ways = (registry.get(id)?.incoming ?? []).filter((flow) => lastLeft.has(flow.source?.id));
    ways.sort((one, other) => lastLeft.get(other.source.id) - lastLeft.get(one.source.id));
    if (ways.length) taken.add(ways[0].id);
    lastLeft.set(id, index);
  });
  return taken;
}

function badge(overlays, id, count) {
  const { text, href, tone = "primary", title } = typeof count === "object" ? count : { text: String(count) };
  const html = element(href ? "a" : "span", { class: `course-count bg-${tone} text-${tone}-fg`, href, title }, text);
  overlays.add(id, "course", { position: { top: -14, right: 16 }, html });
}

function draw(viewer, trail) {
  const [canvas, registry, overlays] = ["canvas", "elementRegistry", "overlays"].map((name) => viewer.get(name));
  const { visited = [], current = [], counts = {} } = trail;
  registry.forEach(({ id }) => MARKS.forEach((mark) => canvas.removeMarker(id, mark)));
  overlays.remove({ type: "course" });
  const known = (id) => Boolean(registry.get(id));
  const order = [...visited.map((visit) => visit.element), ...current].filter(known);
  for (const id of [...order, ...flowsTaken(registry, order)]) canvas.addMarker(id, "course-visited");
  for (const id of current.filter(known)) canvas.addMarker(id, "course-current");
  for (const [id, count] of Object.entries(counts)) if (known(id)) badge(overlays, id, count);
}

const nameOf = (registry, id) => registry.get(id)?.businessObject?.name || id;

function describe(registry, trail, id) {
  const visits = (trail.visited ?? []).filter((visit) => visit.element === id);
  const here = (trail.current ?? []).includes(id) ? t("The case is here now.") : "";
  const lines = visits.slice(-5).map((visit) => [moment(visit.at), visit.who, visit.text].filter(Boolean).join(" · "));
  return [nameOf(registry, id), here, ...lines].filter(Boolean);
}

function tooltips(viewer, host, state) {
  const tip = element("div", { class: "course-tip", role: "status", hidden: true });
  host.append(tip);
  const show = ({ element: shape, originalEvent }) => {
    const [name, ...lines] = describe(viewer.get("elementRegistry"), state.trail, shape.id);
    tip.hidden = !lines.length;
    tip.replaceChildren(element("strong", {}, name), ...lines.map((line) => element("div", {}, line)));
    const box = host.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min((originalEvent?.clientX ?? box.left) - box.left + 12, box.width - 240))}px`;
    tip.style.top = `${Math.max(0, (originalEvent?.clientY ?? box.top) - box.top + 16)}px`;
  };
  viewer.on("element.hover", show);
  viewer.on("element.click", show);
  viewer.on("element.out", () => (tip.hidden = true));
}

// The same in words, for whoever does not see the picture.
function list(viewer, host, trail) {
  host.querySelector(".course-list")?.remove();
  if (!trail.visited?.length) return;
  const registry = viewer.get("elementRegistry");
  const rows = trail.visited.map((visit) =>
    element("tr", {}, element("td", {}, nameOf(registry, visit.element)), element("td", {}, moment(visit.at)), element("td", {}, visit.who ?? "")),
  );
  const head = element("tr", {}, ...[t("Step"), t("When"), t("Who")].map((text) => element("th", { scope: "col" }, text)));
  const table = element("table", { class: "table table-sm" }, element("thead", {}, head), element("tbody", {}, ...rows));
  host.append(element("details", { class: "course-list" }, element("summary", {}, t("The course as a list")), table));
}

function fit(viewer, trail) {
  const canvas = viewer.get("canvas");
  whole(canvas);
  const here = (trail.current ?? []).map((id) => viewer.get("elementRegistry").get(id)).find(Boolean);
  if (canvas.zoom() >= READABLE || !here) return;
  const { outer } = canvas.viewbox(); // too small to read: show where the case stands
  const [width, height] = [outer.width / CLOSE, outer.height / CLOSE];
  canvas.viewbox({ x: here.x + here.width / 2 - width / 2, y: here.y + here.height / 2 - height / 2, width, height });
}

export async function mount(host) {
  const container = element("div", { class: "course-canvas", role: "group", "aria-label": host.dataset.title || t("Diagram") });
  host.classList.add("course");
  host.append(container);
  const bpmnRenderer = { defaultFillColor: PAPER, defaultStrokeColor: INK, defaultLabelColor: INK };
  const viewer = new NavigatedViewer({ container, bpmnRenderer, zoomScroll: { enabled: false } });
  const state = { trail: {} };
  const load = async (url) => {
    state.trail = url ? await getJson(url) : {};
    draw(viewer, state.trail);
    list(viewer, host, state.trail);
  };
  await viewer.importXML(await getText(host.dataset.xmlUrl));
  await load(host.dataset.trailUrl);
  const zoom = viewer.get("zoomScroll");
  host.prepend(tools(viewer.get("canvas"), zoom));
  startTouch(container, viewer.get("canvas"), zoom);
  tooltips(viewer, host, state);
  fit(viewer, state.trail);
  container.querySelector("svg")?.setAttribute("aria-label", host.dataset.title || t("Diagram"));
  // A switch such as Cases · Money · Waiting time names another trail for this diagram.
  document.addEventListener("click", (event) => {
    const wish = event.target.closest?.("[data-show-trail]");
    if (wish && host.matches(wish.dataset.course || ".course")) load(wish.dataset.showTrail).catch((error) => notice(host, error.message));
  });
}
