// Explorable figures: moves marks and numbers to the row of a table that the handle picks. All mathematics is in the table.
"use strict";

for (const figure of document.querySelectorAll("figure.explorable")) {
  const table = JSON.parse(figure.querySelector("script").textContent);
  const marks = [...figure.querySelectorAll("[data-mark]")];
  const numbers = [...figure.querySelectorAll(".numbers dd")].map((cell) => cell.firstChild);
  const range = figure.querySelector("input");
  const handle = figure.querySelector(".handle");
  const svg = handle.ownerSVGElement;

  const show = (state) => {
    marks.forEach((mark, i) => mark.setAttribute(table.attributes[i], table.marks[i][state]));
    numbers.forEach((number, i) => { number.data = table.numbers[i][state]; });
    range.value = state;
    range.setAttribute("aria-valuetext", table.spoken[state]);
  };

  const keep = () => {
    history.replaceState(null, "", `#${figure.id}:${table.key}=${table.values[range.value]}`);
  };

  const follow = () => {
    const [, name, key, value] = /^#([^:]+):([^=]+)=(.+)$/.exec(location.hash) ?? [];
    const state = table.values.indexOf(value);
    if (name !== figure.id || key !== table.key || state < 0) return;
    show(state);
    figure.scrollIntoView({ block: "nearest" });
  };

  // From the window to the panel; asked for when a move begins, since asking lays the page out.
  let inside;
  const begin = () => { inside = svg.getScreenCTM().inverse(); };

  // The row whose handle is nearest to the pointer.
  const pick = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(inside);
    let nearest = 0;
    let least = Infinity;
    for (let state = 0; state < table.handle.length; state++) {
      const place = table.handle[state];
      const far = Math.hypot(place[0] - at.x, place[1] - at.y);
      if (far < least) {
        nearest = state;
        least = far;
      }
    }
    if (nearest !== Number(range.value)) show(nearest);
  };

  svg.addEventListener("click", (event) => { begin(); pick(event); keep(); });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    begin();
    range.focus({ preventScroll: true });
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) pick(event);
  });
  range.addEventListener("input", () => show(Number(range.value)));
  range.addEventListener("change", keep);
  figure.querySelector("button").addEventListener("click", () => { show(table.start); keep(); });
  window.addEventListener("hashchange", follow);

  figure.querySelector(".controls").style.visibility = "";
  svg.classList.add("live");
  show(table.start);
  follow();
}
