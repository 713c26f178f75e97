// What every page loads: the look, htmx, keys, messages in passing, questions before deeds, islands on demand.
import "@tabler/core/dist/css/tabler.min.css";
import "./tones.css";
import "./app.css";
import "@tabler/core";
import htmx from "htmx.org/dist/htmx.esm.js";
import { startConfirm } from "./confirm.js";
import { csrf } from "./http.js";
import { startIslands } from "./islands.js";
import { startKeys } from "./keys.js";
import { startSelection } from "./selection.js";
import { startToasts, toast } from "./toasts.js";
import { t } from "./texts.js";

window.htmx = htmx;
document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRFToken"] = csrf();
});
document.addEventListener("htmx:error", () => toast(t("The server did not answer. Check the connection and try again."), "danger"));
htmx.process(document.body); // htmx itself would wait for a timer, and a quick hand types before that
const typing = document.activeElement;
if (typing?.matches("input") && typing.value !== typing.defaultValue) typing.dispatchEvent(new Event("input", { bubbles: true }));
startConfirm();
startKeys();
startToasts();
startSelection();
startIslands();
