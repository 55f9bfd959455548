"use strict";
// A site that several elements share, or that is partly vacant, as a ball cut into coloured wedges:
// each share takes a range of longitude as wide as its occupancy, like a pie seen from above.

const BACK_SIDE = 1; // as 3Dmol numbers the sides of a surface
const GLARE = 3;
const VERTEX_BUDGET = 120000; // for all balls together: more of them are drawn more coarsely
const FEWEST_SEGMENTS = 8;
const MOST_SEGMENTS = 36;
const LINED = 16; // segments from which on shares are parted by a line, as colours of elements can be alike
const LINE = 0.06; // radians of longitude
const LINE_COLOR = { r: 0.1, g: 0.1, b: 0.1 };
const RINGS_PER_SEGMENT = 0.4;
const VERTICES_PER_MESH = 60000; // one WebGL mesh holds 65,536

/** Longitudes of one colour, with a step for about each of `segments` around the ball. */
function wedge(color, from, to, segments) {
  const steps = Math.max(1, Math.round(((to - from) * segments) / (2 * Math.PI)));
  return { color, longitudes: Array.from({ length: steps + 1 }, (_, n) => from + ((to - from) * n) / steps) };
}

/** A range of longitudes for each share, as wide as its part; on fine balls it begins with a dark line. */
function wedges(shares, segments) {
  const total = shares.reduce((sum, share) => sum + share.part, 0);
  const line = shares.length > 1 && segments >= LINED ? LINE : 0;
  let start = 0;
  return shares.flatMap(({ part, color }) => {
    const from = start;
    start += (2 * Math.PI * part) / total;
    const inside = Math.min(from + line, start);
    const share = wedge(color, inside, start, segments);
    return line ? [wedge(LINE_COLOR, from, inside, segments), share] : [share];
  });
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
  for (const { color, longitudes } of wedges(shares, segments)) {
    const first = ball.normals.length;
    const across = longitudes.length;
    for (let ring = 0; ring <= rings; ring++) {
      const latitude = (Math.PI * ring) / rings;
      for (const longitude of longitudes) {
        const radius = Math.sin(latitude);
        const normal = [radius * Math.sin(longitude), radius * Math.cos(longitude), Math.cos(latitude)];
        ball.normals.push(fromScreen(...normal, facing));
        ball.colors.push(color);
      }
    }
    for (let ring = 0; ring < rings; ring++) {
      for (let step = 0; step + 1 < across; step++) {
        const corner = first + ring * across + step;
        const below = corner + across;
        ball.faces.push(corner, below + 1, below, corner, corner + 1, below + 1);
      }
    }
  }
  return ball;
}

/** Join balls [{center, radius, shares}] into meshes, none of them too large; the same shares are cut once. */
function ballMeshes(balls, facing) {
  const fine = Math.floor(Math.sqrt(VERTEX_BUDGET / Math.max(1, balls.length)));
  const segments = Math.min(MOST_SEGMENTS, Math.max(FEWEST_SEGMENTS, fine));
  const cut = new Map();
  const meshes = [];
  let mesh = null;
  for (const { center, radius, shares } of balls) {
    if (!cut.has(shares)) {
      cut.set(shares, unitBall(shares, facing, segments));
    }
    const unit = cut.get(shares);
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
    for (const color of unit.colors) {
      mesh.color.push(color);
    }
    for (const vertex of unit.faces) {
      mesh.faceArr.push(first + vertex);
    }
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
