"use strict";

/* The list is kept up to date, and documents are folded at once; every page works without this. */
(() => {
  const live = document.getElementById("live");
  const said = document.getElementById("said");
  const pause = document.getElementById("pause");
  const every = 2000;
  let paused = false;

  function say(text, state) {
    if (said.textContent !== text) said.textContent = text;
    live.dataset.state = state;
  }

  function swap(id, page) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!old || !fresh) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(document.importNode(fresh, true));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  async function look() {
    if (paused || document.hidden) return;
    try {
      const now = await (await fetch("/admin/newest")).json();
      if (live.dataset.stamp === now.stamp) {
        if (live.dataset.state === "lost") say(live.dataset.live, "live");
        return;
      }
      const answer = await fetch(location.pathname === "/" ? location.href : "/" + location.search);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["tabs", "list", "waiting"]) swap(id, page);
      const arrived = now.newest - Number(live.dataset.newest);
      live.dataset.stamp = now.stamp;
      live.dataset.newest = now.newest;
      say(arrived > 0 ? live.dataset.arrived.replace("#", arrived) : live.dataset.live, "live");
    } catch {
      say(live.dataset.lost, "lost");
    }
  }

  async function keepLooking() {
    await look();
    setTimeout(keepLooking, every);
  }

  if (live) {
    live.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
      say(paused ? live.dataset.paused : live.dataset.live, paused ? "paused" : "live");
    });
    setTimeout(keepLooking, every);
  }

  for (const row of document.querySelectorAll(".folds")) row.hidden = false;
  for (const button of document.querySelectorAll("[data-fold]")) {
    button.addEventListener("click", () => {
      for (const each of document.querySelectorAll(`#${button.dataset.fold} details`)) {
        each.open = button.dataset.open === "1";
      }
    });
  }
})();
