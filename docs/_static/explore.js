// Explorable figures: moves marks and numbers to the rows of tables that the sliders pick. All mathematics is in the tables.
"use strict";

for (const figure of document.querySelectorAll("figure.explorable")) {
  const table = JSON.parse(figure.querySelector("script").textContent);
  const marks = [...figure.querySelectorAll("[data-mark]")];
  const numbers = [...figure.querySelectorAll(".numbers dd")].map((cell) => cell.firstChild);
  const sliders = [...figure.querySelectorAll("input")];
  const handle = figure.querySelector(".handle");
  const svg = handle.ownerSVGElement;

  // A state is one index for each slider; a column says how far each goes in it.
  let state = table.start;
  const at = ([strides, column], where) => column[strides.reduce((sum, stride, i) => sum + stride * where[i], 0)];
  const moved = (slider, index) => state.map((old, i) => (i === slider ? index : old));

  const show = (next) => {
    state = next;
    marks.forEach((mark, i) => mark.setAttribute(table.attributes[i], at(table.marks[i], state)));
    numbers.forEach((number, i) => { number.data = at(table.numbers[i], state); });
    const spoken = table.spoken.map((part) => at(part, state)).join(", ");
    sliders.forEach((slider, i) => {
      slider.value = state[i];
      slider.setAttribute("aria-valuetext", spoken);
    });
  };

  const keep = () => {
    const named = table.keys.map((key, i) => `${key}=${table.values[i][state[i]]}`);
    history.replaceState(null, "", `#${figure.id}:${named.join(",")}`);
  };

  // What an address does not name stays as at the start; one that names what is not there is not followed.
  const follow = () => {
    const [, name, pairs] = /^#([^:]+):(.+)$/.exec(location.hash) ?? [];
    if (name !== figure.id) return;
    const next = [...table.start];
    for (const [key, value] of pairs.split(",").map((pair) => pair.split("="))) {
      const slider = table.keys.indexOf(key);
      const index = slider < 0 ? -1 : table.values[slider].indexOf(value);
      if (index < 0) return;
      next[slider] = index;
    }
    show(next);
    figure.scrollIntoView({ block: "nearest" });
  };

  // From the window to the panel; asked for when a move begins, since asking lays the page out.
  let inside;
  const begin = () => { inside = svg.getScreenCTM().inverse(); };

  // The value of the first slider whose handle is nearest to the pointer.
  const pick = (event) => {
    const pointer = new DOMPoint(event.clientX, event.clientY).matrixTransform(inside);
    let nearest = 0;
    let least = Infinity;
    for (let index = 0; index < table.values[0].length; index++) {
      const place = at(table.handle, moved(0, index));
      const far = Math.hypot(place[0] - pointer.x, place[1] - pointer.y);
      if (far < least) {
        nearest = index;
        least = far;
      }
    }
    if (nearest !== state[0]) show(moved(0, nearest));
  };

  svg.addEventListener("click", (event) => { begin(); pick(event); keep(); });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    begin();
    sliders[0].focus({ preventScroll: true });
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) pick(event);
  });
  sliders.forEach((slider, i) => {
    slider.addEventListener("input", () => show(moved(i, Number(slider.value))));
    slider.addEventListener("change", keep);
  });
  figure.querySelector("button").addEventListener("click", () => { show(table.start); keep(); });
  window.addEventListener("hashchange", follow);

  figure.querySelector(".controls").style.visibility = "";
  svg.classList.add("live");
  show(table.start);
  follow();
}
