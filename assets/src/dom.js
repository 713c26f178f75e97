// Small things every script needs of the page.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function embedded(host) {
  const script = host.querySelector('script[type="application/json"]') ?? document.querySelector(host.dataset.json || "#-");
  return script ? JSON.parse(script.textContent) : null;
}

export function notice(host, text, tone = "danger") {
  const box = element("div", { class: `alert alert-${tone}`, role: tone === "danger" ? "alert" : "status" }, text);
  host.prepend(box);
  return box;
}

export function isTyping(target) {
  return Boolean(target?.closest?.('input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"]'));
}
