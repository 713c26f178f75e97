// Loaded in the head, before anything is drawn, so that a dark page never flashes white.
const wished = () => localStorage.getItem("theme") || "auto";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const theme = wished() === "auto" ? (dark.matches ? "dark" : "light") : wished();
  document.documentElement.dataset.bsTheme = theme;
  document.dispatchEvent(new CustomEvent("duly:theme", { detail: theme }));
}

dark.addEventListener("change", apply);
document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-theme-set]")?.dataset.themeSet;
  if (!chosen) return;
  localStorage.setItem("theme", chosen === "toggle" ? (document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark") : chosen);
  apply();
});
apply();
