// Bundles one script and style per island into web/static/dist and lists them, hashed, in manifest.json.
import * as esbuild from "esbuild";
import fs from "node:fs";
import path from "node:path";
import crypto from "node:crypto";

const OUT = "../web/static/dist";
const ISLANDS = ["form", "course", "letter", "decision", "charts"];
const SHARED = {
  bundle: true,
  outdir: OUT,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  target: "es2022",
  minify: true,
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
  loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".eot": "file", ".svg": "file", ".png": "file" },
};
const manifest = {};

function note(result) {
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (!output.entryPoint?.startsWith("src/")) continue;
    const name = path.basename(output.entryPoint, ".js");
    manifest[name] = { js: `dist/${path.basename(file)}` };
    if (output.cssBundle) manifest[name].css = `dist/${path.basename(output.cssBundle)}`;
  }
}

async function bundle(names, options) {
  note(await esbuild.build({ ...SHARED, entryPoints: names.map((name) => `src/${name}.js`), ...options }));
}

// Only the icons that are used: the whole sprite has 2 MB.
function icons() {
  const sprite = fs.readFileSync("node_modules/@tabler/icons-sprite/dist/tabler-sprite.svg", "utf8");
  const symbols = new Map([...sprite.matchAll(/<symbol id="tabler-([^"]+)"[\s\S]*?<\/symbol>/g)].map((m) => [m[1], m[0]]));
  const names = fs.readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean);
  const unknown = names.filter((name) => !symbols.has(name));
  if (unknown.length) throw new Error(`icons.txt names icons that Tabler does not have: ${unknown.join(", ")}`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${names.map((name) => symbols.get(name)).join("\n")}</svg>`;
  const digest = crypto.createHash("sha256").update(svg).digest("hex").slice(0, 8);
  fs.writeFileSync(`${OUT}/icons-${digest}.svg`, svg);
  manifest.icons = { svg: `dist/icons-${digest}.svg` };
}

// What the scripts say, for the server to translate: every t("...").
function texts() {
  const sources = fs.readdirSync("src").filter((name) => name.endsWith(".js"));
  const found = sources.flatMap((name) => [...fs.readFileSync(`src/${name}`, "utf8").matchAll(/\bt\("((?:[^"\\]|\\.)+)"/g)]);
  fs.writeFileSync(`${OUT}/texts.json`, JSON.stringify([...new Set(found.map((match) => match[1]))].sort(), null, 1));
}

fs.rmSync(OUT, { recursive: true, force: true });
await bundle(ISLANDS, { format: "esm", splitting: true });
await bundle(["theme"], { format: "iife" });
// The app fetches an island when its element appears, so it must know the hashed names.
const where = Object.fromEntries(ISLANDS.map((name) => [name, manifest[name]]));
await bundle(["app"], { format: "esm", define: { ISLANDS: JSON.stringify(where) } });
icons();
texts();
fs.writeFileSync(`${OUT}/manifest.json`, JSON.stringify(manifest, null, 1));
