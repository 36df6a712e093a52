import type { Box } from "../api/library";

/** In percent of the page, so that it holds at every zoom. */
export function boxStyle(box: Box, size: { width: number; height: number }) {
  return {
    left: `${(100 * box.x0) / size.width}%`,
    top: `${(100 * box.y0) / size.height}%`,
    width: `${(100 * (box.x1 - box.x0)) / size.width}%`,
    height: `${(100 * (box.y1 - box.y0)) / size.height}%`,
  };
}
