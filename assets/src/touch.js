// Fingers on a diagram: one moves it, two zoom it; the wheel zooms with Ctrl and else scrolls the page.
const STEP_PX = 40;

export function startTouch(container, canvas, zoom) {
  const fingers = new Map();
  let spread = 0;
  const distance = () => {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  };
  container.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) spread = distance();
  });
  container.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 1) canvas.scroll({ dx: event.clientX - before.x, dy: event.clientY - before.y });
    else if (Math.abs(distance() - spread) > STEP_PX) {
      zoom.stepZoom(distance() > spread ? 1 : -1);
      spread = distance();
    }
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) container.addEventListener(end, (event) => fingers.delete(event.pointerId));
  container.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom.stepZoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });
}
