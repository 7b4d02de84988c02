/** A triangle soup with colour, material, glow and sway per vertex, and the shapes everything is built from. */
import {
  add,
  cross,
  IDENTITY,
  multiply,
  normalize,
  rotationX,
  rotationY,
  rotationZ,
  scale,
  scaling,
  sub,
  transformDirection,
  transformPoint,
  translation,
} from './vec.ts';
import type { Mat4, Vec3 } from './vec.ts';

/** Surface patterns, computed in the fragment shader (shaders.ts `surface`). */
export const MATERIAL = {
  plain: 0,
  asphalt: 1,
  roofTile: 2,
  paving: 3,
  grass: 4,
  water: 5,
  atlas: 6,
  glass: 7,
  corrugated: 8,
  plaster: 9,
  foliage: 10,
  roadPaint: 11,
  kerb: 12,
  concrete: 13,
  shutter: 14,
  ballast: 15,
  awning: 16,
  carPaint: 17,
  windows: 18,
} as const;

/** Limbs of a walking figure, swung by the vertex shader around hip or shoulder. */
export const LIMB = { leftLeg: 10, rightLeg: 11, leftArm: 12, rightArm: 13 } as const;

/** Floats per vertex: position 3, normal 3, colour 3, uv 2, material, glow, sway. */
export const VERTEX_FLOATS = 14;

/** Where a picture lies in the atlas: left, top, right, bottom in 0..1. */
export type UvRect = readonly [number, number, number, number];

export interface Paint {
  readonly color: Vec3;
  readonly material?: number;
  /** Light given off, as a multiple of the colour. */
  readonly glow?: number;
  /** Wind amplitude in metres, or a `LIMB`. */
  readonly sway?: number;
  readonly uv?: UvRect;
}

export class Mesh {
  readonly data: number[] = [];
  #matrix: Mat4 = IDENTITY;

  get vertexCount(): number {
    return this.data.length / VERTEX_FLOATS;
  }

  /** Draws `body` in a frame moved by `x, y, z` and turned by `heading` radians. */
  at(x: number, y: number, z: number, heading: number, body: () => void): void {
    this.within(multiply(translation(x, y, z), rotationY(heading)), body);
  }

  within(matrix: Mat4, body: () => void): void {
    const outer = this.#matrix;
    this.#matrix = multiply(outer, matrix);
    body();
    this.#matrix = outer;
  }

  tilted(angle: number, body: () => void): void {
    this.within(rotationX(angle), body);
  }

  leaned(angle: number, body: () => void): void {
    this.within(rotationZ(angle), body);
  }

  stretched(x: number, y: number, z: number, body: () => void): void {
    this.within(scaling(x, y, z), body);
  }

  vertex(position: Vec3, normal: Vec3, u: number, v: number, paint: Paint): void {
    const p = transformPoint(this.#matrix, position);
    const n = normalize(transformDirection(this.#matrix, normal));
    const c = paint.color;
    this.data.push(
      p[0],
      p[1],
      p[2],
      n[0],
      n[1],
      n[2],
      c[0],
      c[1],
      c[2],
      u,
      v,
      paint.material ?? MATERIAL.plain,
      paint.glow ?? 0,
      paint.sway ?? 0,
    );
  }

  triangle(a: Vec3, b: Vec3, c: Vec3, paint: Paint): void {
    const n = normalize(cross(sub(b, a), sub(c, a)));
    this.vertex(a, n, 0, 0, paint);
    this.vertex(b, n, 1, 0, paint);
    this.vertex(c, n, 1, 1, paint);
  }

  /** Corners counter-clockwise from bottom left; uv in metres unless the paint has an atlas rectangle. */
  quad(a: Vec3, b: Vec3, c: Vec3, d: Vec3, paint: Paint, normal?: Vec3): void {
    const n = normal ?? normalize(cross(sub(b, a), sub(d, a)));
    const wide = Math.hypot(...sub(b, a));
    const high = Math.hypot(...sub(d, a));
    const [left, top, right, bottom] = paint.uv ?? [0, high, wide, 0];
    this.vertex(a, n, left, bottom, paint);
    this.vertex(b, n, right, bottom, paint);
    this.vertex(c, n, right, top, paint);
    this.vertex(a, n, left, bottom, paint);
    this.vertex(c, n, right, top, paint);
    this.vertex(d, n, left, top, paint);
  }

  /** A box standing on `y`, centred on `x, z`. */
  box(
    x: number,
    y: number,
    z: number,
    wide: number,
    high: number,
    deep: number,
    paint: Paint,
    top: Paint = paint,
  ): void {
    const l = x - wide / 2;
    const r = x + wide / 2;
    const t = y + high;
    const b = z - deep / 2;
    const f = z + deep / 2;
    this.quad([l, y, f], [r, y, f], [r, t, f], [l, t, f], paint);
    this.quad([r, y, b], [l, y, b], [l, t, b], [r, t, b], paint);
    this.quad([r, y, f], [r, y, b], [r, t, b], [r, t, f], paint);
    this.quad([l, y, b], [l, y, f], [l, t, f], [l, t, b], paint);
    this.quad([l, t, f], [r, t, f], [r, t, b], [l, t, b], top);
    this.quad([l, y, b], [r, y, b], [r, y, f], [l, y, f], paint);
  }

  /** A flat rectangle on the ground, for roads and markings. */
  slab(x0: number, z0: number, x1: number, z1: number, y: number, paint: Paint): void {
    this.quad([x0, y, z1], [x1, y, z1], [x1, y, z0], [x0, y, z0], paint, [0, 1, 0]);
  }

  /** A picture from the atlas facing +z, standing on `y`. */
  sign(x: number, y: number, z: number, wide: number, high: number, uv: UvRect, glow = 0): void {
    const paint = { color: [1, 1, 1] as const, material: MATERIAL.atlas, glow, uv };
    const l = x - wide / 2;
    const r = x + wide / 2;
    this.quad([l, y, z], [r, y, z], [r, y + high, z], [l, y + high, z], paint);
  }

  /** A round bar from `a` to `b`. */
  rod(a: Vec3, b: Vec3, radiusA: number, paint: Paint, radiusB = radiusA, sides = 8): void {
    const axis = normalize(sub(b, a));
    const side = normalize(cross(axis, Math.abs(axis[1]) > 0.9 ? [1, 0, 0] : [0, 1, 0]));
    const other = cross(axis, side);
    const ring = (angle: number): Vec3 => add(scale(side, Math.cos(angle)), scale(other, Math.sin(angle)));
    for (let i = 0; i < sides; i++) {
      const n0 = ring((i / sides) * 2 * Math.PI);
      const n1 = ring(((i + 1) / sides) * 2 * Math.PI);
      const a0 = add(a, scale(n0, radiusA));
      const a1 = add(a, scale(n1, radiusA));
      const b0 = add(b, scale(n0, radiusB));
      const b1 = add(b, scale(n1, radiusB));
      for (const [p, n] of [
        [a0, n0],
        [a1, n1],
        [b1, n1],
        [a0, n0],
        [b1, n1],
        [b0, n0],
      ] as const)
        this.vertex(p, n, 0, 0, paint);
      this.triangle(b, b0, b1, paint);
      this.triangle(a, a1, a0, paint);
    }
  }

  /** An ellipsoid. */
  ball(center: Vec3, radii: Vec3, paint: Paint, rows = 6, columns = 9): void {
    const point = (row: number, column: number): readonly [Vec3, Vec3] => {
      const polar = (row / rows) * Math.PI;
      const around = (column / columns) * 2 * Math.PI;
      const unit: Vec3 = [
        Math.sin(polar) * Math.cos(around),
        Math.cos(polar),
        Math.sin(polar) * Math.sin(around),
      ];
      const at: Vec3 = [unit[0] * radii[0], unit[1] * radii[1], unit[2] * radii[2]];
      return [add(center, at), normalize([unit[0] / radii[0], unit[1] / radii[1], unit[2] / radii[2]])];
    };
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const corners = [
          point(row, column),
          point(row + 1, column),
          point(row + 1, column + 1),
          point(row, column + 1),
        ];
        for (const i of [0, 2, 1, 0, 3, 2]) this.vertex(corners[i][0], corners[i][1], 0, 0, paint);
      }
  }

  /**
   * A body with a side view: `profile` lists [z, y] around the outline, extruded to `wide`; the y-dependent `taper`
   * draws the upper part in, as car cabins are.
   */
  extrude(
    profile: readonly (readonly [number, number])[],
    wide: number,
    paint: Paint,
    taper: (y: number) => number = () => 1,
  ): void {
    const corner = (i: number, side: number): Vec3 => {
      const [z, y] = profile[(i + profile.length) % profile.length];
      return [(side * wide * taper(y)) / 2, y, z];
    };
    const middle = profile.reduce(
      (sum, [z, y]) => [sum[0] + z / profile.length, sum[1] + y / profile.length] as const,
      [0, 0] as const,
    );
    for (let i = 0; i < profile.length; i++) {
      this.quad(corner(i, 1), corner(i + 1, 1), corner(i + 1, -1), corner(i, -1), paint);
      for (const side of [1, -1]) {
        const hub: Vec3 = [(side * wide * taper(middle[1])) / 2, middle[1], middle[0]];
        const n: Vec3 = [side, 0.15, 0];
        this.vertex(hub, n, 0, 0, paint);
        this.vertex(corner(i, side), n, 0, 0, paint);
        this.vertex(corner(i + 1, side), n, 0, 0, paint);
      }
    }
  }

  /** A wire with some sag between two points, as a thin crossed ribbon. */
  wire(a: Vec3, b: Vec3, sag: number, thick = 0.025): void {
    const paint = { color: [0.02, 0.02, 0.022] as const };
    const steps = 14;
    const point = (i: number): Vec3 => {
      const k = i / steps;
      return [
        a[0] + (b[0] - a[0]) * k,
        a[1] + (b[1] - a[1]) * k - sag * 4 * k * (1 - k),
        a[2] + (b[2] - a[2]) * k,
      ];
    };
    for (let i = 0; i < steps; i++) this.rod(point(i), point(i + 1), thick, paint, thick, 3);
  }
}
