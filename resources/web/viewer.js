"use strict";
// The 3-D page. It is loaded once; afterwards Qt sends commands as JSON through the channel:
//   {"show": scene}, {"colors": [per site] | null}, {"highlight": site | null},
//   {"look": [qx, qy, qz, qw]}, {"inks": {background, ink}}
// and the page answers ready(reason), shown(number of atoms) and clicked(site).

(function () {
  const BOND_RADIUS = 0.09;
  const EDGE_RADIUS = 0.03;
  const AXIS_RADIUS = 0.06;
  const HALO_WIDTH = 0.17;
  const MARGIN = 22; // pixels that stay free around the crystal
  const AXIS_COLORS = ["#d55e00", "#009e73", "#0072b2"]; // a, b, c; told apart by the colour-blind
  const HIGHLIGHT = "#ff3fa4"; // neither an element's colour nor on the viridis scale

  let viewer = null;
  let bridge = null;
  let scene = null;
  let model = null;
  let colors = null;
  let highlighted = null;
  let inks = { background: "#ffffff", ink: "#404040" };
  let facing = [0, 0, 0, 1]; // the rotation last asked for; wedges are cut so that it shows them all
  let fitted = null; // the view as `fit` left it
  let wedges = [];
  let halos = [];

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
    return scene.shares[site].map(([color, part, symbol]) => ({
      color: colors && symbol ? colors[site] : color,
      part,
    }));
  }

  function isWhole(site) {
    return scene.shares[site].length === 1;
  }

  function atomStyle(site) {
    const radius = scene.radii[site];
    const ball = isWhole(site) ? { sphere: { radius } } : { clicksphere: { radius } };
    return { ...ball, stick: { radius: BOND_RADIUS } };
  }

  function mainColor(site) {
    return siteShares(site)[0].color;
  }

  function addAtoms() {
    const atoms = scene.xyz.map((row, index) => {
      const site = scene.site[index];
      return {
        ...point(row),
        elem: scene.shares[site][0][2] || "X",
        site,
        color: mainColor(site),
        style: atomStyle(site),
        bonds: [],
        bondOrder: [],
      };
    });
    for (const [i, j] of scene.bonds) {
      atoms[i].bonds.push(j);
      atoms[i].bondOrder.push(1);
      atoms[j].bonds.push(i);
      atoms[j].bondOrder.push(1);
    }
    model = viewer.addModel();
    model.addAtoms(atoms);
    model.setClickable({}, true, (atom) => bridge.clicked(atom.site));
  }

  function addWedges() {
    wedges.forEach((shape) => viewer.removeShape(shape));
    const balls = [];
    scene.site.forEach((site, index) => {
      if (!isWhole(site)) {
        const shares = siteShares(site).map((share) => ({
          part: share.part,
          color: $3Dmol.CC.color(share.color),
        }));
        balls.push({ center: point(scene.xyz[index]), radius: scene.radii[site], shares });
      }
    });
    wedges = drawWedges(viewer, balls, facing);
  }

  function corner(i, j, k) {
    const [a, b, c] = scene.lattice;
    return [0, 1, 2].map((x) => i * a[x] + j * b[x] + k * c[x]);
  }

  /** Where the letter of an axis stands: beyond its end, clear of the balls. */
  function letterPlace(axis) {
    const end = scene.lattice[axis];
    const gap = 0.8 + Math.max(...scene.radii);
    return end.map((x) => x + (gap * x) / Math.hypot(...end));
  }

  function addEdge(from, to, radius, color) {
    viewer.addCylinder({ start: point(from), end: point(to), radius, color, fromCap: 1, toCap: 1 });
  }

  function addCell() {
    const origin = [0, 0, 0];
    for (const [i, j, k] of [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) {
      for (const [p, q] of [[0, 1], [1, 0], [1, 1]]) {
        const start = i ? [0, p, q] : j ? [p, 0, q] : [p, q, 0];
        addEdge(corner(...start), corner(start[0] + i, start[1] + j, start[2] + k), EDGE_RADIUS, inks.ink);
      }
    }
    ["a", "b", "c"].forEach((name, axis) => {
      addEdge(origin, scene.lattice[axis], AXIS_RADIUS, AXIS_COLORS[axis]);
      viewer.addLabel(name, {
        position: point(letterPlace(axis)),
        alignment: "center",
        fontSize: 18,
        bold: true,
        fontColor: AXIS_COLORS[axis],
        showBackground: false,
        inFront: true,
      });
    });
  }

  function addHalos() {
    halos.forEach((shape) => viewer.removeShape(shape));
    const balls = [];
    scene.site.forEach((site, index) => {
      if (site === highlighted) {
        balls.push({ center: point(scene.xyz[index]), radius: scene.radii[site] + HALO_WIDTH });
      }
    });
    halos = drawHalos(viewer, balls, $3Dmol.CC.color(HIGHLIGHT));
  }

  function redraw() {
    viewer.removeAllShapes();
    viewer.removeAllLabels();
    viewer.removeAllModels();
    wedges = [];
    halos = [];
    if (scene) {
      addAtoms();
      addWedges();
      addCell();
      addHalos();
    }
  }

  /** Turn about the middle of the cell as last asked for, and fill the view with cell and letters. */
  function fit() {
    const middle = corner(0.5, 0.5, 0.5).map((x) => -x);
    viewer.zoomTo();
    viewer.setView([...middle, viewer.getView()[3], ...facing, 0, 0]);
    const page = document.body.getBoundingClientRect();
    const reach = outermostPoints().map((place) => viewer.modelToScreen(point(place)));
    const across = Math.max(...reach.map((spot) => Math.abs(spot.x - page.width / 2)));
    const down = Math.max(...reach.map((spot) => Math.abs(spot.y - page.height / 2)));
    const room = Math.min((page.width / 2 - MARGIN) / across, (page.height / 2 - MARGIN) / down);
    if (room > 0) {
      viewer.zoom(room);
    }
    fitted = viewer.getView();
  }

  function outermostPoints() {
    const corners = [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => corner(i, j, k))));
    return [...corners, ...[0, 1, 2].map(letterPlace)];
  }

  /** Fill the view again when its size changes, unless the user has turned or zoomed it since. */
  function onResize() {
    viewer.resize();
    if (scene && fitted && viewer.getView().every((x, n) => Math.abs(x - fitted[n]) < 1e-6)) {
      fit();
    }
  }

  const commands = {
    inks(value) {
      inks = value;
      document.body.style.background = inks.background;
      viewer.setBackgroundColor(inks.background);
      redraw();
    },
    show(value) {
      scene = value;
      colors = null;
      highlighted = null;
      redraw();
    },
    colors(value) {
      colors = value;
      redraw();
    },
    highlight(value) {
      highlighted = value;
      if (scene) {
        addHalos();
      }
    },
    look(quaternion) {
      facing = quaternion;
      addWedges();
      fit();
    },
  };

  function obey(text) {
    for (const [name, value] of Object.entries(JSON.parse(text))) {
      commands[name](value);
    }
    viewer.render();
    afterPainting(() => bridge.shown(scene ? scene.xyz.length : 0));
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
      viewer.setProjection("orthographic");
      window.addEventListener("resize", onResize);
      bridge.commanded.connect(obey);
      bridge.ready("");
    });
  });
})();
