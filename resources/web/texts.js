"use strict";
// Words in the picture: names of atoms and measured lengths and angles. 3Dmol paints them as pixels, so what a
// file calls its sites is never read as markup.

const NAME_SIZE = 12; // pixels
const MEASURE_SIZE = 14;
const RULE_RADIUS = 0.13; // angstrom: more than a bond, or it would be hidden in one

/** Write `words` at a point [x, y, z], on a ground that sets them off from the balls behind. */
function write(viewer, words, place, size, inks) {
  viewer.addLabel(
    words,
    {
      position: { x: place[0], y: place[1], z: place[2] },
      alignment: "center",
      fontSize: size,
      fontColor: inks.text,
      backgroundColor: inks.background,
      backgroundOpacity: 0.75,
      padding: 2,
      inFront: true,
    },
    undefined,
    true, // no picture yet
  );
}

/** Name the atoms of a scene. */
function writeNames(viewer, scene, inks) {
  scene.xyz.forEach((place, atom) => write(viewer, scene.labels[scene.site[atom]], place, NAME_SIZE, inks));
}

/** Write what was measured: texts [[words, place]]. */
function writeMeasures(viewer, texts, inks) {
  texts.forEach(([words, place]) => write(viewer, words, place, MEASURE_SIZE, inks));
}

/** Draw the lines between atoms that were clicked one after the other: `places` of them. */
function drawRules(viewer, places, color) {
  return places.slice(1).map((place, n) =>
    viewer.addCylinder({
      start: { x: places[n][0], y: places[n][1], z: places[n][2] },
      end: { x: place[0], y: place[1], z: place[2] },
      radius: RULE_RADIUS,
      color,
      dashed: true,
    }),
  );
}
