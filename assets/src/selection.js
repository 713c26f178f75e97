// Several rows at once: a box that picks them all, and what may be done with the picked ones.
const boxes = (scope) => [...scope.querySelectorAll("input[type=checkbox][data-pick]")];

function refresh(scope) {
  const picked = boxes(scope).filter((box) => box.checked).length;
  for (const all of scope.querySelectorAll("[data-pick-all]")) {
    all.checked = picked > 0 && picked === boxes(scope).length;
    all.indeterminate = picked > 0 && !all.checked;
  }
  for (const count of scope.querySelectorAll("[data-picked-count]")) count.textContent = picked;
  for (const bar of scope.querySelectorAll("[data-when-picked]")) bar.hidden = picked === 0;
}

export function startSelection() {
  document.addEventListener("change", (event) => {
    const scope = event.target.closest?.("[data-picking]");
    if (!scope) return;
    if (event.target.matches("[data-pick-all]")) for (const box of boxes(scope)) box.checked = event.target.checked;
    refresh(scope);
  });
  document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-picking]").forEach(refresh));
  document.querySelectorAll("[data-picking]").forEach(refresh);
}
