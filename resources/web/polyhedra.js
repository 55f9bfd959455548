"use strict";
// Coordination polyhedra as translucent solids with flat faces.

const SEEN_THROUGH = 0.75; // opacity
const CORNERS_PER_MESH = 60000; // one WebGL mesh holds 65,536

/** Unit normal of the triangle of three points, towards who sees them counter-clockwise. */
function normalOf(a, b, c) {
  const u = { x: b.x - a.x, y: b.y - a.y, z: b.z - a.z };
  const v = { x: c.x - a.x, y: c.y - a.y, z: c.z - a.z };
  const n = { x: u.y * v.z - u.z * v.y, y: u.z * v.x - u.x * v.z, z: u.x * v.y - u.y * v.x };
  const length = Math.hypot(n.x, n.y, n.z) || 1;
  return { x: n.x / length, y: n.y / length, z: n.z / length };
}

/** Draw solids [{color, triangles: [[point, point, point], …]}]. */
function drawPolyhedra(viewer, solids) {
  const meshes = [];
  let mesh = null;
  for (const { color, triangles } of solids) {
    for (const corners of triangles) {
      if (!mesh || mesh.vertexArr.length + 3 > CORNERS_PER_MESH) {
        mesh = { vertexArr: [], normalArr: [], faceArr: [], color: [], opacity: SEEN_THROUGH };
        meshes.push(mesh);
      }
      const normal = normalOf(...corners);
      for (const corner of corners) {
        mesh.faceArr.push(mesh.vertexArr.length);
        mesh.vertexArr.push(corner);
        mesh.normalArr.push(normal);
        mesh.color.push(color);
      }
    }
  }
  return meshes.map((one) => viewer.addCustom(one));
}
