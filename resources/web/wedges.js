"use strict";
// A site that several elements share, or that is partly vacant, as a ball cut into coloured wedges:
// each share takes a range of longitude as wide as its occupancy, like a pie seen from above.

const BACK_SIDE = 1; // as 3Dmol numbers the sides of a surface
const GLARE = 3;
const SEGMENTS = 36;
const RINGS = 14;
const BALLS_PER_MESH = 24; // stays below the 64,000 vertices that one WebGL mesh can hold

/** Longitudes at which to cut: even steps, and every border between two shares. */
function longitudes(shares) {
  const total = shares.reduce((sum, share) => sum + share.part, 0);
  const slices = [];
  let start = 0;
  for (const share of shares) {
    const end = start + (2 * Math.PI * share.part) / total;
    const steps = Math.max(1, Math.round(((end - start) * SEGMENTS) / (2 * Math.PI)));
    for (let step = 0; step < steps; step++) {
      slices.push({
        from: start + ((end - start) * step) / steps,
        to: start + ((end - start) * (step + 1)) / steps,
        color: share.color,
      });
    }
    start = end;
  }
  return slices;
}

/** Rotate a vector by the inverse of a unit quaternion [x, y, z, w]: from the screen to the crystal. */
function fromScreen(vector, [qx, qy, qz, qw]) {
  const [x, y, z] = vector;
  const tx = 2 * (qz * y - qy * z);
  const ty = 2 * (qx * z - qz * x);
  const tz = 2 * (qy * x - qx * y);
  return {
    x: x + qw * tx + qz * ty - qy * tz,
    y: y + qw * ty + qx * tz - qz * tx,
    z: z + qw * tz + qy * tx - qx * ty,
  };
}

/** Add one ball to a mesh, its pole towards the viewer; `color` of a share is a $3Dmol.Color. */
function addBall(mesh, facing, { center, radius, shares }) {
  for (const slice of longitudes(shares)) {
    for (let ring = 0; ring < RINGS; ring++) {
      const first = mesh.vertexArr.length;
      for (const [row, longitude] of [[ring, slice.from], [ring + 1, slice.from], [ring + 1, slice.to], [ring, slice.to]]) {
        const latitude = (Math.PI * row) / RINGS;
        const onScreen = [
          Math.sin(latitude) * Math.sin(longitude),
          Math.sin(latitude) * Math.cos(longitude),
          Math.cos(latitude),
        ];
        const normal = fromScreen(onScreen, facing);
        mesh.normalArr.push(normal);
        mesh.vertexArr.push({
          x: center.x + radius * normal.x,
          y: center.y + radius * normal.y,
          z: center.z + radius * normal.z,
        });
        mesh.color.push(slice.color);
      }
      mesh.faceArr.push(first, first + 2, first + 1, first, first + 3, first + 2);
    }
  }
}

/** Draw balls [{center, radius, shares}], seen whole by who looks with the rotation `facing`; returns the shapes. */
function drawWedges(viewer, balls, facing) {
  return meshes(balls, facing).map((mesh) => viewer.addCustom(mesh));
}

/**
 * Ring balls [{center, radius}]: only the far side of each is drawn, behind the atom, which keeps its colour.
 * Its normals point inwards, towards the light, and its colour is overbright, or its rim would be black.
 */
function drawHalos(viewer, balls, color) {
  const shares = [{ part: 1, color: { r: GLARE * color.r, g: GLARE * color.g, b: GLARE * color.b } }];
  const whole = balls.map((ball) => ({ ...ball, shares }));
  return meshes(whole, [0, 0, 0, 1]).map((mesh) => {
    mesh.normalArr = mesh.normalArr.map((normal) => ({ x: -normal.x, y: -normal.y, z: -normal.z }));
    return viewer.addCustom({ ...mesh, side: BACK_SIDE });
  });
}

function meshes(balls, facing) {
  const made = [];
  for (let first = 0; first < balls.length; first += BALLS_PER_MESH) {
    const mesh = { vertexArr: [], normalArr: [], faceArr: [], color: [] };
    for (const ball of balls.slice(first, first + BALLS_PER_MESH)) {
      addBall(mesh, facing, ball);
    }
    made.push(mesh);
  }
  return made;
}
