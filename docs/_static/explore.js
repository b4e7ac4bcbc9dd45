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
  const moved = (slider, index, from = state) => from.map((old, i) => (i === slider ? index : old));

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

  // The state whose handle is nearest to the pointer, among those that differ in the sliders which the handle moves.
  const pick = (event) => {
    const pointer = new DOMPoint(event.clientX, event.clientY).matrixTransform(inside);
    const far = (where) => {
      const [x, y] = at(table.handle, where);
      return Math.hypot(x - pointer.x, y - pointer.y);
    };
    let states = [state];
    for (let i = 0; i < table.moves; i++) {
      states = states.flatMap((old) => table.values[i].map((_, index) => moved(i, index, old)));
    }
    const nearest = states.reduce((best, where) => (far(where) < far(best) ? where : best));
    if (nearest.some((index, i) => index !== state[i])) show(nearest);
  };

  svg.addEventListener("click", (event) => { begin(); pick(event); keep(); });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    begin();
    sliders[0].focus({ preventScroll: true });
  });
  for (const kind of ["pointermove", "pointerup"]) {
    handle.addEventListener(kind, (event) => {
      if (handle.hasPointerCapture(event.pointerId)) pick(event);
    });
  }
  handle.addEventListener("lostpointercapture", keep);
  // A finger moves the handle and not the page. The style says so too, but a browser may not ask it inside a picture.
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
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
