"use strict";
// How finely the crystal is drawn, and how often. 3Dmol draws a picture after almost every call; here one change
// makes one picture. Without a graphics card every pixel costs: what moves, or is large and new, is drawn with a
// quarter of the pixels and with rough edges, and with all of them as soon as it rests.

const REST = 300; // milliseconds without a new picture after which the crystal is at rest
const SOFTWARE = /llvmpipe|softpipe|swiftshader|software|basic render/i;

/** Whether the processor draws, for want of a graphics card. */
function drawsInSoftware(gl) {
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

class Pace {
  /** Takes over when `viewer` draws. */
  constructor(viewer) {
    this.viewer = viewer;
    this.isFine = true;
    this.paint = viewer.show.bind(viewer);
    this.timer = 0;
    viewer.show = () => this.move();
  }

  /** 3Dmol has no context before the page has a size, and makes another when one is lost. */
  get isSlow() {
    const gl = this.viewer.renderer.getContext();
    return Boolean(gl) && drawsInSoftware(gl);
  }

  /** Make changes without a picture after each; 3Dmol must still know where things are on the screen. */
  quietly(change) {
    const { viewer } = this;
    const show = viewer.show;
    viewer.show = () => {
      viewer.setSlabAndFog();
      viewer.scene.updateMatrixWorld();
    };
    try {
      change();
    } finally {
      viewer.show = show;
    }
  }

  /** Draw what has been changed quietly: at once as it will stay, or when it `isLarge` roughly at first. */
  draw(isLarge) {
    const build = () => this.viewer.render();
    if (this.isSlow && isLarge) {
      this.quietly(build);
      this.move();
    } else {
      this.quietly(build);
      this.rest();
    }
  }

  /** Draw one picture of many. */
  move() {
    if (this.isSlow) {
      this.sharpen(false);
      this.restSoon();
    }
    this.paint();
  }

  /** Draw the picture that stays. */
  rest() {
    clearTimeout(this.timer);
    this.sharpen(true);
    this.paint();
  }

  restSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.viewer.isDragging ? this.restSoon() : this.rest()), REST);
  }

  /** With `isFine`, four pixels are drawn for one that is seen, and edges are smoothed. */
  sharpen(isFine) {
    if (isFine === this.isFine) {
      return;
    }
    this.isFine = isFine;
    const { viewer } = this;
    const { renderer } = viewer;
    renderer._upscale = renderer._antialias = isFine;
    const gl = renderer.getContext();
    [renderer._targetTexture, renderer._depthTexture].forEach((old) => gl.deleteTexture(old));
    renderer.setSize(viewer.WIDTH, viewer.HEIGHT); // which makes new ones
  }
}
