// A task's form: drawn from its form-js schema, sent as JSON, answered with errors per field or with what comes next.
import { Form } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "./form.css";
import { element, embedded, notice } from "./dom.js";
import { postJson } from "./http.js";
import { t } from "./texts.js";

const hasButton = (components = []) => components.some((each) => (each.type === "button" && each.action !== "reset") || hasButton(each.components));
const listed = (errors) => Object.fromEntries(Object.entries(errors).map(([id, said]) => [id, [said].flat()]));

function extras(host) {
  const named = host.querySelectorAll("[data-extra] [name]");
  return Object.fromEntries([...named].map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]));
}

function next(host, answer) {
  host.dispatchEvent(new CustomEvent("duly:form-done", { bubbles: true, detail: answer }));
  if (!answer.next) return;
  if (host.dataset.target) window.htmx.ajax("GET", answer.next, { target: host.dataset.target, swap: host.dataset.swap || "innerHTML" });
  else window.location.assign(answer.next);
}

// A field that the form does not show cannot carry its error: then it is said above the form.
function show(host, form, errors) {
  form._setState({ errors: listed(errors) });
  const fields = form.get("formFieldRegistry");
  const strays = Object.entries(listed(errors)).filter(([id]) => !fields.get(id));
  for (const [name, said] of strays) {
    const field = host.querySelector(`[data-extra] [name="${CSS.escape(name)}"]`);
    field?.classList.add("is-invalid");
    field?.setAttribute("aria-invalid", "true");
    notice(host, said.join(" "));
  }
  focusWrong(host);
}

const WRONG = ".fjs-has-errors :is(input, select, textarea), .is-invalid";

// The form draws its errors a moment after it says them; the first may be below the fold, with what it says below it.
function focusWrong(host, tries = 20) {
  const field = host.querySelector(WRONG);
  if (!field && tries) return void setTimeout(focusWrong, 50, host, tries - 1);
  field?.focus({ preventScroll: true });
  field?.scrollIntoView({ block: "center" });
}

function refused(host, form, error) {
  const { errors, message, next: link } = error.answer ?? {};
  if (errors) show(host, form, errors);
  if (errors && !message) return;
  const box = notice(host, error.message, error.status === 409 ? "warning" : "danger");
  if (link) box.append(" ", element("a", { href: link, class: "alert-link" }, t("Go on")));
}

function clear(host) {
  host.querySelectorAll(":scope > .alert").forEach((box) => box.remove());
  host.querySelectorAll(".is-invalid").forEach((field) => {
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
  });
}

function sender(host, form) {
  let busy = false;
  return async ({ data, errors }) => {
    if (busy) return;
    clear(host);
    if (Object.keys(errors).length) return focusWrong(host);
    busy = true;
    host.setAttribute("aria-busy", "true");
    try {
      next(host, await postJson(host.dataset.action, { ...JSON.parse(host.dataset.more || "{}"), ...extras(host), data }));
    } catch (error) {
      refused(host, form, error);
    } finally {
      busy = false;
      host.removeAttribute("aria-busy");
    }
  };
}

// A field reports its value some time after the last key: leaving it does so at once.
function submit(form) {
  document.activeElement?.blur?.();
  setTimeout(() => form.submit(), 350);
}

function addButton(host, form) {
  const verb = host.dataset.submit || t("Done");
  const button = element("button", { type: "button", class: "btn btn-primary mt-3", "data-form-submit": true }, verb);
  const hint = element("kbd", { class: "ms-2 d-none d-md-inline" }, "Ctrl Enter");
  button.append(hint);
  button.addEventListener("click", () => submit(form));
  host.append(button);
}

export async function mount(host) {
  const { schema, data = {} } = embedded(host);
  const readOnly = "readonly" in host.dataset;
  const container = element("div", { class: "duly-form" });
  host.prepend(container);
  const form = new Form({ container });
  await form.importSchema(schema, data);
  if (readOnly) return form.setProperty("readOnly", true);
  form.on("submit", sender(host, form));
  if (!hasButton(schema.components)) addButton(host, form);
  const scope = host.closest("[data-form-scope]") ?? host;
  scope.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit(form);
  });
}
