// Talk to the server: JSON in and out, with the CSRF token the page carries.
import { t } from "./texts.js";

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message || t("That did not work ({status}). Reload the page and try again.", { status }));
    this.status = status;
    this.answer = answer ?? {};
  }
}

async function read(response) {
  const isJson = response.headers.get("content-type")?.includes("json");
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new Refused(response.status, answer);
  return answer ?? {};
}

export async function getJson(url) {
  return read(await fetch(url, { headers: { Accept: "application/json" } }));
}

export async function getText(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Refused(response.status);
  return response.text();
}

export async function postJson(url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  // A view may simply redirect: then its final address is where to go next.
  const redirected = response.ok && response.redirected && !response.headers.get("content-type")?.includes("json");
  return redirected ? { next: response.url } : read(response);
}
