"use strict";
// The 3-D page. It is loaded once; afterwards Qt sends what has changed, as JSON, through the channel:
//   show: a scene, or null; colors: one per site, or null for the elements'; highlight: a site, or null;
//   look: a rotation [x, y, z, w]; inks: {background, ink, text, axes}; names: whether atoms are named;
//   measured: {atoms, texts: [[words, place]]}, or null; picture: wanted as PNG
// and the page answers ready(problem), shown(number of atoms), clicked(atom) and pictured(data address).

(function () {
  const BOND_RADIUS = 0.09; // angstrom, as all sizes but those in pixels
  const EDGE_RADIUS = 0.03;
  const AXIS_RADIUS = 0.06;
  const WITHIN_POLYHEDRA = 0.6; // of the size of balls with sticks
  const HALO_WIDTH = 0.17;
  const LETTER_GAP = 0.6;
  const SHORTEST_SEEN = 0.4; // an axis seen shorter than this share of its length is treated as if it were not
  const LARGE = 1500; // atoms; more are shown roughly at first where there is no graphics card
  const MARGIN = 22; // pixels that stay free around the crystal
  const HIGHLIGHT = "#ff3fa4"; // neither an element's colour nor on the viridis scale

  const state = {
    show: null,
    colors: null,
    highlight: null,
    look: [0, 0, 0, 1],
    inks: null,
    names: false,
    measured: null,
  };
  const shapes = { wedges: [], cell: [], halos: [], solids: [], rules: [] };
  let viewer = null;
  let pace = null;
  let bridge = null;
  let fitted = null; // the view as `fit` left it

  function webglProblem() {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
    if (!context) {
      return "This computer offers the 3-D page no WebGL.";
    }
    const lose = context.getExtension("WEBGL_lose_context");
    if (lose) {
      lose.loseContext(); // browsers allow only a few contexts at a time
    }
    return "";
  }

  function point(row) {
    return { x: row[0], y: row[1], z: row[2] };
  }

  function siteShares(site) {
    return state.show.shares[site].map(([color, part, symbol]) => ({
      color: state.colors && symbol ? state.colors[site] : color,
      part,
    }));
  }

  function isWhole(site) {
    return state.show.shares[site].length === 1;
  }

  /** Balls that fill space touch where they are bonded; polyhedra leave little room for theirs. */
  function swelling() {
    return { sticks: 1, filled: state.show.filling, polyhedra: WITHIN_POLYHEDRA }[state.show.style];
  }

  /** In angstrom, as the style has it. */
  function radiusOf(site) {
    return state.show.radii[site] * swelling();
  }

  function largestRadius() {
    return state.show.radii.reduce((one, other) => Math.max(one, other)) * swelling();
  }

  /** Balls of 3Dmol for whole sites; for the others only what a click can hit, the wedges are drawn apart. */
  function atomStyle(site) {
    const radius = radiusOf(site);
    const ball = isWhole(site) ? { sphere: { radius } } : { clicksphere: { radius } };
    return state.show.style !== "sticks" ? ball : { ...ball, stick: { radius: BOND_RADIUS } };
  }

  function drawAtoms() {
    viewer.removeAllModels();
    const atoms = state.show.xyz.map((row, index) => {
      const site = state.show.site[index];
      return {
        ...point(row),
        elem: state.show.shares[site][0][2],
        site,
        color: siteShares(site)[0].color,
        style: atomStyle(site),
        bonds: [],
        bondOrder: [],
      };
    });
    for (const [i, j] of state.show.bonds) {
      atoms[i].bonds.push(j);
      atoms[i].bondOrder.push(1);
      atoms[j].bonds.push(i);
      atoms[j].bondOrder.push(1);
    }
    const model = viewer.addModel();
    model.addAtoms(atoms);
    model.setClickable({}, true, (atom) => bridge.clicked(atom.index));
  }

  function replaceShapes(group, drawn) {
    shapes[group].forEach((shape) => viewer.removeShape(shape));
    shapes[group] = drawn;
  }

  /** The balls that show sites for which `isWanted`, each made larger by `extra`. */
  function ballsOf(isWanted, extra) {
    const balls = [];
    state.show.site.forEach((site, index) => {
      if (isWanted(site)) {
        balls.push({ site, center: point(state.show.xyz[index]), radius: radiusOf(site) + extra });
      }
    });
    return balls;
  }

  /** Sites that look the same have the same list of shares, which is then cut into wedges once. */
  function sharedBalls() {
    const cut = new Map();
    return ballsOf((site) => !isWhole(site), 0).map((ball) => {
      const shares = siteShares(ball.site);
      const look = shares.map(({ color, part }) => `${color} ${part}`).join();
      if (!cut.has(look)) {
        cut.set(look, shares.map(({ color, part }) => ({ part, color: $3Dmol.CC.color(color) })));
      }
      return { ...ball, shares: cut.get(look) };
    });
  }

  function solids() {
    const wanted = state.show.style === "polyhedra" ? state.show.polyhedra : [];
    return wanted.map(([site, faces]) => ({
      color: $3Dmol.CC.color(siteShares(site)[0].color),
      triangles: faces.map((face) => face.map((atom) => point(state.show.xyz[atom]))),
    }));
  }

  function corner(i, j, k) {
    const [a, b, c] = state.show.lattice;
    return [0, 1, 2].map((x) => i * a[x] + j * b[x] + k * c[x]);
  }

  function edge(from, to, radius, color) {
    return viewer.addCylinder({ start: point(from), end: point(to), radius, color, fromCap: 1, toCap: 1 });
  }

  function axisEnd(axis) {
    return state.show.lattice[axis].map((x) => state.show.cells * x);
  }

  /** Where the letter of an axis stands: beyond its end, clear of the balls, further when seen end-on. */
  function letterPlace(axis) {
    const end = axisEnd(axis);
    const along = end.map((x) => x / Math.hypot(...end));
    const viewer = fromScreen(0, 0, 1, state.look);
    const towards = along[0] * viewer.x + along[1] * viewer.y + along[2] * viewer.z;
    const seen = Math.max(SHORTEST_SEEN, Math.sqrt(Math.max(0, 1 - towards * towards)));
    const gap = (LETTER_GAP + largestRadius()) / seen;
    return end.map((x, n) => x + gap * along[n]);
  }

  function addLetter(axis) {
    viewer.addLabel("abc"[axis], {
      position: point(letterPlace(axis)),
      alignment: "center",
      fontSize: 18,
      bold: true,
      fontColor: state.inks.axes[axis],
      showBackground: false,
      inFront: true,
    });
  }

  /** Twelve edges of a block of so many cells along each axis. */
  function frame(cells, radius) {
    const edges = [];
    for (const [i, j, k] of [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) {
      for (const [p, q] of [[0, 1], [1, 0], [1, 1]]) {
        const start = (i ? [0, p, q] : j ? [p, 0, q] : [p, q, 0]).map((x) => cells * x);
        const end = [start[0] + cells * i, start[1] + cells * j, start[2] + cells * k];
        edges.push(edge(corner(...start), corner(...end), radius, state.inks.ink));
      }
    }
    return edges;
  }

  /** The unit cell, the outline of the block when that is larger, and the axes along it. */
  function drawCell() {
    const { cells } = state.show;
    const outline = cells > 1 ? frame(cells, EDGE_RADIUS / 2) : [];
    const axes = state.inks.axes.map((color, axis) => edge([0, 0, 0], axisEnd(axis), AXIS_RADIUS, color));
    return [...outline, ...frame(1, EDGE_RADIUS), ...axes];
  }

  function writeAll() {
    viewer.removeAllLabels();
    [0, 1, 2].forEach(addLetter);
    if (state.names) {
      writeNames(viewer, state.show, state.inks);
    }
    if (state.measured) {
      writeMeasures(viewer, state.measured.texts, state.inks);
    }
  }

  function measuredPlaces() {
    return (state.measured ? state.measured.atoms : []).map((atom) => state.show.xyz[atom]);
  }

  function middle() {
    const half = state.show.cells / 2;
    return corner(half, half, half);
  }

  /** Turn about the middle of the block as asked for, and fill the view with it and the letters. */
  function fit(look) {
    viewer.zoomTo();
    viewer.setView([...middle().map((x) => -x), viewer.getView()[3], ...look, 0, 0]);
    const page = document.body.getBoundingClientRect();
    const reach = outermostPoints().map(([place, size]) => ({ ...onScreen(place), size }));
    const farthest = (far, spot) => Math.max(far, spot);
    const across = reach.map((spot) => Math.abs(spot.x - page.width / 2) + spot.size).reduce(farthest);
    const down = reach.map((spot) => Math.abs(spot.y - page.height / 2) + spot.size).reduce(farthest);
    const room = Math.min((page.width / 2 - MARGIN) / across, (page.height / 2 - MARGIN) / down);
    if (room > 0) {
      viewer.zoom(room);
    }
    fitted = viewer.getView();
  }

  /** Places with the size of what is there in pixels: corners of the block, atoms beyond it, and letters. */
  function outermostPoints() {
    const ball = ballOnScreen();
    const ends = [0, state.show.cells];
    const corners = ends.flatMap((i) => ends.flatMap((j) => ends.map((k) => corner(i, j, k))));
    const beyond = state.show.style === "polyhedra" ? state.show.xyz : [];
    const letters = [0, 1, 2].map((axis) => [letterPlace(axis), 0]);
    return [...[...corners, ...beyond].map((place) => [place, ball]), ...letters];
  }

  /** Radius in pixels of the largest ball, in the middle of the block. */
  function ballOnScreen() {
    const [x, y, z] = middle();
    const aside = fromScreen(largestRadius(), 0, 0, viewer.getView().slice(4, 8));
    return Math.abs(onScreen([x + aside.x, y + aside.y, z + aside.z]).x - onScreen([x, y, z]).x);
  }

  function onScreen(place) {
    const spot = viewer.modelToScreen(point(place));
    return { x: spot.x, y: spot.y };
  }

  /** Fill the view again when its size changes, unless the user has turned or zoomed it since. */
  function onResize() {
    pace.quietly(() => {
      viewer.resize();
      if (state.show && fitted && viewer.getView().every((x, n) => Math.abs(x - fitted[n]) < 1e-6)) {
        fit(viewer.getView().slice(4, 8));
      }
    });
    pace.move();
  }

  function clear() {
    viewer.removeAllModels();
    viewer.removeAllShapes();
    viewer.removeAllLabels();
    Object.keys(shapes).forEach((group) => (shapes[group] = []));
  }

  /** Draw again what the change touches, and no more. */
  function draw(change) {
    const touches = (...names) => names.some((name) => name in change);
    if (touches("inks")) {
      document.body.style.background = state.inks.background;
      viewer.setBackgroundColor(state.inks.background);
    }
    if (!state.show) {
      clear();
      return;
    }
    if (touches("show", "colors")) {
      drawAtoms();
      replaceShapes("solids", drawPolyhedra(viewer, solids()));
    }
    if (touches("show", "colors", "look")) {
      replaceShapes("wedges", drawWedges(viewer, sharedBalls(), state.look));
    }
    if (touches("show", "inks")) {
      replaceShapes("cell", drawCell());
    }
    if (touches("show", "highlight")) {
      const balls = ballsOf((site) => site === state.highlight, HALO_WIDTH);
      replaceShapes("halos", drawHalos(viewer, balls, $3Dmol.CC.color(HIGHLIGHT)));
    }
    if (touches("show", "measured")) {
      replaceShapes("rules", drawRules(viewer, measuredPlaces(), HIGHLIGHT));
    }
    if (touches("show", "inks", "look", "names", "measured")) {
      writeAll();
    }
    if (touches("look")) {
      fit(state.look);
    } else if (touches("show")) {
      fit(viewer.getView().slice(4, 8));
    }
  }

  function obey(text) {
    const change = JSON.parse(text);
    if (change.picture) {
      pace.rest();
      bridge.pictured(viewer.pngURI());
      return;
    }
    const forgotten = "show" in change ? { colors: null, highlight: null, measured: null } : {};
    Object.assign(state, forgotten, change);
    pace.quietly(() => draw(change));
    pace.draw(state.show !== null && state.show.xyz.length > LARGE);
    afterPainting(() => bridge.shown(state.show ? state.show.xyz.length : 0));
  }

  /** The second frame begins when the first is on the screen. */
  function afterPainting(then) {
    requestAnimationFrame(() => requestAnimationFrame(then));
  }

  function whenViewerExists(then) {
    const found = window[document.body.dataset.viewer];
    if (found) {
      then(found);
    } else {
      setTimeout(() => whenViewerExists(then), 20);
    }
  }

  new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    const problem = webglProblem();
    if (problem) {
      bridge.ready(problem);
      return;
    }
    whenViewerExists((found) => {
      viewer = found;
      pace = new Pace(viewer);
      viewer.setProjection("orthographic");
      window.addEventListener("resize", onResize);
      bridge.commanded.connect(obey);
      bridge.ready("");
    });
  });
})();
