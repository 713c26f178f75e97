// Ask once, with the consequence in words, before anything marked data-confirm happens.
import { element } from "./dom.js";
import { t } from "./texts.js";

const sure = new WeakSet();

export function ask(text, verb, tone = "danger") {
  const yes = element("button", { class: `btn btn-${tone}`, value: "yes" }, verb);
  const no = element("button", { class: "btn", value: "no", autofocus: true }, t("Cancel"));
  const form = element("form", { method: "dialog" }, element("p", { id: "duly-question" }, text), element("div", { class: "btn-list justify-content-end" }, no, yes));
  const dialog = element("dialog", { class: "duly-dialog", "aria-labelledby": "duly-question" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

export function startConfirm() {
  document.addEventListener(
    "click",
    async (event) => {
      const asked = event.target.closest?.("[data-confirm]");
      if (!asked || sure.delete(asked)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const verb = asked.dataset.confirmVerb || asked.textContent.trim();
      if (!(await ask(asked.dataset.confirm, verb, asked.dataset.confirmTone))) return;
      sure.add(asked);
      asked.click();
    },
    true,
  );
}
