// Fetch the script of an island when an element that asks for it appears, be it later through htmx.
import { element, notice } from "./dom.js";
import { t } from "./texts.js";

/* global ISLANDS */
const here = (file) => new URL(file.replace(/^dist\//, "./"), import.meta.url).href;

function style(file) {
  const href = here(file);
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(element("link", { rel: "stylesheet", href }));
}

async function mount(host) {
  const files = ISLANDS[host.dataset.island];
  if (!files || host.dataset.mounted) return;
  host.dataset.mounted = "starting";
  try {
    if (files.css) style(files.css);
    const island = await import(here(files.js));
    await island.mount(host);
    host.dataset.mounted = "yes";
  } catch (error) {
    host.dataset.mounted = "failed";
    notice(host, `${t("This part of the page could not be shown.")} ${error.message}`);
    console.error(error);
  }
}

export function startIslands() {
  const scan = () => document.querySelectorAll("[data-island]:not([data-mounted])").forEach(mount);
  new MutationObserver(scan).observe(document.body, { childList: true, subtree: true });
  scan();
}
