// Figures as bars; a bar leads to the cases behind it. The same figures stand below as a table.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import "./charts.css";
import { element, embedded } from "./dom.js";
import { t } from "./texts.js";

echarts.use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);
const pixel = element("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
const PALETTE = ["blue", "orange", "teal", "purple", "red", "cyan", "yellow", "pink"];

// ECharts reckons with rgb alone, the page's tones are oklch and depend on light or dark: let the browser tell.
function colour(name) {
  const probe = element("span", { style: `color: var(--tblr-${name})`, hidden: true });
  document.body.append(probe);
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = getComputedStyle(probe).color;
  pixel.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${alpha / 255})`;
}

function formatter({ currency }) {
  const style = currency ? { style: "currency", currency, maximumFractionDigits: 0 } : { maximumFractionDigits: 2 };
  const full = new Intl.NumberFormat(document.documentElement.lang || "en", style);
  const short = new Intl.NumberFormat(document.documentElement.lang || "en", { notation: "compact" });
  return { full: (value) => full.format(value), short: (value) => short.format(value) };
}

const linkOf = (links, series, index) => (Array.isArray(links?.[0]) ? links[series]?.[index] : links?.[index]);

function options(data) {
  const { labels, series, kind, horizontal } = data;
  const format = formatter(data);
  const text = { color: colour("body-color"), fontFamily: getComputedStyle(document.body).fontFamily };
  const category = { type: "category", data: labels, axisLabel: { ...text, interval: 0, hideOverlap: true }, inverse: Boolean(horizontal) };
  const value = { type: "value", axisLabel: { ...text, formatter: format.short }, splitLine: { lineStyle: { color: colour("border-color") } } };
  const bar = (each) => ({ type: "bar", name: each.name, data: each.values.map(Number), stack: kind === "stacked" ? "all" : undefined, cursor: data.links ? "pointer" : "default", barMaxWidth: 48 });
  return {
    aria: { enabled: true, decal: { show: series.length > 1 } },
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: PALETTE.map(colour),
    grid: { left: 8, right: 16, top: series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    legend: series.length > 1 ? { top: 0, itemGap: 20, textStyle: text } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: format.full, confine: true },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    series: series.map(bar),
  };
}

function table(data) {
  const format = formatter(data);
  const head = element("tr", {}, element("th", { scope: "col" }, data.unit || ""), ...data.series.map((each) => element("th", { scope: "col", class: "text-end" }, each.name)));
  const cell = (text, href) => element("td", { class: "text-end" }, href ? element("a", { href }, text) : text);
  const row = (label, index) =>
    element("tr", {}, element("th", { scope: "row" }, label), ...data.series.map((each, which) => cell(format.full(each.values[index]), linkOf(data.links, which, index))));
  if (!data.unit) head.firstChild.replaceWith(element("td"));
  return element("table", { class: "table table-sm" }, element("thead", {}, head), element("tbody", {}, ...data.labels.map(row)));
}

export async function mount(host) {
  const data = embedded(host);
  const picture = element("div", { class: "chart", role: "img", "aria-label": data.title || t("Chart") });
  host.append(picture, element("details", { class: "mt-1" }, element("summary", {}, t("The figures as a table")), table(data)));
  const chart = echarts.init(picture, null, { renderer: "svg" });
  chart.setOption(options(data));
  chart.on("click", ({ seriesIndex, dataIndex }) => {
    const link = linkOf(data.links, seriesIndex, dataIndex);
    if (link) window.location.assign(link);
  });
  new ResizeObserver(() => chart.resize()).observe(picture);
  document.addEventListener("duly:theme", () => chart.setOption(options(data), true));
}
