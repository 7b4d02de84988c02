/** Buildings and street furniture. Every piece faces +z and stands on y = 0 of the current frame. */
import { paint, shopSign } from './atlas.ts';
import { MATERIAL } from './mesh.ts';
import type { Mesh, Paint, UvRect } from './mesh.ts';
import type { Random } from './random.ts';
import { rgb } from './vec.ts';
import type { Vec3 } from './vec.ts';

const WALLS = [
  '#cfc5ae',
  '#b7c2b4',
  '#d6b48c',
  '#c9cdd0',
  '#b9a58a',
  '#d9d2c4',
  '#9fb3bd',
  '#cda79a',
  '#dcc98f',
];
const TILES = ['#8a4a30', '#7a4433', '#94583a', '#6d4638'];
const SHUTTERS = ['#8d9296', '#4d6a84', '#6f7f6b', '#9a948a', '#3f6f5c'];
const SHOPS: readonly (readonly [string, string, string, string])[] = [
  ['TOKO SUBUR', 'sembako & grosir', '#c62b20', '#fff3d0'],
  ['APOTEK SEHAT', 'buka 24 jam', '#0f7b4b', '#ffffff'],
  ['FOTOCOPY', 'jilid - ATK - print', '#f1c21b', '#1b1b1b'],
  ['WARUNG SOTO', 'ayam kampung', '#f4f0e4', '#a32014'],
  ['BENGKEL MOTOR', 'servis & oli', '#1d3f8f', '#ffffff'],
  ['MEBEL JATI', 'asli Bojonegoro', '#5b3416', '#f4dfae'],
  ['PULSA DATA', 'token listrik', '#d9480f', '#ffffff'],
  ['TOKO EMAS', 'terima jual beli', '#8a6d12', '#fff7d6'],
  ['BATIK JONEGOROAN', 'kain & busana', '#3b1e5a', '#ffdf8a'],
  ['RM PADANG', 'masakan minang', '#0e5d2a', '#ffe66b'],
  ['LAUNDRY', 'kiloan 1 hari', '#1d84b5', '#ffffff'],
  ['KONVEKSI', 'seragam sekolah', '#e8e4da', '#233a78'],
  ['TOKO BANGUNAN', 'cat - semen - besi', '#b3b0a8', '#8f1010'],
  ['OPTIK TERANG', 'periksa mata', '#0b2e4f', '#eaf6ff'],
];

const signs = new Map<number, UvRect>();

function shopSignAt(index: number): UvRect {
  const i = index % SHOPS.length;
  let rect = signs.get(i);
  if (rect === undefined) {
    const [text, under, background, ink] = SHOPS[i];
    rect = shopSign(text, under, background, ink);
    signs.set(i, rect);
  }
  return rect;
}

export interface ShopOptions {
  readonly units: number;
  readonly floors: number;
  readonly deep: number;
  readonly night?: boolean;
  readonly firstSign: number;
}

/** A goods-filled open shop front: shelves of small coloured boxes. */
function shopInside(mesh: Mesh, x: number, wide: number, random: Random, glow: number): void {
  mesh.quad(
    [x - wide / 2, 0, -1.6],
    [x + wide / 2, 0, -1.6],
    [x + wide / 2, 2.7, -1.6],
    [x - wide / 2, 2.7, -1.6],
    { color: [0.3, 0.28, 0.24], glow: glow * 0.6 },
  );
  mesh.slab(x - wide / 2, -1.6, x + wide / 2, 0, 0.14, {
    color: [0.4, 0.38, 0.34],
    material: MATERIAL.paving,
    glow: glow * 0.3,
  });
  for (let shelf = 0; shelf < 4; shelf++)
    for (let k = 0; k < 9; k++) {
      const color = rgb(
        random.pick(['#b8322a', '#d8a12b', '#2d6ea3', '#e6e2d6', '#3f7f45', '#7a4d8f', '#c56f2a', '#555a60']),
      );
      mesh.box(
        x - wide / 2 + (k + 0.5) * (wide / 9),
        0.4 + shelf * 0.55,
        -1.4,
        (wide / 9) * 0.8,
        random.range(0.2, 0.45),
        0.3,
        { color, glow: glow * 0.5 },
      );
    }
}

/** A row of shop-houses (ruko): shutters below, windows above, canopy, signs, water tanks. */
export function shopRow(mesh: Mesh, random: Random, options: ShopOptions): void {
  const { units, floors, deep } = options;
  const glow = options.night === true ? 1 : 0;
  const unit = 4.2;
  const storey = 3.3;
  for (let i = 0; i < units; i++) {
    const x = (i - (units - 1) / 2) * unit;
    const high = storey * floors + random.range(0.1, 0.9);
    const wall: Paint = { color: rgb(random.pick(WALLS)), material: MATERIAL.plaster };
    const roof: Paint = { color: [0.24, 0.23, 0.21], material: MATERIAL.concrete };
    mesh.box(x, 2.9, -deep / 2, unit, high - 2.9, deep, wall, roof);
    mesh.box(x - unit / 2 + 0.1, 0, -deep / 2, 0.22, 3, deep, wall);
    mesh.box(x + unit / 2 - 0.1, 0, -deep / 2, 0.22, 3, deep, wall);
    for (let f = 1; f < floors; f++)
      mesh.quad(
        [x - unit / 2 + 0.15, f * storey + 0.3, 0.02],
        [x + unit / 2 - 0.15, f * storey + 0.3, 0.02],
        [x + unit / 2 - 0.15, f * storey + 2.9, 0.02],
        [x - unit / 2 + 0.15, f * storey + 2.9, 0.02],
        { ...wall, material: MATERIAL.windows },
      );
    const open = random.chance(options.night === true ? 0.72 : 0.62);
    if (open) shopInside(mesh, x, unit - 0.4, random, glow * random.range(0.5, 1.2));
    else
      mesh.quad(
        [x - unit / 2 + 0.2, 0, -0.15],
        [x + unit / 2 - 0.2, 0, -0.15],
        [x + unit / 2 - 0.2, 2.9, -0.15],
        [x - unit / 2 + 0.2, 2.9, -0.15],
        { color: rgb(random.pick(SHUTTERS)), material: MATERIAL.shutter },
      );
    const sheet: Paint = {
      color: rgb(random.pick(['#7d8a92', '#8c4a35', '#4f7063', '#9a9488'])),
      material: MATERIAL.corrugated,
    };
    const out = random.range(1.5, 2.1);
    mesh.quad(
      [x - unit / 2, 2.6, out],
      [x + unit / 2, 2.6, out],
      [x + unit / 2, 3.05, 0],
      [x - unit / 2, 3.05, 0],
      sheet,
    );
    mesh.quad(
      [x + unit / 2, 2.52, out],
      [x - unit / 2, 2.52, out],
      [x - unit / 2, 2.62, out],
      [x + unit / 2, 2.62, out],
      { color: [0.1, 0.1, 0.1] },
    );
    if (random.chance(0.85)) {
      const lit = options.night === true && random.chance(0.7) ? 1.1 : 0;
      mesh.box(x, 3.12, 0.25, unit - 0.7, 0.92, 0.12, { color: [0.1, 0.1, 0.1] });
      mesh.sign(x, 3.14, 0.33, unit - 0.76, 0.88, shopSignAt(options.firstSign + i), lit);
    }
    if (random.chance(0.7))
      mesh.box(x + 1.2, storey + 0.35, 0.35, 0.75, 0.55, 0.3, {
        color: [0.55, 0.55, 0.52],
        material: MATERIAL.shutter,
      });
    if (random.chance(0.55))
      mesh.rod(
        [x - 0.6, high, -deep * 0.4],
        [x - 0.6, high + 1.3, -deep * 0.4],
        0.55,
        { color: rgb(random.pick(['#c9701f', '#27518c', '#9aa0a4'])) },
        0.52,
        14,
      );
    mesh.box(x, high - 0.02, 0.02, unit, 0.35, 0.3, wall);
    mesh.box(x, high, -deep + 0.2, unit, 0.5, 0.2, wall);
  }
}

/** A house under a hipped tile roof. */
export function house(mesh: Mesh, random: Random, wide: number, deep: number): void {
  const wall: Paint = { color: rgb(random.pick(WALLS)), material: MATERIAL.plaster };
  const tiles: Paint = { color: rgb(random.pick(TILES)), material: MATERIAL.roofTile };
  const eave = 3;
  mesh.box(0, 0, 0, wide, eave, deep, wall);
  mesh.quad(
    [-wide / 2 + 0.4, 0.4, deep / 2 + 0.02],
    [wide / 2 - 0.4, 0.4, deep / 2 + 0.02],
    [wide / 2 - 0.4, 2.7, deep / 2 + 0.02],
    [-wide / 2 + 0.4, 2.7, deep / 2 + 0.02],
    { ...wall, material: MATERIAL.windows },
  );
  const w = wide / 2 + 0.8;
  const d = deep / 2 + 0.8;
  const ridge = Math.max(0.3, w - d * 0.9);
  const top = eave + d * 0.62;
  const low = eave - 0.15;
  mesh.quad([-w, low, d], [w, low, d], [ridge, top, 0], [-ridge, top, 0], tiles);
  mesh.quad([w, low, -d], [-w, low, -d], [-ridge, top, 0], [ridge, top, 0], tiles);
  mesh.quad([w, low, d], [w, low, -d], [ridge, top, -0.01], [ridge, top, 0.01], tiles);
  mesh.quad([-w, low, -d], [-w, low, d], [-ridge, top, 0.01], [-ridge, top, -0.01], tiles);
  mesh.rod([-ridge, top, 0], [ridge, top, 0], 0.13, tiles, 0.13, 6);
  for (const [x, z] of [
    [w, d],
    [-w, d],
    [w, -d],
    [-w, -d],
  ] as const)
    mesh.rod([x, low, z], [Math.sign(x) * ridge, top, 0], 0.1, tiles, 0.1, 5);
}

/** A pushcart food stall (kaki lima). */
export function pushcart(mesh: Mesh, food: string, color: string, glow = 0): void {
  const body: Paint = { color: rgb(color) };
  mesh.box(0, 0.45, 0, 1.7, 0.55, 0.75, body, { color: [0.4, 0.4, 0.38] });
  mesh.sign(0, 0.5, 0.39, 1.5, 0.42, shopSign(food, '', color, '#fff6d8', 192, 52), glow * 0.4);
  for (const x of [-0.8, 0.8])
    for (const z of [-0.33, 0.33])
      mesh.rod([x, 1, z], [x, 1.95, z], 0.03, { color: [0.3, 0.3, 0.3] }, 0.03, 5);
  mesh.box(-0.35, 1, 0, 0.95, 0.6, 0.65, {
    color: [0.25, 0.27, 0.27],
    material: MATERIAL.glass,
    glow: glow * 1.5,
  });
  mesh.box(0, 1.95, 0.1, 2.1, 0.08, 1.25, { color: rgb('#b9bec2'), material: MATERIAL.corrugated });
  for (const side of [-1, 1])
    mesh.rod(
      [-0.4, 0.33, side * 0.42],
      [-0.4, 0.33, side * 0.47],
      0.33,
      { color: [0.03, 0.03, 0.03] },
      0.33,
      12,
    );
  mesh.rod([0.85, 0.85, 0], [1.35, 0.95, 0], 0.03, { color: [0.2, 0.15, 0.1] });
}

/** A canvas roof on four poles over a table of goods. */
export function stall(mesh: Mesh, random: Random, wide: number, color: string): void {
  const canvas: Paint = {
    color: rgb(color),
    material: random.chance(0.45) ? MATERIAL.awning : MATERIAL.plain,
  };
  const deep = 2.2;
  const front = random.range(2.05, 2.3);
  for (const x of [-wide / 2, wide / 2])
    for (const z of [-deep / 2, deep / 2])
      mesh.rod([x, 0, z], [x, 2.4, z], 0.035, { color: rgb('#7a6748') }, 0.035, 5);
  const steps = 5;
  for (let i = 0; i < steps; i++) {
    const x0 = -wide / 2 - 0.25 + ((wide + 0.5) * i) / steps;
    const x1 = x0 + (wide + 0.5) / steps;
    const dip = (x: number): number => 0.16 * Math.cos((x / (wide + 0.5)) * 2 * Math.PI * 0.5) * -1;
    mesh.quad(
      [x0, front + dip(x0), deep / 2 + 0.5],
      [x1, front + dip(x1), deep / 2 + 0.5],
      [x1, 2.75 + dip(x1), -deep / 2 - 0.2],
      [x0, 2.75 + dip(x0), -deep / 2 - 0.2],
      canvas,
    );
  }
  mesh.box(
    0,
    0,
    0.2,
    wide - 0.2,
    0.75,
    1.4,
    { color: rgb(random.pick(['#6f5a3e', '#3f6f86', '#8a3f36', '#d0c8b4'])) },
    { color: rgb('#8a7a5a') },
  );
  goods(mesh, random, wide - 0.4);
}

/** Fruit, vegetables or boxes in rows on a table 0.75 m high. */
function goods(mesh: Mesh, random: Random, wide: number): void {
  const colors = [
    '#c8321e',
    '#e08a1d',
    '#4f8a2a',
    '#d9c53a',
    '#7fae4a',
    '#8d2c55',
    '#b98a4d',
    '#e9e2cf',
    '#2f6f3a',
  ];
  for (let column = 0; column < wide / 0.5; column++)
    for (let row = 0; row < 2; row++) {
      const x = -wide / 2 + (column + 0.5) * 0.5;
      const z = 0 + row * 0.6 - 0.05;
      const color = rgb(random.pick(colors));
      mesh.box(x, 0.75, z, 0.46, 0.12, 0.54, { color: rgb('#6b5636') });
      for (let k = 0; k < 7; k++)
        mesh.ball(
          [x + random.range(-0.15, 0.15), 0.9 + random.range(0, 0.06), z + random.range(-0.2, 0.2)],
          [0.08, 0.08, 0.08],
          { color },
          4,
          6,
        );
    }
}

/** A beach-style umbrella over a seller. */
export function parasol(mesh: Mesh, x: number, z: number, colors: readonly [string, string]): void {
  mesh.rod([x, 0, z], [x, 2.5, z], 0.03, { color: [0.4, 0.4, 0.4] }, 0.03, 5);
  const sides = 8;
  for (let i = 0; i < sides; i++) {
    const a = (i / sides) * 6.2832;
    const b = ((i + 1) / sides) * 6.2832;
    const paintOf: Paint = { color: rgb(colors[i % 2]) };
    mesh.triangle(
      [x, 2.55, z],
      [x + Math.cos(b) * 1.3, 2.05, z + Math.sin(b) * 1.3],
      [x + Math.cos(a) * 1.3, 2.05, z + Math.sin(a) * 1.3],
      paintOf,
    );
  }
}

/** A concrete electricity pole; returns where its wires hang. */
export function powerPole(mesh: Mesh, x: number, z: number, along: number, transformer = false): Vec3[] {
  const high = 9.2;
  mesh.rod([x, 0, z], [x, high, z], 0.16, { color: [0.3, 0.29, 0.27], material: MATERIAL.concrete }, 0.1, 9);
  const hooks: Vec3[] = [];
  const c = Math.cos(along);
  const s = Math.sin(along);
  mesh.rod(
    [x - c * 1.0, high - 0.5, z + s * 1.0],
    [x + c * 1.0, high - 0.5, z - s * 1.0],
    0.05,
    { color: [0.12, 0.12, 0.12] },
    0.05,
    5,
  );
  for (const k of [-0.9, -0.1, 0.7]) {
    hooks.push([x + c * k, high - 0.3, z - s * k]);
    mesh.rod(
      [x + c * k, high - 0.5, z - s * k],
      [x + c * k, high - 0.28, z - s * k],
      0.06,
      { color: [0.35, 0.2, 0.14] },
      0.04,
      6,
    );
  }
  hooks.push([x + c * 0.16, high - 2.1, z - s * 0.16], [x + c * 0.16, high - 2.5, z - s * 0.16]);
  if (transformer) {
    mesh.rod(
      [x + c * 0.55, high - 2.8, z - s * 0.55],
      [x + c * 0.55, high - 1.5, z - s * 0.55],
      0.36,
      { color: [0.34, 0.35, 0.36] },
      0.36,
      12,
    );
    mesh.box(x + 0.3, 1.5, z, 0.3, 0.8, 0.4, { color: [0.45, 0.45, 0.43] });
  }
  return hooks;
}

/** Strings the wires of neighbouring poles. */
export function stringWires(mesh: Mesh, poles: readonly (readonly Vec3[])[]): void {
  for (let i = 0; i + 1 < poles.length; i++)
    poles[i].forEach((hook, k) => mesh.wire(hook, poles[i + 1][k], 0.5 + k * 0.12));
}

/** A street lamp with its arm reaching `reach` metres towards `heading`; returns the lamp's place. */
export function streetLamp(
  mesh: Mesh,
  x: number,
  z: number,
  heading: number,
  lit: boolean,
  reach = 1.8,
): Vec3 {
  const steel: Paint = { color: [0.26, 0.27, 0.28] };
  const tip: Vec3 = [x + Math.sin(heading) * reach, 7.6, z + Math.cos(heading) * reach];
  mesh.rod([x, 0, z], [x, 7, z], 0.09, steel, 0.06);
  mesh.rod([x, 7, z], tip, 0.05, steel, 0.04, 6);
  mesh.at(tip[0], tip[1] - 0.08, tip[2], heading, () =>
    mesh.box(0, 0, 0.25, 0.28, 0.12, 0.75, {
      color: lit ? [1, 0.86, 0.6] : [0.3, 0.3, 0.3],
      glow: lit ? 6 : 0,
    }),
  );
  return [tip[0], tip[1] - 0.25, tip[2]];
}

/** A traffic light on an arm; `lit` is which lens shines. */
export function trafficLight(
  mesh: Mesh,
  x: number,
  z: number,
  heading: number,
  lit: 'red' | 'green',
  arm = 0,
): void {
  const steel: Paint = { color: [0.5, 0.42, 0.05] };
  mesh.at(x, 0, z, heading, () => {
    mesh.rod([0, 0, 0], [0, arm > 0 ? 5.6 : 3.4, 0], 0.09, steel, 0.08);
    if (arm > 0) mesh.rod([0, 5.5, 0], [arm, 5.7, 0], 0.07, steel, 0.05, 6);
    for (const [hx, hy] of arm > 0
      ? [
          [arm, 4.9],
          [0, 2.7],
        ]
      : [[0, 2.7]]) {
      mesh.box(hx, hy, 0.12, 0.36, 1.05, 0.22, { color: [0.015, 0.015, 0.015] });
      (['red', 'amber', 'green'] as const).forEach((name, i) => {
        const colors = { red: [1, 0.04, 0.02], amber: [1, 0.55, 0.02], green: [0.03, 1, 0.35] } as const;
        const on = name === lit;
        mesh.ball(
          [hx, hy + 0.86 - i * 0.33, 0.24],
          [0.12, 0.12, 0.05],
          { color: on ? colors[name] : [0.03, 0.03, 0.03], glow: on ? 2.5 : 0 },
          5,
          8,
        );
      });
    }
  });
}

/** A street or warning sign on a post. */
export function postSign(
  mesh: Mesh,
  x: number,
  z: number,
  heading: number,
  uv: UvRect,
  wide: number,
  high: number,
  base = 2.3,
): void {
  mesh.at(x, 0, z, heading, () => {
    mesh.rod([0, 0, -0.04], [0, base + high, -0.04], 0.04, { color: [0.4, 0.4, 0.4] });
    mesh.box(0, base, -0.02, wide, high, 0.02, { color: [0.3, 0.3, 0.3] });
    mesh.sign(0, base, 0.02, wide, high, uv);
  });
}

/** The green direction board of Indonesian roads. */
export function directionBoard(lines: readonly (readonly [string, string])[]): UvRect {
  return paint(320, 160, (c) => {
    c.fillStyle = '#0b5d34';
    c.fillRect(0, 0, 320, 160);
    c.strokeStyle = '#f3f3ee';
    c.lineWidth = 4;
    c.strokeRect(6, 6, 308, 148);
    c.fillStyle = '#f3f3ee';
    c.textBaseline = 'middle';
    lines.forEach(([arrow, name], i) => {
      const y = 160 * ((i + 0.5) / lines.length);
      c.font = 'bold 38px "DejaVu Sans"';
      c.fillText(arrow, 20, y);
      c.font = 'bold 30px "DejaVu Sans"';
      c.fillText(name, 74, y, 236);
    });
  });
}

/** A painted cloth banner between two points facing the camera. */
export function banner(
  mesh: Mesh,
  from: Vec3,
  to: Vec3,
  high: number,
  text: string,
  under: string,
  background: string,
  ink: string,
): void {
  const uv = shopSign(text, under, background, ink, 384, 64);
  const drop = (p: Vec3): Vec3 => [p[0], p[1] - high, p[2]];
  mesh.quad(drop(from), drop(to), to, from, { color: [0.9, 0.9, 0.9], material: MATERIAL.atlas, uv });
}

/** A kerb with the black and white blocks every town paints. */
export function kerb(
  mesh: Mesh,
  points: readonly (readonly [number, number])[],
  wide = 0.25,
  high = 0.18,
): void {
  for (let i = 0; i + 1 < points.length; i++) {
    const [ax, az] = points[i];
    const [bx, bz] = points[i + 1];
    const long = Math.hypot(bx - ax, bz - az);
    mesh.at((ax + bx) / 2, 0, (az + bz) / 2, Math.atan2(bx - ax, bz - az), () => {
      const w = wide / 2;
      const l = long / 2;
      const blocks: Paint = { color: [1, 1, 1], material: MATERIAL.kerb };
      mesh.quad([w, 0, l], [w, 0, -l], [w, high, -l], [w, high, l], blocks);
      mesh.quad([-w, 0, -l], [-w, 0, l], [-w, high, l], [-w, high, -l], blocks);
      mesh.quad([w, high, l], [w, high, -l], [-w, high, -l], [-w, high, l], blocks, [0, 1, 0]);
    });
  }
}

/** A thick painted line on the road. */
export function roadLine(
  mesh: Mesh,
  a: readonly [number, number],
  b: readonly [number, number],
  wide: number,
  color: Vec3 = [0.6, 0.6, 0.57],
  dash = 0,
  gap = 0,
): void {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const heading = Math.atan2(b[0] - a[0], b[1] - a[1]);
  mesh.at(a[0], 0.012, a[1], heading, () => {
    const step = dash > 0 ? dash + gap : long;
    for (let s = 0; s < long - 0.01; s += step)
      mesh.slab(-wide / 2, s, wide / 2, Math.min(long, s + (dash > 0 ? dash : long)), 0, {
        color,
        material: MATERIAL.roadPaint,
      });
  });
}

/** A pedestrian crossing of bars that run along z, between x0 and x1. */
export function zebra(mesh: Mesh, x0: number, x1: number, z0: number, z1: number): void {
  for (let x = x0; x + 0.5 <= x1; x += 1)
    mesh.slab(x, z0, x + 0.5, z1, 0.013, { color: [0.6, 0.6, 0.57], material: MATERIAL.roadPaint });
}
