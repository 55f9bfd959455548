"use strict";
// A site that several elements share, or that is partly vacant, as a ball cut into coloured wedges:
// each share takes a range of longitude as wide as its occupancy, like a pie seen from above.

const BACK_SIDE = 1; // as 3Dmol numbers the sides of a surface
const GLARE = 3;
const VERTEX_BUDGET = 120000; // for all balls together: more of them are drawn more coarsely
const FEWEST_SEGMENTS = 10;
const MOST_SEGMENTS = 36;
const RINGS_PER_SEGMENT = 0.4;
const VERTICES_PER_MESH = 60000; // one WebGL mesh holds 65,536

/** Longitudes between which a ball is of one colour: `segments` in all, and a cut at every border of shares. */
function slices(shares, segments) {
  const total = shares.reduce((sum, share) => sum + share.part, 0);
  const cut = [];
  let start = 0;
  for (const share of shares) {
    const end = start + (2 * Math.PI * share.part) / total;
    const steps = Math.max(1, Math.round(((end - start) * segments) / (2 * Math.PI)));
    for (let step = 0; step < steps; step++) {
      const at = (n) => start + ((end - start) * n) / steps;
      cut.push({ from: at(step), to: at(step + 1), color: share.color });
    }
    start = end;
  }
  return cut;
}

/** Rotate a vector by the inverse of a unit quaternion [x, y, z, w]: from the screen to the crystal. */
function fromScreen(x, y, z, [qx, qy, qz, qw]) {
  const tx = 2 * (qz * y - qy * z);
  const ty = 2 * (qx * z - qz * x);
  const tz = 2 * (qy * x - qx * y);
  return {
    x: x + qw * tx + qz * ty - qy * tz,
    y: y + qw * ty + qx * tz - qz * tx,
    z: z + qw * tz + qy * tx - qx * ty,
  };
}

/** A ball of radius 1 whose pole points at the viewer: normals, colours, and faces as triples of vertices. */
function unitBall(shares, facing, segments) {
  const rings = Math.round(segments * RINGS_PER_SEGMENT);
  const ball = { normals: [], colors: [], faces: [] };
  for (const slice of slices(shares, segments)) {
    const first = ball.normals.length;
    for (let ring = 0; ring <= rings; ring++) {
      const latitude = (Math.PI * ring) / rings;
      for (const longitude of [slice.from, slice.to]) {
        const across = Math.sin(latitude);
        const normal = [across * Math.sin(longitude), across * Math.cos(longitude), Math.cos(latitude)];
        ball.normals.push(fromScreen(...normal, facing));
        ball.colors.push(slice.color);
      }
    }
    for (let ring = 0; ring < rings; ring++) {
      const corner = first + 2 * ring;
      ball.faces.push(corner, corner + 3, corner + 2, corner, corner + 1, corner + 3);
    }
  }
  return ball;
}

/** Join balls [{center, radius, shares}] into meshes, none of them too large; equal shares are cut once. */
function ballMeshes(balls, facing) {
  const fine = Math.floor(Math.sqrt(VERTEX_BUDGET / Math.max(1, balls.length)));
  const segments = Math.min(MOST_SEGMENTS, Math.max(FEWEST_SEGMENTS, fine));
  const cut = new Map();
  const meshes = [];
  let mesh = null;
  for (const { center, radius, shares } of balls) {
    const key = JSON.stringify(shares);
    if (!cut.has(key)) {
      cut.set(key, unitBall(shares, facing, segments));
    }
    const unit = cut.get(key);
    if (!mesh || mesh.vertexArr.length + unit.normals.length > VERTICES_PER_MESH) {
      mesh = { vertexArr: [], normalArr: [], faceArr: [], color: [] };
      meshes.push(mesh);
    }
    const first = mesh.vertexArr.length;
    for (const normal of unit.normals) {
      mesh.vertexArr.push({
        x: center.x + radius * normal.x,
        y: center.y + radius * normal.y,
        z: center.z + radius * normal.z,
      });
      mesh.normalArr.push(normal);
    }
    unit.colors.forEach((color) => mesh.color.push(color));
    unit.faces.forEach((vertex) => mesh.faceArr.push(first + vertex));
  }
  return meshes;
}

/** Draw balls [{center, radius, shares}], seen whole by who looks with the rotation `facing`. */
function drawWedges(viewer, balls, facing) {
  return ballMeshes(balls, facing).map((mesh) => viewer.addCustom(mesh));
}

/**
 * Ring balls [{center, radius}]: only the far side of each is drawn, behind the atom, which keeps its colour.
 * Its normals point inwards, towards the light, and its colour is overbright, or its rim would be black.
 */
function drawHalos(viewer, balls, color) {
  const shares = [{ part: 1, color: { r: GLARE * color.r, g: GLARE * color.g, b: GLARE * color.b } }];
  const whole = balls.map((ball) => ({ ...ball, shares }));
  return ballMeshes(whole, [0, 0, 0, 1]).map((mesh) => {
    mesh.normalArr = mesh.normalArr.map((normal) => ({ x: -normal.x, y: -normal.y, z: -normal.z }));
    return viewer.addCustom({ ...mesh, side: BACK_SIDE });
  });
}
