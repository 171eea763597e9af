// jscanify as its package brings it, for bench/finding.py: pictures in, corners out.
// In, over and over: 8 bytes (width, height; 32 bits each, little endian), then width × height × 4 bytes RGBA.
// Out: a line of JSON for each: {"corners": [[x, y] × 4] | null, "ms": …}; the first line says {"ready": true}.
import { createRequire } from "node:module";
import path from "node:path";

const home = path.resolve(process.argv[2]);
const require = createRequire(path.join(home, "index.js"));
const folder = path.join(home, "node_modules", "jscanify");
const ready = new Promise((done) => { globalThis.Module = { onRuntimeInitialized: done }; });
globalThis.cv = require(path.join(folder, "src", "opencv.js"));
const Scanner = require(path.join(folder, "src", "jscanify.js"));
await (globalThis.cv.Mat ? null : ready);
if (globalThis.cv instanceof Promise) globalThis.cv = await globalThis.cv;
const scanner = new Scanner();
console.log(JSON.stringify({ ready: true }));

function look(width, height, pixels) {
  const image = new cv.Mat(height, width, cv.CV_8UC4);
  image.data.set(pixels);
  const began = performance.now();
  let corners = null;
  try {
    const contour = scanner.findPaperContour(image);
    if (contour) {
      const at = scanner.getCornerPoints(contour);
      const four = [at.topLeftCorner, at.topRightCorner, at.bottomRightCorner, at.bottomLeftCorner];
      if (four.every(Boolean)) corners = four.map((point) => [point.x, point.y]);
    }
  } catch { corners = null; }
  const ms = performance.now() - began;
  image.delete();
  console.log(JSON.stringify({ corners, ms }));
}

let kept = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  kept = Buffer.concat([kept, chunk]);
  while (kept.length >= 8) {
    const width = kept.readUInt32LE(0), height = kept.readUInt32LE(4), size = 8 + width * height * 4;
    if (kept.length < size) break;
    look(width, height, kept.subarray(8, size));
    kept = kept.subarray(size);
  }
}
