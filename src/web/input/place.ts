/** Where the picture is on the page. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Where a picture lies that is made to fit into `frame`, in the middle, none of it cut off. */
export function fitted(frame: Box, picture: Size): Box {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const left = frame.left + (frame.width - width) / 2;
  const top = frame.top + (frame.height - height) / 2;
  return { left, top, width, height };
}

/** A point of the page as fractions of `box`, both from 0 to 1: beside it counts as its edge. */
export function fractionsIn(box: Box, x: number, y: number): { x: number; y: number } {
  const clamp = (fraction: number) => Math.min(Math.max(fraction, 0), 1);
  return { x: clamp((x - box.left) / box.width), y: clamp((y - box.top) / box.height) };
}
